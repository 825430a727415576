// Keeps an archive up to date while a site is served: a thread of low priority that archives new
// commits within two seconds. Writers never wait for it, and it reads what they have made durable.
//
// A destination that fails is tried again, after a second at first and a minute at most, and
// catches up. When another process has taken the archive over, this one stops for good.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include "events/archive/archive_writer.h"
#include "events/base/mutex.h"

namespace codelog::archive {

struct ShippingState {
  std::uint64_t lag_commits = 0;  // durable here and not yet there
  std::chrono::seconds lag{0};    // the age of the oldest of them; 0 without any
  std::optional<base::Timestamp> last_shipped_at;
  std::string last_error;   // of the last attempt; empty: it succeeded
  bool is_stopped = false;  // needs a person: the archive belongs to somebody else
};

class ArchiveShipper {
 public:
  struct Options {
    ArchiveWriter::Options writer;
    // Told when shipping begins to fail (with the reason), and when it works again (an empty text).
    std::function<void(const std::string& error)> on_change = {};
    // Commits are collected so long, so that they share a segment.
    std::chrono::milliseconds collect_wait{500};
    std::chrono::milliseconds retry_wait_min{1'000};
    std::chrono::milliseconds retry_wait_max{60'000};
  };

  // The source must outlive this object.
  ArchiveShipper(std::unique_ptr<Destination> destination, const ArchivedSource& source,
                 Options options);
  // Ships what there is, unless the destination fails.
  ~ArchiveShipper();
  ArchiveShipper(const ArchiveShipper&) = delete;
  ArchiveShipper& operator=(const ArchiveShipper&) = delete;

  std::string describe_destination() const { return destination_->describe(); }
  // Thread-safe and quick.
  ShippingState state() const;

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  void run(const std::stop_token& stop);
  bool wait_for_commits(const std::stop_token& stop);
  void attempt(const std::stop_token& stop);
  void note_success(base::Position archived, SteadyTime begun);
  void note_failure(const base::Error& error);
  void pause(const std::stop_token& stop, std::chrono::milliseconds wait);
  std::chrono::milliseconds next_retry_wait();

  const std::unique_ptr<Destination> destination_;
  const ArchivedSource source_;
  const Options options_;
  ArchiveWriter writer_;  // only the thread uses it, and the next three
  bool is_open_ = false;
  int failures_count_ = 0;
  std::minstd_rand random_;
  mutable base::Mutex mutex_;
  base::Condition stopping_;
  base::Position archived_ GUARDED_BY(mutex_);
  bool is_archived_known_ GUARDED_BY(mutex_) = false;
  std::optional<SteadyTime> behind_since_ GUARDED_BY(mutex_);
  std::optional<base::Timestamp> last_shipped_at_ GUARDED_BY(mutex_);
  std::string last_error_ GUARDED_BY(mutex_);
  bool is_stopped_ GUARDED_BY(mutex_) = false;
  std::jthread thread_;  // declared last: it uses the members above
};

}  // namespace codelog::archive
