// Sends mails in the background: a request that causes a mail never waits for a mail server, and
// takes as long whether there is a mail to send or not.
//
// The queue holds a thousand mails; further ones are refused and reported. A mail that cannot be
// handed over is tried again after a minute and after ten; then it is given up and reported. Safe
// from any thread.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "events/base/clock.h"
#include "events/base/mutex.h"
#include "server/mail/delivery.h"
#include "server/mail/message.h"

namespace codelog::mail {

class Mailer {
 public:
  struct Options {
    std::string from = "no-reply@localhost.localdomain";
    std::vector<std::chrono::milliseconds> pauses = {std::chrono::minutes(1),
                                                     std::chrono::minutes(10)};
    std::size_t queue_max = 1000;
    // Told about each mail that is given up, without its text: its links are secrets.
    std::function<void(const std::string& problem)> report = [](const std::string&) {};
  };

  Mailer(Options options, Delivery delivery, const base::Clock& clock);
  // Ends after the delivery that is under way.
  ~Mailer();
  Mailer(const Mailer&) = delete;
  Mailer& operator=(const Mailer&) = delete;

  void send(Mail mail);

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Waiting {
    Mail mail;
    Time due;
    std::size_t attempts = 0;
  };

  void run();
  void try_to_deliver(Waiting waiting);

  const Options options_;
  const Delivery delivery_;
  const base::Clock& clock_;
  base::Mutex mutex_;
  base::Condition changed_;
  std::deque<Waiting> queue_ GUARDED_BY(mutex_);
  bool is_ending_ GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace codelog::mail
