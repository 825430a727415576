// What the builder asks of the native API: trees, statuses, bulk decisions, why a code has its
// status, and what a search would add.
#include <catch2/catch.hpp>

#include "server/trees/code_tree.h"
#include "tests/server/small_draft.h"

namespace codelog::tests::api_builder_test {
using nlohmann::json;

TEST_CASE_METHOD(SmallDraft, "a tree comes as octets, and as JSON with the same content",
                 "[builder]") {
  const Reply octets = get("/tree", false);
  REQUIRE(octets.status == 200);
  CHECK(octets.header("content-type") == "application/vnd.codelog.tree");
  CHECK(octets.header("vary").find("Accept") != std::string::npos);
  const json tree = read("/tree");
  CHECK(octets.header("codelog-shape") == tree.at("shape"));
  CHECK(tree.at("codes") == json({"root", "a", "c", "d", "b", "e"}));
  CHECK(tree.at("children") == json::parse("[[1,4],[2,3],[],[],[3,5],[]]"));
  CHECK(tree.at("sections") == json::array({json::array({"Type", 0, 1})}));
  CHECK(tree.at("flags") == json({3, 3, 3, 3, 3, 3}));
  CHECK(trees::crc32_text("root\na\nc\nd\nb\ne") == tree.at("shape"));
  const auto head_size = static_cast<unsigned char>(octets.body.at(0)) +
                         256u * static_cast<unsigned char>(octets.body.at(1));
  const json head = json::parse(octets.body.substr(4, head_size));
  std::size_t size = 4 + head_size;
  for (const std::size_t length : head.at("lengths")) size += length;
  CHECK(octets.body.size() == size);
  for (const auto& [name, value] : head.items()) {
    if (name != "lengths") CHECK(tree.at(name) == value);
  }
  // It is unchanged by a click, and asked for by its tag.
  decide("a", "+");
  const Reply again = site.ask(
      {.target = version + "/tree", .headers = {{"If-None-Match", octets.header("etag")}}});
  CHECK(again.status == 304);
}

TEST_CASE_METHOD(SmallDraft, "terms and statuses come in the order of the tree", "[builder]") {
  const Reply terms = get("/tree/terms", false);
  CHECK(terms.body == "name of root\nname of a\nname of c\nname of d\nname of b\nname of e");
  CHECK(get("/tree/terms?block=0", false).body == terms.body);
  CHECK(read("/tree/terms?block=all").at("terms").size() == 6);
  check_error(get("/tree/terms?block=1"), 400, "block");
  check_error(get("/tree/terms?block=x"), 400, "block");

  const auto position = decide("a", "+");
  decide("b", "-");
  const Reply octets = get("/statuses", false);
  CHECK(octets.body == std::string("\0\2\3\1\4\5", 6));
  CHECK(octets.header("codelog-shape") == terms.header("codelog-shape"));
  CHECK(octets.header("codelog-position") == std::to_string(position + 1));
  const json statuses = read("/statuses");
  CHECK(statuses.at("statuses") == json({"?", "+", "(+)", "!", "-", "(-)"}));
  CHECK(statuses.at("statuses_crc") == trees::crc32_text(octets.body));
  CHECK(statuses.at("position") == position + 1);

  const std::string then = "?as_of=" + std::to_string(position);
  for (int i = 0; i < 2; ++i) {
    const Reply past = get("/statuses" + then, false);
    CHECK(past.body == std::string("\0\2\3\3\0\0", 6));
    CHECK(past.header("codelog-position") == std::to_string(position));
    CHECK(past.header("codelog-shape") == terms.header("codelog-shape"));
    CHECK(read("/statuses" + then).at("position") == position);
    CHECK(get("/tree" + then, false).body == get("/tree", false).body);
  }
  check_error(get("/statuses?as_of=x"), 400, "as_of");
  CHECK(get("/tree?as_of=1").status == 404);
}

TEST_CASE_METHOD(SmallDraft, "versions of every status and tables have trees", "[builder]") {
  decide("root", "+");
  const json tree = read("/tree");
  const json statuses = read("/statuses").at("statuses");
  REQUIRE(site.send("POST", version + "/save").status == 200);
  for (int i = 0; i < 2; ++i) CHECK(read("/tree") == tree);
  CHECK(read("/statuses").at("statuses") == statuses);
  REQUIRE(site.send("POST", version + "/publish").status == 200);
  for (int i = 0; i < 2; ++i) {
    CHECK(read("/tree") == tree);
    CHECK(get("/tree", false).header("codelog-shape") == tree.at("shape"));
  }
  const std::string list = "/api/v2/codelists/organisation/test-org/diamonds";
  const Reply table =
      site.send("POST", list + "/versions",
                {{"csv", "code,term\na,x\nc,x\n"}, {"release", "bnf_small_20230601"}});
  INFO(table.body);
  REQUIRE(table.status == 201);
  version = "/api/v2/versions/" + table.json().at("hash").get<std::string>();
  CHECK(read("/tree").at("codes") == json({"a", "c", "d"}));
  CHECK(read("/statuses").at("statuses") == json({"+", "(+)", "-"}));
}

TEST_CASE_METHOD(SmallDraft, "a click may be answered by checksums", "[builder]") {
  json click = one_update("a", "+");
  click["answer"] = "crc";
  const json answer = patch(click).json();
  CHECK(answer.at("changed_count") == 3);
  CHECK_FALSE(answer.contains("changed"));
  const json statuses = read("/statuses");
  CHECK(answer.at("statuses_crc") == statuses.at("statuses_crc"));
  CHECK(answer.at("shape") == statuses.at("shape"));
  CHECK(answer.at("position") == statuses.at("position"));

  // A repeated request has the same answer, also when the draft has changed, and after a restart.
  const Ask with_key{
      .method = "PATCH",
      .target = version + "/statuses",
      .token = "Token " + ApiSite::token_of("alice"),
      .body = json({{"updates", json::array({json::array({"b", "-"})})}, {"answer", "crc"}}).dump(),
      .headers = {{"Idempotency-Key", "once"}}};
  const std::string first = site.ask(with_key).body;
  decide("e", "+");
  CHECK(site.ask(with_key).body == first);
  site.restart_with_new_views();
  CHECK(site.ask(with_key).body == first);
  CHECK(json::parse(first).at("statuses_crc") == trees::crc32_text(std::string("\0\2\3\1\4\5", 6)));

  // A decision that brings codes changes the shape.
  site.send("DELETE",
            version + "/searches/" +
                site.get(version + "/searches").json().at("searches").at(0).at("id").dump());
  click = one_update("root", "+");
  click["answer"] = "crc";
  const Reply brought = patch(click);
  INFO(brought.body);
  CHECK(brought.json().at("shape") == read("/tree").at("shape"));
}

TEST_CASE_METHOD(SmallDraft, "a selection is decided as one step, with the fewest decisions",
                 "[builder][select]") {
  decide("d", "-");
  const json under_a = {{"select", {{"under", "a"}}}, {"to", "+"}};
  const Reply done = patch(under_a);
  INFO(done.body);
  REQUIRE(done.status == 200);
  CHECK(done.json().at("changed") == json({{"a", "+"}, {"c", "(+)"}}));
  CHECK(statuses().at("d") == "-");
  json anew = under_a;
  anew["keep_decisions"] = false;
  CHECK(patch(anew).json().at("changed") == json({{"d", "+"}}));
  // There is nothing left to do.
  const std::uint64_t head = site.head();
  anew["answer"] = "crc";
  const json nothing = patch(anew).json();
  CHECK(nothing.at("changed_count") == 0);
  CHECK(nothing.at("statuses_crc") == read("/statuses").at("statuses_crc"));
  CHECK(site.head() == head);
  REQUIRE(site.send("POST", version + "/undo").status == 200);
  CHECK(statuses().at("d") == "-");

  const Reply undecided = patch({{"select", {{"status", {"?"}}, {"type", "TYPE"}}}, {"to", "-"}});
  INFO(undecided.body);
  CHECK(undecided.json().at("changed").at("root") == "-");
  CHECK(statuses().at("e") == "(-)");
  const json searches = site.get(version + "/searches").json().at("searches");
  const Reply cleared =
      patch({{"select", {{"search", searches.at(0).at("id")}}}, {"to", "?"}, {"reason", "afresh"}});
  INFO(cleared.body);
  CHECK(cleared.status == 200);
  const json now = statuses();
  for (const auto& [code, status] : now.items()) CHECK(status == "?");
  CHECK(patch({{"select", {{"codes", {"c", "e"}}}}, {"to", "+"}}).json().at("changed") ==
        json({{"c", "+"}, {"e", "+"}}));
}

TEST_CASE_METHOD(SmallDraft, "a wrong selection is refused, naming the part", "[builder][select]") {
  const std::uint64_t head = site.head();
  const auto select = [&](const json& part, const json& more = {{"to", "+"}}) {
    json body = {{"select", part}};
    body.update(more);
    return patch(body);
  };
  check_error(select({{"search", 99}}), 400, "select.search");
  check_error(select({{"search", -1}}), 400, "select.search");
  check_error(select({{"type", "Nothing"}}), 400, "select.type");
  check_error(select({{"under", "zzz"}}), 400, "select.under");
  check_error(select({{"codes", {"a", "zzz"}}}), 400, "select.codes[1]");
  check_error(select({{"status", {"+"}}}), 400, "select");
  check_error(select({{"status", {"x"}}}), 400, "select.status[0]");
  check_error(select({{"under", "a"}}, json::object()), 400, "to");
  check_error(
      select({{"under", "a"}}, {{"to", "+"}, {"updates", json::array({json::array({"a", "+"})})}}),
      400, "updates");
  check_error(patch({{"reason", "none"}}), 400, "updates");
  check_error(patch({{"updates", json::array({json::array({"a", "+"})})}, {"to", "-"}}), 400, "to");
  CHECK(site.head() == head);
  // Others' decisions since are not overridden unseen.
  const auto base = decide("d", "-", "carol");
  const Reply disputed = select(
      {{"under", "a"}}, {{"to", "+"}, {"keep_decisions", false}, {"base_position", base - 1}});
  CHECK(disputed.status == 409);
  CHECK(disputed.json().at("changed") == json({{"d", "-"}}));
}

TEST_CASE_METHOD(SmallDraft, "a code tells why it has its status", "[builder][code]") {
  json click = one_update("a", "+");
  click["reason"] = "seen";
  const std::uint64_t first = patch(click).json().at("position");
  const auto second = decide("b", "-", "carol");
  site.send("POST", version + "/reasons", {{"step", second}, {"reason", "rare"}}, "carol");
  const json code = read("/codes/d");
  CHECK(code.at("status") == "!");
  CHECK(code.at("term") == "name of d");
  REQUIRE(code.at("deciders").size() == 2);
  CHECK(code.at("deciders").at(0).at("code") == "a");
  CHECK(code.at("deciders").at(0).at("position") == first);
  CHECK(code.at("deciders").at(0).at("actor") == "alice");
  CHECK(code.at("deciders").at(0).at("reason") == "seen");
  CHECK(code.at("deciders").at(1).at("reason") == "rare");
  CHECK(code.at("places_count") == 2);
  CHECK(code.at("places") == json::array({json::array({"root", "a"}), json::array({"root", "b"})}));
  CHECK(code.at("searches").size() == 1);
  CHECK(code.at("decisions").empty());

  decide("a", "?");
  decide("a", "-", "carol");
  const json a = read("/codes/a");
  REQUIRE(a.at("decisions").size() == 3);
  CHECK(a.at("decisions").at(0).at("status") == "-");
  CHECK(a.at("decisions").at(1).at("status") == "?");
  CHECK(a.at("decisions").at(2).at("position") == first);
  CHECK(a.at("next").is_null());
  const json page = read("/codes/a?limit=2");
  CHECK(page.at("decisions").size() == 2);
  const json rest = read("/codes/a?limit=2&before=" + page.at("next").dump());
  CHECK(rest.at("decisions").size() == 1);
  const json then = read("/codes/a?as_of=" + std::to_string(first));
  CHECK(then.at("status") == "+");
  CHECK(then.at("decisions").size() == 1);
  CHECK(get("/codes/zzz").status == 404);
  check_error(get("/codes/a?limit=0"), 400, "limit");
  check_error(get("/codes/a?before=x"), 400, "before");
}

TEST_CASE_METHOD(SmallDraft, "a new version tells who decided in the one before, and why",
                 "[builder]") {
  const auto with_reason = [&](const char* code, const char* reason) {
    json update = one_update(code, "+");
    update["reason"] = reason;
    update["base_position"] = site.get(version).json().at("position");
    const Reply reply = patch(update);
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    return reply.json().at("position");
  };
  const auto first = with_reason("root", "seen");
  decide("b", "-");
  REQUIRE(site.send("POST", version + "/save").status == 200);
  const Reply made = site.send("POST", version + "/drafts", {{"release", "bnf_small_20230601"}});
  REQUIRE(made.status == 201);
  version = "/api/v2/versions/" + made.json().at("hash").get<std::string>();
  const json root = read("/codes/root");
  REQUIRE(root.at("decisions").size() == 1);
  CHECK(root.at("decisions").at(0).at("position") == first);
  CHECK(root.at("decisions").at(0).at("reason") == "seen");
  CHECK(read("/codes/a").at("deciders").at(0).at("position") == first);
  // What was decided anew counts.
  const auto again = decide("root", "-");
  CHECK(read("/codes/a").at("deciders").at(0).at("position") == again);
  // A step that was undone and done again keeps its reason.
  with_reason("e", "rare");
  REQUIRE(site.send("POST", version + "/undo").status == 200);
  REQUIRE(site.send("POST", version + "/redo").status == 200);
  CHECK(read("/codes/e").at("decisions").at(0).at("reason") == "rare");
}

TEST_CASE_METHOD(SmallDraft, "matches tell what a search would add to the draft",
                 "[builder][matches]") {
  const std::string search =
      site.get(version + "/searches").json().at("searches").at(0).at("id").dump();
  REQUIRE(site.send("DELETE", version + "/searches/" + search).status == 200);
  const auto before = site.head();
  decide("b", "-");
  // A fake release looks in the codes themselves.
  const json found = read("/matches?term=roo");
  CHECK(found.at("total") == 1);
  CHECK(found.at("with_descendants_count") == 6);
  CHECK(found.at("new_count") == 3);
  CHECK(found.at("hits").at(0).at("status").is_null());
  decide("root", "+");
  CHECK(read("/matches?term=roo").at("new_count") == 0);
  CHECK(read("/matches?term=roo").at("hits").at(0).at("status") == "+");
  CHECK(read("/matches?term=roo&as_of=" + std::to_string(before)).at("new_count") == 6);
  check_error(get("/matches"), 400, "term");
  check_error(get("/matches?term=r"), 400, "term");
  check_error(get("/matches?term=roo&limit=0"), 400, "limit");
}

TEST_CASE_METHOD(SmallDraft, "a restricted draft shows nothing of this to others", "[builder]") {
  decide("a", "+");
  const auto position = std::to_string(site.head());
  REQUIRE(site.send("PATCH", "/api/v2/codelists/organisation/test-org/diamonds",
                    {{"access", "restricted"}})
              .status == 200);
  for (const std::string rest :
       {"/tree", "/tree/terms", "/statuses", "/steps", "/codes/a", "/matches?term=roo"}) {
    CAPTURE(rest);
    const std::string past =
        rest + (rest.find('?') == std::string::npos ? "?" : "&") + "as_of=" + position;
    for (int i = 0; i < 2; ++i) {
      CHECK(get(rest).status == 200);
      CHECK(get(past).status == 200);
      CHECK(get(rest, true, "bob").status == 404);
      CHECK(get(past, true, "bob").status == 404);
      CHECK(site.get(version + rest).status == 404);
    }
  }
}

TEST_CASE("a release without a file has no trees", "[builder]") {
  ApiSite site;
  site.set_up();
  const Reply made = site.send("POST", "/api/v2/codelists",
                               {{"owner", "user/alice"},
                                {"name", "Old"},
                                {"coding_system", "opcs4"},
                                {"csv", "code\nA01\n"}});
  INFO(made.body);
  REQUIRE(made.status == 201);
  const std::string version =
      "/api/v2/versions/" + made.json().at("version").at("hash").get<std::string>();
  for (const std::string rest : {"/tree", "/statuses", "/codes/A01"}) {
    const Reply reply = site.get(version + rest);
    CHECK(reply.status == 400);
    CHECK_THAT(reply.body, Catch::Contains("has no file"));
  }
}

}  // namespace codelog::tests::api_builder_test
