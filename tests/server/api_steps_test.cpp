// Steps of a draft in the native API: one's own among others', and the reasons for them.
#include <catch2/catch.hpp>

#include "tests/server/small_draft.h"

namespace codelog::tests::api_steps_test {

using nlohmann::json;

TEST_CASE_METHOD(SmallDraft, "one's own step is undone among others' later steps",
                 "[builder][undo]") {
  decide("a", "+", "alice");
  const auto by_carol = decide("b", "-", "carol");
  const Reply undone = undo_own("alice");
  INFO(undone.body);
  REQUIRE(undone.status == 200);
  // d follows from carol's decision alone now, though her step did not say so.
  CHECK(statuses() ==
        json({{"root", "?"}, {"a", "?"}, {"b", "-"}, {"c", "?"}, {"d", "(-)"}, {"e", "(-)"}}));
  // It is redone among hers, too.
  REQUIRE(site.send("POST", version + "/redo", json::object(), "alice").status == 200);
  CHECK(statuses() ==
        json({{"root", "?"}, {"a", "+"}, {"b", "-"}, {"c", "(+)"}, {"d", "!"}, {"e", "(-)"}}));
  REQUIRE(undo_own("carol").status == 200);
  CHECK(statuses().at("d") == "(+)");
  CHECK(statuses().at("b") == "?");
  check_error(undo_own("carol", {{"step", by_carol}}), 400, "step");
  CHECK(undo_own("carol").status == 409);
  REQUIRE(undo_own("alice").status == 200);
  CHECK(statuses().at("a") == "?");
  CHECK(statuses().at("d") == "?");
}

TEST_CASE_METHOD(SmallDraft, "a step that somebody built on stays, and the later step is named",
                 "[builder][undo]") {
  const auto by_alice = decide("a", "+", "alice");
  const auto by_carol = decide("a", "-", "carol");
  const Reply refused = undo_own("alice");
  check_error(refused, 409, "step");
  CHECK_THAT(refused.body, Catch::Contains("carol (position " + std::to_string(by_carol) + ")"));
  CHECK_THAT(refused.body, Catch::Contains("also changed a"));
  check_error(undo_own("carol", {{"step", by_alice}}), 400, "step");
  check_error(undo_own("carol", {{"step", 1}}), 400, "step");
  check_error(site.send("POST", version + "/undo", {{"step", by_alice}}), 400, "step");
  REQUIRE(undo_own("carol").status == 200);
  REQUIRE(undo_own("alice", {{"step", by_alice}}).status == 200);
  CHECK(statuses().at("a") == "?");
}

TEST_CASE_METHOD(SmallDraft,
                 "codes that a step brought leave with it, unless a later step decided one",
                 "[builder][undo]") {
  const std::string search =
      site.get(version + "/searches").json().at("searches").at(0).at("id").dump();
  REQUIRE(site.send("DELETE", version + "/searches/" + search).status == 200);
  decide("a", "+", "alice");
  decide("e", "+", "carol");
  REQUIRE(undo_own("alice").status == 200);
  CHECK(statuses() == json({{"e", "+"}}));
  REQUIRE(site.send("POST", version + "/redo", json::object(), "alice").status == 200);
  CHECK(statuses() == json({{"a", "+"}, {"c", "(+)"}, {"d", "(+)"}, {"e", "+"}}));
  decide("c", "-", "carol");
  check_error(undo_own("alice"), 409, "step");
}

TEST_CASE_METHOD(SmallDraft, "steps tell who did what, and why", "[builder][steps]") {
  json click = one_update("a", "+");
  click["reason"] = "sure";
  const std::uint64_t first = patch(click).json().at("position");
  const auto second = decide("b", "-", "carol");
  const Reply given =
      site.send("POST", version + "/reasons", {{"step", second}, {"reason", "rare"}}, "carol");
  INFO(given.body);
  REQUIRE(given.status == 201);
  CHECK(site.get(version).json().at("position") == second);
  const auto own = [&](const std::string& username) {
    return get("/steps", true, username).json();
  };
  const json steps = own("alice");
  REQUIRE(steps.at("undo").size() == 3);
  CHECK(steps.at("undo_count") == 3);
  CHECK(steps.at("undo").at(0).at("position") == second);
  CHECK(steps.at("undo").at(0).at("reason") == "rare");
  CHECK(steps.at("undo").at(0).at("actor") == "carol");
  CHECK(steps.at("undo").at(0).at("mine") == false);
  CHECK(steps.at("undo").at(0).at("updates") == json::array({json::array({"b", "-"})}));
  CHECK(steps.at("undo").at(1).at("reason") == "sure");
  CHECK(steps.at("undo").at(1).at("mine") == true);
  CHECK(steps.at("undo").at(1).at("changed_count") == 3);
  CHECK(steps.at("undo").at(2).at("search").at("code") == "root");
  CHECK(own("carol").at("undo").at(0).at("mine") == true);
  CHECK(site.get(version + "/steps").json().at("undo").at(0).at("mine") == false);
  REQUIRE(undo_own("alice").status == 200);
  CHECK(own("alice").at("redo").at(0).at("position") == first);
  CHECK(read("/steps?limit=1").at("undo").size() == 1);
  const std::string then = "/steps?as_of=" + std::to_string(second);
  for (const std::string user : {"alice", "carol"}) {
    const json past = get(then, true, user).json();
    CHECK(past.at("undo").size() == 3);
    CHECK(past.at("undo").at(0).at("mine") == (user == "carol"));
    CHECK_FALSE(past.at("undo").at(0).contains("reason"));
  }
  check_error(get("/steps?limit=0"), 400, "limit");

  const std::uint64_t head = site.head();
  const auto give = [&](const json& body, const std::string& user) {
    return site.send("POST", version + "/reasons", body, user);
  };
  check_error(give({{"step", second}, {"reason", "mine now"}}, "alice"), 400, "step");
  check_error(give({{"step", head}, {"reason", "no step"}}, "alice"), 400, "step");
  check_error(give({{"step", 999'999}, {"reason", "no commit"}}, "alice"), 400, "step");
  check_error(give({{"step", second}, {"reason", ""}}, "carol"), 400, "reason");
  CHECK(give({{"step", second}, {"reason", "x"}}, "bob").status == 403);
  CHECK(site.head() == head);
  site.restart_with_new_views();
  CHECK(own("carol").at("undo").at(0).at("reason") == "rare");
}

}  // namespace codelog::tests::api_steps_test
