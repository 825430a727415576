// The limits for all clients together, for each client address, and for each account.
//
// An address may hold at most `share` times what is still free. A single address gets three
// quarters of the whole, two greedy ones get 3/7 each; something is always left for another. An
// address that holds nothing may take all that is free. The same holds for an account, from
// however many addresses its requests come.
//
// Safe from any thread. Counting is two relaxed additions.
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

// One client address or one account, and the amount of each resource that it holds.
struct Peer {
  std::array<std::atomic<std::size_t>, resources_count> held{};
  std::size_t users_count = 0;  // guarded by Peers
};

// The payers of a request: an address, and an account if the request names one. Both need room.
struct Client {
  Client(Peer& peer, Peer* account_or_none = nullptr) : address(&peer), account(account_or_none) {}

  Peer* address;
  Peer* account;
};

// The connected addresses, or the accounts that they use. IPv6 addresses of one network (/64) count
// as one client, because one client gets a whole network.
class Peers {
 public:
  class Ref;
  // Nothing if `address` is not an IP address.
  std::optional<Ref> find(std::string_view address);
  // By the request's credentials, whether or not they are valid: invalid ones get a share too, but
  // only within that of their address.
  Ref find_account(std::string_view credentials);
  std::size_t count() const;

 private:
  Ref enter(std::uint64_t key);
  void leave(std::uint64_t key);

  mutable base::Mutex mutex_;
  std::unordered_map<std::uint64_t, Peer> peers_ GUARDED_BY(mutex_);  // its nodes stay in place
};

// Keeps an address or account in the table. Movable.
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

  // `held` counts for the client, `used` for all together; they differ for data that several
  // clients share. Returns false, and takes nothing, if there is no room for this client.
  [[nodiscard]] bool take(Client client, std::size_t held, std::size_t used);
  // Takes even if there is no room; returns whether there was.
  bool add(Client client, std::size_t held, std::size_t used);
  void give_back(Client client, std::size_t held, std::size_t used);
  // Counts for all together, even if there is no room.
  void use(std::size_t amount) { used_.fetch_add(amount, std::memory_order_relaxed); }
  void unuse(std::size_t amount) { used_.fetch_sub(amount, std::memory_order_relaxed); }
  // The result that take() would have.
  bool has_room(Client client, std::size_t amount) const;

  std::size_t used() const { return used_.load(std::memory_order_relaxed); }
  std::size_t amount_max() const { return amount_max_; }

 private:
  bool is_within(std::size_t used, std::size_t held_before, std::size_t held) const;

  const std::size_t resource_;
  const std::size_t amount_max_;
  std::atomic<std::size_t> used_{0};
};

// One connection's part of a budget; its destructor gives the part back.
class Charge {
 public:
  explicit Charge(Budget& budget) : budget_(budget) {}
  ~Charge() { give_back(); }
  Charge(const Charge&) = delete;
  Charge& operator=(const Charge&) = delete;

  // Takes the missing amount up to `amount`. Returns false, and takes nothing, if there is no room.
  // All calls up to give_back() must name the same client.
  [[nodiscard]] bool grow_to(Client client, std::size_t amount);
  void give_back();

 private:
  Budget& budget_;
  std::optional<Client> client_;
  std::size_t amount_ = 0;
};

// An answer's part of a budget while it is sent: its own bytes, and bytes shared with other
// answers. Shared bytes count once for all together, and once for each client that receives them.
class AnswerCharge {
 public:
  explicit AnswerCharge(Budget& budget) : budget_(budget) {}
  ~AnswerCharge() { give_back(); }
  AnswerCharge(const AnswerCharge&) = delete;
  AnswerCharge& operator=(const AnswerCharge&) = delete;

  // Call take() or add() once until give_back(). Returns false, and takes nothing, if there is no
  // room.
  [[nodiscard]] bool take(Client client, std::size_t own_bytes, SharedBody shared);
  // Takes even if there is no room, for an answer that must not be refused; returns whether there
  // was.
  bool add(Client client, std::size_t own_bytes, SharedBody shared);
  void give_back();

 private:
  Budget& budget_;
  std::optional<Client> client_;
  std::size_t own_bytes_ = 0;
  SharedBody shared_;
};

}  // namespace codelog::http
