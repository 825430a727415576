#include "coding_systems/ctv3/import_raw.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/ctv3/coding_system.h"
#include "coding_systems/ctv3/import_codes.h"
#include "coding_systems/importing/line_reader.h"

namespace codelog::coding_systems::ctv3 {
namespace {

constexpr std::uint64_t lines_per_progress = 4096;
constexpr std::size_t term_names = 3;
constexpr char separator = '|';

// The texts of all terms, by the term's id.
class Terms {
 public:
  using Names = std::array<std::string_view, term_names>;

  // Errors: invalid, with a detail only: the id already has a term, or there are too many.
  base::Result<void> add(std::uint64_t id, const Names& names) {
    if (!rows_.find_or_add(id, static_cast<std::uint32_t>(texts_.size())).second) {
      return detail("the term's id was given before");
    }
    Row& row = texts_.emplace_back();
    row.first = static_cast<std::uint32_t>(blob_.size());
    for (std::size_t i = 0; i < term_names; ++i) {
      row.bytes[i] = static_cast<std::uint16_t>(names[i].size());
      blob_ += names[i];
    }
    if (blob_.size() > std::numeric_limits<std::uint32_t>::max()) {
      return detail("the terms have more than 4 GB");
    }
    return {};
  }

  // Returns nothing if there is no such term.
  std::optional<Names> find(std::uint64_t id) const {
    const auto number = rows_.find(id);
    if (!number) return std::nullopt;
    Names names;
    std::size_t first = texts_[*number].first;
    for (std::size_t i = 0; i < term_names; ++i) {
      names[i] = std::string_view(blob_).substr(first, texts_[*number].bytes[i]);
      first += names[i].size();
    }
    return names;
  }

 private:
  struct Row {
    std::uint32_t first = 0;
    std::array<std::uint16_t, term_names> bytes{};
  };

  static base::Error detail(std::string text) {
    return {base::ErrorCode::invalid, std::move(text), {}};
  }

  IdMap rows_;
  std::vector<Row> texts_;
  std::string blob_;
};

class RawTables {
 public:
  explicit RawTables(const RawImport& import)
      : import_(import),
        lines_(import.archive,
               {import.members.concepts, import.members.terms, import.members.descriptions,
                import.members.hierarchy},
               separator) {}

  base::Result<RawCounts> run() {
    for (const auto read_table : {&RawTables::read_concepts, &RawTables::read_terms,
                                  &RawTables::read_descriptions, &RawTables::read_hierarchy}) {
      if (const auto done = (this->*read_table)(); !done) return done.error();
    }
    return RawCounts{lines_.bytes_read(), descriptions_count_};
  }

 private:
  base::Result<void> read_concepts() {
    auto rows = import_.rows.table("ctv3_rawconcept",
                                   "read_code, status, unknown_field_2, another_concept_id");
    if (!rows) return rows.error();
    std::vector<CodePair> unknown;  // a code and its other code, which may come in a later row
    auto read = read_member<4>([&](const auto& fields) -> base::Result<void> {
      const auto code = code_of("code", fields[0]);
      if (!code) return code.error();
      if (!codes_.find_or_add(*code, 0).second)
        return refuse("the code " + quoted(fields[0]) + " was given before");
      if (auto flags = check_short({{"status", fields[1]}, {"second column", fields[2]}}, 1);
          !flags) {
        return flags;
      }
      // An empty text is not a code, but OpenCodelists keeps it.
      if (!fields[3].empty()) {
        const auto other = code_of("other code", fields[3]);
        if (!other) return other.error();
        if (!is_known(*other)) unknown.push_back({std::string(fields[0]), *other});
      }
      return insert(*rows, fields);
    });
    if (!read) return read;
    for (const CodePair& pair : unknown) {
      if (is_known(pair.other)) continue;
      import_.notices.add("codes lack their other code, since it is in no file", pair.code);
    }
    return {};
  }

  base::Result<void> read_terms() {
    auto rows = import_.rows.table("ctv3_rawterm", "term_id, status, name_1, name_2, name_3");
    if (!rows) return rows.error();
    return read_member<5>([&](const auto& fields) -> base::Result<void> {
      const auto id = code_of("term's id", fields[0]);
      if (!id) return id.error();
      if (auto flags = check_short({{"status", fields[1]}}, 1); !flags) return flags;
      const Terms::Names names = {fields[2], fields[3], fields[4]};
      if (names[0].empty()) return refuse("the term is empty");
      for (const std::string_view name : names) {
        if (!is_text(name)) return refuse("the term is not UTF-8 or longer than 1000 bytes");
      }
      if (auto added = terms_.add(*id, names); !added) return refuse(added.error().detail);
      return insert(*rows, fields);
    });
  }

  base::Result<void> read_descriptions() {
    auto rows = import_.rows.table("ctv3_rawconcepttermmapping", "concept_id, term_id, term_type");
    if (!rows) return rows.error();
    return read_member<3>([&](const auto& fields) -> base::Result<void> {
      const auto code = code_of("code", fields[0]);
      if (!code) return code.error();
      const auto term = code_of("term's id", fields[1]);
      if (!term) return term.error();
      if (auto flags = check_short({{"type", fields[2]}}, 1); !flags) return flags;
      if (!map_term(fields[0], *code, fields[1], *term)) return {};
      ++descriptions_count_;
      return insert(*rows, fields);
    });
  }

  // Returns false, with a notice, if the code or the term is in no file.
  bool map_term(std::string_view code_text, std::uint64_t code, std::string_view term_text,
                std::uint64_t term) {
    if (!is_known(code)) {
      import_.notices.add("terms are left out, since their code is in no file", code_text);
      return false;
    }
    const auto names = terms_.find(term);
    if (!names) {
      import_.notices.add("codes lack a term, since it is in no file", term_text);
      return false;
    }
    if (!import_.tpp_codes.find(code)) import_.source.add_concept(code_text, raw_concept);
    for (const std::string_view name : *names) {
      if (!name.empty()) import_.source.add_text(code_text, TextRole::other, name);
    }
    return true;
  }

  base::Result<void> read_hierarchy() {
    auto rows = import_.rows.table("ctv3_rawconcepthierarchy", "child_id, parent_id, list_order");
    if (!rows) return rows.error();
    return read_member<3>([&](const auto& fields) -> base::Result<void> {
      const auto child = code_of("child", fields[0]);
      if (!child) return child.error();
      const auto parent = code_of("parent", fields[1]);
      if (!parent) return parent.error();
      if (auto flags = check_short({{"order", fields[2]}}, 2); !flags) return flags;
      if (is_known(*child) && is_known(*parent)) return insert(*rows, fields);
      const bool has_child = is_known(*child);
      import_.notices.add("rows of V3hier.v3 are left out, since their " +
                              std::string(has_child ? "parent" : "child") + " is in no file",
                          fields[has_child ? 1 : 0]);
      return {};
    });
  }

  template <std::size_t columns_count, class Take>
  base::Result<void> read_member(Take take) {
    lines_.begin_member();
    std::array<std::string_view, columns_count> fields;
    for (std::uint64_t count = 1;; ++count) {
      const auto line = lines_.next_line();
      if (!line) return line.error();
      if (!*line) break;
      if (!split_columns(**line, separator, fields)) {
        return refuse(columns_fault(**line, separator, columns_count));
      }
      if (auto taken = take(fields); !taken) return taken;
      if (count % lines_per_progress == 0) {
        if (auto proceed = advance(); !proceed) return proceed;
      }
    }
    return advance();
  }

  base::Result<void> advance() {
    return import_.stages.advance_to(import_.bytes_before + lines_.bytes_read());
  }

  template <std::size_t columns_count>
  base::Result<void> insert(BackgroundRows::Table& rows,
                            const std::array<std::string_view, columns_count>& fields) {
    for (std::size_t i = 0; i < columns_count; ++i) rows.text(static_cast<int>(i) + 1, fields[i]);
    return rows.insert();
  }

  // True for a code of Concept.v3, as far as it is read, or of TPP's dictionary.
  bool is_known(std::uint64_t code) const {
    return codes_.find(code) || import_.tpp_codes.find(code);
  }

  static std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

  base::Error refuse(std::string_view detail) const { return lines_.error_here(detail); }

  base::Result<std::uint64_t> code_of(std::string_view column, std::string_view text) const {
    if (const auto code = pack_code(text)) return *code;
    return refuse("the " + std::string(column) + " is not 1 to 5 printable characters");
  }

  struct CodePair {
    std::string code;
    std::uint64_t other = 0;
  };
  struct ShortField {
    std::string_view column;
    std::string_view text;
  };

  base::Result<void> check_short(std::initializer_list<ShortField> fields,
                                 std::size_t bytes_max) const {
    for (const ShortField& field : fields) {
      if (field.text.size() <= bytes_max && (field.text.empty() || pack_code(field.text))) continue;
      return refuse("the " + std::string(field.column) + " is longer than " +
                    std::to_string(bytes_max) + " printable characters");
    }
    return {};
  }

  const RawImport& import_;
  LineReader lines_;
  IdMap codes_;  // of Concept.v3
  Terms terms_;
  std::uint64_t descriptions_count_ = 0;
};

}  // namespace

base::Result<RawMembers> find_raw_members(const ZipArchive& archive) {
  RawMembers members;
  struct Wanted {
    const char* name;
    ZipMember& member;
  };
  for (const Wanted& wanted :
       {Wanted{"V3/Concept.v3", members.concepts}, Wanted{"V3/Terms.v3", members.terms},
        Wanted{"V3/Descrip.v3", members.descriptions}, Wanted{"V3/V3hier.v3", members.hierarchy}}) {
    const auto found = std::ranges::find(archive.members(), wanted.name, &ZipMember::name);
    if (found == archive.members().end()) {
      return base::Error{
          base::ErrorCode::invalid, archive.name() + ": there is no member " + wanted.name, {}};
    }
    wanted.member = *found;
  }
  return members;
}

base::Result<RawCounts> import_raw_tables(const RawImport& import) {
  return RawTables(import).run();
}

}  // namespace codelog::coding_systems::ctv3
