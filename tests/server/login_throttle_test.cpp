#include "server/identity/login_throttle.h"

#include <catch2/catch.hpp>

namespace codelog::identity::login_throttle_test {
namespace {

using namespace std::chrono_literals;

struct Throttled {
  LoginThrottle throttle;
  LoginThrottle::Time now = std::chrono::steady_clock::now();

  std::chrono::seconds attempt(std::string_view account, std::string_view address) {
    return throttle.try_now(account, address, now);
  }
};

}  // namespace

TEST_CASE_METHOD(Throttled, "each failure on an account doubles the wait, up to a minute",
                 "[throttle]") {
  for (int i = 0; i < 5; ++i) CHECK(attempt("alice", "10.0.0." + std::to_string(i)) == 0s);
  for (const auto wait : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s}) {
    CHECK(attempt("alice", "10.0.1.1") == wait);
    CHECK(attempt("bob", "10.0.2." + std::to_string(wait.count())) == 0s);
    now += wait - 1s;
    CHECK(attempt("alice", "10.0.1.2") == 1s);
    now += 1s;
    CHECK(attempt("alice", "10.0.1." + std::to_string(wait.count())) == 0s);
  }
}

TEST_CASE_METHOD(Throttled, "an address that tries many accounts waits up to a quarter of an hour",
                 "[throttle]") {
  for (int i = 0; i < 20; ++i) CHECK(attempt("user" + std::to_string(i), "10.0.0.1") == 0s);
  CHECK(attempt("another", "10.0.0.1") == 1s);
  CHECK(attempt("another", "10.0.0.2") == 0s);
  std::chrono::seconds wait = 1s;
  for (int i = 0; i < 12; ++i) {
    now += wait;
    CHECK(attempt("more" + std::to_string(i), "10.0.0.1") == 0s);
    wait = attempt("last" + std::to_string(i), "10.0.0.1");
  }
  CHECK(wait == 15min);
}

TEST_CASE_METHOD(Throttled, "attempts that are refused do not make the wait longer", "[throttle]") {
  for (int i = 0; i < 5; ++i) CHECK(attempt("alice", "10.0.0.1") == 0s);
  for (int i = 0; i < 100; ++i) CHECK(attempt("alice", "10.0.0.2") == 1s);
  now += 1s;
  CHECK(attempt("alice", "10.0.0.2") == 0s);
}

TEST_CASE_METHOD(Throttled, "the owner gets in from a known address while strangers guess",
                 "[throttle]") {
  CHECK(attempt("alice", "10.0.0.1") == 0s);
  throttle.succeeded("alice", "10.0.0.1", now);
  for (int i = 0; i < 5; ++i) CHECK(attempt("alice", "10.9.9." + std::to_string(i)) == 0s);
  CHECK(attempt("alice", "10.9.9.9") == 1s);
  CHECK(attempt("alice", "10.0.0.1") == 0s);
  throttle.succeeded("alice", "10.0.0.1", now);
  CHECK(attempt("alice", "10.9.9.9") == 0s);  // forgiven
}

TEST_CASE_METHOD(Throttled, "a good password does not pay for guesses at others", "[throttle]") {
  for (int i = 0; i < 19; ++i) CHECK(attempt("user" + std::to_string(i), "10.0.0.1") == 0s);
  for (int i = 0; i < 5; ++i) {
    CHECK(attempt("mallory", "10.0.0.1") == 0s);
    throttle.succeeded("mallory", "10.0.0.1", now);
  }
  CHECK(attempt("one more", "10.0.0.1") == 0s);
  CHECK(attempt("yet another", "10.0.0.1") == 1s);
}

TEST_CASE_METHOD(Throttled, "a slow sign-in does not forgive what came after its start",
                 "[throttle]") {
  CHECK(attempt("mallory", "10.0.0.1") == 0s);
  const auto begun = now;
  now += 1s;
  for (int i = 0; i < 20; ++i) (void)attempt("user" + std::to_string(i), "10.0.0.1");
  throttle.succeeded("mallory", "10.0.0.1", begun);
  (void)attempt("user", "10.0.0.1");
  CHECK(attempt("another", "10.0.0.1") > 0s);
}

TEST_CASE_METHOD(Throttled, "counts halve every half hour", "[throttle]") {
  for (int i = 0; i < 40; ++i) {
    (void)attempt("alice", "10.0.1." + std::to_string(i));
    now += 61s;
  }
  CHECK(attempt("alice", "10.0.0.1") == 0s);
  CHECK(attempt("alice", "10.0.0.2") > 0s);
  now += 181min;  // six times: 41 becomes 0
  for (int i = 0; i < 5; ++i) CHECK(attempt("alice", "10.0.0.3") == 0s);
}

TEST_CASE("a client of IPv6 is its network", "[throttle]") {
  CHECK(client_network("2001:db8:1:2:3:4:5:6") == client_network("2001:db8:1:2::1"));
  CHECK(client_network("2001:db8:1:2::1") != client_network("2001:db8:1:3::1"));
  CHECK(client_network("192.0.2.1") == "192.0.2.1");
}

TEST_CASE("a crowd of accounts does not push out the one that is guessed at", "[throttle]") {
  LoginThrottle throttle({.account = {5, 60s}, .address = {1'000'000, 1s}, .entries_max = 64});
  const auto now = std::chrono::steady_clock::now();
  for (int i = 0; i < 5; ++i) CHECK(throttle.try_now("alice", "a", now) == 0s);
  for (int i = 0; i < 10'000; ++i) {
    (void)throttle.try_now("crowd" + std::to_string(i), "a", now);
  }
  CHECK(throttle.try_now("alice", "b", now) == 1s);
}

}  // namespace codelog::identity::login_throttle_test
