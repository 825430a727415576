// The site's views, kept up with the log. Opening catches up (or rebuilds, where the views are of
// another format, of another log, damaged, or absent); from then on every durable commit is taken
// in before its writer is answered.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "events/log.h"
#include "projections/projector.h"
#include "projections/rocks_store.h"
#include "projections/views.h"

namespace codelog::projections {

// Called now and then during long work, with positions.
using Progress = std::function<void(Position done, Position head)>;

class Projections {
 public:
  // Becomes the log's observer, for good: nothing may be appended once this is gone. Errors: io;
  // corrupt, naming the commit, when one cannot be read or does not fit.
  static base::Result<std::unique_ptr<Projections>> open(const std::filesystem::path& folder,
                                                         events::EventLog& log,
                                                         const Progress& progress = {});
  Projections(const Projections&) = delete;
  Projections& operator=(const Projections&) = delete;

  // Safe from any thread.
  Views views() const { return Views(store_->reader()); }
  // The same moment as bytes, for comparing.
  std::unique_ptr<StoreReader> snapshot() const { return store_->reader(); }
  Position checkpoint() const { return Position(checkpoint_.load()); }
  // SHA-256 over every key and value in order: equal digests, equal views. Reads everything.
  base::Sha256 digest() const;
  // Why the views have stopped following the log; empty while they follow.
  std::string failure() const;

  // Called with commits that the views have just taken in, on the thread that has committed them,
  // before their writers are answered: for caches of what was read from the views. Empty for none.
  // Safe from any thread; when it returns, the listener before is not running and will not be
  // called again.
  void set_listener(events::EventLog::Observer listener);

 private:
  explicit Projections(std::unique_ptr<RocksStore> store);
  void take_in(std::span<const events::Commit> commits);

  std::unique_ptr<RocksStore> store_;
  std::unique_ptr<Projector> projector_;  // used by whichever thread commits after open()
  std::atomic<std::uint64_t> checkpoint_ = 0;
  mutable std::mutex mutex_;
  std::string failure_;  // guarded by mutex_
  std::mutex listener_mutex_;
  events::EventLog::Observer listener_;  // guarded by listener_mutex_
};

// Applies every commit behind the store's checkpoint, in bulk; up to and including `last`, if that
// is given.
base::Result<void> catch_up(Store& store, const events::EventLog& log, const Progress& progress,
                            std::optional<Position> last = std::nullopt);

// SHA-256 over every key and value in order: equal digests, equal views.
base::Sha256 digest(const StoreReader& reader);
base::Sha256 digest(const Store& store);

LogIdentity identity_of(const events::EventLog& log);

// "codelist/17": the stream of a codelist and its versions.
std::string codelist_stream(CodelistId id);
std::string release_stream(std::string_view alias);

}  // namespace codelog::projections
