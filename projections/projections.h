// The site's views, kept up to date with the log. Opening catches up, or rebuilds views that are of
// another format, of another log, damaged, or absent. Afterwards, every durable commit is applied
// before its writer is answered.
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "events/base/mutex.h"
#include "events/log.h"
#include "projections/projector.h"
#include "projections/rocks_store.h"
#include "projections/views.h"

namespace codelog::projections {

// Called from time to time during long work, with positions.
using Progress = std::function<void(Position done, Position head)>;

class Projections {
 public:
  // Follows the log as long as this object lives. Removes views that are damaged or marked as
  // damaged, and makes them again. `environment` is for tests of failing disks. Errors: io;
  // unavailable (another process has the views open); corrupt, naming the commit (it cannot be read
  // or does not fit).
  static base::Result<std::unique_ptr<Projections>> open(const std::filesystem::path& folder,
                                                         events::Log& log,
                                                         const Progress& progress = {},
                                                         rocksdb::Env* environment = nullptr);
  ~Projections();
  Projections(const Projections&) = delete;
  Projections& operator=(const Projections&) = delete;

  // Safe from any thread. Throws DamagedViews once any thread has found damage.
  Views views() const;
  // The same moment as bytes, for comparisons.
  std::unique_ptr<StoreReader> snapshot() const { return store_->reader(); }
  Position checkpoint() const { return Position(checkpoint_.load()); }
  // SHA-256 over every key and value in order: equal digests mean equal views. Reads all views.
  base::Sha256 digest() const;
  // Why the views have stopped following the log; empty while they follow. After a failed write or
  // read they try again every second. After damage, in the views or in a commit, they do not;
  // damaged views are made again at the next open().
  std::string failure() const;
  // The damage because of which open() removed the old views; empty if there was none.
  const std::string& damage_found() const { return damage_found_; }

  // As LogMaintenance::give_back_memory(), for the views' store.
  void give_back_memory() { store_->write_idle_tables(); }

  // `listener` is called with commits that the views have just applied, on the committing thread,
  // before the writers are answered; for caches of data from the views. Commits that could not be
  // written at first come on a thread of the views. An empty function removes the listener. Safe
  // from any thread. When this returns, the previous listener is not running and will not be called
  // again.
  void set_listener(events::Follower listener);

 private:
  struct Failure {
    std::string detail;
    bool is_lasting = false;  // trying again does not help
  };

  Projections(std::filesystem::path folder, events::Log& log, std::unique_ptr<RocksStore> store);
  void take_in(std::span<const events::Commit> commits);
  base::Result<void> apply_from_log(Position last) REQUIRES(applying_);
  base::Result<void> apply(std::span<const events::Commit> commits) REQUIRES(applying_);
  void note_damage(const std::string& cause);
  static Failure failure_of(const base::Error& error);
  void fail(const base::Error& error);
  void recover() EXCLUDES(applying_);
  void recover_when_failed(const std::stop_token& stop);

  const std::filesystem::path folder_;
  events::Log& log_;
  std::string damage_found_;
  std::unique_ptr<RocksStore> store_;
  base::Mutex applying_;  // commits are applied in order
  std::unique_ptr<Projector> projector_ GUARDED_BY(applying_);
  Position missed_ GUARDED_BY(applying_);  // the last commit not applied
  std::atomic<std::uint64_t> checkpoint_ = 0;
  mutable base::Mutex mutex_;
  std::condition_variable_any failed_;
  std::optional<Failure> failure_ GUARDED_BY(mutex_);
  std::atomic<bool> is_damaged_ = false;
  base::Mutex listener_mutex_;
  events::Follower listener_ GUARDED_BY(listener_mutex_);
  // Declared last: these threads use the members above.
  std::unique_ptr<events::Following> following_;
  std::jthread recovery_;
};

// Makes the next open() remove the views in this folder and make them again.
base::Result<void> mark_for_rebuild(const std::filesystem::path& folder);

// Applies all commits after the store's checkpoint, in bulk; only up to `last` if that is given.
// Errors: io; corrupt (a commit cannot be read or does not fit, or the store is damaged).
base::Result<void> catch_up(Store& store, const events::Log& log, const Progress& progress,
                            std::optional<Position> last = std::nullopt);

// Gives the commit after the checkpoint, valid until the next call; null at the end.
using NextCommit = std::function<base::Result<const events::Commit*>(Position checkpoint)>;
// Applies the commits, in bulk, to the views of this log. `on_written` may be empty; it is called
// from time to time with the checkpoint. Errors: those of `next`; otherwise as catch_up().
base::Result<void> build(Store& store, const LogIdentity& log, const NextCommit& next,
                         const std::function<void(Position)>& on_written = {});

// SHA-256 over every key and value in order: equal digests mean equal views.
base::Sha256 digest(const StoreReader& reader);
base::Sha256 digest(const Store& store);

LogIdentity identity_of(const events::Log& log);

}  // namespace codelog::projections
