#include "coding_systems/dmd/import_tables.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>

#include "coding_systems/dmd/import_rows.h"
#include "coding_systems/importing/id_map.h"
#include "coding_systems/importing/xml_reader.h"
#include "events/base/text.h"

namespace codelog::coding_systems::dmd {
namespace {

constexpr std::uint64_t rows_per_progress = 4096;
constexpr XmlLimits xml_limits = {
    .depth_max = 8, .text_bytes_max = 64 * 1024, .markup_bytes_max = 64 * 1024};
constexpr std::string_view white_space = " \t\r\n";

bool is_xml_space(std::string_view text) {
  return text.find_first_not_of(white_space) == std::string_view::npos;
}

void add_index_row(IndexRows& rows, const TableRows& row) {
  const auto value = [&](std::string_view column) { return row.value(column); };
  const std::string_view table = row.table().name;
  if (table == "dmd_amp") {
    rows.add_amp({value("apid"), value("vpid"), value("nm"), value("abbrevnm"), value("descr"),
                  value("nm_prev")});
  } else if (table == "dmd_ampp") {
    rows.add_ampp(value("appid"), value("nm"));
  } else if (table == "dmd_vmp") {
    rows.add_vmp({value("vpid"), value("vtmid"), value("nm"), value("abbrevnm"), value("nmprev")});
  } else if (table == "dmd_vmpp") {
    rows.add_vmpp(value("vppid"), value("nm"));
  } else if (table == "dmd_vpi") {
    rows.add_vpi(value("vpid"), value("isid"));
  } else if (table == "dmd_vtm") {
    rows.add_vtm(value("vtmid"), value("nm"), value("abbrevnm"));
  } else if (table == "dmd_ing") {
    rows.add_ingredient(value("isid"), value("nm"));
  }
}

// Receives the content of all files of a release.
class Target {
 public:
  Target(ReleaseWriter& writer, ImportStages& stages)
      : inserts_(writer), stages_(stages), tables_(all_tables().size()) {}

  // The rows of a table, opened at its first row.
  base::Result<TableRows*> rows_of(const Table& table) {
    OpenTable& open = tables_[number_of(table)];
    if (!open.rows) {
      auto opened = TableRows::open(inserts_, table);
      if (!opened) return opened.error();
      open.rows = std::make_unique<TableRows>(std::move(*opened));
      for (const Column& column : table.columns) {
        open.references.push_back(find_number(column.references));
      }
    }
    return open.rows.get();
  }

  // Inserts the row that was filled. Errors: as TableRows, and unavailable.
  base::Result<void> insert(TableRows& row, const XmlReader& reader) {
    auto inserted = row.insert();
    if (!inserted && inserted.error().code == base::ErrorCode::invalid) {
      return reader.error_here(inserted.error().detail);
    }
    if (!inserted) return inserted;
    add_index_row(read_.index_rows, row);
    follow_references(row);
    if (++rows_count_ % rows_per_progress != 0) return {};
    return stages_.advance_to(bytes_before_ + reader.bytes_read());
  }

  // True once for each pack.
  bool is_first_gtin_of(std::string_view appid) {
    std::uint64_t number = 0;
    std::from_chars(appid.data(), appid.data() + appid.size(), number);
    const bool is_first = number == 0 || packs_with_gtin_.find_or_add(number, 0).second;
    if (!is_first) ++read_.gtins_left_out;
    return is_first;
  }

  void leave_out_link() { ++read_.links_left_out; }

  void leave_out_unknown(Part part, std::string_view element) {
    read_.notices.add("lists and rows are left out, since there is no table for their elements",
                      "<" + std::string(element) + "> of " + std::string(file_start(part)));
  }

  void leave_out_field(const Table& table, std::string_view element) {
    read_.notices.add("fields are left out, since there is no column for them",
                      shown_name(table.name) + "." + std::string(element));
  }

  base::Result<void> end_file(const XmlReader& reader) {
    tell_lost_references();
    bytes_before_ += reader.bytes_read();
    return stages_.advance_to(bytes_before_);
  }

  // Waits until all rows are inserted. Errors: io.
  base::Result<TablesRead> take() {
    if (auto inserted = inserts_.finish(); !inserted) return inserted.error();
    for (const OpenTable& open : tables_) {
      constexpr std::string_view named[] = {"dmd_amp", "dmd_ampp", "dmd_vmp", "dmd_vmpp",
                                            "dmd_vtm"};
      if (open.rows && std::ranges::find(named, open.rows->table().name) != std::end(named)) {
        read_.products_count += open.rows->count();
      }
    }
    return std::move(read_);
  }

 private:
  using TableNumber = std::size_t;  // its place in all_tables()

  struct OpenTable {
    std::unique_ptr<TableRows> rows;                     // opened at the first row
    std::vector<std::optional<TableNumber>> references;  // by column: the table it refers to
  };

  // A reference to a row not read yet. The row may come later in the same file, but not in a later
  // one.
  struct OpenReference {
    TableNumber table = 0;
    std::size_t column = 0;
    std::uint64_t target = 0;
    std::optional<std::uint64_t> key;  // key of the referring row
  };

  static TableNumber number_of(const Table& table) {
    return static_cast<TableNumber>(&table - all_tables().data());
  }

  // Nothing for "", the table of a column without references.
  static std::optional<TableNumber> find_number(std::string_view name) {
    const auto found = std::ranges::find(all_tables(), name, &Table::name);
    if (found == all_tables().end()) return std::nullopt;
    return static_cast<TableNumber>(found - all_tables().begin());
  }

  bool is_there(TableNumber table, std::uint64_t key) const {
    return tables_[table].rows && tables_[table].rows->has_key(key);
  }

  void follow_references(const TableRows& row) {
    const TableNumber number = number_of(row.table());
    const auto& references = tables_[number].references;
    for (std::size_t column = 0; column < references.size(); ++column) {
      if (!references[column]) continue;
      const auto target = row.number(column);
      if (!target || is_there(*references[column], *target)) continue;
      open_references_.push_back({number, column, *target, row.key()});
    }
  }

  void tell_lost_references() {
    for (const OpenReference& reference : open_references_) {
      if (is_there(*tables_[reference.table].references[reference.column], reference.target)) {
        continue;
      }
      const Table& table = all_tables()[reference.table];
      const Column& column = table.columns[reference.column];
      const std::string from = shown_name(table.name);
      const std::string field = element_of(column);
      if (is_lookup(column.references)) {
        read_.notices.add("fields have a code that no look-up list has",
                          from + "." + field + " " + std::to_string(reference.target));
      } else {
        read_.notices.add(from + " rows have a value of " + field + " that no row of " +
                              shown_name(column.references) + " has",
                          std::to_string(reference.key.value_or(reference.target)));
      }
    }
    open_references_.clear();
  }

  static bool is_lookup(std::string_view table) {
    constexpr std::string_view products[] = {"dmd_amp", "dmd_ampp", "dmd_ing",
                                             "dmd_vmp", "dmd_vmpp", "dmd_vtm"};
    return std::ranges::find(products, table) == std::end(products);
  }

  // "VMP" for "dmd_vmp", as in the publisher's elements.
  static std::string shown_name(std::string_view table) {
    return base::ascii_upper(table.substr(table.find('_') + 1));
  }

  BackgroundRows inserts_;
  ImportStages& stages_;
  std::vector<OpenTable> tables_;  // by number
  TablesRead read_;
  std::vector<OpenReference> open_references_;
  IdMap packs_with_gtin_;
  std::uint64_t rows_count_ = 0;
  std::uint64_t bytes_before_ = 0;
};

// Reads one file. The children of its root are rows (ingredients, VTMs) or lists of rows (all
// others); a row's children are its fields.
class PartReader final : public XmlHandler {
 public:
  PartReader(Part part, Target& target, XmlReader& reader)
      : part_(part),
        target_(target),
        reader_(reader),
        row_depth_(part == Part::ingredient || part == Part::vtm ? 1 : 2) {}

  base::Result<void> start(std::string_view name, std::span<const XmlAttribute>) override {
    const std::size_t depth = depth_++;
    if (depth == 0 || skipped_depth_) return {};
    if (depth < row_depth_) return start_list(name);
    if (depth == row_depth_) return start_row(name);
    if (depth == row_depth_ + 1) return start_field(name);
    if (depth == row_depth_ + 2 && is_in_gtin_) return find_field(name);
    return reader_.error_here("a field has an element <" + std::string(name) + "> in it");
  }

  base::Result<void> end(std::string_view name) override {
    const std::size_t depth = --depth_;
    if (skipped_depth_) {
      if (depth == *skipped_depth_) skipped_depth_.reset();
      return {};
    }
    if (depth == row_depth_) return end_row();
    if (depth < row_depth_) return {};
    if (depth == row_depth_ + 1 && is_in_gtin_) return end_gtin();
    return end_field(name);
  }

  base::Result<void> text(std::string_view text) override {
    if (is_in_field_) {
      if (field_.size() + text.size() > field_bytes_max) {
        return reader_.error_here("a field is longer than " + std::to_string(field_bytes_max) +
                                  " bytes");
      }
      field_ += text;
      return {};
    }
    if (skipped_depth_ || is_xml_space(text)) return {};
    return reader_.error_here("there is text outside of the fields");
  }

 private:
  base::Result<void> start_list(std::string_view name) {
    if (part_ != Part::lookup) return {};
    list_ = find_table(part_, name);
    if (list_ == nullptr) leave_out_unknown(name);
    return {};
  }

  base::Result<void> start_row(std::string_view name) {
    if (name == "CCONTENT" && (part_ == Part::vmpp || part_ == Part::ampp)) {
      target_.leave_out_link();
      skip();
      return {};
    }
    if (part_ == Part::lookup) return begin_row(list_, name);
    // A list contains rows of one table.
    if (row_ == nullptr || name != row_element_) {
      row_element_ = name;
      row_ = nullptr;
      return begin_row(find_table(part_, name), name);
    }
    row_->begin_row();
    return {};
  }

  base::Result<void> begin_row(const Table* table, std::string_view name) {
    if (table == nullptr) {
      leave_out_unknown(name);
      return {};
    }
    const auto rows = target_.rows_of(*table);
    if (!rows) return rows.error();
    row_ = *rows;
    row_->begin_row();
    return {};
  }

  base::Result<void> end_row() {
    if (part_ != Part::gtin) return target_.insert(*row_, reader_);
    if (!std::exchange(has_gtin_, false)) return reader_.error_here("the AMPP has no GTINDATA");
    pack_.clear();
    return {};
  }

  base::Result<void> start_field(std::string_view name) {
    if (part_ != Part::gtin) return find_field(name);
    if (name == "GTINDATA") return start_gtin();
    if (name == "AMPPID") return find_field("APPID");
    leave_out_field(name);
    return {};
  }

  base::Result<void> find_field(std::string_view name) {
    column_ = row_->find_column(name);
    is_in_field_ = column_.has_value();
    if (!is_in_field_) leave_out_field(name);
    field_.clear();
    return {};
  }

  // Skips a field without a column, with its content.
  void leave_out_field(std::string_view name) {
    target_.leave_out_field(row_->table(), name);
    skip();
  }

  base::Result<void> end_field(std::string_view name) {
    is_in_field_ = false;
    if (name == "AMPPID") pack_ = field_;
    const std::string wrong = row_->set(*column_, field_);
    if (!wrong.empty()) return reader_.error_here(wrong);
    return {};
  }

  // A pack may have several GTINs, in one element or in several; the table holds one for each pack.
  base::Result<void> start_gtin() {
    if (pack_.empty()) return reader_.error_here("expected AMPPID before GTINDATA");
    is_in_gtin_ = true;
    if (has_gtin_) {
      row_->begin_row();
      column_ = row_->find_column("APPID");
      row_->set(*column_, pack_);
    }
    return {};
  }

  base::Result<void> end_gtin() {
    is_in_gtin_ = false;
    has_gtin_ = true;
    if (!target_.is_first_gtin_of(pack_)) return {};
    return target_.insert(*row_, reader_);
  }

  // Skips the element that has just started, with its content.
  void skip() { skipped_depth_ = depth_ - 1; }

  void leave_out_unknown(std::string_view name) {
    target_.leave_out_unknown(part_, name);
    skip();
  }

  const Part part_;
  Target& target_;
  XmlReader& reader_;
  const std::size_t row_depth_;
  std::size_t depth_ = 0;                     // of open elements
  std::optional<std::size_t> skipped_depth_;  // depth of the skipped element
  const Table* list_ = nullptr;               // the list, in the look-up file
  TableRows* row_ = nullptr;
  std::string row_element_;  // name of the element that gave row_
  bool is_in_field_ = false;
  std::optional<std::size_t> column_;  // column of the field
  std::string field_;
  std::string pack_;  // AMPPID of a row in the GTIN file
  bool is_in_gtin_ = false;
  bool has_gtin_ = false;
};

base::Result<void> read_part(const ZipArchive& archive, const ZipMember& member, Part part,
                             Target& target) {
  auto bytes = archive.read(member);
  if (!bytes) return bytes.error();
  XmlReader reader(
      archive.name() + ": member " + member.name,
      [&](std::span<char> buffer) { return bytes->read(buffer); }, xml_limits);
  PartReader handler(part, target, reader);
  if (auto read = reader.read(handler); !read) return read;
  return target.end_file(reader);
}

}  // namespace

base::Result<TablesRead> read_tables(const ReleaseMembers& members, ReleaseWriter& writer,
                                     ImportStages& stages) {
  stages.begin("reading", members.size_bytes);
  Target target(writer, stages);
  for (std::size_t part = 0; part < parts_count; ++part) {
    const PartMember& found = members.parts[part];
    const auto read =
        read_part(members.archives[found.archive], found.member, static_cast<Part>(part), target);
    if (!read) return read.error();
  }
  return target.take();
}

}  // namespace codelog::coding_systems::dmd
