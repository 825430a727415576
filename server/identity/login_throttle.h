// Slows down who guesses passwords, or makes the site send mails: by account, whatever address they
// come from, and by address, whatever account they try. A refused attempt costs the server no
// password hash.
//
// The first attempts are free; then each failure doubles the wait for the next attempt, up to a
// minute for an account and a quarter of an hour for an address. Counts halve every half hour. A
// success ends the account's waits, and its address is known from then on: an owner signs in from
// there whatever strangers do, whether they guess at the account or share the address. Unknown
// usernames are slowed down like known ones.
//
// Memory is fixed: of too many accounts or addresses, those whose waits are nearly over are
// forgotten first. Safe from any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/mutex.h"

namespace codelog::identity {

// The client whose attempts count together: an address, or a network of IPv6 (/64), which one
// client has for itself.
std::string client_network(const std::string& address);

class LoginThrottle {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Limits {
    std::uint32_t free_attempts = 5;
    std::chrono::seconds wait_max{60};
  };
  struct Options {
    Limits account{5, std::chrono::seconds(60)};
    Limits address{20, std::chrono::minutes(15)};
    std::size_t entries_max = 1 << 15;  // of each kind; 16 bytes each
  };

  LoginThrottle();
  explicit LoginThrottle(const Options& options);

  // Zero: the attempt may be made now, and counts as failed until succeeded() is called. Otherwise
  // the time to wait.
  std::chrono::seconds try_now(std::string_view account, std::string_view address, Time now);
  void succeeded(std::string_view account, std::string_view address, Time now);

 private:
  // The key's attempts without a success.
  struct Entry {
    std::uint64_t key = 0;
    std::uint32_t attempts = 0;
    std::uint32_t last_s = 0;
  };
  using Table = std::vector<Entry>;

  std::uint64_t key_of(std::string_view kind, std::string_view text) const;
  std::uint32_t seconds_at(Time now) const;
  static std::uint32_t wait_s(const Entry& entry, const Limits& limits, std::uint32_t now_s);
  static std::uint32_t age_s(const Entry& entry, std::uint32_t now_s);
  static void note_attempt(Entry& entry, std::uint32_t now_s);
  static Entry* find(Table& table, std::uint64_t key);
  static Entry& entry_of(Table& table, std::uint64_t key, std::uint32_t now_s);

  const Options options_;
  const std::array<std::uint64_t, 2> secret_;  // so that nobody can choose colliding names
  const Time began_at_;
  base::Mutex mutex_;
  Table accounts_ GUARDED_BY(mutex_);
  Table addresses_ GUARDED_BY(mutex_);
  Table known_ GUARDED_BY(mutex_);  // pairs of account and address that have signed in
};

}  // namespace codelog::identity
