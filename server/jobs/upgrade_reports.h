// Makes reports on the effects of a release on all versions, in the background: one at a time, on a
// thread of low priority, so that requests are still answered. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <thread>

#include "events/base/mutex.h"
#include "server/commands/release_commands.h"

namespace codelog::jobs {

class UpgradeReports {
 public:
  explicit UpgradeReports(commands::ReleaseCommands& releases) : releases_(releases) {}
  // Asks a running report to stop, and waits for it.
  ~UpgradeReports() = default;
  UpgradeReports(const UpgradeReports&) = delete;
  UpgradeReports& operator=(const UpgradeReports&) = delete;

  struct State {
    std::string release;
    std::uint64_t done = 0;  // versions compared
    std::uint64_t total = 0;
    bool is_running = false;
    std::optional<base::Error> error = {};  // why the last report on this release failed
    std::string cause = {};                 // of the error, for the server's log; may be empty
  };

  // Starts a report, or returns the state of one already running. Errors: those of
  // ReleaseCommands::check_report, and conflict (a report on another release is running).
  base::Result<State> start(const commands::Write& write, const std::string& release);
  // The state of the last report started, if it was on this release.
  std::optional<State> state_of(const std::string& release) const;

 private:
  void make(const commands::Write& write, const std::string& release, const std::stop_token& stop);

  commands::ReleaseCommands& releases_;
  mutable base::Mutex mutex_;
  State state_ GUARDED_BY(mutex_);
  std::jthread worker_ GUARDED_BY(mutex_);  // last: it must end before the members that it uses
};

}  // namespace codelog::jobs
