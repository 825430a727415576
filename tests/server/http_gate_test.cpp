// Budgets of clients, and the order of computing.
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "server/http/budget.h"
#include "server/http/costs.h"
#include "server/http/gate.h"

namespace codelog::http::http_gate_test {
namespace {

using Kind = Gate::Kind;
using Entered = Gate::Entered;

class TestTicket final : public Gate::Ticket {
 public:
  TestTicket(std::string name, std::vector<std::string>& admitted)
      : name_(std::move(name)), admitted_(admitted) {}

 private:
  void on_admitted() override { admitted_.push_back(name_); }

  std::string name_;
  std::vector<std::string>& admitted_;
};

// One address at the gate, with its requests.
class TestClient {
 public:
  TestClient(Gate& gate, std::vector<std::string>& admitted) : gate_(gate), admitted_(admitted) {}

  Entered enter(const std::string& name, Gate::Job job) {
    tickets_.push_back(std::make_unique<TestTicket>(name, admitted_));
    return gate_.enter(*tickets_.back(), peer_, job);
  }
  TestTicket& ticket(std::size_t index) { return *tickets_.at(index); }

 private:
  Gate& gate_;
  std::vector<std::string>& admitted_;
  Peer peer_;
  std::vector<std::unique_ptr<TestTicket>> tickets_;
};

constexpr std::uint64_t second_us = 1'000'000;

}  // namespace

TEST_CASE("one client gets three quarters of a budget, and something is left for any other",
          "[http]") {
  Budget budget(Resource::bodies, 1000);
  Peer greedy;
  std::size_t taken = 0;
  while (budget.take(greedy, 10, 10)) taken += 10;
  CHECK(taken == 750);
  std::vector<Peer> others(3);
  for (Peer& other : others) {
    const std::size_t before = budget.used();
    while (budget.take(other, 1, 1)) {
    }
    CHECK(budget.used() > before);
    CHECK(budget.used() < 1000);
  }
  // A client that holds nothing gets all that is left, but no more.
  Peer late;
  const std::size_t left = 1000 - budget.used();
  CHECK_FALSE(budget.take(late, left + 1, left + 1));
  CHECK(budget.take(late, left, left));
  budget.give_back(late, left, left);
  budget.give_back(greedy, taken, taken);
  CHECK(budget.used() < 250);
}

TEST_CASE("an account gets no more from many addresses than from one", "[http]") {
  Budget budget(Resource::bodies, 1000);
  Peer account;
  std::vector<Peer> addresses(50);
  std::size_t taken = 0;
  for (Peer& address : addresses) {
    while (budget.take({address, &account}, 10, 10)) taken += 10;
  }
  CHECK(taken == 750);
  CHECK_FALSE(budget.has_room({addresses.back(), &account}, 10));
  // One of these addresses, and another account there, have room left.
  Peer colleague;
  CHECK(budget.has_room({addresses.back(), &colleague}, 10));
  CHECK(budget.take({addresses.back(), &colleague}, 10, 10));
  // A new account has no more than its address has.
  Peer invented;
  CHECK_FALSE(budget.take({addresses.front(), &invented}, 10, 10));
}

TEST_CASE("a body that many answers send counts once, until the last of them is sent", "[http]") {
  Budget budget(Resource::answers, 1000);
  Peer first_peer, second_peer;
  const SharedBody body = SharedBytes::make(std::string(400, 'x'));
  AnswerCharge first(budget), second(budget);
  REQUIRE(first.take(first_peer, 10, body));
  REQUIRE(second.take(second_peer, 10, body));
  CHECK(budget.used() == 420);
  first.give_back();
  CHECK(budget.used() == 410);
  // A refused answer does not change the count.
  AnswerCharge refused(budget);
  CHECK_FALSE(refused.take(first_peer, 900, body));
  CHECK(budget.used() == 410);
  // The answer to a write is counted without a refusal.
  AnswerCharge always(budget);
  CHECK_FALSE(always.add(first_peer, 900, body));
  CHECK(budget.used() == 1310);
  CHECK_FALSE(budget.has_room(second_peer, 0));
  always.give_back();
  CHECK(budget.used() == 410);
  second.give_back();
  CHECK(budget.used() == 0);
}

TEST_CASE("an IPv6 network is one client, and so is an IPv4 address in both spellings", "[http]") {
  Peers peers;
  const auto same = [&](const char* one, const char* other) {
    const auto first = peers.find(one);
    const auto second = peers.find(other);
    REQUIRE(first);
    REQUIRE(second);
    return &**first == &**second;
  };
  CHECK(same("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"));
  CHECK_FALSE(same("2001:db8:1:2::1", "2001:db8:1:3::1"));
  CHECK(same("192.0.2.1", "::ffff:192.0.2.1"));
  CHECK_FALSE(same("192.0.2.1", "192.0.2.2"));
  CHECK_FALSE(same("::1", "127.0.0.1"));
  CHECK(same("fe80::1%eth0", "fe80::1"));
  CHECK_FALSE(peers.find("unknown"));
  CHECK_FALSE(peers.find(""));
  CHECK(peers.count() == 0);
}

TEST_CASE("requests compute one per processor, and of waiting ones the cheapest goes first",
          "[http]") {
  Gate gate({.processors_count = 2, .writes_max = 2, .queue_max = 10, .bytes_max = 1000});
  std::vector<std::string> admitted;
  TestClient one(gate, admitted), other(gate, admitted);
  CHECK(one.enter("a", {.cost_us = second_us}) == Entered::admitted);
  CHECK(one.enter("b", {.cost_us = second_us}) == Entered::admitted);
  CHECK(one.enter("dear", {.cost_us = 100 * second_us}) == Entered::queued);
  CHECK(other.enter("cheap", {.cost_us = 10}) == Entered::queued);
  CHECK(gate.running_count() == 2);
  CHECK(gate.queued_count() == 2);
  gate.leave(one.ticket(0));
  CHECK(admitted == std::vector<std::string>{"cheap"});
  gate.leave(one.ticket(1));
  CHECK(admitted == std::vector<std::string>{"cheap", "dear"});
  CHECK(gate.load() == 2);
}

TEST_CASE("a client with many requests waits behind a client with few", "[http]") {
  Gate gate({.processors_count = 1, .writes_max = 1, .queue_max = 100, .bytes_max = 1000});
  std::vector<std::string> admitted;
  TestClient crowd(gate, admitted), single(gate, admitted);
  const Gate::Job job{.cost_us = 100 * second_us};
  for (int i = 0; i < 10; ++i) crowd.enter("crowd", job);
  CHECK(single.enter("single", job) == Entered::queued);
  gate.leave(crowd.ticket(0));
  gate.leave(crowd.ticket(1));
  // The crowd's first request came earlier, at the same cost; all its others have to wait.
  CHECK(admitted == std::vector<std::string>{"crowd", "single"});
}

TEST_CASE("a client's queue is bounded so that others find a place", "[http]") {
  Gate gate({.processors_count = 1, .writes_max = 1, .queue_max = 8, .bytes_max = 1000});
  std::vector<std::string> admitted;
  TestClient crowd(gate, admitted), single(gate, admitted);
  for (int i = 0; i < 20; ++i) crowd.enter("crowd", {});
  CHECK(crowd.enter("crowd", {}) == Entered::full);
  CHECK(single.enter("single", {}) == Entered::queued);
}

TEST_CASE("a waiting request gives its processor to the next one, and continues at once",
          "[http]") {
  Gate gate({.processors_count = 1, .writes_max = 2, .queue_max = 10, .bytes_max = 1000});
  std::vector<std::string> admitted;
  TestClient client(gate, admitted);
  CHECK(client.enter("write", {.kind = Kind::writes}) == Entered::admitted);
  CHECK(client.enter("read", {}) == Entered::queued);
  CHECK(client.enter("second read", {}) == Entered::queued);
  {
    const Gate::Working working(gate);
    const base::Waiting waiting;
    const base::Waiting inner;  // changes nothing
    CHECK(admitted == std::vector<std::string>{"read"});
    CHECK(gate.running_count() == 1);
  }
  // Two compute for a moment, so nobody is admitted when one of them leaves.
  CHECK(gate.running_count() == 2);
  gate.leave(client.ticket(0));
  CHECK(admitted == std::vector<std::string>{"read"});
  gate.leave(client.ticket(1));
  CHECK(admitted == std::vector<std::string>{"read", "second read"});
}

TEST_CASE("writes that wait for the disk are bounded, and do not hold up reads", "[http]") {
  Gate gate({.processors_count = 4, .writes_max = 1, .queue_max = 10, .bytes_max = 1000});
  std::vector<std::string> admitted;
  TestClient client(gate, admitted);
  CHECK(client.enter("write", {.kind = Kind::writes}) == Entered::admitted);
  CHECK(client.enter("second write", {.kind = Kind::writes}) == Entered::queued);
  CHECK(client.enter("read", {}) == Entered::admitted);
  gate.leave(client.ticket(0));
  CHECK(admitted == std::vector<std::string>{"second write"});
}

TEST_CASE("memory for work is bounded, and requests that fit go first", "[http]") {
  Gate gate({.processors_count = 4, .writes_max = 4, .queue_max = 10, .bytes_max = 1000});
  std::vector<std::string> admitted;
  TestClient client(gate, admitted);
  // More than half counts as half, so that every request can be worked on some time.
  CHECK(client.enter("huge", {.bytes = 1u << 30}) == Entered::admitted);
  CHECK(gate.bytes() == 500);
  CHECK(client.enter("large", {.bytes = 400}) == Entered::admitted);
  CHECK(client.enter("medium", {.bytes = 200}) == Entered::queued);
  CHECK(client.enter("small", {.bytes = 50}) == Entered::admitted);
  gate.leave(client.ticket(0));
  CHECK(admitted == std::vector<std::string>{"medium"});
  gate.leave(client.ticket(1));
  gate.leave(client.ticket(2));
  gate.leave(client.ticket(3));
  CHECK(gate.bytes() == 0);
  CHECK(gate.load() == 0);
}

TEST_CASE("a queued request can be cancelled, an admitted one cannot", "[http]") {
  Gate gate({.processors_count = 1, .writes_max = 1, .queue_max = 10, .bytes_max = 1000});
  std::vector<std::string> admitted;
  TestClient client(gate, admitted);
  client.enter("first", {});
  client.enter("second", {});
  client.enter("third", {});
  CHECK(gate.cancel(client.ticket(1)));
  CHECK_FALSE(gate.cancel(client.ticket(1)));
  CHECK_FALSE(gate.cancel(client.ticket(0)));
  gate.leave(client.ticket(0));
  CHECK(admitted == std::vector<std::string>{"third"});
  CHECK(gate.queued_count() == 0);
}

TEST_CASE("the cost of a target is remembered; an unknown target gets the route's average",
          "[http]") {
  Costs costs(2);
  CHECK(costs.expected(0, "/a").processor_us == 0);
  costs.record(0, "/a", {.processor_us = 800, .answer_bytes = 5u << 20});
  CHECK(costs.expected(0, "/a").processor_us == 800);
  CHECK(costs.expected(0, "/a").answer_bytes == 5u << 20);
  CHECK(costs.expected(0, "/b").processor_us == 800);
  CHECK(costs.expected(0, "/b").answer_bytes == 0);
  CHECK(costs.expected(1, "/c").processor_us == 0);
  for (int i = 0; i < 100; ++i) costs.record(0, "/b", {.processor_us = 10, .answer_bytes = 0});
  CHECK(costs.expected(0, "/a").processor_us == 800);
  CHECK(costs.expected(0, "/d").processor_us < 30);
}

}  // namespace codelog::http::http_gate_test
