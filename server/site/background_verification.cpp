#include "server/site/background_verification.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace codelog::site {
namespace {

using std::chrono::microseconds;

constexpr int background_nice = 19;
constexpr std::int64_t interval_us =
    std::chrono::duration_cast<microseconds>(verification_interval).count();

microseconds cpu_time(int who) {
  rusage usage{};
  ::getrusage(who, &usage);
  const auto time = [](const timeval& value) {
    return std::chrono::seconds(value.tv_sec) + microseconds(value.tv_usec);
  };
  return time(usage.ru_utime) + time(usage.ru_stime);
}

// The processor time of all other threads.
microseconds others_cpu_time() { return cpu_time(RUSAGE_SELF) - cpu_time(RUSAGE_THREAD); }

void sleep(const std::stop_token& stop, microseconds time) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_for(lock, stop, time, [] { return false; });
}

}  // namespace

BackgroundVerification::BackgroundVerification(DataFolder& folder, http::Log& log, Pace pace)
    : folder_(folder),
      log_(log),
      pace_(pace),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void BackgroundVerification::run(const std::stop_token& stop) {
  // Linux keeps a priority for every thread.
  (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), background_nice);
  while (!stop.stop_requested()) {
    try {
      if (is_due()) verify(stop);
    } catch (const std::exception& error) {
      // No memory: it is tried again later. An exception must not end the server.
      log_.write(http::LogLevel::warning, "verification_failed", {{"detail", error.what()}});
    }
    sleep(stop, pace_.look_interval);
  }
}

bool BackgroundVerification::is_due() const {
  if (folder_.verifications().walk()) return true;
  const auto last = folder_.verifications().last();
  const base::Timestamp now = base::SystemClock().now();
  // Also after the clock was set back.
  return !last || now.unix_us - last->ended_at.unix_us >= interval_us || last->ended_at > now;
}

void BackgroundVerification::save(const std::optional<VerificationWalk>& walk) {
  if (const auto saved = folder_.verifications().save_walk(walk); !saved) {
    log_.write(http::LogLevel::warning, "verification_not_saved",
               {{"detail", saved.error().detail}});
  }
}

void BackgroundVerification::verify(const std::stop_token& stop) {
  const base::Timestamp now = base::SystemClock().now();
  auto begun = folder_.verifications().walk();
  LogWalk walk =
      begun ? LogWalk(folder_.log(), std::move(*begun), now) : LogWalk(folder_.log(), now);
  reported_count_ = 0;
  auto next_save = std::chrono::steady_clock::now() + pace_.save_interval;
  while (!walk.is_done() && !stop.stop_requested()) {
    walk.step(pace_.work);
    report_new(walk);
    if (walk.is_done()) break;
    if (std::chrono::steady_clock::now() >= next_save) {
      save(walk.state());
      next_save = std::chrono::steady_clock::now() + pace_.save_interval;
    }
    rest(stop);
  }
  if (!walk.is_done()) {
    // One that has found something begins again, so that the findings are all of one walk.
    return save(walk.findings().empty() ? walk.state() : LogWalk(folder_.log(), now).state());
  }
  save(std::nullopt);
  const VerificationResult result = result_of(walk);
  if (const auto noted = folder_.verifications().note(result); !noted) {
    log_.write(http::LogLevel::warning, "verification_not_saved",
               {{"detail", noted.error().detail}});
  }
  log_.write(http::LogLevel::info, "log_verified",
             {{"commits", static_cast<std::int64_t>(result.commits_count)},
              {"problems", static_cast<std::int64_t>(result.problems_count)}});
}

// A fault counts as soon as it is found, not when the whole log was read.
void BackgroundVerification::report_new(const LogWalk& walk) {
  if (walk.findings().size() == reported_count_) return;
  for (; reported_count_ < walk.findings().size(); ++reported_count_) {
    const events::Finding& finding = walk.findings()[reported_count_];
    log_.write(http::LogLevel::error, "log_damaged",
               {{"position", static_cast<std::int64_t>(finding.position.value())},
                {"detail", finding.detail}});
  }
  (void)folder_.verifications().note(result_of(walk));
}

VerificationResult BackgroundVerification::result_of(const LogWalk& walk) const {
  VerificationResult result;
  result.begun_at = walk.state().begun_at;
  result.ended_at = base::SystemClock().now();
  result.commits_count = walk.state().tree.size();
  result.problems_count = walk.findings().size();
  if (!walk.findings().empty()) {
    const events::Finding& first = walk.findings().front();
    if (first.position.value() > 0) {
      result.first_problem = "position " + std::to_string(first.position.value()) + ": ";
    }
    result.first_problem += first.detail;
  }
  return result;
}

void BackgroundVerification::rest(const std::stop_token& stop) {
  microseconds rested{0};
  microseconds pause = pace_.rest;
  while (!stop.stop_requested()) {
    const microseconds before = others_cpu_time();
    const auto begin = std::chrono::steady_clock::now();
    sleep(stop, pause);
    const auto slept =
        std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - begin);
    rested += slept;
    // The others used more than half of a processor.
    const bool is_busy = 2 * (others_cpu_time() - before) > slept;
    if (!is_busy || rested >= pace_.busy_rest_max) return;
    pause = pace_.busy_rest;
  }
}

}  // namespace codelog::site
