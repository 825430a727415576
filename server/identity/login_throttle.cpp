#include "server/identity/login_throttle.h"

#include <sodium.h>

#include <algorithm>
#include <string>

#include "events/base/check.h"

namespace codelog::identity {
namespace {

// Of the entries for a key, in a row of the table.
constexpr std::size_t ways = 8;
// After this time without an attempt, earlier ones are forgotten.
constexpr std::uint32_t memory_s = 60 * 60;

std::array<std::uint64_t, 2> random_secret() {
  std::array<std::uint64_t, 2> secret{};
  static_assert(sizeof secret == crypto_shorthash_KEYBYTES);
  randombytes_buf(secret.data(), sizeof secret);
  return secret;
}

}  // namespace

LoginThrottle::LoginThrottle() : LoginThrottle(Options{}) {}

LoginThrottle::LoginThrottle(const Options& options)
    : options_(options),
      secret_(random_secret()),
      began_at_(std::chrono::steady_clock::now()),
      accounts_(options.entries_max),
      addresses_(options.entries_max),
      known_(options.entries_max) {
  CODELOG_CHECK(options.entries_max >= ways && options.entries_max % ways == 0,
                "a throttle has whole rows");
}

std::uint64_t LoginThrottle::key_of(std::string_view kind, std::string_view text) const {
  const std::string whole = std::string(kind) + std::string(1, '\0') + std::string(text);
  std::uint64_t key = 0;
  static_assert(sizeof key == crypto_shorthash_BYTES);
  crypto_shorthash(reinterpret_cast<unsigned char*>(&key),
                   reinterpret_cast<const unsigned char*>(whole.data()), whole.size(),
                   reinterpret_cast<const unsigned char*>(secret_.data()));
  return std::max<std::uint64_t>(key, 1);
}

std::uint32_t LoginThrottle::seconds_at(Time now) const {
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::seconds>(now - began_at_).count());
}

std::uint32_t LoginThrottle::wait_s(const Entry& entry, const Limits& limits, std::uint32_t now_s) {
  if (entry.attempts < limits.free_attempts) return 0;
  const std::uint32_t doublings = std::min(entry.attempts - limits.free_attempts, 20u);
  const auto wait =
      std::min<std::uint64_t>(1u << doublings, static_cast<std::uint64_t>(limits.wait_max.count()));
  const std::uint64_t until = entry.last_s + wait;
  return until > now_s ? static_cast<std::uint32_t>(until - now_s) : 0;
}

// The key's entry, or one that may be taken for it: the emptiest of its row.
LoginThrottle::Entry& LoginThrottle::entry_of(Table& table, std::uint64_t key,
                                              std::uint32_t now_s) {
  const std::size_t row = key % (table.size() / ways) * ways;
  const auto begin = table.begin() + static_cast<std::ptrdiff_t>(row);
  const auto end = begin + static_cast<std::ptrdiff_t>(ways);
  auto found = std::find_if(begin, end, [&](const Entry& entry) { return entry.key == key; });
  if (found == end) {
    const auto weight = [&](const Entry& entry) {
      const bool is_over = entry.key == 0 || now_s - entry.last_s > memory_s;
      return is_over ? 0u : entry.attempts + 1;
    };
    found = std::min_element(begin, end, [&](const Entry& a, const Entry& b) {
      return std::pair(weight(a), a.last_s) < std::pair(weight(b), b.last_s);
    });
    *found = {key, 0, now_s};
  }
  if (now_s - found->last_s > memory_s) found->attempts = 0;
  return *found;
}

std::chrono::seconds LoginThrottle::try_now(std::string_view account, std::string_view address,
                                            Time now) {
  const std::uint32_t now_s = seconds_at(now);
  const std::string pair = std::string(account) + std::string(1, '\0') + std::string(address);
  const base::Lock lock(mutex_);
  Entry& of_account = entry_of(accounts_, key_of("account", account), now_s);
  Entry& of_address = entry_of(addresses_, key_of("address", address), now_s);
  const std::uint64_t pair_key = key_of("pair", pair);
  const std::size_t row = pair_key % (known_.size() / ways) * ways;
  const bool is_known = std::any_of(known_.begin() + static_cast<std::ptrdiff_t>(row),
                                    known_.begin() + static_cast<std::ptrdiff_t>(row + ways),
                                    [&](const Entry& entry) { return entry.key == pair_key; });
  std::uint32_t wait = wait_s(of_address, options_.address, now_s);
  if (!is_known) wait = std::max(wait, wait_s(of_account, options_.account, now_s));
  if (wait > 0) return std::chrono::seconds(wait);
  ++of_address.attempts;
  of_address.last_s = now_s;
  if (is_known) return std::chrono::seconds(0);
  ++of_account.attempts;
  of_account.last_s = now_s;
  return std::chrono::seconds(0);
}

void LoginThrottle::succeeded(std::string_view account, std::string_view address, Time now) {
  const std::uint32_t now_s = seconds_at(now);
  const std::string pair = std::string(account) + std::string(1, '\0') + std::string(address);
  const base::Lock lock(mutex_);
  entry_of(accounts_, key_of("account", account), now_s).attempts = 0;
  // One good password does not pay for guesses at others.
  Entry& of_address = entry_of(addresses_, key_of("address", address), now_s);
  of_address.attempts -= std::min(of_address.attempts, 1u);
  Entry& known = entry_of(known_, key_of("pair", pair), now_s);
  known.last_s = now_s;
}

}  // namespace codelog::identity
