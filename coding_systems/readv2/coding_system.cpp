#include "coding_systems/readv2/coding_system.h"

#include <utility>

#include "coding_systems/index/indexed_release.h"
#include "coding_systems/readv2/codes.h"

namespace codelog::coding_systems::readv2 {
namespace {

constexpr std::string_view tables_sql =
    "CREATE TABLE \"readv2_concept\" (\"code\" varchar(5) NOT NULL PRIMARY KEY, "
    "\"term\" varchar(198) NOT NULL, "
    "\"parent_id\" varchar(5) NULL REFERENCES \"readv2_concept\" (\"code\"));"
    "CREATE TABLE \"readv2_synonym\" (\"id\" integer NOT NULL PRIMARY KEY, "
    "\"concept_id\" varchar(5) NOT NULL REFERENCES \"readv2_concept\" (\"code\"), "
    "\"term_code\" varchar(2) NOT NULL, \"term\" varchar(198) NOT NULL);";
constexpr std::string_view indexes_sql =
    "CREATE INDEX \"readv2_concept_parent_id\" ON \"readv2_concept\" (\"parent_id\");"
    "CREATE UNIQUE INDEX \"readv2_synonym_concept_id\" ON \"readv2_synonym\" "
    "(\"concept_id\", \"term_code\");";

class ReadV2Release final : public IndexedRelease {
 public:
  ReadV2Release(std::string alias, ReleaseIndex index)
      : IndexedRelease(*find_coding_system(system_id), std::move(alias), std::move(index)) {}

  std::vector<std::string> type_titles(Node node) const override {
    const auto chapter = find(chapter_of(code(node)));
    const auto title = chapter ? name(*chapter) : std::nullopt;
    return {std::string(title.value_or("[Unknown]"))};
  }

  // The code of a term finds the term's code.
  std::vector<std::string> search_by_code(std::string_view code) const override {
    const auto split = split_code(code);
    const auto node = split ? find(split->code) : std::nullopt;
    if (!node || !has_concept(*node)) return {};
    return {std::string(split->code)};
  }
};

}  // namespace

const FlatSystem& flat_system() {
  static constexpr FlatSystem system = {.id = system_id,
                                        .schema = {system_id, {}, tables_sql, indexes_sql},
                                        .has_synonyms = true,
                                        .one_level_up = one_level_up};
  return system;
}

base::Result<std::shared_ptr<const Release>> open_release(const ReleaseFiles& files,
                                                          std::string alias) {
  const auto read_source = [](const SqliteFile& file) {
    return read_flat_release(file, flat_system());
  };
  return open_indexed_release<ReadV2Release>(files, system_id, std::move(alias), read_source);
}

}  // namespace codelog::coding_systems::readv2
