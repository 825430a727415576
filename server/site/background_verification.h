// Verifies the log of a site that is served, once a week, on a thread of low priority: a hundredth
// of a second of work, then nine times that long a rest, and a longer one while the server is busy.
// Goes on after a restart where it was. A fault is written to the server's log at once, and to the
// ledger, from where status and metrics have it; the server keeps serving.
#pragma once

#include <chrono>
#include <stop_token>
#include <thread>

#include "server/http/log.h"
#include "server/site/data_folder.h"
#include "server/site/log_walk.h"

namespace codelog::site {

inline constexpr std::chrono::hours verification_interval{24 * 7};

class BackgroundVerification {
 public:
  // For tests to shorten.
  struct Pace {
    std::chrono::microseconds work{10'000};
    std::chrono::microseconds rest{90'000};
    std::chrono::milliseconds busy_rest{5'000};
    // Goes on after this long, however busy the server is.
    std::chrono::milliseconds busy_rest_max{60'000};
    std::chrono::milliseconds save_interval{30'000};
    std::chrono::milliseconds look_interval{60'000};  // whether a week is over
  };

  // Both must outlive this object.
  BackgroundVerification(DataFolder& folder, http::Log& log, Pace pace);
  BackgroundVerification(DataFolder& folder, http::Log& log)
      : BackgroundVerification(folder, log, Pace()) {}

 private:
  void run(const std::stop_token& stop);
  bool is_due() const;
  void verify(const std::stop_token& stop);
  void rest(const std::stop_token& stop);
  void report_new(const LogWalk& walk);
  void save(const std::optional<VerificationWalk>& walk);
  VerificationResult result_of(const LogWalk& walk) const;

  DataFolder& folder_;
  http::Log& log_;
  const Pace pace_;
  std::size_t reported_count_ = 0;  // findings of this walk; only the thread uses it
  std::jthread thread_;             // declared last: it uses the members above
};

}  // namespace codelog::site
