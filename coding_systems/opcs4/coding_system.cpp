#include "coding_systems/opcs4/coding_system.h"

#include <utility>

#include "coding_systems/index/indexed_release.h"
#include "coding_systems/opcs4/codes.h"
#include "events/base/text.h"

namespace codelog::coding_systems::opcs4 {
namespace {

constexpr std::string_view tables_sql =
    "CREATE TABLE \"opcs4_concept\" (\"code\" varchar(4) NOT NULL PRIMARY KEY, "
    "\"term\" varchar(255) NOT NULL, "
    "\"parent_id\" varchar(4) NULL REFERENCES \"opcs4_concept\" (\"code\"));";
constexpr std::string_view indexes_sql =
    "CREATE INDEX \"opcs4_concept_parent_id\" ON \"opcs4_concept\" (\"parent_id\");";

class Opcs4Release final : public IndexedRelease {
 public:
  Opcs4Release(std::string alias, ReleaseIndex index)
      : IndexedRelease(*find_coding_system(system_id), std::move(alias), std::move(index)) {}

  std::vector<std::string> type_titles(Node node) const override {
    // A code begins with the code of its chapter. Some releases have no titles of chapters.
    const auto chapter_code = code(node).substr(0, 1);
    const auto chapter = find(chapter_code);
    const auto title = chapter ? name(*chapter) : std::nullopt;
    return {"Chapter " + std::string(chapter_code) + (title ? ": " + std::string(*title) : "")};
  }

  std::vector<std::string> search_by_code(std::string_view code) const override {
    const auto normal = normal_code(base::ascii_upper(code));
    const auto node = normal ? find(*normal) : std::nullopt;
    if (!node || !has_concept(*node)) return {};
    return {*normal};
  }
};

}  // namespace

const FlatSystem& flat_system() {
  static constexpr FlatSystem system = {.id = system_id,
                                        .schema = {system_id, {}, tables_sql, indexes_sql},
                                        .has_synonyms = false,
                                        .one_level_up = one_level_up};
  return system;
}

base::Result<std::shared_ptr<const Release>> open_release(const ReleaseFiles& files,
                                                          std::string alias) {
  const auto read_source = [](const SqliteFile& file) {
    return read_flat_release(file, flat_system());
  };
  return open_indexed_release<Opcs4Release>(files, system_id, std::move(alias), read_source);
}

}  // namespace codelog::coding_systems::opcs4
