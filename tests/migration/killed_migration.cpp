// A migration that kills itself between two commits: `killed_migration STORAGE DATA POSITION` ends
// by SIGKILL once the log has reached the position. Exit code 0: it never did.
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "server/migration/migration.h"

namespace codelog::tests {
namespace {

int migrate(const std::filesystem::path& storage, const std::filesystem::path& data,
            base::Position last) {
  auto lock = site::FolderLock::try_take(data);
  if (!lock || !*lock) return 1;
  auto folder = site::DataFolder::open({.data = data}, std::move(**lock));
  if (!folder) return 1;
  const auto progress = [&](const site::WorkProgress&) {
    if ((*folder)->log().head().position >= last) (void)std::raise(SIGKILL);
    return true;
  };
  const auto outcome = migration::migrate_site(**folder, {.storage = storage}, progress);
  if (!outcome) std::fprintf(stderr, "%s\n", outcome.error().detail.c_str());
  return outcome ? 0 : 1;
}

}  // namespace
}  // namespace codelog::tests

int main(int, char** arguments) {
  return codelog::tests::migrate(arguments[1], arguments[2],
                                 codelog::base::Position(std::strtoull(arguments[3], nullptr, 10)));
}
