#include "coding_systems/dmd/import_tables.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "coding_systems/base/id_map.h"
#include "coding_systems/base/xml_reader.h"
#include "coding_systems/dmd/import_rows.h"

namespace codelog::coding_systems::dmd {
namespace {

constexpr std::uint64_t rows_per_progress = 4096;
constexpr XmlLimits xml_limits = {
    .depth_max = 8, .text_bytes_max = 64 * 1024, .markup_bytes_max = 64 * 1024};
constexpr std::string_view white_space = " \t\r\n";

bool is_white_space(std::string_view text) {
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

// What all files of a release are read into.
class Target {
 public:
  Target(ReleaseWriter& writer, ImportStages& stages) : inserts_(writer), stages_(stages) {}

  // The rows of a table, opened when its first row comes.
  base::Result<TableRows*> rows_of(const Table& table) {
    auto& rows = tables_[&table];
    if (!rows) {
      auto opened = TableRows::open(inserts_, table);
      if (!opened) return opened.error();
      rows = std::make_unique<TableRows>(std::move(*opened));
    }
    return rows.get();
  }

  // Inserts the row that was filled. Errors: as TableRows, and unavailable.
  base::Result<void> insert(TableRows& row, const XmlReader& reader) {
    auto inserted = row.insert();
    if (!inserted && inserted.error().code == base::ErrorCode::invalid) {
      return reader.error_here(inserted.error().detail);
    }
    if (!inserted) return inserted;
    add_index_row(read_.index_rows, row);
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

  base::Result<void> end_file(const XmlReader& reader) {
    bytes_before_ += reader.bytes_read();
    return stages_.advance_to(bytes_before_);
  }

  // Waits until all rows are inserted. Errors: io.
  base::Result<TablesRead> take() {
    if (auto inserted = inserts_.finish(); !inserted) return inserted.error();
    for (const auto& [table, rows] : tables_) {
      constexpr std::string_view named[] = {"dmd_amp", "dmd_ampp", "dmd_vmp", "dmd_vmpp",
                                            "dmd_vtm"};
      if (std::ranges::find(named, table->name) != std::end(named)) {
        read_.products_count += rows->count();
      }
    }
    return std::move(read_);
  }

 private:
  BackgroundRows inserts_;
  ImportStages& stages_;
  std::map<const Table*, std::unique_ptr<TableRows>> tables_;
  TablesRead read_;
  IdMap packs_with_gtin_;
  std::uint64_t rows_count_ = 0;
  std::uint64_t bytes_before_ = 0;
};

// Reads one file. Its root's first child is a comment; then come rows (ingredients, VTMs) or lists
// of rows (all others); a row's children are its fields.
class PartReader final : public XmlHandler {
 public:
  PartReader(Part part, Target& target, XmlReader& reader)
      : part_(part),
        target_(target),
        reader_(reader),
        row_depth_(part == Part::ingredient || part == Part::vtm ? 1 : 2) {}

  base::Result<void> start(std::string_view name, std::span<const XmlAttribute>) override {
    const std::size_t depth = depth_++;
    if (depth == 0) return {};
    if (!has_comment_) {
      return reader_.error_here("expected a comment before the first element, found <" +
                                std::string(name) + ">");
    }
    if (depth < row_depth_) return start_list(name);
    if (depth == row_depth_) return start_row(name);
    if (is_row_skipped_) return {};
    if (depth == row_depth_ + 1) return start_field(name);
    if (depth == row_depth_ + 2 && is_in_gtin_) return find_field(name);
    return reader_.error_here("a field has an element <" + std::string(name) + "> in it");
  }

  base::Result<void> end(std::string_view name) override {
    const std::size_t depth = --depth_;
    if (depth == 0 && !has_comment_) return reader_.error_here("the root has no comment in it");
    if (depth == row_depth_) return end_row();
    if (depth <= row_depth_ || is_row_skipped_) return {};
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
    if (is_row_skipped_ || is_white_space(text)) return {};
    return reader_.error_here("there is text outside of the fields");
  }

  base::Result<void> comment(std::string_view) override {
    has_comment_ = has_comment_ || depth_ == 1;
    return {};
  }

 private:
  base::Result<void> start_list(std::string_view name) {
    if (part_ != Part::lookup) return {};
    list_ = find_table(part_, name);
    if (list_ == nullptr) return no_table(name);
    return {};
  }

  base::Result<void> start_row(std::string_view name) {
    is_row_skipped_ = name == "CCONTENT" && (part_ == Part::vmpp || part_ == Part::ampp);
    if (is_row_skipped_) {
      target_.leave_out_link();
      return {};
    }
    if (part_ == Part::lookup) return begin_row(list_, name);
    // Rows come in lists of one table.
    if (row_ == nullptr || name != row_element_) {
      row_element_ = name;
      return begin_row(find_table(part_, name), name);
    }
    row_->begin_row();
    return {};
  }

  base::Result<void> begin_row(const Table* table, std::string_view name) {
    if (table == nullptr) return no_table(name);
    const auto rows = target_.rows_of(*table);
    if (!rows) return rows.error();
    row_ = *rows;
    row_->begin_row();
    return {};
  }

  base::Result<void> end_row() {
    if (std::exchange(is_row_skipped_, false)) return {};
    if (part_ != Part::gtin) return target_.insert(*row_, reader_);
    if (!std::exchange(has_gtin_, false)) return reader_.error_here("the AMPP has no GTINDATA");
    pack_.clear();
    return {};
  }

  base::Result<void> start_field(std::string_view name) {
    if (part_ != Part::gtin) return find_field(name);
    if (name == "GTINDATA") return start_gtin();
    if (name == "AMPPID") return find_field("APPID");
    return find_field("");
  }

  base::Result<void> find_field(std::string_view name) {
    column_ = row_->find_column(name);
    is_in_field_ = true;
    field_.clear();
    return {};
  }

  base::Result<void> end_field(std::string_view name) {
    is_in_field_ = false;
    if (!column_) return {};
    if (name == "AMPPID") pack_ = field_;
    const std::string wrong = row_->set(*column_, field_);
    if (!wrong.empty()) return reader_.error_here(wrong);
    return {};
  }

  // A pack may have several, in one element or in several, while the table holds one a pack.
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

  base::Error no_table(std::string_view name) const {
    return reader_.error_here("there is no table for <" + std::string(name) + "> in this file");
  }

  const Part part_;
  Target& target_;
  XmlReader& reader_;
  const std::size_t row_depth_;
  std::size_t depth_ = 0;  // of open elements
  bool has_comment_ = false;
  const Table* list_ = nullptr;  // of a list in the look-up file
  TableRows* row_ = nullptr;
  std::string row_element_;  // what row_ was found by
  bool is_row_skipped_ = false;
  bool is_in_field_ = false;
  std::optional<std::size_t> column_;  // of the field; none if it has no column
  std::string field_;
  std::string pack_;  // the AMPPID of a row of the GTIN file
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
