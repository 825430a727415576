#include "server/archive/shipper.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <new>

namespace codelog::archive {
namespace {

using base::Error;
using base::ErrorCode;
using base::Position;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int background_nice = 15;
// The log's wait cannot be interrupted.
constexpr milliseconds look_interval{200};

}  // namespace

ArchiveShipper::ArchiveShipper(std::unique_ptr<Destination> destination,
                               const ArchivedSource& source, Options options)
    : destination_(std::move(destination)),
      source_(source),
      options_(std::move(options)),
      writer_(*destination_, source_, options_.writer),
      random_(std::random_device{}()),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

ArchiveShipper::~ArchiveShipper() {
  thread_.request_stop();
  const base::Lock lock(mutex_);
  stopping_.notify_all();
}

ShippingState ArchiveShipper::state() const {
  const Position head = source_.log.head().position;
  const base::Lock lock(mutex_);
  ShippingState state;
  state.last_error = last_error_;
  state.last_shipped_at = last_shipped_at_;
  state.is_stopped = is_stopped_;
  if (head <= archived_ && is_archived_known_) return state;
  state.lag_commits = head.value() - archived_.value();
  if (behind_since_) {
    state.lag =
        std::chrono::duration_cast<std::chrono::seconds>(steady_clock::now() - *behind_since_);
  }
  return state;
}

void ArchiveShipper::run(const std::stop_token& stop) {
  // Linux keeps a priority for every thread.
  (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), background_nice);
  for (;;) {
    const bool has_commits = wait_for_commits(stop);
    if (has_commits && !stop.stop_requested()) pause(stop, options_.collect_wait);
    // A last attempt at the end, unless the one before failed.
    if (stop.stop_requested() && failures_count_ > 0) return;
    if (has_commits || !is_open_) attempt(stop);
    {
      const base::Lock lock(mutex_);
      if (is_stopped_) return;
    }
    if (stop.stop_requested()) return;
    if (failures_count_ > 0) pause(stop, next_retry_wait());
  }
}

// Returns false if there are none: at the end, or before the archive is open.
bool ArchiveShipper::wait_for_commits(const std::stop_token& stop) {
  const Position next = writer_.manifest().head().position.next();
  while (!source_.log.wait_for(next, is_open_ ? look_interval : milliseconds(0))) {
    if (stop.stop_requested() || !is_open_) return false;
  }
  const base::Lock lock(mutex_);
  if (!behind_since_) behind_since_ = steady_clock::now();
  return true;
}

void ArchiveShipper::attempt(const std::stop_token& stop) {
  const auto begun = steady_clock::now();
  base::Result<void> done = Error{ErrorCode::unavailable, "there is not enough memory", {}};
  try {
    done = is_open_ ? base::Result<void>() : writer_.open();
    if (done) {
      is_open_ = true;
      done = writer_.ship([&](Position archived, Position) {
        // The last attempt ships all; one that was under way when the end came does not go on.
        return !stop.stop_requested() || archived == source_.log.head().position ||
               steady_clock::now() - begun < options_.retry_wait_min;
      });
    }
  } catch (const std::bad_alloc&) {
    // The error says so.
  }
  // Somebody has removed the archive: the next attempt begins a new one.
  if (!done && done.error().code == ErrorCode::not_found) is_open_ = false;
  if (done) {
    note_success(writer_.manifest().head().position, begun);
  } else if (!stop.stop_requested() || done.error().code != ErrorCode::unavailable) {
    note_failure(done.error());
  }
}

void ArchiveShipper::note_success(Position archived, SteadyTime begun) {
  const bool was_failing = std::exchange(failures_count_, 0) > 0;
  {
    const base::Lock lock(mutex_);
    archived_ = archived;
    is_archived_known_ = true;
    last_error_.clear();
    last_shipped_at_ = options_.writer.clock.now();
    // Commits that came meanwhile are younger than this attempt.
    behind_since_.reset();
    if (source_.log.head().position > archived) behind_since_ = begun;
  }
  if (was_failing && options_.on_change) options_.on_change("");
}

void ArchiveShipper::note_failure(const Error& error) {
  ++failures_count_;
  bool is_new = false;
  {
    const base::Lock lock(mutex_);
    is_new = last_error_ != error.detail;
    last_error_ = error.detail;
    is_stopped_ = error.code == ErrorCode::conflict;
    // What was archived before the failure counts.
    if (is_open_) archived_ = std::max(archived_, writer_.manifest().head().position);
    // Nobody looks at the log any longer after a stop.
    const bool is_behind = is_stopped_ || source_.log.head().position > archived_;
    if (!behind_since_ && is_behind) {
      behind_since_ = steady_clock::now();
    }
  }
  if (is_new && options_.on_change) options_.on_change(error.detail);
}

void ArchiveShipper::pause(const std::stop_token& stop, milliseconds wait) {
  const auto end = steady_clock::now() + wait;
  base::Lock lock(mutex_);
  while (!stop.stop_requested() && steady_clock::now() < end) stopping_.wait_until(lock, end);
}

// Doubles with every failure; half of it is random, so that servers do not come all at once.
milliseconds ArchiveShipper::next_retry_wait() {
  const int doublings = std::min(failures_count_ - 1, 10);
  const auto longest =
      std::min(options_.retry_wait_max, options_.retry_wait_min * (1 << doublings));
  std::uniform_int_distribution<milliseconds::rep> pick(longest.count() / 2, longest.count());
  return milliseconds(pick(random_));
}

}  // namespace codelog::archive
