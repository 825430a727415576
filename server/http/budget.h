// What all clients together may fill, and how much of it one client may have.
//
// A client address may hold at most `share` times what is still free. Alone it gets three quarters
// of the whole, two greedy addresses get 3/7 each, and however many there are, something is left
// for the next one. Who holds nothing yet may take whatever is free.
//
// Everything is safe from any thread. Counting is two relaxed additions.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "events/base/mutex.h"
#include "server/http/shared_body.h"

namespace codelog::http {

enum class Resource : std::uint8_t { connections, bodies, answers, queue };
inline constexpr std::size_t resources_count = 4;

// One client address: what it holds of each resource.
struct Peer {
  std::array<std::atomic<std::size_t>, resources_count> held{};
  std::size_t users_count = 0;  // guarded by Peers
};

// The addresses that are connected now. IPv6 addresses of one network (/64) are one client, because
// that is what one client is given.
class Peers {
 public:
  class Ref;
  // Nothing when `address` is not an IP address.
  std::optional<Ref> find(std::string_view address);
  std::size_t count() const;

 private:
  void leave(std::uint64_t key);

  mutable base::Mutex mutex_;
  std::unordered_map<std::uint64_t, Peer> peers_ GUARDED_BY(mutex_);  // its nodes stay in place
};

// Keeps an address in the table. Movable.
class Peers::Ref {
 public:
  Ref() = default;
  ~Ref();
  Ref(Ref&& other) noexcept
      : table_(std::exchange(other.table_, nullptr)), key_(other.key_), peer_(other.peer_) {}
  Ref& operator=(Ref&& other) noexcept {
    std::swap(table_, other.table_);
    std::swap(key_, other.key_);
    std::swap(peer_, other.peer_);
    return *this;
  }
  Ref(const Ref&) = delete;
  Ref& operator=(const Ref&) = delete;

  explicit operator bool() const { return table_ != nullptr; }
  Peer& operator*() const { return *peer_; }

 private:
  friend class Peers;
  Ref(Peers& table, std::uint64_t key, Peer& peer) : table_(&table), key_(key), peer_(&peer) {}

  Peers* table_ = nullptr;
  std::uint64_t key_ = 0;
  Peer* peer_ = nullptr;
};

class Budget {
 public:
  static constexpr std::size_t share = 3;

  Budget(Resource resource, std::size_t amount_max)
      : resource_(static_cast<std::size_t>(resource)), amount_max_(amount_max) {}

  // `held` counts for the client, `used` for all together; they differ for what several clients
  // share. False, and nothing taken, when there is no room for this client.
  [[nodiscard]] bool take(Peer& peer, std::size_t held, std::size_t used);
  void give_back(Peer& peer, std::size_t held, std::size_t used);
  // For all together, whether there is room or not.
  void use(std::size_t amount) { used_.fetch_add(amount, std::memory_order_relaxed); }
  void unuse(std::size_t amount) { used_.fetch_sub(amount, std::memory_order_relaxed); }
  // What take() would say.
  bool has_room(const Peer& peer, std::size_t amount) const;

  std::size_t used() const { return used_.load(std::memory_order_relaxed); }
  std::size_t amount_max() const { return amount_max_; }

 private:
  bool is_within(std::size_t used, std::size_t held_before, std::size_t held) const;

  const std::size_t resource_;
  const std::size_t amount_max_;
  std::atomic<std::size_t> used_{0};
};

// What one connection holds of a budget, given back with it.
class Charge {
 public:
  explicit Charge(Budget& budget) : budget_(budget) {}
  ~Charge() { give_back(); }
  Charge(const Charge&) = delete;
  Charge& operator=(const Charge&) = delete;

  // Takes what is missing to `amount`. False, and nothing more taken, when there is no room.
  // All calls between two give_back()s name the same client.
  [[nodiscard]] bool grow_to(Peer& peer, std::size_t amount);
  void give_back();

 private:
  Budget& budget_;
  Peer* peer_ = nullptr;
  std::size_t amount_ = 0;
};

// What one answer holds of a budget while it is sent: bytes of its own, and bytes that other
// answers may be sending, too. Those count once for all together, and for each client that they are
// sent to.
class AnswerCharge {
 public:
  explicit AnswerCharge(Budget& budget) : budget_(budget) {}
  ~AnswerCharge() { give_back(); }
  AnswerCharge(const AnswerCharge&) = delete;
  AnswerCharge& operator=(const AnswerCharge&) = delete;

  // Once until give_back(). False, and nothing taken, when there is no room.
  [[nodiscard]] bool take(Peer& peer, std::size_t own_bytes, SharedBody shared);
  void give_back();

 private:
  Budget& budget_;
  Peer* peer_ = nullptr;
  std::size_t own_bytes_ = 0;
  SharedBody shared_;
};

}  // namespace codelog::http
