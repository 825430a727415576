#include "server/jobs/upgrade_reports.h"

#include <sys/resource.h>
#include <unistd.h>

#include <exception>
#include <type_traits>
#include <utility>

#include "events/base/thrown_error.h"

namespace codelog::jobs {
namespace {

// Readers come first. Linux has a priority for every thread; if it cannot be lowered, the report
// slows readers only a little.
void lower_own_priority() {
  constexpr int lower = 15;
  (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), lower);
}

// Nothing above a thread's function could catch what `work` throws.
template <class Work>
std::invoke_result_t<Work> with_thrown_as_error(Work work, std::string& cause) {
  try {
    return work();
  } catch (const base::ThrownError& thrown) {
    cause = thrown.what();
    return thrown.error();
  } catch (const std::exception& thrown) {
    cause = thrown.what();
    return base::Error{
        base::ErrorCode::unavailable, "the report failed; the server's log says why", {}};
  }
}

}  // namespace

base::Result<UpgradeReports::State> UpgradeReports::start(const commands::Write& write,
                                                          const std::string& release) {
  if (const auto good = releases_.check_report(write.actor, release); !good) return good.error();
  const base::Lock lock(mutex_);
  if (state_.is_running && state_.release != release) {
    return base::Error{base::ErrorCode::conflict,
                       "a report on " + state_.release + " is being made; wait for it to end",
                       {}};
  }
  if (state_.is_running) return state_;
  state_ = State{.release = release, .done = 0, .total = 0, .is_running = true};
  // The previous worker has finished its work, so this waits only for its last instructions.
  worker_ = std::jthread(
      [this, write, release](const std::stop_token& stop) { make(write, release, stop); });
  return state_;
}

std::optional<UpgradeReports::State> UpgradeReports::state_of(const std::string& release) const {
  const base::Lock lock(mutex_);
  if (state_.release != release) return std::nullopt;
  return state_;
}

void UpgradeReports::make(const commands::Write& write, const std::string& release,
                          const std::stop_token& stop) {
  const auto progress = [this](std::uint64_t done, std::uint64_t total) {
    const base::Lock lock(mutex_);
    state_.done = done;
    state_.total = total;
  };
  std::string cause;
  base::Result<events::UpgradesReported> report = events::UpgradesReported();
  // The comparison runs on a thread of its own with low priority, which ends with it. This thread
  // records the outcome at normal priority, because other commits may have to wait for that.
  std::jthread([&] {
    lower_own_priority();
    report = with_thrown_as_error(
        [&] { return releases_.compare_versions(release, progress, stop); }, cause);
  }).join();
  const auto commit = with_thrown_as_error(
      [&]() -> base::Result<events::Commit> {
        if (!report) return report.error();
        return releases_.record_report(write, *report);
      },
      cause);
  const base::Lock lock(mutex_);
  state_.is_running = false;
  if (commit) return;
  state_.error = commit.error();
  state_.cause = std::move(cause);
}

}  // namespace codelog::jobs
