#include "server/mail/mailer.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <utility>

#include "events/base/digest.h"

namespace codelog::mail {
namespace {

std::string make_id() {
  std::array<std::uint8_t, 16> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return base::to_hex(bytes);
}

}  // namespace

Mailer::Mailer(Options options, Delivery delivery, const base::Clock& clock)
    : options_(std::move(options)),
      delivery_(std::move(delivery)),
      clock_(clock),
      thread_([this] { run(); }) {}

Mailer::~Mailer() {
  {
    const base::Lock lock(mutex_);
    is_ending_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void Mailer::send(Mail mail) {
  bool is_full = false;
  {
    const base::Lock lock(mutex_);
    is_full = queue_.size() >= options_.queue_max;
    if (!is_full) queue_.push_back({std::move(mail), std::chrono::steady_clock::now()});
    changed_.notify_all();
  }
  if (is_full) options_.report("a mail was not sent, because too many are waiting");
}

void Mailer::run() {
  base::Lock lock(mutex_);
  while (!is_ending_) {
    const auto next = std::ranges::min_element(queue_, {}, &Waiting::due);
    if (next == queue_.end()) {
      changed_.wait(lock);
    } else if (next->due > std::chrono::steady_clock::now()) {
      (void)changed_.wait_until(lock, next->due);
    } else {
      Waiting waiting = std::move(*next);
      queue_.erase(next);
      lock.unlock();
      try_to_deliver(std::move(waiting));
      lock.lock();
    }
  }
}

void Mailer::try_to_deliver(Waiting waiting) {
  const auto message = make_message(waiting.mail, options_.from, clock_.now(), make_id());
  const auto delivered = message ? delivery_(options_.from, waiting.mail.to, *message)
                                 : base::Result<void>(message.error());
  if (delivered) return;
  const bool is_final = delivered.error().code == base::ErrorCode::invalid ||
                        waiting.attempts >= options_.pauses.size();
  if (is_final) return options_.report(delivered.error().detail);
  waiting.due = std::chrono::steady_clock::now() + options_.pauses[waiting.attempts++];
  const base::Lock lock(mutex_);
  queue_.push_back(std::move(waiting));
}

}  // namespace codelog::mail
