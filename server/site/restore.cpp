#include "server/site/restore.h"

#include <algorithm>
#include <deque>
#include <new>
#include <set>
#include <thread>

#include "events/base/check.h"
#include "events/base/file.h"
#include "events/base/mutex.h"
#include "events/rocksdb/log_loader.h"
#include "projections/projections.h"
#include "server/accounts/personal_data.h"
#include "server/commands/account_commands.h"
#include "server/site/restore_source.h"
#include "server/site/restore_target.h"
#include "server/site/site_files.h"

namespace codelog::site {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;
using base::Position;
using base::Result;

constexpr std::size_t batch_commits_max = 4096;
constexpr std::size_t batch_bytes_max = 8u << 20;

Error stopped() { return {ErrorCode::unavailable, "the restore was stopped", {}}; }

std::unique_ptr<RestoreSource> source_of(const RestoreRequest& request) {
  if (request.archive != nullptr) return make_archive_source(*request.archive, request.passphrase);
  return make_folder_source(request.source, request.source_witness);
}

// --- The log and the views

// Commits on their way from the thread that copies them to the one that builds the views.
class CommitQueue {
 public:
  using Batch = std::vector<events::Commit>;

  // Waits while two batches are waiting. Returns false after close().
  bool push(Batch batch) {
    base::Lock lock(mutex_);
    while (batches_.size() >= 2 && !is_closed_) changed_.wait(lock);
    if (is_closed_) return false;
    batches_.push_back(std::move(batch));
    changed_.notify_all();
    return true;
  }
  // Nothing after close(), when no batch is left.
  std::optional<Batch> pop() {
    base::Lock lock(mutex_);
    while (batches_.empty() && !is_closed_) changed_.wait(lock);
    if (batches_.empty()) return std::nullopt;
    Batch batch = std::move(batches_.front());
    batches_.pop_front();
    changed_.notify_all();
    return batch;
  }
  void close() {
    const base::Lock lock(mutex_);
    is_closed_ = true;
    changed_.notify_all();
  }

 private:
  base::Mutex mutex_;
  base::Condition changed_;
  std::deque<Batch> batches_ GUARDED_BY(mutex_);
  bool is_closed_ GUARDED_BY(mutex_) = false;
};

// Ends the thread that builds the views, also when an exception ends the copying.
struct CloseAtEnd {
  CommitQueue& queue;
  ~CloseAtEnd() { queue.close(); }
};

Result<void> copy_commits(const events::StoredLog& source, Position last, events::LogLoader& target,
                          CommitQueue& queue, const std::function<bool(Position)>& goes_on) {
  const auto reader = source.read_bytes(Position(1));
  CommitQueue::Batch batch;
  std::size_t bytes_count = 0;
  for (Position position(1); position <= last; position = position.next()) {
    const auto bytes = reader->next();
    if (!bytes) return unreadable_commit(position, bytes.error());
    CODELOG_CHECK(bytes->has_value(), "the log ends before its head");
    auto commit = target.add(**bytes);
    if (!commit) {
      const bool is_sources = commit.error().code == ErrorCode::corrupt;
      return is_sources ? unreadable_commit(position, commit.error()) : commit.error();
    }
    batch.push_back(std::move(*commit));
    bytes_count += (*bytes)->size();
    const bool is_full = batch.size() == batch_commits_max || bytes_count >= batch_bytes_max;
    if (!is_full && position != last) continue;
    // The queue is closed early only if the views cannot be built, which is reported instead.
    if (!queue.push(std::exchange(batch, {}))) return stopped();
    bytes_count = 0;
    if (!goes_on(position)) return stopped();
  }
  return {};
}

Result<void> build_views(projections::Store& views, const projections::LogIdentity& log,
                         CommitQueue& queue) {
  std::optional<CommitQueue::Batch> batch;
  std::size_t taken = 0;
  return projections::build(views, log, [&](Position) -> Result<const events::Commit*> {
    if (!batch || taken == batch->size()) {
      batch = queue.pop();
      taken = 0;
    }
    return batch ? &(*batch)[taken++] : nullptr;
  });
}

Result<void> copy_and_build(const events::StoredLog& source, Position last,
                            events::LogLoader& target, projections::Store& views,
                            const projections::LogIdentity& log, const ReportProgress& report) {
  CommitQueue queue;
  Result<void> built = {};
  std::jthread builder([&] {
    try {
      built = build_views(views, log, queue);
    } catch (const std::bad_alloc&) {
      built = Error{ErrorCode::unavailable, "there is not enough memory for the views", {}};
    }
    if (!built) queue.close();
  });
  const CloseAtEnd close{queue};
  const auto copied = copy_commits(source, last, target, queue, [&](Position done) {
    return report({"restoring commits", done.value(), last.value()});
  });
  queue.close();
  builder.join();
  return built ? copied : built;
}

Result<void> compare_roots(const events::StoredLog& source, Position last, RestoreReport& report) {
  const auto root = source.root(last.value());
  report.is_root_compared = root.has_value();
  if (!root || *root == report.root) return {};
  return Error{ErrorCode::corrupt,
               "the commits up to " + std::to_string(last.value()) +
                   " do not lead to the Merkle root that the log had then",
               {}};
}

// --- People's keys

Result<void> bring_keys(RestoreSource& source, const projections::Views& views,
                        accounts::KeyRing& keys, RestoreReport& report) {
  for (const projections::UserRecord& user : views.users()) {
    const bool was_erased = report.plan.erased_users.contains(user.username);
    if (user.is_erased || was_erased) continue;
    const auto taken = source.bring_key(keys, user.username);
    if (!taken && taken.error().code == ErrorCode::io) return taken;
    if (accounts::problem_with_key(keys, user.username, user.personal)) {
      report.users_without_key.push_back(user.username);
    } else {
      ++report.keys_count;
    }
  }
  return {};
}

// The keys that sign checkpoints, and those of the witnesses.
Result<void> bring_signing_key(RestoreSource& source, const RestoreRequest& request) {
  for (const char* name : {"log-signing", "log-cosigners"}) {
    const auto bytes = source.key_file(name);
    if (!bytes && bytes.error().code == ErrorCode::not_found) continue;
    if (!bytes) return bytes.error();
    const auto written = base::write_file_durably(request.target / "keys" / name, *bytes, 0600);
    if (!written) return written;
  }
  return {};
}

// Users who are erased while their keys are being brought: until none is, since an erasure is first
// a commit and then a destroyed key.
Result<void> note_later_erasures(RestoreSource& source, const events::StoredLog& log,
                                 RestoreReport& report) {
  std::unique_ptr<events::StoredLog> newer;
  for (const events::StoredLog* seen = &log; source.may_have_grown(*seen);) {
    auto now = source.open_log();
    if (!now) return now.error();
    const Position before = seen->head().position;
    if ((*now)->head().position <= before) return {};
    const auto later = plan_restore(**now, before, Details::none, [](auto&) { return true; });
    if (!later) return later.error();
    for (const std::string& username : later->erased_users) {
      report.plan.erased_users.insert(username);
      std::erase(report.users_without_key, username);
    }
    report.plan.may_have_erased_others |= later->may_have_erased_others;
    newer = std::move(*now);
    seen = newer.get();
  }
  return {};
}

Result<void> erase_again(const DataFolderOptions& options, const RestoreTarget& target,
                         RestoreReport& report, const ReportProgress& progress) {
  if (report.plan.erased_users.empty()) return {};
  auto folder = target.open(options, progress);
  if (!folder) return folder.error();
  commands::Executor executor((*folder)->site());
  commands::AccountCommands accounts(executor);
  for (const std::string& username : report.plan.erased_users) {
    const auto user = (*folder)->projections().views().user(username);
    if (!user || user->is_erased) continue;
    const auto erased = accounts.erase_user({commands::Actor::system(), std::nullopt}, username);
    if (!erased) return erased.error();
    report.erased_again.push_back(username);
  }
  return {};
}

// --- Releases and mappings

Result<void> bring_files(RestoreSource& source, const RestoreRequest& request,
                         const projections::Views& views, RestoreReport& report,
                         const ReportProgress& progress) {
  const std::vector<SiteFile> files = registered_files(views);
  std::set<fs::path> folders;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const SiteFile& file = files[i];
    if (!request.with_files) {
      report.files_missing.push_back(file.path.string());
      continue;
    }
    if (!progress({"bringing releases", i, files.size()})) return stopped();
    const fs::path to = request.target / file.path;
    std::error_code error;
    fs::create_directories(to.parent_path(), error);
    const std::string problem = source.bring_file(file, to);
    if (!problem.empty()) {
      report.files_missing.push_back(file.path.string() + ": " + problem);
      continue;
    }
    report.files_brought.push_back(file.path.string());
    // A missing index is made at the first use.
    if (!file.index.empty()) {
      source.bring_index(file, request.target / file.index);
    }
    for (fs::path folder = file.path.parent_path(); !folder.empty();
         folder = folder.parent_path()) {
      folders.insert(request.target / folder);
    }
  }
  for (const fs::path& folder : folders) {
    if (const auto synced = base::sync_folder(folder); !synced) return synced;
  }
  return {};
}

// Makes the log and the views.
Result<void> load(const events::StoredLog& source, const DataFolderOptions& options,
                  projections::Store& views, RestoreReport& report,
                  const ReportProgress& progress) {
  const auto loader = events::LogLoader::make(DataFolder::log_options(options));
  if (!loader) return loader.error();
  const Position last = report.plan.position;
  const auto copied =
      copy_and_build(source, last, **loader, views, {(*loader)->id(), report.epoch}, progress);
  if (!copied) return copied;
  const auto head = (*loader)->finish();
  if (!head) return head.error();
  report.root = head->root;
  return compare_roots(source, last, report);
}

// Checked first: placing the witness is the last step.
Result<void> check_witness_place(const RestoreRequest& request) {
  const fs::path& file = request.target_witness;
  std::error_code error;
  if (file.empty()) return {};
  if (fs::exists(file, error)) {
    return Error{ErrorCode::conflict,
                 "there is a file " + file.string() + " already: choose another --witness",
                 {}};
  }
  if (!fs::is_directory(fs::absolute(file).parent_path(), error)) {
    return Error{ErrorCode::not_found, "there is no folder for " + file.string(), {}};
  }
  return {};
}

// The restore keeps the witness in the target, where a failure removes it.
Result<void> place_witness(const RestoreRequest& request) {
  if (request.target_witness.empty()) return {};
  const fs::path made = request.target / "keys" / "head-witness";
  const auto bytes = base::read_file(made);
  if (!bytes) return bytes.error();
  const auto written = base::write_file_durably(request.target_witness, *bytes);
  if (!written) return written;
  std::error_code error;
  fs::remove(made, error);
  if (error) return Error{ErrorCode::io, "cannot remove " + made.string(), {}};
  return {};
}

// Makes all of the new site, but does not know yet who was erased meanwhile.
Result<void> fill(RestoreSource& source, const events::StoredLog& log,
                  const RestoreRequest& request, const DataFolderOptions& options,
                  const RestoreTarget& target, RestoreReport& report,
                  const ReportProgress& progress) {
  const auto made = DataFolder::make_folders(options.data);
  if (!made) return made;
  const auto store = projections::RocksStore::open(request.target / "projections");
  if (!store) return store.error();
  const auto loaded = load(log, options, **store, report, progress);
  if (!loaded) return loaded;
  const auto folder = target.open(options, progress);
  if (!folder) return folder.error();
  const projections::Views views((*store)->reader());
  const auto keys = bring_keys(source, views, (*folder)->keys(), report);
  if (!keys) return keys;
  if (request.with_signing_key) {
    const auto signing = bring_signing_key(source, request);
    if (!signing) return signing;
  }
  return bring_files(source, request, views, report, progress);
}

Result<void> restore_into(RestoreSource& source, const events::StoredLog& log,
                          const RestoreRequest& request, const RestoreTarget& target,
                          RestoreReport& report, const ReportProgress& progress) {
  DataFolderOptions options;
  options.data = request.target;
  options.restored_epoch = report.epoch;
  options.views = OpenViews::no;
  try {
    const auto filled = fill(source, log, request, options, target, report, progress);
    if (!filled) return filled;
    const auto noted = note_later_erasures(source, log, report);
    if (!noted) return noted;
    options.views = OpenViews::yes;
    const auto erased = erase_again(options, target, report, progress);
    if (!erased) return erased;
    return place_witness(request);
  } catch (const projections::DamagedViews& damage) {
    return Error{ErrorCode::corrupt, damage.what(), {}};
  } catch (const base::ThrownError& thrown) {
    return thrown.error();
  }
}

}  // namespace

Result<RestorePlan> plan_restore(const RestoreRequest& request, const ReportProgress& report) {
  const auto source = source_of(request);
  const auto log = source->open_log();
  if (!log) return log.error();
  return plan_restore(**log, request.moment, Details::left_out, report);
}

Result<RestoreReport> restore_site(const RestoreRequest& request, const ReportProgress& progress) {
  const auto source = source_of(request);
  const auto log = source->open_log();
  if (!log) return log.error();
  if (const auto free = check_witness_place(request); !free) return free.error();
  if (const auto opened = source->open_keys(); !opened) return opened.error();
  auto plan = plan_restore(**log, request.moment, Details::none, progress);
  if (!plan) return plan.error();
  auto target = RestoreTarget::make(request.target);
  if (!target) return target.error();
  RestoreReport report;
  report.plan = std::move(*plan);
  const auto& witnessed = (*log)->witnessed().head;
  report.epoch = std::max(report.plan.source_head.epoch, witnessed ? witnessed->epoch : 0) + 1;
  const auto restored = restore_into(*source, **log, request, *target, report, progress);
  if (!restored) return restored.error();
  if (const auto kept = target->keep(); !kept) return kept.error();
  return report;
}

}  // namespace codelog::site
