#include "server/identity/login_throttle.h"

#include <arpa/inet.h>
#include <sodium.h>

#include <algorithm>
#include <utility>

#include "events/base/check.h"
#include "events/base/digest.h"

namespace codelog::identity {
namespace {

// Of the entries for a key, in a row of the table.
constexpr std::size_t ways = 8;
// Counts halve in this time.
constexpr std::uint32_t half_life_s = 30 * 60;

std::array<std::uint64_t, 2> random_secret() {
  std::array<std::uint64_t, 2> secret{};
  static_assert(sizeof secret == crypto_shorthash_KEYBYTES);
  randombytes_buf(secret.data(), sizeof secret);
  return secret;
}

std::string pair_of(std::string_view account, std::string_view address) {
  return std::string(account) + std::string(1, '\0') + std::string(address);
}

}  // namespace

std::string client_network(const std::string& address) {
  in6_addr bytes{};
  if (::inet_pton(AF_INET6, address.c_str(), &bytes) != 1) return address;
  constexpr std::size_t network_bytes = 8;
  return base::to_hex({bytes.s6_addr, network_bytes});
}

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

// Another thread may have written a later time.
std::uint32_t LoginThrottle::age_s(const Entry& entry, std::uint32_t now_s) {
  return now_s > entry.last_s ? now_s - entry.last_s : 0;
}

void LoginThrottle::note_attempt(Entry& entry, std::uint32_t now_s) {
  ++entry.attempts;
  entry.last_s = std::max(entry.last_s, now_s);
}

LoginThrottle::Entry* LoginThrottle::find(Table& table, std::uint64_t key) {
  const std::size_t row = key % (table.size() / ways) * ways;
  const auto begin = table.begin() + static_cast<std::ptrdiff_t>(row);
  const auto end = begin + static_cast<std::ptrdiff_t>(ways);
  const auto found = std::find_if(begin, end, [&](const Entry& entry) { return entry.key == key; });
  return found == end ? nullptr : &*found;
}

// The key's entry, or one that may be taken for it: the emptiest of its row.
LoginThrottle::Entry& LoginThrottle::entry_of(Table& table, std::uint64_t key,
                                              std::uint32_t now_s) {
  Entry* found = find(table, key);
  if (found == nullptr) {
    const std::size_t row = key % (table.size() / ways) * ways;
    const auto begin = table.begin() + static_cast<std::ptrdiff_t>(row);
    const auto weight = [&](const Entry& entry) {
      const std::uint32_t halvings = std::min(age_s(entry, now_s) / half_life_s, 31u);
      return std::pair(entry.attempts >> halvings, entry.last_s);
    };
    found =
        &*std::min_element(begin, begin + static_cast<std::ptrdiff_t>(ways),
                           [&](const Entry& a, const Entry& b) { return weight(a) < weight(b); });
    *found = {key, 0, now_s};
  }
  const std::uint32_t halvings = age_s(*found, now_s) / half_life_s;
  if (halvings > 0) {
    found->attempts >>= std::min(halvings, 31u);
    found->last_s += halvings * half_life_s;
  }
  return *found;
}

std::chrono::seconds LoginThrottle::try_now(std::string_view account, std::string_view address,
                                            Time now) {
  const std::uint32_t now_s = seconds_at(now);
  const std::uint64_t pair_key = key_of("pair", pair_of(account, address));
  const base::Lock lock(mutex_);
  if (find(known_, pair_key) != nullptr) {
    Entry& of_pair = entry_of(known_, pair_key, now_s);
    const std::uint32_t wait = wait_s(of_pair, options_.account, now_s);
    if (wait == 0) note_attempt(of_pair, now_s);
    return std::chrono::seconds(wait);
  }
  Entry& of_account = entry_of(accounts_, key_of("account", account), now_s);
  Entry& of_address = entry_of(addresses_, key_of("address", address), now_s);
  const std::uint32_t wait = std::max(wait_s(of_account, options_.account, now_s),
                                      wait_s(of_address, options_.address, now_s));
  if (wait > 0) return std::chrono::seconds(wait);
  note_attempt(of_account, now_s);
  note_attempt(of_address, now_s);
  return std::chrono::seconds(0);
}

void LoginThrottle::succeeded(std::string_view account, std::string_view address, Time now) {
  const std::uint32_t now_s = seconds_at(now);
  const std::uint64_t pair_key = key_of("pair", pair_of(account, address));
  const base::Lock lock(mutex_);
  entry_of(accounts_, key_of("account", account), now_s).attempts = 0;
  const bool was_known = find(known_, pair_key) != nullptr;
  entry_of(known_, pair_key, now_s).attempts = 0;
  if (was_known) return;
  // Only this attempt was none of a guesser.
  Entry& of_address = entry_of(addresses_, key_of("address", address), now_s);
  of_address.attempts -= std::min(of_address.attempts, 1u);
}

}  // namespace codelog::identity
