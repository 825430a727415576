// The pages that look back: history and methods, as a browser without scripts gets them.
#include <catch2/catch.hpp>

#include "events/base/digest.h"
#include "tests/server/browser.h"

namespace codelog::tests::history_pages_test {
namespace {

using Catch::Contains;
using nlohmann::json;

constexpr const char* elbow = "2247004";

struct Fixture {
  ApiSite site;
  Browser alice{site};  // administrator
  Browser carol{site};
  std::string page = "/codelist/test-org/elbows/";
  std::string api = "/api/v2/codelists/organisation/test-org/elbows";
  std::string hash;
  std::uint64_t decided = 0;

  Fixture() {
    site.set_up();
    set_passwords(site, {"alice", "carol"});
    site.clock().set("2026-01-05T09:00:00Z");
    const Reply created = site.send("POST", "/api/v2/codelists",
                                    {{"owner", "organisation/test-org"},
                                     {"name", "Elbows & <b>"},
                                     {"slug", "elbows"},
                                     {"description", "Pain"},
                                     {"coding_system", "snomedct"}},
                                    "carol");
    REQUIRE(created.status == 201);
    hash = created.json().at("version").at("hash");
    send("POST", "/searches", {{"term", "elbow"}});
    decided = decide(elbow, "+", "It is <one>");
  }

  json send(const std::string& method, const std::string& end, const json& body = json::object()) {
    const Reply reply = site.send(method, "/api/v2/versions/" + hash + end, body, "carol");
    INFO(reply.body);
    REQUIRE(reply.status < 300);
    return reply.json();
  }
  std::uint64_t decide(const std::string& code, const std::string& sign,
                       const std::string& reason = "") {
    json body = one_update(code, sign);
    if (!reason.empty()) body["reason"] = reason;
    return send("PATCH", "/statuses", body).at("position");
  }
  // Includes every top that is undecided, and saves.
  void finish() {
    const json statuses = site.get("/api/v2/versions/" + hash).json().at("statuses");
    for (const auto& [code, status] : statuses.items()) {
      if (status == "?") decide(code, "-");
    }
    send("POST", "/save");
  }
  std::string history(const std::string& query = "") { return page + "-/history/" + query; }
  std::string at(std::uint64_t position) { return history("?at=" + std::to_string(position)); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "the history tells who did what, with terms and reasons",
                 "[web][history]") {
  const std::string body = site.get(history()).body;
  CHECK_THAT(body, Contains("History of Elbows &amp; &lt;b&gt;"));
  CHECK_THAT(body, Contains("searched for “elbow”"));
  CHECK_THAT(body, Contains("<li id=\"" + std::to_string(decided) + "\">"));
  CHECK_THAT(body, Contains("“It is &lt;one&gt;”"));
  CHECK_THAT(body, Contains("included") && Contains("<code>2247004</code>"));
  CHECK_THAT(body, Contains("href=\"/users/carol/\""));
  // Undoing and redoing are told, too.
  send("POST", "/undo");
  send("POST", "/redo");
  const std::string later = site.get(history()).body;
  CHECK_THAT(later, Contains("3 steps") && Contains("undid") && Contains("redid"));
  CHECK_THAT(later, Contains("decided 1 code"));
}

TEST_CASE_METHOD(Fixture, "the life of a code is what found it, decided it, and why",
                 "[web][history]") {
  decide("2281005", "-", "Another matter");
  const std::string body = site.get(history("?code=" + std::string(elbow))).body;
  CHECK_THAT(body, Contains("The life of one code") && Contains("searched for “elbow”"));
  CHECK_THAT(body, Contains("It is &lt;one&gt;") && !Contains("Another matter"));
  CHECK_THAT(body, Contains("not in the version"));
  CHECK_THAT(site.get(history("?who=bob")).body,
             Contains("Nothing in this part of the history is like that."));
  CHECK_THAT(site.get(history("?kind=searches")).body,
             Contains("searched for") && !Contains("It is &lt;one&gt;"));
  CHECK_THAT(site.get(history("?code=%22%3E%3Cscript%3E")).body, !Contains("\"><script>"));
}

TEST_CASE_METHOD(Fixture, "a moment is shown as it was", "[web][history]") {
  const auto later = decide(elbow, "-");
  const std::string then = site.get(at(decided)).body;
  CHECK_THAT(then, Contains("As it was after") && Contains("vs now"));
  CHECK_THAT(then, Contains("?at=" + std::to_string(later)));
  CHECK_THAT(then, Contains("<b>+0</b>"));
  CHECK(site.get(at(decided - 3)).status == 404);
  CHECK(site.get(history("?at=x")).status == 400);
  CHECK(site.get(history("?before=x")).status == 400);
}

TEST_CASE_METHOD(Fixture, "a change of a text shows the old and the new one", "[web][history]") {
  const auto change = [&](const char* field, const std::string& text) {
    REQUIRE(site.send("PATCH", api, {{field, text}}, "carol").status == 200);
  };
  change("description", "Pain of an <elbow>");
  change("methodology", "Seen by Ada.");
  change("methodology", "Seen by Bob.");
  const std::string body = site.get(history()).body;
  CHECK_THAT(body, Contains("changed the description") && Contains("changed the methodology"));
  CHECK_THAT(body, Contains("Pain<ins> of an &lt;elbow&gt;</ins>"));
  CHECK_THAT(body, Contains("<ins>Seen by Ada.</ins>"));
  CHECK_THAT(body, Contains("Seen by <del>Ada.</del><ins>Bob.</ins>"));
  // The text before is in a commit that this part of the history leaves out.
  CHECK_THAT(site.get(history("?kind=details&before=" + std::to_string(site.head() - 1))).body,
             Contains("Pain<ins> of an"));
}

TEST_CASE_METHOD(Fixture, "the history goes on page by page", "[web][history]") {
  for (int i = 0; i < 60; ++i) {
    REQUIRE(
        site.send("PATCH", api, {{"description", "No. " + std::to_string(i)}}, "carol").status ==
        200);
  }
  const std::string first = site.get(history()).body;
  CHECK_THAT(first, !Contains("searched for “elbow”"));
  const std::string older = between(first, "<a href=\"?before=", "\"");
  const std::string second = site.get(history("?before=" + older)).body;
  CHECK_THAT(second, Contains("searched for “elbow”") && Contains(">Newest<"));
  CHECK_THAT(second, !Contains("id=\"" + std::to_string(site.head()) + "\""));
}

TEST_CASE_METHOD(Fixture, "administrators restore a moment, with a reason", "[web][history]") {
  carol.log_in("carol");
  alice.log_in("alice");
  REQUIRE(site.send("PATCH", api, {{"name", "Knees"}}, "carol").status == 200);
  const std::string number = std::to_string(decided);
  CHECK_THAT(carol.get(at(decided)).body, !Contains("Restore as of"));
  CHECK_THAT(alice.get(at(decided)).body, Contains("Restore as of " + number));
  CHECK(carol.post(history(), {{"at", number}}).header("location") == "/");
  CHECK(alice.forge(history(), {{"at", number}}).status == 400);
  CHECK(alice.post(history(), {{"at", "x"}}).status == 400);
  CHECK(alice.post(history(), {{"at", std::to_string(site.head() + 9)}}).status == 400);
  const auto head = site.head();
  const Reply restored = alice.post(history(), {{"at", number}, {"reason", "by mistake"}});
  REQUIRE(restored.status == 302);
  CHECK(site.head() == head + 1);
  const std::string after = alice.get(restored.header("location")).body;
  CHECK_THAT(after, Contains("Elbows &amp; &lt;b&gt;") && Contains("by mistake"));
  CHECK_THAT(after, Contains("restored the codelist as of"));
}

TEST_CASE_METHOD(Fixture, "a restore finds the list by its name then, not another list",
                 "[web][history]") {
  alice.log_in("alice");
  REQUIRE(site.send("PATCH", api, {{"name", "Knees"}, {"slug", "knees"}}, "carol").status == 200);
  const Reply other = site.send(
      "POST", "/api/v2/codelists",
      {{"owner", "organisation/test-org"}, {"name", "Wrists"}, {"coding_system", "snomedct"}},
      "carol");
  REQUIRE(other.status == 201);
  const Reply restored =
      alice.post("/codelist/test-org/knees/-/history/", {{"at", std::to_string(decided)}});
  REQUIRE(restored.status == 302);
  CHECK(restored.header("location") == history());
  CHECK(site.get("/codelist/test-org/wrists/-/history/").status == 200);
  // Before the list there was nothing to restore.
  CHECK(alice.post(history(), {{"at", "1"}}).status == 404);
}

TEST_CASE_METHOD(Fixture, "methods say what a paper must say", "[web][methods]") {
  finish();
  send("POST", "/publish");
  const std::string methods = page + hash + "/-/methods/";
  const std::string body = site.get(methods).body;
  const std::string digest =
      base::to_hex(base::sha256(site.get(page + hash + "/download.csv").body));
  CHECK_THAT(body, Contains("Methods: Elbows &amp; &lt;b&gt;") && Contains(digest));
  CHECK_THAT(body, Contains("“It is &lt;one&gt;”") && Contains("elbow") && Contains(hash));
  CHECK_THAT(body, Contains("5 Jan 2026 by carol") && Contains("Published"));
  CHECK_THAT(body, Contains("snomedct_small_20240101"));
  const Reply file = site.get(methods + "methods.md");
  CHECK(file.header("content-type") == "text/markdown; charset=utf-8");
  CHECK_THAT(file.header("content-disposition"), Contains("-methods.md"));
  CHECK_THAT(file.body, Contains("# Methods: Elbows & \\<b\\>") && Contains(digest));
  CHECK_THAT(file.body, Contains("It is \\<one\\>") && Contains("| elbow |"));
  CHECK_THAT(site.get(page + hash + "/").body, Contains(methods) && Contains(history()));
}

TEST_CASE_METHOD(Fixture, "digests of content and release are on a version's pages",
                 "[web][methods]") {
  const std::string release_digest =
      base::to_hex(site.views().release("snomedct_small_20240101")->file_digest);
  const std::string draft = site.get("/builder/" + hash + "/").body;
  CHECK_THAT(draft, Contains(release_digest) && !Contains("Content digest"));
  finish();
  const std::string digest = site.get("/api/v2/versions/" + hash).json().at("content_digest");
  for (const char* rest : {"/", "/-/methods/", "/-/methods/methods.md"}) {
    const std::string body = site.get(page + hash + rest).body;
    CHECK_THAT(body, Contains(digest) && Contains(release_digest));
  }
}

TEST_CASE_METHOD(Fixture, "decisions are a file with their reasons", "[web][methods]") {
  decide("2281005", "-", "=1+1, \"no\"");
  finish();
  const std::string file = page + hash + "/-/decisions.csv";
  const Reply reply = site.get(file);
  CHECK(reply.header("content-type") == "text/csv");
  CHECK_THAT(reply.header("content-disposition"), Contains("-decisions.csv"));
  CHECK_THAT(reply.body,
             Catch::StartsWith("code,term,decision,reason,who,when,position,origin\r\n"));
  CHECK_THAT(reply.body, Contains("\n2247004,"));
  CHECK_THAT(reply.body, Contains(",include,It is <one>,carol,2026-01-05T09:00:00") &&
                             Contains("Z," + std::to_string(decided) + ",decided\r\n"));
  CHECK_THAT(reply.body, Contains(",exclude,\"'=1+1, \"\"no\"\"\",carol,"));
  for (const char* rest : {"/", "/-/methods/"}) {
    CHECK_THAT(site.get(page + hash + rest).body, Contains("decisions.csv"));
  }
  CHECK(site.get(page + "none/-/decisions.csv").status == 404);
}

TEST_CASE_METHOD(Fixture, "methods follow decisions through the versions before",
                 "[web][methods]") {
  finish();
  site.clock().set("2026-03-01T09:00:00Z");
  const std::string first = hash;
  const json draft = send("POST", "/drafts", json::object());
  hash = draft.at("hash");
  decide(elbow, "-", "Not after all");
  send("POST", "/save");
  const std::string body = site.get(page + hash + "/-/methods/methods.md").body;
  CHECK_THAT(body, Contains("Not after all") && Contains("1 Mar 2026 by carol"));
  // Taken over from the version before, where they were decided.
  CHECK_THAT(body, Contains("5 Jan 2026 by carol"));
  CHECK_THAT(body, Contains("## Against version " + first) && Contains("removed `2247004`"));
}

TEST_CASE_METHOD(Fixture, "who has been erased is not named", "[web][history][access]") {
  finish();
  CHECK_THAT(site.get(history()).body, Contains("carol"));
  const commands::Write by_system{commands::Actor::system(), std::nullopt};
  REQUIRE(site.application().accounts().erase_user(by_system, "carol"));
  for (const std::string& target : {history(), at(decided), page + hash + "/-/methods/",
                                    page + hash + "/-/methods/methods.md"}) {
    INFO(target);
    const Reply reply = site.get(target);
    CHECK(reply.status == 200);
    CHECK_THAT(reply.body, !Contains("carol") && Contains("whose account was erased"));
  }
}

TEST_CASE_METHOD(Fixture, "methods do not name a source that the reader may not read",
                 "[web][methods][access]") {
  finish();
  const Reply cloned =
      site.send("POST", "/api/v2/versions/" + hash + "/clone", json::object(), "bob");
  REQUIRE(cloned.status == 201);
  const std::string copy = "/codelist/user/bob/" + cloned.json().at("slug").get<std::string>() +
                           "/" + cloned.json().at("version").at("hash").get<std::string>() + "/";
  const std::string methods = copy + "-/methods/";
  CHECK_THAT(site.get(methods).body, Contains("version " + hash));
  REQUIRE(site.send("PATCH", api, {{"access", "restricted"}}).status == 200);
  CHECK_THAT(site.get(methods).body, !Contains("version " + hash));
  CHECK(site.get(history()).status == 404);
  CHECK(site.get(page + hash + "/-/methods/methods.md").status == 404);
}

}  // namespace codelog::tests::history_pages_test
