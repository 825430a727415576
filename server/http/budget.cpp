#include "server/http/budget.h"

#include <arpa/inet.h>

#include <cstring>
#include <functional>
#include <string>

namespace codelog::http {
namespace {

// The key of an IPv4 address (also one written as IPv6), or of the network of an IPv6 address.
std::optional<std::uint64_t> key_of(std::string_view address) {
  const std::string text(address.substr(0, address.find('%')));  // without the interface
  in6_addr v6{};
  in_addr v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) return v4.s_addr;
  if (::inet_pton(AF_INET6, text.c_str(), &v6) != 1) return std::nullopt;
  std::uint32_t last = 0;
  std::memcpy(&last, v6.s6_addr + 12, sizeof last);
  if (IN6_IS_ADDR_V4MAPPED(&v6)) return last;
  std::uint64_t network = 0;
  std::memcpy(&network, v6.s6_addr, sizeof network);
  // Loopback and similar addresses have no network; their last bytes distinguish them.
  return network != 0 ? network : std::uint64_t{last} << 32;
}

}  // namespace

std::optional<Peers::Ref> Peers::find(std::string_view address) {
  const auto key = key_of(address);
  if (!key) return std::nullopt;
  return enter(*key);
}

Peers::Ref Peers::find_account(std::string_view credentials) {
  return enter(std::hash<std::string_view>()(credentials));
}

Peers::Ref Peers::enter(std::uint64_t key) {
  const base::Lock lock(mutex_);
  Peer& peer = peers_[key];
  ++peer.users_count;
  return Ref(*this, key, peer);
}

void Peers::leave(std::uint64_t key) {
  const base::Lock lock(mutex_);
  const auto found = peers_.find(key);
  if (--found->second.users_count == 0) peers_.erase(found);
}

std::size_t Peers::count() const {
  const base::Lock lock(mutex_);
  return peers_.size();
}

Peers::Ref::~Ref() {
  if (table_ != nullptr) table_->leave(key_);
}

bool Budget::is_within(std::size_t used, std::size_t held_before, std::size_t held) const {
  if (used > amount_max_) return false;
  if (held_before == 0) return true;
  const std::size_t free = amount_max_ - used;
  return (held_before + held) / share <= free;
}

bool Budget::add(Client client, std::size_t held, std::size_t used) {
  const std::size_t used_after = used_.fetch_add(used, std::memory_order_relaxed) + used;
  bool has_room = true;
  for (Peer* const peer : {client.address, client.account}) {
    if (peer == nullptr) continue;
    const auto held_before = peer->held[resource_].fetch_add(held, std::memory_order_relaxed);
    has_room = is_within(used_after, held_before, held) && has_room;
  }
  return has_room;
}

bool Budget::take(Client client, std::size_t held, std::size_t used) {
  if (add(client, held, used)) return true;
  give_back(client, held, used);
  return false;
}

void Budget::give_back(Client client, std::size_t held, std::size_t used) {
  used_.fetch_sub(used, std::memory_order_relaxed);
  for (Peer* const peer : {client.address, client.account}) {
    if (peer != nullptr) peer->held[resource_].fetch_sub(held, std::memory_order_relaxed);
  }
}

bool Budget::has_room(Client client, std::size_t amount) const {
  for (const Peer* const peer : {client.address, client.account}) {
    if (peer == nullptr) continue;
    const auto held_before = peer->held[resource_].load(std::memory_order_relaxed);
    if (!is_within(used() + amount, held_before, amount)) return false;
  }
  return true;
}

bool Charge::grow_to(Client client, std::size_t amount) {
  if (amount <= amount_) return true;
  const std::size_t missing = amount - amount_;
  if (!budget_.take(client, missing, missing)) return false;
  client_ = client;
  amount_ = amount;
  return true;
}

void Charge::give_back() {
  if (amount_ == 0) return;
  budget_.give_back(*client_, amount_, amount_);
  amount_ = 0;
}

bool AnswerCharge::take(Client client, std::size_t own_bytes, SharedBody shared) {
  if (add(client, own_bytes, std::move(shared))) return true;
  give_back();
  return false;
}

bool AnswerCharge::add(Client client, std::size_t own_bytes, SharedBody shared) {
  client_ = client;
  own_bytes_ = own_bytes;
  shared_ = std::move(shared);
  const std::size_t shared_bytes = shared_ ? shared_->size() : 0;
  // A shared body counts once, from its first sender to its last.
  if (shared_ && shared_->begin_sending()) budget_.use(shared_bytes);
  return budget_.add(client, own_bytes + shared_bytes, own_bytes);
}

void AnswerCharge::give_back() {
  if (!client_) return;
  const std::size_t shared_bytes = shared_ ? shared_->size() : 0;
  budget_.give_back(*client_, own_bytes_ + shared_bytes, own_bytes_);
  if (shared_ && shared_->end_sending()) budget_.unuse(shared_bytes);
  shared_ = nullptr;
  client_.reset();
}

}  // namespace codelog::http
