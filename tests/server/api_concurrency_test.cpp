// Several people on one draft, the same request twice, and many clients at once.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <set>
#include <thread>

#include "tests/coding_systems/codeset_fake_release.h"
#include "tests/server/api_site.h"

namespace codelog::tests::api_concurrency_test {
namespace {

using nlohmann::json;

struct Fixture {
  ApiSite site;
  std::string version;
  std::vector<std::string> codes;  // of the draft, none below another

  Fixture() {
    site.set_up();
    const json codelist = site.send("POST", "/api/v2/codelists",
                                    {{"owner", "organisation/test-org"},
                                     {"name", "Elbows"},
                                     {"coding_system", "snomedct"}})
                              .json();
    version = "/api/v2/versions/" + codelist.at("version").at("hash").get<std::string>();
    const json found = site.send("POST", version + "/searches", {{"term", "ulcer"}}).json();
    codes = leaves(found.at("codes"));
    REQUIRE(codes.size() > 130);
  }

  // Codes without descendants, so that no decision changes another code.
  std::vector<std::string> leaves(const json& all) {
    const auto release = site.application().site().open_release("snomedct", small_snomedct);
    REQUIRE(release);
    std::vector<std::string> found;
    for (const std::string& code : all.get<std::vector<std::string>>()) {
      const auto node = (*release)->find(code);
      if ((*release)->hierarchy().children(*node).empty()) found.push_back(code);
    }
    return found;
  }

  json now() const { return site.get(version).json(); }
  Reply decide(const std::string& user, const std::string& code, const std::string& status,
               const json& base_position = nullptr) const {
    json body = one_update(code, status);
    if (!base_position.is_null()) body["base_position"] = base_position;
    return site.send("PATCH", version + "/statuses", body, user);
  }
  Reply keyed(const std::string& method, const std::string& target, const json& body,
              const std::string& key) const {
    return site.ask({.method = method,
                     .target = target,
                     .token = "Token " + ApiSite::token_of("alice"),
                     .body = body.dump(),
                     .headers = {{"Idempotency-Key", key}}});
  }
};

template <class Work>
void in_parallel(int count, Work work) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&work, i] { work(i); });
}

// A draft whose last steps are alice's, then carol's.
struct TwoUsers : Fixture {
  std::uint64_t by_alice = position_of(decide("alice", codes[0], "+"));
  std::uint64_t by_carol = position_of(decide("carol", codes[1], "+"));

  // Undoes or redoes.
  Reply move(const std::string& user, const std::string& verb,
             const json& base_position = nullptr) const {
    json body = json::object();
    if (!base_position.is_null()) body["base_position"] = base_position;
    return site.send("POST", version + "/" + verb, body, user);
  }
  json status_of(const std::string& code) const { return now().at("statuses").at(code); }

  static std::uint64_t position_of(const Reply& reply) {
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    return reply.json().at("position").get<std::uint64_t>();
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "deciding a code that another user has just decided is a conflict",
                 "[api][concurrency]") {
  const json seen = now();
  const json position = seen.at("position");
  REQUIRE(decide("alice", codes[0], "+", position).status == 200);
  SECTION("the same code: 409 that says what changed, and nothing is overwritten") {
    const std::uint64_t head = site.head();
    const Reply refused = decide("carol", codes[0], "-", position);
    CHECK(refused.status == 409);
    CHECK(refused.header("content-type") == "application/problem+json");
    CHECK(refused.json().at("changed") == json({{codes[0], "+"}}));
    CHECK(refused.json().at("position") == now().at("position"));
    CHECK(site.head() == head);
    // After seeing the decision, she may.
    CHECK(decide("carol", codes[0], "-", refused.json().at("position")).status == 200);
    CHECK(now().at("statuses").at(codes[0]) == "-");
  }
  SECTION("another code: both are kept") {
    CHECK(decide("carol", codes[1], "-", position).status == 200);
    CHECK(now().at("statuses").at(codes[0]) == "+");
    CHECK(now().at("statuses").at(codes[1]) == "-");
  }
  SECTION("the same decision is no conflict") {
    CHECK(decide("carol", codes[0], "+", position).status == 200);
  }
}

TEST_CASE_METHOD(Fixture, "a base position beyond the log is refused", "[api][concurrency]") {
  const std::uint64_t head = site.head();
  for (const std::uint64_t beyond : {head + 1, head + 1000, UINT64_MAX}) {
    CAPTURE(beyond);
    const Reply refused = decide("alice", codes[0], "+", beyond);
    CHECK(refused.status == 400);
    CHECK(refused.json().at("errors")[0].at("field") == "base_position");
    const Reply by_tag =
        site.ask({.method = "PATCH",
                  .target = version + "/statuses",
                  .token = "Token " + ApiSite::token_of("alice"),
                  .body = one_update(codes[0], "+").dump(),
                  .headers = {{"If-Match", "\"" + std::to_string(beyond) + "-1\""}}});
    CHECK(by_tag.status == 400);
    CHECK(by_tag.json().at("errors")[0].at("field") == "If-Match");
  }
  CHECK(site.head() == head);
  CHECK(decide("alice", codes[0], "+", head).status == 200);
}

TEST_CASE_METHOD(Fixture, "If-Match names the state that the client has seen",
                 "[api][concurrency]") {
  const Reply seen = site.get(version);
  const std::string etag = seen.header("etag");
  REQUIRE(etag.starts_with("\"" + seen.json().at("position").dump()));
  const auto with_tag = [&](const std::string& method, const std::string& target, const json& body,
                            const std::string& tag) {
    return site.ask({.method = method,
                     .target = target,
                     .token = "Token " + ApiSite::token_of("carol"),
                     .body = body.dump(),
                     .headers = {{"If-Match", tag}}});
  };
  const Reply unchanged = site.ask({.target = version, .headers = {{"If-None-Match", etag}}});
  CHECK(unchanged.status == 304);
  CHECK(unchanged.header("etag") == etag);
  CHECK(unchanged.body.empty());
  const Reply zipped = site.ask({.target = version, .headers = {{"Accept-Encoding", "gzip"}}});
  const Reply still = site.ask(
      {.target = version,
       .headers = {{"Accept-Encoding", "gzip"}, {"If-None-Match", zipped.header("etag")}}});
  CHECK(still.status == 304);
  CHECK(still.header("etag") == zipped.header("etag"));
  REQUIRE(decide("alice", codes[0], "+").status == 200);
  CHECK(site.ask({.target = version, .headers = {{"If-None-Match", etag}}}).status == 200);
  const json exclude = one_update(codes[0], "-");
  const std::string statuses = version + "/statuses";
  CHECK(with_tag("PATCH", statuses, exclude, etag).status == 409);
  CHECK(with_tag("PATCH", statuses, one_update(codes[1], "-"), etag).status == 200);
  CHECK(with_tag("PATCH", statuses, exclude, "nonsense").status == 400);
  json two_positions = exclude;
  two_positions["base_position"] = 1;
  CHECK(with_tag("PATCH", statuses, two_positions, etag).status == 400);
  CHECK(with_tag("POST", version + "/undo", json::object(), etag).status == 412);
  CHECK(with_tag("POST", version + "/searches", {{"code", codes[0]}}, etag).status == 412);
  const std::string newest = site.get(version).header("etag");
  CHECK(with_tag("POST", version + "/undo", json::object(), newest).status == 200);
  CHECK(with_tag("PATCH", statuses, exclude, site.get(version).header("etag")).status == 200);
}

TEST_CASE_METHOD(TwoUsers, "another user's last step is undone only by a client that has seen it",
                 "[api][concurrency]") {
  const std::uint64_t head = site.head();
  for (const json& base : {json(nullptr), json(by_alice), json(by_carol - 1)}) {
    CAPTURE(base);
    const Reply refused = move("alice", "undo", base);
    CHECK(refused.status == 409);
    CHECK(refused.json().at("detail") ==
          "the draft's last step was made by carol (position " + std::to_string(by_carol) +
              "). To undo it, look at the draft as it is now, and give its position as "
              "base_position");
    CHECK(refused.json().at("errors").at(0).at("field") == "base_position");
  }
  CHECK(move("alice", "undo", head + 1).status == 400);
  CHECK(move("alice", "undo", "x").status == 400);
  CHECK(site.head() == head);
  SECTION("one's own step is undone without a position, and with an old one") {
    position_of(move("carol", "undo"));
    CHECK(status_of(codes[1]) == "?");
    position_of(move("carol", "redo", by_alice));
    position_of(move("carol", "undo", by_alice));
    CHECK(status_of(codes[1]) == "?");
    // Now the last step is alice's.
    CHECK(move("carol", "undo").status == 409);
    position_of(move("alice", "undo"));
    CHECK(status_of(codes[0]) == "?");
  }
  SECTION("with the position that the client has seen") {
    position_of(move("alice", "undo", by_carol));
    CHECK(status_of(codes[1]) == "?");
  }
  SECTION("with the ETag that the client has seen") {
    const Reply undone = site.ask({.method = "POST",
                                   .target = version + "/undo",
                                   .token = "Token " + ApiSite::token_of("alice"),
                                   .headers = {{"If-Match", site.get(version).header("etag")}}});
    position_of(undone);
    CHECK(status_of(codes[1]) == "?");
  }
}

TEST_CASE_METHOD(TwoUsers, "redoing and undoing count as steps of the user who did them",
                 "[api][concurrency]") {
  SECTION("redoing reverses an undoing, and undoing a redoing") {
    const std::uint64_t undone = position_of(move("carol", "undo"));
    const Reply refused = move("alice", "redo");
    CHECK(refused.status == 409);
    CHECK_THAT(refused.json().at("detail").get<std::string>(),
               Catch::Contains("was undone by carol (position " + std::to_string(undone) + ")"));
    const std::uint64_t redone = position_of(move("alice", "redo", undone));
    CHECK(status_of(codes[1]) == "+");
    // The step is carol's, but alice has redone it.
    CHECK(move("carol", "undo", undone).status == 409);
    position_of(move("carol", "undo", redone));
    CHECK(status_of(codes[1]) == "?");
  }
  SECTION("changes of the codelist and of its other drafts are no steps of this one") {
    const Reply other = site.send("POST", version + "/drafts");
    INFO(other.body);
    REQUIRE(other.status == 201);
    const std::string draft =
        "/api/v2/versions/" + other.json().at("hash").get<std::string>() + "/statuses";
    REQUIRE(site.send("PATCH", draft, one_update(codes[2], "+")).status == 200);
    CHECK(move("alice", "undo").status == 409);
    position_of(move("carol", "undo"));
    CHECK(status_of(codes[1]) == "?");
  }
}

TEST_CASE_METHOD(Fixture, "sixteen clients click at once, and every click counts",
                 "[api][concurrency]") {
  constexpr int clients = 16;
  constexpr std::size_t clicks = 8;
  std::vector<std::vector<Reply>> replies(clients);
  in_parallel(clients, [&](int client) {
    for (std::size_t click = 0; click < clicks; ++click) {
      const std::string& code = codes[static_cast<std::size_t>(client) * clicks + click];
      const std::string user = client % 2 == 0 ? "alice" : "carol";
      replies[static_cast<std::size_t>(client)].push_back(
          decide(user, code, click % 2 == 0 ? "+" : "-"));
    }
  });
  std::set<std::uint64_t> positions;
  for (const auto& of_client : replies) {
    for (const Reply& reply : of_client) {
      REQUIRE(reply.status == 200);
      positions.insert(reply.json().at("position").get<std::uint64_t>());
    }
  }
  CHECK(positions.size() == clients * clicks);
  const json statuses = now().at("statuses");
  for (std::size_t i = 0; i < clients * clicks; ++i) {
    CHECK(statuses.at(codes[i]) == (i % clicks % 2 == 0 ? "+" : "-"));
  }
  const std::string before = site.get(version).body;
  const base::Sha256 views = site.projections().digest();
  site.restart_with_new_views();
  CHECK(site.get(version).body == before);
  CHECK(site.projections().digest() == views);
}

TEST_CASE_METHOD(Fixture, "a request with a key acts once, however often it is sent",
                 "[api][idempotency]") {
  SECTION("at the same time") {
    const json body = {{"owner", "user/alice"}, {"name", "Once"}, {"coding_system", "bnf"}};
    const std::uint64_t head = site.head();
    std::vector<Reply> replies(8);
    in_parallel(8, [&](int i) {
      replies[static_cast<std::size_t>(i)] = keyed("POST", "/api/v2/codelists", body, "k");
    });
    CHECK(site.head() == head + 1);
    for (const Reply& reply : replies) {
      CHECK(reply.status == 201);
      CHECK(reply.body == replies[0].body);
    }
    json other = body;
    other["name"] = "Twice";
    CHECK(keyed("POST", "/api/v2/codelists", other, "k").status == 422);
    CHECK(keyed("POST", "/api/v2/codelists", other, "k2").status == 201);
    CHECK(site.send("POST", "/api/v2/codelists", body).status == 409);
  }
  SECTION("at the same time, when it deletes its target") {
    for (int round = 0; round < 10; ++round) {
      const json body = {{"owner", "user/alice"},
                         {"name", "Short " + std::to_string(round)},
                         {"coding_system", "snomedct"}};
      const json made = site.send("POST", "/api/v2/codelists", body).json();
      const std::string target =
          "/api/v2/versions/" + made.at("version").at("hash").get<std::string>() + "/discard";
      std::vector<Reply> replies(6);
      in_parallel(6, [&](int i) {
        replies[static_cast<std::size_t>(i)] =
            keyed("POST", target, json::object(), "end " + std::to_string(round));
      });
      for (const Reply& reply : replies) {
        CHECK(reply.status == 200);
        CHECK(reply.body == replies[0].body);
      }
    }
  }
  SECTION("after other changes") {
    const json include = one_update(codes[0], "+");
    const Reply first = keyed("PATCH", version + "/statuses", include, "click");
    REQUIRE(first.status == 200);
    REQUIRE(decide("carol", codes[0], "-", first.json().at("position")).status == 200);
    CHECK(keyed("PATCH", version + "/statuses", include, "click").body == first.body);
    CHECK(now().at("statuses").at(codes[0]) == "-");
  }
}

TEST_CASE_METHOD(Fixture,
                 "a repeated request with a key gets its answer even if its target is gone",
                 "[api][idempotency]") {
  SECTION("when its target is gone") {
    const std::string list = "/api/v2/codelists/organisation/test-org/elbows";
    const Reply renamed = keyed("PATCH", list, {{"description", "d"}}, "describe");
    const Reply discarded = keyed("POST", version + "/discard", json::object(), "discard");
    REQUIRE(discarded.status == 200);
    CHECK(discarded.json().at("deleted").at("codelist") == true);
    CHECK(site.get(list).status == 404);
    CHECK(keyed("POST", version + "/discard", json::object(), "discard").body == discarded.body);
    CHECK(keyed("PATCH", list, {{"description", "d"}}, "describe").body == renamed.body);
    CHECK(keyed("PATCH", list, {{"description", "e"}}, "describe").status == 422);
    CHECK(keyed("PATCH", list, {{"description", "e"}}, "another").status == 404);
  }
  SECTION("over the old API too") {
    const json body = {{"name", "Old"},
                       {"coding_system_id", "snomedct"},
                       {"coding_system_database_alias", small_snomedct},
                       {"codes", {codes[0]}},
                       {"always_create_new_version", true}};
    const std::string target = "/api/v1/codelist/test-org/";
    const Reply first = keyed("POST", target, body, "old");
    const std::uint64_t head = site.head();
    CHECK(first.status == 200);
    CHECK(keyed("POST", target, body, "old").body == first.body);
    CHECK(site.head() == head);
    const json codes_only = {{"codes", {codes[1]}},
                             {"coding_system_database_alias", small_snomedct}};
    const Reply version_made = keyed("POST", target + "old/versions/", codes_only, "older");
    CHECK(version_made.status == 200);
    CHECK(keyed("POST", target + "old/versions/", codes_only, "older").body == version_made.body);
    CHECK(site.head() == head + 1);
  }
}

TEST_CASE_METHOD(Fixture, "a zero byte that moves from address to body makes another request",
                 "[api][idempotency]") {
  const std::string bob = "/api/v2/codelists/organisation/test-org/elbows/collaborators/bob";
  const auto add = [&](const std::string& target, const std::string& body) {
    return site.ask({.method = "PUT",
                     .target = target,
                     .token = "Token " + ApiSite::token_of("alice"),
                     .body = body,
                     .headers = {{"Idempotency-Key", "zero"}}});
  };
  REQUIRE(add(bob, std::string("\0x", 2)).status == 200);
  CHECK(add(bob + "%00", "x").status == 422);
}

namespace {

// The first search waits for the test.
class SlowRelease final : public FakeRelease {
 public:
  SlowRelease() : FakeRelease({{"AAA", "AAAB"}}, {}, "AAA") { digest_.fill(1); }
  const base::Sha256& file_digest() const override { return digest_; }
  std::vector<coding_systems::Node> search_by_term(std::string_view text) const override {
    if (++calls == 1) may_end.get_future().wait();
    return FakeRelease::search_by_term(text);
  }

  mutable std::atomic<int> calls = 0;
  mutable std::promise<void> may_end;

 private:
  base::Sha256 digest_{};  // other than that of the older release, so that they are compared
};

}  // namespace

TEST_CASE("saving a draft runs its searches while others change the codelist",
          "[api][concurrency]") {
  ApiSite site;
  site.set_up();
  const std::string older =
      site.register_made_release({"bnf", "older", "2026-01-01"},
                                 std::make_shared<FakeRelease>(FakeRelease::Edges{{"AAA", "AAAB"}},
                                                               std::vector<std::string>(), "AAA"));
  const json made = site.send("POST", "/api/v2/codelists",
                              {{"owner", "organisation/test-org"},
                               {"name", "Saved"},
                               {"coding_system", "bnf"},
                               {"release", older}})
                        .json();
  const std::string version =
      "/api/v2/versions/" + made.at("version").at("hash").get<std::string>();
  REQUIRE(site.send("POST", version + "/searches", {{"term", "AAA"}}).status == 201);
  REQUIRE(site.send("PATCH", version + "/statuses", one_update("AAA", "+")).status == 200);
  const auto newer = std::make_shared<const SlowRelease>();
  site.register_made_release({"bnf", "newer", "2026-02-01"}, newer);

  auto saved = std::async(std::launch::async, [&] { return site.send("POST", version + "/save"); });
  for (int i = 0; newer->calls == 0 && i < 20'000; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  REQUIRE(newer->calls == 1);
  auto renamed = std::async(std::launch::async, [&] {
    return site.send("PATCH", "/api/v2/codelists/organisation/test-org/saved",
                     {{"description", "meanwhile"}}, "carol");
  });
  const bool is_quick = renamed.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
  newer->may_end.set_value();
  CHECK(is_quick);
  CHECK(renamed.get().status == 200);
  CHECK(saved.get().status == 200);
}

}  // namespace codelog::tests::api_concurrency_test
