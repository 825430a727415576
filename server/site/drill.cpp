#include "server/site/drill.h"

#include <algorithm>
#include <random>

#include "events/archive/manifest_store.h"
#include "server/site/site_checks.h"
#include "server/site/temporary_folder.h"

namespace codelog::site {
namespace {

using base::Error;
using base::ErrorCode;
using base::Position;
using base::Result;

Position random_position(Position head, std::uint64_t recent_commits_count) {
  const std::uint64_t count = std::clamp<std::uint64_t>(recent_commits_count, 1, head.value());
  std::random_device random;
  std::uniform_int_distribution<std::uint64_t> pick(head.value() - count + 1, head.value());
  return Position(pick(random));
}

Result<void> check_restored(const std::filesystem::path& target, DrillReport& drilled,
                            const ReportProgress& report) {
  auto lock = FolderLock::try_take(target);
  if (!lock) return lock.error();
  if (!*lock) return Error{ErrorCode::conflict, "somebody opened the drill's folder", {}};
  const auto folder = DataFolder::open({.data = target}, std::move(**lock), report);
  if (!folder) return folder.error();
  const auto verified = verify(**folder, report);
  if (!verified) return verified.error();
  const auto& without_key = drilled.restored.users_without_key;
  for (const events::Finding& problem : verified->problems) {
    // Without keys, each user's data is a problem, and no news.
    if (without_key.empty()) drilled.problems.push_back(problem.detail);
  }
  const auto rebuilt = rebuild_views(**folder, Rebuild::check_only, report);
  if (!rebuilt) return rebuilt.error();
  drilled.are_views_equal = rebuilt->are_equal;
  if (!rebuilt->are_equal) {
    drilled.problems.push_back("the restored views differ from those built again");
  }
  return {};
}

}  // namespace

Result<DrillReport> drill(const DrillRequest& request, const ReportProgress& report) {
  const auto stored = archive::load_manifest(request.destination);
  if (!stored) return stored.error();
  const Position head = stored->manifest.head().position;
  if (head == Position(0)) return Error{ErrorCode::invalid, "the archive is empty", {}};
  const auto folder = TemporaryFolder::make(request.scratch);
  if (!folder) return folder.error();
  RestoreRequest restore;
  restore.archive = &request.destination;
  restore.passphrase = request.passphrase;
  restore.target = folder->path() / "site";
  restore.moment = random_position(head, request.recent_commits_count);
  auto restored = restore_site(restore, report);
  if (!restored) return restored.error();
  DrillReport drilled;
  drilled.restored = *std::move(restored);
  if (!drilled.restored.is_root_compared) {
    drilled.problems.push_back("the Merkle root could not be compared");
  }
  if (const auto checked = check_restored(restore.target, drilled, report); !checked) {
    return checked.error();
  }
  return drilled;
}

}  // namespace codelog::site
