// Accounts in a browser: registering, signing in and out, passwords, sessions and tokens.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "events/codec.h"
#include "server/accounts/passwords.h"
#include "tests/server/browser.h"

namespace codelog::tests::account_pages_test {
namespace {

using Catch::Contains;
using Catch::StartsWith;

const Browser::Fields dora = {{"username", "dora"},
                              {"name", "Dora Diaz"},
                              {"email", "dora@example.org"},
                              {"password1", "correct horse 7"},
                              {"password2", "correct horse 7"}};

struct Fixture {
  ApiSite site;

  Fixture() {
    site.set_up();
    set_passwords(site, {"alice", "bob"});
  }
  std::size_t sessions_of(const std::string& username) {
    return site.views().user(username)->sessions.size();
  }
};

Browser::Fields changed(Browser::Fields fields, const std::string& name, const std::string& value) {
  for (auto& [field, old] : fields) {
    if (field == name) old = value;
  }
  return fields;
}

}  // namespace

TEST_CASE_METHOD(Fixture, "somebody registers, is signed in, signs out and in again",
                 "[accounts]") {
  Browser browser(site);
  const Reply registered = browser.post("/accounts/register/", dora);
  CHECK(registered.status == 302);
  CHECK(registered.header("location") == "/");
  CHECK(browser.is_signed_in());
  CHECK_THAT(registered.header("set-cookie"),
             Contains("HttpOnly") && Contains("SameSite=Lax") && Contains("Max-Age=1209600"));
  CHECK_THAT(browser.get("/accounts/settings/").body,
             Contains("Dora Diaz") && Contains("dora@example.org"));
  const std::string session = browser.cookie("sessionid");
  CHECK(browser.post("/accounts/logout/").status == 302);
  CHECK_FALSE(browser.is_signed_in());
  // The session has ended at the server, too.
  browser.set_cookie("sessionid", session);
  CHECK(browser.get("/accounts/settings/").header("location") ==
        "/accounts/login/?next=/accounts/settings/");
  const Reply again = browser.post(
      "/accounts/login/",
      {{"username", "dora"}, {"password", "correct horse 7"}, {"next", "/accounts/settings/"}});
  CHECK(again.header("location") == "/accounts/settings/");
  CHECK(browser.cookie("sessionid") != session);
}

TEST_CASE_METHOD(Fixture, "a form for registering is refused with the reason", "[accounts]") {
  Browser browser(site);
  const auto refused = [&](const std::string& field, const std::string& value) {
    const Reply reply = browser.post("/accounts/register/", changed(dora, field, value));
    CHECK(reply.status == 200);
    CHECK_FALSE(browser.is_signed_in());
    return reply.body;
  };
  CHECK_THAT(refused("username", "ALICE"), Contains("A user with this username already exists."));
  CHECK_THAT(refused("username", "do ra"), Contains("username"));
  CHECK_THAT(refused("email", "alice@example.com"),
             Contains("A user with this email address already exists."));
  CHECK_THAT(refused("email", "x"), Contains("must be an e-mail address"));
  CHECK_THAT(refused("password2", "other"), Contains("The two password fields didn&#39;t match."));
  const auto weak = [&](const std::string& password) {
    return browser
        .post("/accounts/register/",
              changed(changed(dora, "password1", password), "password2", password))
        .body;
  };
  CHECK_THAT(weak("short"), Contains("This password is too short."));
  CHECK_THAT(weak("8415926535"), Contains("entirely numeric"));
  CHECK_THAT(weak("Password123!"), Contains("too common"));
  CHECK_THAT(weak("qwertyuiop"), Contains("too common"));
  CHECK_THAT(weak("doradiaz"), Contains("too similar"));
  // The form shows the typed fields again, but no password.
  const std::string page = refused("password2", "correct horse 8");
  CHECK_THAT(page, Contains("value=\"Dora Diaz\"") && !Contains("correct horse"));
  CHECK_FALSE(site.views().user("dora"));
}

TEST_CASE_METHOD(Fixture, "wrong passwords and unknown users get the same answer", "[accounts]") {
  Browser browser(site);
  const auto attempt = [&](const std::string& username, const std::string& password) {
    const Reply reply =
        browser.post("/accounts/login/", {{"username", username}, {"password", password}});
    CHECK(reply.status == 200);
    CHECK_THAT(reply.body, Contains("Please enter a correct username and password. Note that both "
                                    "fields may be case-sensitive."));
    CHECK_FALSE(browser.is_signed_in());
    // Without the name and the token.
    std::string page = reply.body;
    for (const std::string field : {"csrfmiddlewaretoken", "username"}) {
      const std::string value = between(page, "name=\"" + field, ">");
      page.replace(page.find(value), value.size(), "");
    }
    return page;
  };
  const std::string wrong = attempt("alice", "not this one");
  CHECK(attempt("nobody", "not this one") == wrong);
  CHECK(attempt("ALICE", password_of("alice")) == wrong);
  CHECK(attempt("carol", "") == wrong);  // has no password
  CHECK(attempt("alice", std::string(5000, 'x')) == wrong);
}

TEST_CASE_METHOD(Fixture, "guesses are slowed down by account, known and unknown ones alike",
                 "[accounts]") {
  for (const char* username : {"bob", "nobody"}) {
    Browser browser(site);
    Reply later;
    int attempts_count = 0;
    // A slow machine needs a few more than five, because the first waits are short.
    while (later.status != 429 && attempts_count < 20) {
      later = browser.post("/accounts/login/", {{"username", username}, {"password", "guess"}});
      ++attempts_count;
    }
    CHECK(attempts_count > 5);
    CHECK(later.status == 429);
    CHECK(std::stoi(later.header("retry-after")) >= 1);
    CHECK_THAT(later.body, Contains("Too many attempts have been made."));
  }
}

TEST_CASE_METHOD(Fixture, "a form with long texts is refused at once", "[accounts][security]") {
  Browser browser(site);
  std::string words;
  while (words.size() < 500'000) words += "aaab ";
  const std::string password = std::string(500'000, 'a') + "z";
  auto fields = changed(changed(dora, "password1", password), "password2", password);
  CHECK_THAT(browser.post("/accounts/register/", changed(fields, "name", words)).body,
             Contains("Name: "));
  CHECK_THAT(browser.post("/accounts/register/", fields).body, Contains("8 to 1024 bytes"));
}

TEST_CASE_METHOD(Fixture, "two sign-ins of a user from OpenCodelists at once both succeed",
                 "[accounts]") {
  // Made with Python's hashlib.pbkdf2_hmac("sha256", b"pw-alice", b"saltsalt", 1000).
  const auto sealed =
      accounts::seal(site.keys(), "bob",
                     {"Bob", "bob@example.com",
                      "pbkdf2_sha256$1000$saltsalt$y1ZHZ53iZ/aZxtVZVwyf+rBayhMGp45mh67AFvR5FtM="});
  REQUIRE(sealed);
  site.append({events::Stream::of_user("bob")}, {events::UserPersonalDataChanged{"bob", *sealed}});
  std::atomic<int> succeeded = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        if (site.application().sign_in().commands().log_in("bob", "pw-alice", {})) ++succeeded;
      });
    }
  }
  CHECK(succeeded == 3);
}

TEST_CASE_METHOD(Fixture, "forms without the token, or from elsewhere, are refused",
                 "[accounts][security]") {
  Browser browser(site);
  const Browser::Fields fields = {{"username", "alice"}, {"password", password_of("alice")}};
  const auto is_refused = [&](const Reply& reply) {
    CHECK(reply.status == 400);
    CHECK_THAT(reply.body, Contains("CSRF"));
    return !browser.is_signed_in();
  };
  CHECK(is_refused(browser.forge("/accounts/login/", fields)));
  auto with_token = fields;
  with_token.emplace_back("csrfmiddlewaretoken", std::string(64, 'a'));
  CHECK(is_refused(browser.forge("/accounts/login/", with_token)));
  // A cookie and field that agree, but which the site has not made.
  browser.set_cookie("csrftoken", std::string(64, 'a'));
  CHECK(is_refused(browser.forge("/accounts/login/", with_token)));
  browser.set_cookie("csrftoken", "");
  for (const auto& [name, value] :
       {std::pair{"Origin", "https://evil.example"}, std::pair{"Origin", "null"},
        std::pair{"Referer", "https://evil.example/test"},
        std::pair{"Sec-Fetch-Site", "cross-site"}, std::pair{"Sec-Fetch-Site", "same-site"}}) {
    Browser elsewhere(site);
    elsewhere.get("/accounts/login/");
    elsewhere.add_header(name, value);
    CHECK(elsewhere.post("/accounts/login/", fields).status == 400);
    CHECK_FALSE(elsewhere.is_signed_in());
  }
  Browser here(site);
  here.get("/accounts/login/");
  here.add_header("Origin", "http://test");
  here.add_header("Sec-Fetch-Site", "same-origin");
  CHECK(here.post("/accounts/login/", fields).status == 302);
}

TEST_CASE_METHOD(Fixture, "a form token belongs to one session", "[accounts][security]") {
  Browser alice(site);
  const std::string before = [&] {
    alice.get("/accounts/login/");
    return alice.cookie("csrftoken");
  }();
  alice.log_in("alice");
  CHECK(alice.cookie("csrftoken") != before);
  Browser bob(site);
  bob.log_in("bob");
  for (const std::string& planted : {before, bob.cookie("csrftoken")}) {
    alice.set_cookie("csrftoken", planted);
    CHECK(alice
              .forge("/accounts/settings/name/",
                     {{"name", "Mallory"}, {"csrfmiddlewaretoken", planted}})
              .status == 400);
  }
}

TEST_CASE_METHOD(Fixture, "a session that somebody planted is not the one after signing in",
                 "[accounts][security]") {
  Browser browser(site);
  const std::string planted(64, 'f');
  browser.set_cookie("sessionid", planted);
  browser.log_in("alice");
  CHECK(browser.cookie("sessionid") != planted);
}

TEST_CASE_METHOD(Fixture, "signing in leads only to this site", "[accounts][security]") {
  for (const char* next : {"https://evil.example/", "//evil.example", "/\\evil.example",
                           "javascript:alert(1)", "/\t/evil.example", "/\r\nSet-Cookie:x=1"}) {
    Browser browser(site);
    const Reply reply =
        browser.post("/accounts/login/",
                     {{"username", "alice"}, {"password", password_of("alice")}, {"next", next}});
    CHECK(reply.status == 302);
    CHECK_THAT(reply.header("location"), StartsWith("/") && !StartsWith("//"));
    CHECK_THAT(reply.header("location"), !Contains("\\") && !Contains("\t"));
    CHECK(reply.header("set-cookie").find("x=1") == std::string::npos);
  }
}

TEST_CASE_METHOD(Fixture, "a new password ends the other sessions", "[accounts]") {
  Browser here(site);
  here.log_in("alice");
  Browser elsewhere(site);
  elsewhere.log_in("alice");
  CHECK(sessions_of("alice") == 2);
  const Browser::Fields fields = {{"old_password", password_of("alice")},
                                  {"new_password1", "battery staple 9"},
                                  {"new_password2", "battery staple 9"}};
  CHECK_THAT(here.post("/accounts/password_change/", changed(fields, "old_password", "x")).body,
             Contains("Your old password was entered incorrectly."));
  CHECK_THAT(here.post("/accounts/password_change/", changed(fields, "new_password2", "x")).body,
             Contains("didn&#39;t match"));
  CHECK(here.post("/accounts/password_change/", fields).header("location") ==
        "/accounts/password_change/done/");
  CHECK(here.get("/accounts/settings/").status == 200);
  CHECK(elsewhere.get("/accounts/settings/").status == 302);
  CHECK(sessions_of("alice") == 1);
}

TEST_CASE_METHOD(Fixture, "sessions are listed with their origin, and end one by one",
                 "[accounts]") {
  Browser here(site);
  here.add_header("User-Agent", "Firefox <of the library>");
  here.log_in("alice");
  Browser elsewhere(site);
  elsewhere.log_in("alice");
  Browser bob(site);
  bob.log_in("bob");
  const std::string page = here.get("/accounts/settings/").body;
  CHECK_THAT(page, Contains("<th scope=\"row\">Firefox, from 127.0.0.1</th>"));
  const std::string sessions = "/accounts/settings/sessions/";
  const std::string target = sessions + between(page, sessions, "/end/") + "/end/";
  // Only its owner can end it.
  CHECK(bob.post(target).status == 404);
  CHECK(elsewhere.get("/accounts/settings/").status == 200);
  CHECK(here.post(target).status == 302);
  CHECK(elsewhere.get("/accounts/settings/").status == 302);
  CHECK(bob.get("/accounts/settings/").status == 200);
}

TEST_CASE_METHOD(Fixture, "a session ends after fourteen days, and with its user", "[accounts]") {
  Browser alice(site);
  alice.log_in("alice");
  Browser bob(site);
  bob.log_in("bob");
  const commands::Write write{commands::Actor::system(), std::nullopt};
  REQUIRE(site.application().accounts().set_active(write, "bob", false));
  CHECK(bob.get("/accounts/settings/").status == 302);
  REQUIRE(site.application().accounts().set_active(write, "bob", true));
  CHECK(bob.get("/accounts/settings/").status == 302);
  const base::Timestamp now = site.clock().now();
  site.clock().set(base::format_timestamp({now.unix_us + 13LL * 86'400'000'000}));
  CHECK(alice.get("/accounts/settings/").status == 200);
  site.clock().set(base::format_timestamp({now.unix_us + 14LL * 86'400'000'000 + 1}));
  CHECK(alice.get("/accounts/settings/").status == 302);
}

TEST_CASE_METHOD(Fixture, "a user has at most twenty sessions, the newest ones", "[accounts]") {
  Browser first(site);
  first.log_in("alice");
  for (std::size_t i = 0; i < projections::sessions_max; ++i) {
    const auto client = site.keys().seal("alice", "{}");
    REQUIRE(client);
    const base::Timestamp end{site.clock().now().unix_us + 86'400'000'000};
    base::Sha256 digest{};
    digest[0] = static_cast<std::uint8_t>(i + 1);
    site.append({events::Stream::of_user("alice")},
                {events::SessionStarted{"alice", digest, end, *client}});
  }
  CHECK(sessions_of("alice") == projections::sessions_max);
  CHECK(first.get("/accounts/settings/").status == 302);
}

TEST_CASE_METHOD(Fixture, "tokens have names, scopes and ends, and are revoked one by one",
                 "[accounts]") {
  Browser browser(site);
  browser.log_in("alice");
  const auto make = [&](const std::string& scope, const std::string& days) {
    const std::string page =
        browser
            .post("/accounts/settings/tokens/",
                  {{"token_name", "for " + scope}, {"scope", scope}, {"days", days}})
            .body;
    std::string token = between(page, "<code>", "</code>");
    CHECK(token.size() == 40);
    return token;
  };
  const std::string reader = make("read", "");
  const std::string writer = make("write", "10");
  const auto create = [&](const std::string& token, const std::string& name) {
    return site.ask(
        {.method = "POST",
         .target = "/api/v2/codelists",
         .token = "Token " + token,
         .body = R"({"owner":"user/alice","name":")" + name + R"(","coding_system":"snomedct"})"});
  };
  const auto me = [&](const std::string& token) {
    return site.ask({.target = "/api/v2/me", .token = "Token " + token}).status;
  };
  const auto row_of = [&](const std::string& name) {
    return between(browser.get("/accounts/settings/").body, ">" + name + "</th>", "</tr>");
  };
  CHECK_THAT(row_of("for read"), Contains("not yet"));
  CHECK(me(reader) == 200);
  CHECK_THAT(row_of("for read"), !Contains("not yet"));
  CHECK_THAT(row_of("for write"), Contains("not yet"));
  const Reply refused = create(reader, "One");
  CHECK(refused.status == 403);
  CHECK(refused.json().at("detail") == "this token may only read");
  CHECK(create(writer, "Two").status == 201);
  CHECK(site.ask({.method = "POST",
                  .target = "/api/v1/codelist/test-org/",
                  .token = "Token " + reader,
                  .body = R"({"name":"x","coding_system_id":"snomedct","codes":["2247004"],)"
                          R"("coding_system_database_alias":"snomedct_small_20240101"})"})
            .status == 403);
  const std::string page = browser.get("/accounts/settings/").body;
  CHECK_THAT(page, Contains("for read") && Contains("for write") && !Contains(reader));
  const base::Timestamp now = site.clock().now();
  site.clock().set(base::format_timestamp({now.unix_us + 10LL * 86'400'000'000}));
  CHECK(me(writer) == 401);
  CHECK(me(reader) == 200);
  const std::string id = base::to_hex(accounts::digest_token(reader)).substr(0, 16);
  Browser bob(site);
  bob.log_in("bob");
  CHECK(bob.post("/accounts/settings/tokens/" + id + "/revoke/").status == 404);
  CHECK(browser.post("/accounts/settings/tokens/" + id + "/revoke/").status == 302);
  CHECK(me(reader) == 401);
  CHECK(site.ask({.target = "/api/v2/me", .token = "Token " + ApiSite::token_of("alice")}).status ==
        200);
}

TEST_CASE_METHOD(Fixture, "the native API takes a session, and changes need the token's header",
                 "[accounts][security]") {
  Browser browser(site);
  browser.log_in("alice");
  const std::string body = R"({"owner":"user/alice","name":"Mine","coding_system":"snomedct"})";
  CHECK(browser.get("/api/v2/me").json().at("username") == "alice");
  CHECK(browser.send_json("POST", "/api/v2/codelists", body).status == 201);
  Browser forged(site);
  forged.set_cookie("sessionid", browser.cookie("sessionid"));
  forged.set_cookie("csrftoken", std::string(64, '0'));
  const Reply refused = forged.send_json("POST", "/api/v2/codelists", body);
  CHECK(refused.status == 403);
  // OpenCodelists' API knows no sessions.
  CHECK(browser.send_json("POST", "/api/v1/codelist/user/alice/", body).status == 401);
}

TEST_CASE_METHOD(Fixture, "no personal data, password or session id is in the log's clear text",
                 "[accounts][security]") {
  Browser browser(site);
  browser.add_header("User-Agent", "TellTaleBrowser");
  browser.post("/accounts/register/", dora);
  const std::string session = browser.cookie("sessionid");
  std::string bytes;
  const auto reader = site.log().read_all(base::Position(1), events::Direction::forward);
  while (const auto commit = reader->next()) {
    REQUIRE(*commit);
    const auto encoded = events::encode((*commit)->content);
    REQUIRE(encoded);
    bytes += *encoded;
  }
  CHECK_THAT(bytes, Contains("dora"));
  for (const std::string& secret :
       {std::string("Dora Diaz"), std::string("dora@example.org"), std::string("TellTaleBrowser"),
        std::string("correct horse"), session, browser.cookie("csrftoken")}) {
    CHECK(bytes.find(secret) == std::string::npos);
  }
}

}  // namespace codelog::tests::account_pages_test
