#include "coding_systems/ctv3/coding_system.h"

#include <algorithm>
#include <utility>

#include "coding_systems/index/indexed_release.h"

namespace codelog::coding_systems::ctv3 {
namespace {

constexpr std::string_view unknown_title = "[Unknown]";

class Ctv3Release final : public IndexedRelease {
 public:
  Ctv3Release(std::string alias, ReleaseIndex index)
      : IndexedRelease(*find_coding_system(system_id), std::move(alias), std::move(index)) {}

  // The children of the root are the sections; a code is listed under each section that it equals
  // or descends from.
  std::vector<std::string> type_titles(Node node) const override {
    std::vector<Node> sections;
    if (const auto root = hierarchy().root()) {
      for (const Node section : hierarchy().children(*root)) {
        if (section == node || hierarchy().is_ancestor(section, node)) sections.push_back(section);
      }
    }
    if (sections.size() > 1) {
      std::erase_if(sections,
                    [this](Node section) { return code(section) == additional_values_code; });
    }
    if (sections.empty()) return {std::string(unknown_title)};
    std::vector<std::string> titles;
    titles.reserve(sections.size());
    for (const Node section : sections) {
      titles.emplace_back(name(section).value_or(unknown_title));
    }
    std::ranges::sort(titles);
    const auto repeated = std::ranges::unique(titles);
    titles.erase(repeated.begin(), repeated.end());
    return titles;
  }

  // Read codes may differ only in case: "X0..." is not "x0...".
  std::vector<std::string> search_by_code(std::string_view code) const override {
    const auto node = find(code);
    if (!node || !has_concept(*node)) return {};
    return {std::string(code)};
  }
};

base::Result<void> read_tpp_concepts(const SqliteFile& file, IndexSource& source) {
  return file.for_each_row("SELECT read_code, description FROM ctv3_tppconcept ORDER BY rowid",
                           [&](const SqliteRow& row) {
                             source.add_concept(row.text(0), tpp_concept);
                             source.add_text(row.text(0), TextRole::name, row.text(1));
                             return base::Result<void>();
                           });
}

base::Result<void> read_raw_terms(const SqliteFile& file, IndexSource& source) {
  // Skips mappings of codes that neither table of codes has.
  constexpr const char* query =
      "SELECT m.concept_id, c.read_code, t.name_1, t.name_2, t.name_3 "
      "FROM ctv3_rawconcepttermmapping m "
      "LEFT JOIN ctv3_tppconcept c ON c.read_code = m.concept_id "
      "LEFT JOIN ctv3_rawconcept r ON r.read_code = m.concept_id "
      "LEFT JOIN ctv3_rawterm t ON t.term_id = m.term_id "
      "WHERE c.read_code IS NOT NULL OR r.read_code IS NOT NULL ORDER BY m.id";
  return file.for_each_row(query, [&](const SqliteRow& row) {
    const auto code = row.text(0);
    if (row.is_null(1)) source.add_concept(code, raw_concept);
    for (const int column : {2, 3, 4}) {
      if (!row.text(column).empty()) source.add_text(code, TextRole::other, row.text(column));
    }
    return base::Result<void>();
  });
}

bool is_tpp_code(const IndexSource& source, std::string_view code) {
  const auto number = source.codes().find(code);
  return number && source.kind(*number) == tpp_concept;
}

base::Result<void> read_parents(const SqliteFile& file, IndexSource& source) {
  return file.for_each_row(
      "SELECT ancestor_id, descendant_id FROM ctv3_tpprelationship WHERE distance = 1 ORDER BY id",
      [&](const SqliteRow& row) {
        if (is_tpp_code(source, row.text(0)) && is_tpp_code(source, row.text(1))) {
          source.add_edge(row.text(0), row.text(1));
        }
        return base::Result<void>();
      });
}

}  // namespace

base::Result<IndexSource> read_index_source(const SqliteFile& file) {
  for (const auto& present :
       {file.require_table("ctv3_tppconcept", {"read_code", "description"}),
        file.require_table("ctv3_tpprelationship",
                           {"id", "distance", "ancestor_id", "descendant_id"}),
        file.require_table("ctv3_rawconcept", {"read_code"}),
        file.require_table("ctv3_rawconcepttermmapping", {"id", "concept_id", "term_id"}),
        file.require_table("ctv3_rawterm", {"term_id", "name_1", "name_2", "name_3"})}) {
    if (!present) return present.error();
  }
  IndexSource source;
  source.set_root(root_code);
  if (auto read = read_tpp_concepts(file, source); !read) return read.error();
  if (auto read = read_raw_terms(file, source); !read) return read.error();
  if (auto read = read_parents(file, source); !read) return read.error();
  return source;
}

base::Result<std::shared_ptr<const Release>> open_release(const ReleaseFiles& files,
                                                          std::string alias) {
  return open_indexed_release<Ctv3Release>(files, system_id, std::move(alias), read_index_source);
}

}  // namespace codelog::coding_systems::ctv3
