#include "coding_systems/icd10/coding_system.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <utility>

#include "coding_systems/icd10/index_rows.h"
#include "coding_systems/index/indexed_release.h"
#include "events/base/text.h"

namespace codelog::coding_systems::icd10 {
namespace {

// Bit positions of the facts in a kind. A level is never 0, so no kind is 0.
constexpr int usage_shift = 2;
constexpr int editions_shift = 4;
constexpr int wording_shift = 6;
constexpr int two_bits = 3;
constexpr int link_editions_shift = 8;

// The API's names, in the order of the enumerations.
constexpr std::array<std::string_view, 3> level_names = {"chapter", "block", "category"};
constexpr std::array<std::string_view, 3> usage_names = {"normal", "dagger", "asterisk"};
constexpr std::array<std::string_view, 4> wording_names = {"same", "equivalent", "not reviewed",
                                                           "meaning changed"};

std::string edition_names(std::uint8_t editions) {
  std::string names;
  if ((editions & in_2016) != 0) names += edition_2016_id;
  if (editions == (in_2016 | in_2019)) names += ", ";
  if ((editions & in_2019) != 0) names += edition_2019_id;
  return names;
}

class Icd10Release final : public IndexedRelease {
 public:
  Icd10Release(std::string alias, ReleaseIndex index, std::filesystem::path file)
      : IndexedRelease(*find_coding_system(system_id), std::move(alias), std::move(index)),
        file_(std::move(file)) {}

  CodeFacts facts(Node node) const { return facts_of(index().kind(node)); }

  std::vector<CodeDetail> details(Node node) const override {
    if (!has_concept(node)) return {};
    const CodeFacts known = facts(node);
    return {{"level", std::string(level_names.at(static_cast<std::size_t>(known.level) - 1))},
            {"usage", std::string(usage_names.at(static_cast<std::size_t>(known.usage)))},
            {"editions", edition_names(known.editions)},
            {"wording", std::string(wording_names.at(static_cast<std::size_t>(known.wording)))}};
  }

  base::Result<std::vector<CodeNote>> read_notes(Node node) const override {
    const auto read = [&]() -> base::Result<std::vector<CodeNote>> {
      if (const auto same = compare_digest(); !same) return same.error();
      const auto file = SqliteFile::open(file_);
      if (!file) return file.error();
      return read_rubrics(*file, code(node));
    }();
    // Checked last, since an import may replace the file at any time.
    if (is_unchanged(file_, index().file().built_from())) {
      if (!read) return not_now(read.error());
      return read;
    }
    return base::Error{base::ErrorCode::unavailable,
                       file_.filename().string() + " is not the file that is open any more",
                       {}};
  }

  std::vector<std::string> type_titles(Node node) const override {
    // A strict tree: the first parent is the only one.
    Node top = node;
    for (auto above = hierarchy().parents(top); !above.empty(); above = hierarchy().parents(top)) {
      top = above.front();
    }
    const auto chapter_name = name(top);
    if (!chapter_name || facts(top).level != Level::chapter) return {"[Unknown]"};
    return {std::string(code(top)) + ": " + std::string(*chapter_name)};
  }

  // OpenCodelists' searches ignore the terms of chapters and blocks.
  bool is_found_by_term(Node node) const override { return facts(node).level == Level::category; }

  bool is_found_by_code(Node node) const override {
    return has_concept(node) && facts(node).level != Level::chapter;
  }

  // A block's code is its first and its last category, "I60-I69".
  std::string_view last_code(Node node) const override {
    const std::string_view own = code(node);
    return own.substr(own.find('-') + 1);
  }

  std::string link_kind(std::uint32_t kind) const override {
    return partner_link_of(kind).partner == Partner::dagger ? "dagger" : "asterisk";
  }

  std::vector<std::string> search_by_code(std::string_view code) const override {
    const std::string wanted = base::ascii_upper(code);
    if (!wanted.ends_with('*')) {
      const auto node = find(wanted);
      if (!node || !is_found_by_code(*node)) return {};
      return {wanted};
    }
    const auto start = std::string_view(wanted).substr(0, wanted.find_last_not_of('*') + 1);
    std::vector<std::string> found;
    for (Node node = 0; node < index().node_count(); ++node) {
      if (this->code(node).starts_with(start) && is_found_by_code(node)) {
        found.emplace_back(this->code(node));
      }
    }
    std::ranges::sort(found);
    return found;
  }

 private:
  // Runs once. The index has no digest of the file's notes, which may have been damaged without a
  // change of its size and time.
  base::Result<void> compare_digest() const {
    if (is_file_good_) return {};
    const auto identified = identify(file_);
    if (!identified) return identified.error();
    is_file_good_ = identified->digest == file_digest();
    if (is_file_good_) return {};
    return base::Error{base::ErrorCode::unavailable,
                       differs_from_registered("release " + file_.stem().string()),
                       {}};
  }

  const std::filesystem::path file_;
  mutable std::atomic<bool> is_file_good_ = false;
};

base::Result<void> read_concepts(const SqliteFile& file, IndexRows& rows) {
  struct OwnedRow {
    EditionRow row;
    std::string term;
    std::string modifier;
  };
  std::string code;
  std::string parent;
  std::vector<OwnedRow> owned;
  const auto add = [&] {
    if (code.empty()) return;
    std::vector<EditionRow> editions;
    for (OwnedRow& row : owned) {
      editions.push_back(row.row);
      editions.back().term = row.term;
      editions.back().modifier = row.modifier;
    }
    rows.add_concept(code, parent, editions);
    owned.clear();
  };
  const auto read = file.for_each_row(
      "SELECT c.code, c.parent_id, e.id, e.kind, e.usage, e.term, e.term_modifier, e.edition_id "
      "FROM icd10_concept c LEFT JOIN icd10_conceptedition e ON e.concept_id = c.code "
      "LEFT JOIN icd10_edition n ON n.id = e.edition_id ORDER BY c.code, n.year, e.id",
      [&](const SqliteRow& row) {
        if (row.text(0) != code) {
          add();
          code = row.text(0);
          parent = row.text(1);
        }
        if (row.is_null(2)) return base::Result<void>();
        owned.push_back({{.edition = edition_bit(row.text(7)),
                          .level = level_named(row.text(3)),
                          .usage = usage_named(row.text(4)),
                          .term = {},
                          .modifier = {}},
                         std::string(row.text(5)),
                         std::string(row.text(6))});
        return base::Result<void>();
      });
  add();
  return read;
}

base::Result<void> read_pairs(const SqliteFile& file, IndexRows& rows) {
  return file.for_each_row(
      "SELECT r.dagger_code, r.asterisk_code, e.edition_id FROM icd10_daggerasteriskrelation r "
      "JOIN icd10_conceptedition e ON e.id = coalesce(r.dagger_concept_id, r.asterisk_concept_id) "
      "ORDER BY r.id",
      [&](const SqliteRow& row) {
        rows.add_pair(row.text(0), row.text(1), edition_bit(row.text(2)));
        return base::Result<void>();
      });
}

// True for text that may stand between quotes in a query; other text is not a code.
bool is_code_text(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace

std::uint8_t edition_bit(std::string_view edition_id) {
  if (edition_id == edition_2016_id) return in_2016;
  return edition_id == edition_2019_id ? in_2019 : 0;
}

CodeKind kind_of(const CodeFacts& facts) {
  return static_cast<CodeKind>(static_cast<int>(facts.level) |
                               static_cast<int>(facts.usage) << usage_shift |
                               (facts.editions & two_bits) << editions_shift |
                               static_cast<int>(facts.wording) << wording_shift);
}

CodeFacts facts_of(CodeKind kind) {
  return {.level = static_cast<Level>(kind & two_bits),
          .usage = static_cast<Usage>(kind >> usage_shift & two_bits),
          .editions = static_cast<std::uint8_t>(kind >> editions_shift & two_bits),
          .wording = static_cast<Wording>(kind >> wording_shift & two_bits)};
}

LinkKind link_kind_of(const PartnerLink& link) {
  return static_cast<LinkKind>(link.partner) | LinkKind{link.editions} << link_editions_shift;
}

PartnerLink partner_link_of(LinkKind kind) {
  return {.partner = static_cast<Partner>(kind & two_bits),
          .editions = static_cast<std::uint8_t>(kind >> link_editions_shift & two_bits)};
}

base::Result<std::vector<CodeNote>> read_rubrics(const SqliteFile& file, std::string_view code) {
  std::vector<CodeNote> rubrics;
  if (!is_code_text(code)) return rubrics;
  const std::string of_code =
      "JOIN icd10_conceptedition e ON e.id = r.concept_edition_id "
      "JOIN icd10_edition n ON n.id = e.edition_id "
      "WHERE e.concept_id = '" +
      std::string(code) + "' ";
  const std::string columns = "n.year AS year, e.edition_id, r.kind, r.text, r.id AS id ";
  const auto read = file.for_each_row(
      "SELECT 0 AS modifier, " + columns + "FROM icd10_conceptrubric r " + of_code +
          "UNION ALL SELECT 1, " + columns + "FROM icd10_modifierrubric r " + of_code +
          "ORDER BY year DESC, modifier, id",
      [&](const SqliteRow& row) {
        rubrics.push_back({.edition = std::string(row.text(2)),
                           .kind = std::string(row.text(3)),
                           .text = std::string(row.text(4)),
                           .is_of_modifier = row.integer(0) != 0});
        return base::Result<void>();
      });
  if (!read) return read.error();
  return rubrics;
}

base::Result<IndexSource> read_index_source(const SqliteFile& file) {
  for (const auto& present :
       {file.require_table("icd10_concept", {"code", "parent_id"}),
        file.require_table("icd10_edition", {"id", "year"}),
        file.require_table("icd10_conceptedition", {"id", "kind", "usage", "term", "term_modifier",
                                                    "concept_id", "edition_id"}),
        file.require_table(
            "icd10_daggerasteriskrelation",
            {"id", "dagger_code", "asterisk_code", "dagger_concept_id", "asterisk_concept_id"})}) {
    if (!present) return present.error();
  }
  IndexRows rows;
  if (auto read = read_concepts(file, rows); !read) return read.error();
  if (auto read = read_pairs(file, rows); !read) return read.error();
  return rows.take();
}

base::Result<std::shared_ptr<const Release>> open_release(const ReleaseFiles& files,
                                                          std::string alias) {
  return open_indexed_release<Icd10Release>(files, system_id, std::move(alias), read_index_source,
                                            files.database);
}

}  // namespace codelog::coding_systems::icd10
