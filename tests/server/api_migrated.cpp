#include "tests/server/api_migrated.h"

#include <catch2/catch.hpp>

#include "server/migration/mapping_migration.h"
#include "server/migration/target.h"
#include "tests/migration/old_site.h"

namespace codelog::tests {

void seed_migrated_state(ApiSite& site) {
  const OldSite old;
  NewSite migrated;
  migrated.migrate(old);
  for (const auto& user : migrated.views().users()) {
    REQUIRE(site.keys().take_key(migrated.path() / "keys" / "users", user.username));
  }
  const std::string name(migration::migrated_mapping_name);
  for (const auto& mapping : migrated.views().mappings()) {
    const auto file = mappings::mapping_file(migrated.path(), mapping.mapping, name);
    const auto to = site.mapping_file(mapping.mapping, name);
    std::filesystem::create_directories(to.parent_path());
    write_bytes(to, read_bytes(file));
  }
  const auto reader =
      migrated.folder().log().read_all(base::Position(1), events::Direction::forward);
  while (const auto commit = reader->next()) {
    REQUIRE(*commit);
    const events::CommitDraft& content = (*commit)->content;
    if (content.command != migration::migration_command) continue;  // every site makes the others
    std::vector<events::Stream> streams;
    for (const auto& expectation : content.streams) streams.push_back(expectation.stream);
    site.append(std::move(streams), content.events, content.time);
  }
}

}  // namespace codelog::tests
