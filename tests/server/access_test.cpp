// Restricted codelists: for everybody but their editors they do not exist, by any route.
#include <catch2/catch.hpp>
#include <regex>
#include <thread>

#include "events/base/version_hash.h"
#include "tests/server/http_client.h"
#include "tests/server/permission_matrix.h"

namespace codelog::tests::access_test {
namespace {

using http::Method;
using identity::Permission;
using identity::Role;
using identity::RoutePermission;

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

// What a stranger sees of an answer, without the names that the request itself had.
std::string seen(const Reply& reply, const Subject& subject) {
  std::string text = std::to_string(reply.status) + " " + reply.header("location") + "\n" +
                     reply.header("etag") + "\n" + reply.body;
  text = std::regex_replace(text, std::regex(R"("request_id":"[^"]*")"), "");
  text = std::regex_replace(text, std::regex("Reference <code>[^<]*</code>"), "");
  // The way to log in comes back to the address.
  text = std::regex_replace(text, std::regex("/proof/[0-9]+/"), "/proof/POSITION/");
  text = replaced(text, subject.slug, "SLUG");
  text = replaced(text, subject.under_review, "HASH");
  return replaced(text, subject.draft, "HASH");
}

// A codelist that there has never been, but for its search.
Subject no_subject(const Subject& like) {
  return {like.is_users,
          "list-none",
          base::version_hash(base::VersionId(90'000)),
          base::version_hash(base::VersionId(90'001)),
          like.search,
          1,
          base::CodelistId(90'000)};
}

bool names_a_codelist(const RoutePermission& row) {
  for (const char* part : {"{slug", "{hash}", "/events", "/commits/"}) {
    if (row.pattern.find(part) != std::string_view::npos) return true;
  }
  return false;
}

events::Owner owner_of(const Subject& subject) {
  return subject.is_users ? events::Owner{events::OwnerKind::user, "uma"}
                          : events::Owner{events::OwnerKind::organisation, "test-org"};
}

enum class Scope { codelist, owner };

void restrict(PermissionMatrix& matrix, const Subject& subject, Scope scope,
              bool is_restricted = true) {
  auto& access = matrix.site.application().access();
  const auto set = scope == Scope::codelist
                       ? access.set_codelist_access(by_system(), subject.codelist, is_restricted)
                       : access.set_owner_access(by_system(), owner_of(subject), is_restricted);
  REQUIRE(set);
}

// Asks twice, so that the second answer could come from a cache.
void check_hidden(PermissionMatrix& matrix, const RoutePermission& row, const Subject& hidden,
                  Role role, Way way) {
  const Subject none = no_subject(hidden);
  INFO(http::to_string(row.method) << " " << row.pattern << " as " << identity::to_string(role)
                                   << (way == Way::token ? " by token" : " by session"));
  for (int i = 0; i < 2; ++i) {
    CHECK(seen(matrix.ask(row, hidden, role, way), hidden) ==
          seen(matrix.ask(row, none, role, way), none));
  }
}

void check_shown(PermissionMatrix& matrix, const RoutePermission& row, const Subject& subject,
                 Role role, Way way) {
  const bool is_signed_in =
      way == Way::token ? takes_tokens(row.pattern) : takes_sessions(row.pattern);
  if (!is_signed_in || row.permission != Permission::anyone || row.method != Method::get) return;
  INFO(row.pattern << " as " << identity::to_string(role));
  const Reply reply = matrix.ask(row, subject, role, way);
  CHECK(reply.status != 404);
  CHECK(reply.header("cache-control").find("no-") != std::string::npos);
}

// The hidden codelist, and readers of lists that could show it.
struct Listed {
  PermissionMatrix matrix;
  Subject hidden;
  Subject shown;

  Listed() : hidden(matrix.make_subject(false, true)), shown(matrix.make_subject(false, true)) {}

  Reply as(const std::string& username, const std::string& target) const {
    return matrix.site.ask(
        {.target = target,
         .token = username.empty() ? "" : "Token " + ApiSite::token_of(username)});
  }
};

constexpr const char* lists[] = {"/api/v1/codelist/",
                                 "/api/v1/codelist/?include-users",
                                 "/api/v1/codelist/test-org/",
                                 "/api/v2/codelists",
                                 "/api/v2/codelists?owner=organisation/test-org",
                                 "/codelist/test-org/",
                                 "/api/v2/find?q=list",
                                 "/api/v2/find?q=2247004",
                                 "/api/v2/releases/snomedct_small_20240101/codes/2247004/codelists",
                                 "/releases/snomedct_small_20240101/code/2247004/",
                                 "/?q=list",
                                 "/"};

bool shows(const Reply& reply, const Subject& subject) {
  return reply.body.find(subject.slug) != std::string::npos ||
         reply.body.find(subject.under_review) != std::string::npos;
}

}  // namespace

TEST_CASE("no route tells others of a restricted codelist from one that does not exist",
          "[access]") {
  const auto scope = GENERATE(Scope::codelist, Scope::owner);
  PermissionMatrix matrix;
  for (const bool is_users : {false, true}) {
    const Subject hidden = matrix.make_subject(is_users, true);
    restrict(matrix, hidden, scope);
    for (const RoutePermission& row : identity::route_permissions()) {
      if (!names_a_codelist(row) || !can_be_about(row, is_users)) continue;
      if (row.method == Method::other) continue;
      for (const Way way : {Way::session, Way::token}) {
        check_hidden(matrix, row, hidden, Role::anonymous, way);
        check_hidden(matrix, row, hidden, Role::user, way);
        for (const Role role : {Role::collaborator, Role::owner, Role::member,
                                Role::organisation_admin, Role::site_admin}) {
          if (exists(role, is_users)) check_shown(matrix, row, hidden, role, way);
        }
      }
    }
    restrict(matrix, hidden, scope, false);
  }
}

TEST_CASE_METHOD(Listed, "lists show a restricted codelist to its editors only", "[access]") {
  const auto scope = GENERATE(Scope::codelist, Scope::owner);
  for (const char* list : lists) {
    INFO(list);
    for (int i = 0; i < 2; ++i) CHECK(shows(as("", list), hidden) == shows(as("", list), shown));
  }
  restrict(matrix, hidden, scope);
  for (const char* list : lists) {
    INFO(list);
    // In turns, so that no answer of a cache goes to the wrong reader.
    for (int i = 0; i < 2; ++i) {
      CHECK_FALSE(shows(as("", list), hidden));
      CHECK_FALSE(shows(as("lee", list), hidden));
      if (std::string_view(list).starts_with("/api/")) {
        CHECK(shows(as("max", list), hidden));
        CHECK(shows(as("cora", list), hidden));
        CHECK(shows(as("sam", list), hidden));
      }
    }
    if (scope == Scope::codelist) {
      CHECK(shows(as("", list), shown) == shows(as("max", list), shown));
    }
  }
  CHECK(as("", lists[0]).header("vary").find("Authorization") != std::string::npos);
  CHECK(as("max", lists[0]).header("cache-control") == "private, no-cache");
  restrict(matrix, hidden, scope, false);
  CHECK(shows(as("", lists[0]), hidden));
}

TEST_CASE_METHOD(Listed, "reports and checks leave restricted codelists out", "[access]") {
  REQUIRE(matrix.site.application().upgrade_reports().start(by_system(), PermissionMatrix::alias));
  while (
      matrix.site.application().upgrade_reports().state_of(PermissionMatrix::alias)->is_running) {
    std::this_thread::yield();
  }
  const std::string report =
      "/api/v2/releases/" + std::string(PermissionMatrix::alias) + "/upgrade-report";
  const std::string line = "test-org/" + hidden.slug + "/" + hidden.under_review;
  const auto check = [&] {
    return matrix.site.ask({.method = "POST",
                            .target = "/api/v1/check/",
                            .body = "codelists=" + line + "&manifest=%7B%22files%22%3A%7B%7D%7D",
                            .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}});
  };
  const std::string before = check().body;
  CHECK(before.find("could not be found") == std::string::npos);
  restrict(matrix, hidden, Scope::codelist);
  CHECK_FALSE(shows(as("", report), hidden));
  CHECK(shows(as("max", report), hidden) == shows(as("max", report), shown));
  CHECK(check().body != before);
  CHECK(check().body.find("could not be found") != std::string::npos);
}

TEST_CASE_METHOD(Listed, "a deleted codelist stays as restricted as it was", "[access]") {
  const auto scope = GENERATE(Scope::codelist, Scope::owner);
  restrict(matrix, hidden, scope);
  const std::string past =
      "/api/v2/versions/" + hidden.under_review + "?as_of=" + std::to_string(hidden.position);
  CHECK(as("max", past).status == 200);
  REQUIRE(matrix.site.application().codelists().remove(by_system(), hidden.codelist, "a test"));
  if (scope == Scope::owner) restrict(matrix, hidden, scope, false);
  CHECK(as("", past).status == 404);
  CHECK(as("sam", past).status == 200);
}

TEST_CASE_METHOD(Listed, "who leaves an organisation loses its restricted codelists", "[access]") {
  restrict(matrix, hidden, Scope::owner);
  const std::string target = "/api/v2/versions/" + hidden.draft;
  CHECK(as("max", target).status == 200);
  REQUIRE(matrix.site.application().accounts().remove_member(by_system(), "test-org", "max"));
  CHECK(as("max", target).status == 404);
}

TEST_CASE_METHOD(Listed, "a stream ends when its reader may read no more", "[access][live]") {
  http::test::Client client(matrix.site.port());
  REQUIRE(client.send("GET /api/v2/events?codelist=" + std::to_string(hidden.codelist.value()) +
                      " HTTP/1.1\r\nHost: test\r\n\r\n"));
  client.read_until(":\n\n\r\n");
  restrict(matrix, hidden, Scope::codelist);
  // The last piece of a chunked body.
  CHECK(client.read_until("0\r\n\r\n") == "0\r\n\r\n");
}

TEST_CASE_METHOD(Listed, "a copy of a restricted codelist is restricted", "[access]") {
  restrict(matrix, hidden, Scope::owner);
  Reply made = matrix.site.send("POST", "/api/v2/versions/" + hidden.under_review + "/clone",
                                nlohmann::json::object(), "max");
  REQUIRE(made.status == 201);
  const std::string slug = made.json().at("slug");
  const std::string target = "/api/v2/codelists/user/max/" + slug;
  CHECK(as("", target).status == 404);
  CHECK(as("max", target).json().at("access") == "restricted");
}

TEST_CASE_METHOD(Listed, "a codelist is made restricted, and its access changed, over HTTP",
                 "[access]") {
  const Reply made = matrix.site.send("POST", "/api/v2/codelists",
                                      {{"owner", "organisation/test-org"},
                                       {"name", "Quiet"},
                                       {"coding_system", "snomedct"},
                                       {"access", "restricted"}},
                                      "max");
  REQUIRE(made.status == 201);
  const std::string target = "/api/v2/codelists/organisation/test-org/quiet";
  CHECK(as("", target).status == 404);
  CHECK(as("max", target).json().at("access") == "restricted");
  CHECK(matrix.site.send("PATCH", target, {{"access", "secret"}}, "max").status == 400);
  CHECK(matrix.site.send("PATCH", target, {{"access", "open"}}, "lee").status == 404);
  REQUIRE(matrix.site.application().accounts().set_member(by_system(), "test-org", "lee", false));
  CHECK(matrix.site.send("PATCH", target, {{"access", "open"}}, "lee").status == 200);
  CHECK(as("", target).json().at("access") == "open");
  // Collaborators edit, but do not decide who reads.
  const std::string with_cora = "/api/v2/codelists/organisation/test-org/" + hidden.slug;
  CHECK(matrix.site.send("PATCH", with_cora, {{"access", "restricted"}}, "cora").status == 403);
  CHECK(as("", with_cora).status == 200);
}

TEST_CASE_METHOD(Listed, "owners change who reads on pages of the site", "[access][web]") {
  Browser& max = matrix.browsers.at(Role::member);
  const std::string page = "/codelist/test-org/" + hidden.slug + "/-/access/";
  CHECK(max.get(page).body.find("<option value=\"open\" selected>") != std::string::npos);
  CHECK(max.post(page, {{"access", "restricted"}}).status == 302);
  CHECK(max.get(page).body.find("<option value=\"restricted\" selected>") != std::string::npos);
  CHECK(as("", "/codelist/test-org/" + hidden.slug + "/").status == 404);
  CHECK(max.post(page, {{"access", "x"}}).status == 400);

  Browser& ivy = matrix.browsers.at(Role::organisation_admin);
  CHECK(ivy.post("/organisations/test-org/access/", {{"access", "restricted"}}).status == 302);
  CHECK(matrix.site.views().is_restricted(owner_of(hidden)));
  Browser& uma = matrix.browsers.at(Role::owner);
  CHECK(uma.post("/accounts/settings/access/", {{"access", "restricted"}}).status == 302);
  CHECK(matrix.site.views().is_restricted(events::Owner{events::OwnerKind::user, "uma"}));
}

TEST_CASE_METHOD(Listed, "nobody but its users gets past the entrance of a restricted site",
                 "[access]") {
  REQUIRE(matrix.site.application().access().set_site_access(by_system(), true));
  for (const RoutePermission& row : identity::route_permissions()) {
    if (row.permission != Permission::anyone || row.method == Method::other) continue;
    if (!can_be_about(row, hidden.is_users)) continue;
    INFO(http::to_string(row.method) << " " << row.pattern);
    for (int i = 0; i < 2; ++i) {
      CHECK(matrix.ask(row, hidden, Role::anonymous, Way::token).status == 401);
      CHECK(matrix.ask(row, hidden, Role::user, Way::token).status != 401);
    }
  }
  const Reply page =
      matrix.site.ask({.target = "/codelist/test-org/?a=b", .headers = {{"Accept", "text/html"}}});
  CHECK(page.status == 302);
  CHECK(page.header("location") == "/accounts/login/?next=%2Fcodelist%2Ftest-org%2F%3Fa%3Db");
  CHECK(matrix.site.get("/accounts/login/").status == 200);

  Browser stranger(matrix.site);
  stranger.get("/accounts/register/");
  const Reply refused = stranger.post("/accounts/register/", {{"username", "eve"},
                                                              {"name", "Eve"},
                                                              {"email", "eve@example.org"},
                                                              {"password1", "a-long-pass-phrase"},
                                                              {"password2", "a-long-pass-phrase"}});
  CHECK(refused.body.find("ask its administrators for an account") != std::string::npos);
  CHECK_FALSE(matrix.site.views().user("eve"));

  REQUIRE(matrix.site.application().access().set_site_access(by_system(), false));
  CHECK(matrix.site.get("/api/v1/codelist/").status == 200);
}

TEST_CASE_METHOD(Listed, "who hands a codelist over opens it to nobody", "[access]") {
  restrict(matrix, hidden, Scope::owner);
  const std::string target = "/api/v2/codelists/organisation/test-org/" + hidden.slug;
  REQUIRE(matrix.site.send("PATCH", target, {{"owner", "user/max"}}, "max").status == 200);
  const std::string there = "/api/v2/codelists/user/max/" + hidden.slug;
  CHECK(as("", there).status == 404);
  CHECK(as("", target).status == 404);
  CHECK(as("max", there).json().at("access") == "restricted");
}

TEST_CASE_METHOD(Listed, "a codelist made from a restricted one is restricted", "[access]") {
  restrict(matrix, hidden, Scope::codelist);
  const Reply made = matrix.site.send(
      "POST", "/api/v2/codelists",
      {{"owner", "user/max"},
       {"name", "Made"},
       {"coding_system", "snomedct"},
       {"from", {{"operation", "union"}, {"of", {hidden.under_review, shown.under_review}}}}},
      "max");
  REQUIRE(made.status == 201);
  CHECK(as("", "/api/v2/codelists/user/max/made").status == 404);
  CHECK(as("max", "/api/v2/codelists/user/max/made").status == 200);
}

TEST_CASE_METHOD(Listed, "streams end when the site is restricted, and when a token is revoked",
                 "[access][live]") {
  http::test::Client stranger(matrix.site.port());
  http::test::Client member(matrix.site.port());
  const std::string request =
      "GET /api/v2/events?codelist=" + std::to_string(hidden.codelist.value()) + " HTTP/1.1\r\n";
  REQUIRE(stranger.send(request + "Host: test\r\n\r\n"));
  REQUIRE(member.send(request + "Host: test\r\nAuthorization: Token " + ApiSite::token_of("max") +
                      "\r\n\r\n"));
  stranger.read_until(":\n\n\r\n");
  member.read_until(":\n\n\r\n");
  REQUIRE(matrix.site.application().access().set_site_access(by_system(), true));
  const auto commit = [&] {
    commands::ChangeDetails details;
    details.description = "at " + std::to_string(matrix.site.head());
    REQUIRE(matrix.site.application().codelists().change_details(by_system(), hidden.codelist,
                                                                 details));
  };
  commit();
  CHECK(stranger.read_until("0\r\n\r\n") == "0\r\n\r\n");
  CHECK(member.read_until("ChangeDetails").find("ChangeDetails") != std::string::npos);
  REQUIRE(matrix.site.application().accounts().set_active(by_system(), "max", false));
  commit();
  CHECK(member.read_until("0\r\n\r\n").find("ChangeDetails\",\"type\":\"CodelistDetailsChanged") ==
        std::string::npos);
}

TEST_CASE_METHOD(Listed, "a dm+d codelist that others hide stops the conversion, not the site",
                 "[access]") {
  Reply made = matrix.site.send("POST", "/api/v2/codelists",
                                {{"owner", "organisation/test-org"},
                                 {"name", "Wool"},
                                 {"coding_system", "bnf"},
                                 {"csv", "code\n0101000AABHAAAA\n"}},
                                "max");
  REQUIRE(made.status == 201);
  const base::CodelistId bnf(made.json().at("id").get<std::uint32_t>());
  const std::string target = "/api/v2/versions/" +
                             made.json().at("version").at("hash").get<std::string>() +
                             "/dmd-conversion";
  REQUIRE(matrix.site.application().codelists().add_collaborator(by_system(), bnf, "cora"));
  const Reply first = matrix.site.send("POST", target, nlohmann::json::object(), "max");
  INFO(first.body);
  REQUIRE(first.status == 201);
  const base::CodelistId dmd(first.json().at("codelist").at("id").get<std::uint32_t>());
  REQUIRE(matrix.site.application().access().set_codelist_access(by_system(), dmd, true));
  CHECK(matrix.site.send("POST", target, nlohmann::json::object(), "cora").status == 403);
  CHECK(as("", "/api/v2/codelists").status == 200);
}

TEST_CASE_METHOD(Listed, "access survives a restart with new views", "[access]") {
  restrict(matrix, hidden, Scope::codelist);
  matrix.site.restart_with_new_views();
  CHECK(as("", "/api/v2/versions/" + hidden.draft).status == 404);
  CHECK(as("max", "/api/v2/versions/" + hidden.draft).status == 200);
}

}  // namespace codelog::tests::access_test
