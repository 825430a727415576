// Bad input of every kind on every endpoint that writes: a precise error, and no change.
#include <catch2/catch.hpp>

#include "server/api/endpoints.h"
#include "server/api/schemas.h"
#include "tests/server/api_site.h"

namespace codelog::tests::api_bad_input_test {
namespace {

using nlohmann::json;

// A site with a codelist that has a published version, one under review, and a draft.
struct Fixture {
  ApiSite site;
  std::string list = "/api/v2/codelists/organisation/test-org/elbows";
  std::string published, under_review, draft;  // hashes
  std::string search;                          // of the draft

  Fixture() {
    site.set_up();
    site.register_wide_release();
    const auto version_of = [](const Reply& reply) {
      INFO(reply.body);
      REQUIRE(reply.status == 201);
      return reply.json().at("hash").get<std::string>();
    };
    const Reply created = site.send(
        "POST", "/api/v2/codelists",
        {{"owner", "organisation/test-org"}, {"name", "Elbows"}, {"coding_system", "snomedct"}});
    REQUIRE(created.status == 201);
    published = version_of(site.send(
        "POST", list + "/versions",
        {{"codes", {"2247004"}}, {"release", small_snomedct}, {"publish", true}, {"tag", "one"}}));
    under_review = version_of(site.send("POST", list + "/versions",
                                        {{"codes", {"2279008"}}, {"release", small_snomedct}}));
    draft = version_of(site.send("POST", "/api/v2/versions/" + under_review + "/drafts"));
    search = site.send("POST", "/api/v2/versions/" + draft + "/searches", {{"term", "elbow"}})
                 .json()
                 .at("id")
                 .dump();
  }

  // An existing address of the endpoint.
  std::string target_of(const api::Endpoint& endpoint) const {
    std::string target(endpoint.path);
    const auto fill = [&](const std::string& name, const std::string& value) {
      const std::size_t at = target.find("{" + name + "}");
      if (at != std::string::npos) target.replace(at, name.size() + 2, value);
    };
    const bool publishes = endpoint.id == "publishVersion";
    fill("owner_kind", "organisation");
    fill("owner", "test-org");
    fill("slug", "elbows");
    fill("username", "bob");
    fill("hash", publishes ? under_review : draft);
    fill("id", search);
    fill("alias", small_snomedct);
    return target;
  }
};

// A body that the endpoint would accept.
json good_body(std::string_view schema) {
  if (schema == "NewCodelist") {
    return {{"owner", "organisation/test-org"}, {"name", "New"}, {"coding_system", "snomedct"}};
  }
  if (schema == "CodelistChanges") return {{"description", "d"}};
  if (schema == "NewVersion") return {{"codes", {"2247004"}}, {"release", small_snomedct}};
  if (schema == "NewSearch") return {{"term", "wrist"}};
  if (schema == "StatusUpdates") return one_update("2247004", "+");
  if (schema == "NewReason") return {{"step", 1}, {"reason", "r"}};
  if (schema == "Restoration") return {{"as_of", "1"}};
  if (schema == "Upgrade") return {{"release", small_snomedct}};
  return json::object();
}

Ask as_alice(std::string method, std::string target, std::string body = {}) {
  return {.method = std::move(method),
          .target = std::move(target),
          .token = "Token " + ApiSite::token_of("alice"),
          .body = std::move(body)};
}

std::string deep_json() {
  std::string text = "{\"owner\":";
  text.append(100, '[');
  text.append(100, ']');
  return text + "}";
}

struct Case {
  std::string method, target;
  json body;
  int status = 0;
  std::string detail;
  std::string user = "alice";
};

std::vector<Case> codelist_cases(const Fixture& fixture) {
  const std::string& list = fixture.list;
  const json named = {{"owner", "user/alice"}, {"name", "X"}, {"coding_system", "snomedct"}};
  const auto with = [&](json body, const json& more) {
    body.update(more);
    return body;
  };
  return {
      {"POST", "/api/v2/codelists", with(named, {{"owner", "alice"}}), 400, "organisation/SLUG"},
      {"POST", "/api/v2/codelists", with(named, {{"owner", "user/nobody"}}), 404, "user/nobody"},
      {"POST", "/api/v2/codelists", with(named, {{"owner", "user/bob"}}), 403, "user/bob"},
      {"POST", "/api/v2/codelists", with(named, {{"coding_system", "x"}}), 400, "'x'"},
      {"POST", "/api/v2/codelists", with(named, {{"release", "x"}}), 400, "x is not a valid"},
      {"POST", "/api/v2/codelists", with(named, {{"name", "***"}}), 400, "letter or number"},
      {"POST", "/api/v2/codelists", with(named, {{"name", std::string(256, 'x')}}), 400, "255"},
      {"POST", "/api/v2/codelists", with(named, {{"slug", "a b"}}), 400, "slug"},
      {"POST", "/api/v2/codelists", with(named, {{"codes", {"1"}}}), 400, "coding system: 1"},
      {"POST", "/api/v2/codelists", with(named, {{"codes", {""}}}), 400, "codes[0]"},
      {"POST", "/api/v2/codelists", with(named, {{"csv", "a\nb"}}), 400, "header 'a'"},
      {"POST", "/api/v2/codelists", with(named, {{"csv", "code\n1"}}), 400, "row 2"},
      {"POST", "/api/v2/codelists", with(named, {{"csv", "code\n\"1"}}), 400, "never closed"},
      {"POST", "/api/v2/codelists", with(named, {{"csv", "code\n1"}, {"codes", {"2247004"}}}), 400,
       "not both"},
      {"POST", "/api/v2/codelists",
       with(named, {{"references", {{{"text", "t"}, {"url", "javascript:x"}}}}}), 400, "script"},
      {"POST", "/api/v2/codelists",
       with(named, {{"signoffs", {{{"user", "alice"}, {"date", "2024-02-30"}}}}}), 400, "date"},
      {"PATCH", list, {{"name", "Y"}}, 403, "may not edit", "bob"},
      {"PATCH", list, {{"owner", "user/bob"}}, 403, "hand a codelist over"},
      {"PATCH", "/api/v2/codelists/organisation/test-org/nothing", {{"name", "Y"}}, 404, "no such"},
      {"PATCH", "/api/v2/codelists/team/test-org/elbows", {{"name", "Y"}}, 404, "no such"},
      {"DELETE", list, json::object(), 403, "only an administrator", "carol"},
      {"DELETE", list, json::object(), 400, "say why"},
      {"PUT", list + "/collaborators/nobody", nullptr, 400, "nobody"},
      {"DELETE", list + "/collaborators/bob", nullptr, 404, "bob"},
      {"POST", list + "/versions", {{"release", small_snomedct}}, 400, "exactly one"},
      {"POST",
       list + "/versions",
       {{"codes", json::array()}, {"release", small_snomedct}},
       400,
       "No codes"},
      {"POST",
       list + "/versions",
       {{"codes", {"2247004"}}, {"release", small_bnf}},
       400,
       "not a valid database alias"},
      {"POST",
       list + "/versions",
       {{"codes", {"2247004"}}, {"release", small_snomedct}, {"tag", "one"}},
       409,
       "tagged one"},
      {"POST",
       list + "/versions",
       {{"codes", {"2247004"}}, {"release", small_snomedct}, {"tag", "a/b"}},
       400,
       "'/'"}};
}

std::vector<Case> version_cases(const Fixture& fixture) {
  const std::string versions = "/api/v2/versions/";
  const std::string at_draft = versions + fixture.draft;
  const std::string& published = fixture.published;
  return {
      {"POST", versions + "zzzzzzzz/drafts", json::object(), 404, "no such version"},
      {"POST", versions + "00000063/drafts", json::object(), 404, "no such version"},
      {"POST", versions + published + "/drafts", {{"release", "x"}}, 400, "x is not a valid"},
      {"POST", versions + published + "/drafts", json::object(), 403, "may not edit", "bob"},
      {"POST", versions + published + "/publish", json::object(), 409, "published already"},
      {"POST", at_draft + "/publish", json::object(), 409, "saved for review"},
      {"POST", at_draft + "/save", json::object(), 409, "unresolved"},
      {"POST", versions + published + "/save", json::object(), 409, "not a draft"},
      {"POST", versions + published + "/discard", json::object(), 409, "not a draft"},
      {"DELETE", versions + published, json::object(), 400, "say why"},
      {"DELETE", versions + published, {{"reason", "r"}}, 403, "only an administrator", "carol"},
      {"POST", at_draft + "/clone", json::object(), 409, "draft"},
      {"POST", versions + published + "/convert", json::object(), 409, "new-style already"}};
}

std::vector<Case> draft_cases(const Fixture& fixture) {
  const std::string at_draft = "/api/v2/versions/" + fixture.draft;
  const std::string at_published = "/api/v2/versions/" + fixture.published;
  return {
      {"POST", at_draft + "/searches", {{"term", "a"}, {"code", "b"}}, 400, "exactly one"},
      {"POST", at_draft + "/searches", {{"term", "ab"}}, 400, "at least 3 characters (it has 2)"},
      {"POST", at_draft + "/searches", {{"term", "***"}}, 400, "not a valid search term"},
      {"POST", at_draft + "/searches", {{"code", std::string(19, '1')}}, 400, "18"},
      {"POST", at_draft + "/searches", {{"term", "wrist"}}, 403, "may not edit", "bob"},
      {"POST", at_published + "/searches", {{"term", "wrist"}}, 409, "final"},
      {"DELETE", at_draft + "/searches/999", nullptr, 404, "no such search"},
      {"DELETE", at_draft + "/searches/x", nullptr, 404, "no such search"},
      {"DELETE", at_draft + "/searches/99999999999", nullptr, 404, "no such search"},
      {"PATCH", at_draft + "/statuses", one_update("1", "+"), 400, "'1' is neither in the draft"},
      {"PATCH", at_draft + "/statuses", one_update("2247004", "(+)"), 400,
       "fields of the request are wrong"},
      {"PATCH",
       at_draft + "/statuses",
       {{"updates", json::array()}},
       400,
       "fields of the request are wrong"},
      {"PATCH", at_published + "/statuses", one_update("2247004", "+"), 409, "final"},
      {"POST", at_draft + "/redo", json::object(), 409, "nothing to redo"}};
}

}  // namespace

TEST_CASE_METHOD(Fixture, "every write refuses users without permission, and malformed requests",
                 "[api][bad-input]") {
  const std::uint64_t head = site.head();
  std::size_t count = 0;
  for (const api::Endpoint& endpoint : api::all_endpoints()) {
    if (!endpoint.act) continue;
    ++count;
    const std::string method(http::to_string(endpoint.method));
    const std::string target = target_of(endpoint);
    const json good = good_body(endpoint.body);
    const auto expect = [&](int status, const Ask& ask, const std::string& what) {
      const Reply reply = site.ask(ask);
      INFO(method << " " << target << ": " << what << "\n" << reply.body.substr(0, 400));
      CHECK(reply.status == status);
      if (reply.status == 405) return json();
      CHECK(reply.header("content-type") == "application/problem+json");
      CHECK(reply.json().at("status") == status);
      return reply.json();
    };
    Ask ask = as_alice(method, target, good.dump());
    ask.token.clear();
    expect(401, ask, "no token");
    ask.token = "Token " + std::string(40, 'z');
    expect(401, ask, "an unknown token");
    ask.token = "Bearer " + ApiSite::token_of("alice");
    expect(401, ask, "another scheme");
    ask = as_alice(method, target, good.dump());
    ask.headers = {{"Idempotency-Key", std::string(201, 'k')}};
    expect(400, ask, "a key that is too long");
    expect(400, as_alice(method, target + "?min_positon=1", good.dump()), "an unknown parameter");
    if (endpoint.body.empty()) continue;
    for (const std::string& body :
         {std::string("nope"), std::string("{"), std::string("[]"), std::string("null"),
          std::string("\"x\""), std::string("{\"name\": \"\xFF\"}"), deep_json(),
          std::string(R"({"reason": "a", "reason": "b"})")}) {
      expect(400, as_alice(method, target, body), body.substr(0, 40));
    }
    json unknown = good;
    unknown["sulg"] = 1;
    const json problem = expect(400, as_alice(method, target, unknown.dump()), "an unknown field");
    CHECK(problem.at("errors").at(0).at("field") == "sulg");
  }
  CHECK(count == 27);
  CHECK(site.head() == head);
}

TEST_CASE_METHOD(Fixture, "every field of every write must have its type", "[api][bad-input]") {
  const std::uint64_t head = site.head();
  std::size_t count = 0;
  for (const api::Endpoint& endpoint : api::all_endpoints()) {
    if (!endpoint.act || endpoint.body.empty()) continue;
    const json& schema = api::schemas().at(std::string(endpoint.body));
    const json properties = schema.value("properties", json::object());
    for (const auto& [name, property] : properties.items()) {
      for (const json& wrong : {json(1.5), json::array({json::object()}), json{{"a", 1}}}) {
        json body = good_body(endpoint.body);
        body[name] = wrong;
        const Reply reply = site.ask(as_alice(std::string(http::to_string(endpoint.method)),
                                              target_of(endpoint), body.dump()));
        INFO(endpoint.id << " " << body.dump() << "\n" << reply.body);
        CHECK(reply.status == 400);
        const std::string field = reply.json().at("errors").at(0).at("field");
        CHECK(field.substr(0, name.size()) == name);
        ++count;
      }
    }
    for (const json& name : schema.value("required", json::array())) {
      json body = good_body(endpoint.body);
      body.erase(name.get<std::string>());
      const Reply reply = site.ask(as_alice(std::string(http::to_string(endpoint.method)),
                                            target_of(endpoint), body.dump()));
      CHECK(reply.status == 400);
      CHECK(reply.json().at("errors").at(0) == json({{"field", name}, {"detail", "is required"}}));
    }
  }
  CHECK(count > 60);
  CHECK(site.head() == head);
}

TEST_CASE_METHOD(Fixture, "the errors for missing things and forbidden changes are precise",
                 "[api][bad-input]") {
  std::vector<Case> cases = codelist_cases(*this);
  for (auto more : {version_cases(*this), draft_cases(*this)}) {
    cases.insert(cases.end(), more.begin(), more.end());
  }
  const std::uint64_t head = site.head();
  for (const Case& test : cases) {
    const std::string body = test.body.is_null() ? "" : test.body.dump();
    Ask ask = as_alice(test.method, test.target, body);
    ask.token = "Token " + ApiSite::token_of(test.user);
    const Reply reply = site.ask(ask);
    INFO(test.user << ": " << test.method << " " << test.target << " " << body << "\n"
                   << reply.body);
    CHECK(reply.status == test.status);
    CHECK_THAT(reply.json().dump(), Catch::Contains(test.detail));
    CHECK(site.head() == head);
  }
}

TEST_CASE_METHOD(Fixture, "a search that finds too much is refused in OpenCodelists' words",
                 "[api][bad-input]") {
  const std::string hash = site.send("POST", "/api/v2/codelists",
                                     {{"owner", "user/alice"},
                                      {"name", "Wide"},
                                      {"coding_system", "bnf"},
                                      {"release", "bnf_wide_20230101"}})
                               .json()
                               .at("version")
                               .at("hash");
  const std::uint64_t head = site.head();
  const std::string searches = "/api/v2/versions/" + hash + "/searches";
  const std::string release = "/api/v2/releases/bnf_wide_20230101/search";
  const std::string words =
      "returned 20,001 codes, which exceeds the maximum limit of 20,000. When you search for a "
      "code, we return all codes that are descendants of that code, so if you search for a code "
      "near the top of the coding system hierarchy you get an unmanageable number of results. "
      "Please try to refine your search to return fewer results.";
  for (const Reply& reply :
       {site.get(release + "?code=root"), site.send("POST", searches, {{"code", "root"}})}) {
    CHECK(reply.status == 413);
    CHECK(reply.json().at("detail") == "Your search for code \"root\" " + words);
  }
  CHECK(site.head() == head);
  // Exactly 20,000 are allowed.
  CHECK(site.get(release + "?code=middle").json().at("codes").size() == 20'000);
  CHECK(site.send("POST", searches, {{"code", "middle"}}).status == 201);
}

TEST_CASE_METHOD(Fixture, "a page of history ends when it is long", "[api][bad-input]") {
  const std::string hash = site.send("POST", "/api/v2/codelists",
                                     {{"owner", "user/alice"},
                                      {"name", "Wide"},
                                      {"coding_system", "bnf"},
                                      {"release", "bnf_wide_20230101"}})
                               .json()
                               .at("version")
                               .at("hash");
  const std::string version = "/api/v2/versions/" + hash;
  REQUIRE(site.send("POST", version + "/searches", {{"code", "middle"}}).status == 201);
  constexpr int clicks = 20;
  for (int i = 0; i < clicks; ++i) {
    const json update = one_update("middle", i % 2 == 0 ? "+" : "-");
    REQUIRE(site.send("PATCH", version + "/statuses", update).status == 200);
  }
  const std::string history = "/api/v2/codelists/user/alice/wide/history";
  // Codes that are not shown have to be read, too.
  for (const std::string changes : {"false", "true"}) {
    CAPTURE(changes);
    const std::string target = history + "?limit=1000&changes=" + changes + "&after=";
    int pages = 0, events = 0;
    for (json after = 0; !after.is_null(); ++pages) {
      const Reply page = site.get(target + after.dump());
      CHECK(page.body.size() < 5u << 20);
      events += static_cast<int>(page.json().at("events").size());
      after = page.json().at("next");
    }
    CHECK(pages > 1);
    CHECK(events == 3 + clicks);  // and the events that made the codelist, its draft, its search
  }
}

TEST_CASE_METHOD(Fixture, "a body beyond the route's limit is refused before it is read",
                 "[api][bad-input]") {
  const std::uint64_t head = site.head();
  const std::string large(5u << 20, 'x');
  CHECK(site.ask(as_alice("PATCH", list, large)).status == 413);
  // Many codes are allowed.
  json codes = json::array();
  for (int i = 0; i < 200'000; ++i) codes.push_back("x" + std::to_string(1'000'000 + i));
  const Reply reply = site.send("POST", list + "/versions",
                                {{"codes", std::move(codes)}, {"release", small_snomedct}});
  CHECK(reply.status == 400);
  CHECK(reply.body.size() < 20'000);
  CHECK_THAT(reply.body, Catch::Contains("and 199950 more"));
  CHECK(site.head() == head);
}

namespace {

// A GET request, and its expected error.
struct Refusal {
  std::string target;
  int status;
  std::string detail;
};

void check_refusals(const ApiSite& site, const std::vector<Refusal>& refusals) {
  for (const Refusal& test : refusals) {
    const Reply reply = site.get(test.target);
    INFO(test.target << " " << reply.body);
    CHECK(reply.status == test.status);
    CHECK(reply.header("content-type") == "application/problem+json");
    CHECK_THAT(reply.json().dump(), Catch::Contains(test.detail));
  }
}

}  // namespace

TEST_CASE_METHOD(Fixture, "invalid searches are refused, naming the parameter",
                 "[api][bad-input]") {
  const std::string release = "/api/v2/releases/snomedct_small_20240101";
  check_refusals(
      site,
      {{release + "/search", 400, "exactly one"},
       {release + "/search?term=elbow&code=1", 400, "exactly one"},
       {release + "/search?term=el", 400, "at least 3"},
       {release + "/search?term=elbow&mode=fuzzy", 400, "must be one of contains, words, phrase"},
       {release + "/search?term=elbow&mode=code", 400, "must be one of contains, words, phrase"},
       {release + "/search?term=elbow&mode=code_prefix", 400, "takes a code"},
       {release + "/search?code=1&mode=words", 400, "takes a term"},
       {release + "/search?code=1-&mode=code_range", 400, "two codes"},
       {release + "/search?code=2-1&mode=code_range", 400, "before its first"},
       {release + "/search?code=1234567890123456789&mode=code_prefix", 400, "at most 18"},
       {release + "/search?term=-&mode=words", 400, "must have a letter or a digit"},
       {release + "/search?term=&mode=words", 400, "must not be empty"},
       {release + "/search?term=a%0Ab&mode=phrase", 400, "control characters"},
       {release + "/search?term=" + std::string(256, 'a') + "&mode=starts_with", 400, "255"},
       {release + "/search?term=%28&mode=regex", 400,
        "is not a valid regular expression: missing )"},
       {release + "/search?term=%28%3F%3Da%29&mode=regex", 400,
        "is not a valid regular expression"},
       {release + "/search?term=a%7B1000%7D%7B1000%7D&mode=regex", 400, "regular expression"},
       {release + "/search?term=%5B%5CpL%5CpN%5D%7B90%7D&mode=regex", 400, "is too large"},
       {release + "/search?term=elbow&type=Disordr", 400, "'Disordr' is not a type"},
       {release + "/search?term=elbow&type=" + std::string(256, 'a'), 400, "type"},
       {release + "/search?term=elbow&active=yes", 400, "must be true or false"},
       {release + "/search?term=elbow&limit=5", 400, "is not a parameter"},
       {release + "/matches?term=elbow&limit=0", 400, "must be at least 1"},
       {release + "/matches?term=elbow&limit=1001", 400, "must be at most 1000"},
       {release + "/matches?term=elbow&limit=-1", 400, "must be a whole number"},
       {release + "/matches?term=elbow&offset=99999999999", 400, "must be at most"},
       {release + "/matches?term=elbow&offset=99999999999999999999999", 400, "whole number"},
       {release + "/matches?term=el", 400, "at least 3"},
       {release + "/matches", 400, "exactly one"},
       {release + "/types?x=1", 400, "is not a parameter"},
       {release + "/codes/1", 404, "there is no code '1'"},
       {"/api/v2/releases/x/types", 404, "no release x"},
       {"/api/v2/releases/x/codes/1", 404, "no release x"}});
}

TEST_CASE_METHOD(Fixture, "reads are as strict as writes", "[api][bad-input]") {
  const std::string release = "/api/v2/releases/snomedct_small_20240101";
  const std::vector<Refusal> cases = {
      {"/api/v2/nothing", 404, "nothing at this address"},
      {"/api/v2/codelists?owner=x", 400, "owner"},
      {"/api/v2/codelists?coding_system=x", 400, "coding_system"},
      {"/api/v2/codelists?status=x", 400, "status"},
      {"/api/v2/codelists?limit=0", 400, "limit"},
      {"/api/v2/codelists?after=x", 400, "after"},
      {"/api/v2/codelists/organisation/test-org/x", 404, "no such codelist"},
      {"/api/v2/versions/x", 404, "no such version"},
      {"/api/v2/versions/" + draft + "/searches/77", 404, "no such search"},
      {"/api/v2/versions/" + draft + "?as_off=1", 400, "as_off"},
      {"/api/v2/releases/x/search?term=elbow", 404, "no release x"},
      {"/api/v2/me", 401, "No token header provided."},
  };
  check_refusals(site, cases);
  const auto post = [&](const std::string& target, const json& body) {
    return site.ask({.method = "POST", .target = target, .body = body.dump()}).status;
  };
  CHECK(post(release + "/codeset", {{"codes", {"1"}}}) == 400);
  CHECK(post(release + "/codeset", {{"codes", {"2247004"}}, {"included", {"2247004"}}}) == 400);
  CHECK(post(release + "/codeset", json::object()) == 400);
  CHECK(post(release + "/terms", {{"codes", "2247004"}}) == 400);
  CHECK(post(release + "/terms", {{"codes", {1}}}) == 400);
  CHECK(post(release + "/codeset", {{"included", {"2247004"}}}) == 200);
  CHECK(post("/api/v2/markdown", {{"markdown", "*x*"}}) == 401);
  CHECK(site.send("POST", "/api/v2/markdown", {{"markdown", "*x*"}}).status == 200);
}

}  // namespace codelog::tests::api_bad_input_test
