// Signing in through an issuer, in a browser: leaving, returning, connecting, registering, and what
// strangers may try in between.
#include <catch2/catch.hpp>

#include "events/codec.h"
#include "server/accounts/secret_texts.h"
#include "tests/server/browser.h"
#include "tests/server/made_issuer.h"

namespace codelog::tests::single_sign_on_test {
namespace {

using Catch::Contains;
using Catch::StartsWith;
using nlohmann::json;

constexpr const char* login_action = "/accounts/oidc/login/";
constexpr const char* register_action = "/accounts/oidc/register/";
constexpr const char* settings = "/accounts/settings/";
const std::string callback = "/accounts/oidc/callback/";

const json ada = {{"sub", "person-ada"},
                  {"email", "ada@example.ac.uk"},
                  {"email_verified", true},
                  {"name", "Ada Adams"},
                  {"preferred_username", "ada.adams@example.ac.uk"}};

json changed(json claims, const json& changes) {
  claims.merge_patch(changes);
  return claims;
}

application::ApplicationOptions options_for(const MadeIssuer& issuer, bool allows_registration) {
  application::ApplicationOptions options;
  options.base_urls = {"http://test"};
  options.single_sign_on = identity::SingleSignOnOptions{
      .name = "Example <University>",
      .allows_registration = allows_registration,
      .issuer = {.issuer = issuer.address(), .client_id = "codelists", .redirect_address = {}}};
  return options;
}

base::Timestamp now() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(
              std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

struct Fixture {
  MadeIssuer issuer;
  ApiSite site;

  explicit Fixture(bool allows_registration = false)
      : site(options_for(issuer, allows_registration)) {
    site.clock().set(base::format_timestamp(now()));
    site.set_up();
    set_passwords(site, {"alice", "bob"});
  }

  // The target on the site to which the issuer sends the browser back.
  std::string sign_in_at_issuer(Browser& browser, const json& person,
                                const std::string& next = "") {
    const Reply left = browser.post(login_action, {{"next", next}});
    CHECK(left.status == 302);
    REQUIRE_THAT(left.header("location"), StartsWith(issuer.address()));
    return issuer.sign_in(left.header("location"), person);
  }
  Reply sign_in(Browser& browser, const json& person, const std::string& next = "") {
    return browser.get(sign_in_at_issuer(browser, person, next));
  }
  Reply connect(Browser& browser, const json& person) {
    const Reply left = browser.post("/accounts/settings/oidc/connect/");
    REQUIRE_THAT(left.header("location"), StartsWith(issuer.address()));
    return browser.get(issuer.sign_in(left.header("location"), person));
  }
  void connect_alice() {
    Browser browser(site);
    browser.log_in("alice");
    REQUIRE(connect(browser, ada).header("location") == settings);
    REQUIRE(site.views().user("alice")->identities.size() == 1);
  }
  void let_pass(std::int64_t seconds) {
    site.clock().set(base::format_timestamp({site.clock().now().unix_us + seconds * 1'000'000}));
  }
};

struct OpenFixture : Fixture {
  OpenFixture() : Fixture(true) {}
};

void check_is_stopped(Browser& browser, const Reply& reply, int status, const std::string& words) {
  CHECK(reply.status == status);
  CHECK_THAT(reply.body, Contains(words) && Contains("You are not logged in"));
  CHECK_FALSE(browser.is_signed_in());
  CHECK(browser.cookie("sign_on").empty());
}

}  // namespace

TEST_CASE("without an issuer, there is no button and no way", "[sso]") {
  ApiSite site;
  site.set_up();
  set_passwords(site, {"alice"});
  Browser browser(site);
  CHECK_THAT(browser.get("/accounts/login/").body, !Contains("Log in with"));
  CHECK(browser.post(login_action).status == 404);
  CHECK(browser.get(callback).status == 404);
  CHECK(browser.get(register_action).status == 404);
  CHECK(browser.post(register_action).status == 404);
  browser.log_in("alice");
  CHECK_THAT(browser.get(settings).body, !Contains("Other ways to log in"));
  CHECK(browser.post("/accounts/settings/oidc/connect/").header("location") == settings);
  CHECK(browser.post("/accounts/settings/oidc/disconnect/", {{"issuer", "x"}}).header("location") ==
        settings);
  CHECK_THAT(browser.get(settings).body, Contains("this account is not connected"));
}

TEST_CASE_METHOD(Fixture, "a user connects an account and signs in with it", "[sso]") {
  connect_alice();
  Browser browser(site);
  CHECK_THAT(browser.get("/accounts/login/").body,
             Contains("Log in with Example &lt;University&gt;"));
  const Reply back = sign_in(browser, ada, settings);
  CHECK(back.status == 302);
  CHECK(back.header("location") == settings);
  CHECK_THAT(back.header("set-cookie"), Contains("sessionid=") && Contains("HttpOnly"));
  const std::string page = browser.get(settings).body;
  CHECK_THAT(page,
             Contains("Connected with Example &lt;University&gt; since") && Contains("Disconnect"));
  CHECK(browser.get("/api/v2/me").json().at("username") == "alice");
  // The password goes on working.
  Browser other(site);
  other.log_in("alice");
}

TEST_CASE_METHOD(Fixture, "signing in through the issuer begins a session of its own",
                 "[sso][security]") {
  connect_alice();
  Browser browser(site);
  browser.set_cookie("sessionid", std::string(64, 'f'));
  const std::string form_token = [&] {
    browser.get("/accounts/login/");
    return browser.cookie("csrftoken");
  }();
  sign_in(browser, ada);
  CHECK(browser.is_signed_in());
  CHECK(browser.cookie("sessionid") != std::string(64, 'f'));
  CHECK(browser.cookie("csrftoken") != form_token);
  // The earlier session of this browser ends.
  const std::string first = browser.cookie("sessionid");
  sign_in(browser, ada);
  Browser before(site);
  before.set_cookie("sessionid", first);
  CHECK(before.get(settings).status == 302);
}

TEST_CASE_METHOD(Fixture, "a return counts once, in time, and in the browser that left",
                 "[sso][security]") {
  connect_alice();
  const std::string never_begun = "was not begun in this browser";
  Browser browser(site);
  const std::string target = sign_in_at_issuer(browser, ada);
  const std::string cookie = browser.cookie("sign_on");
  SECTION("another browser cannot return in its place") {
    Browser stranger(site);
    check_is_stopped(stranger, stranger.get(target), 400, never_begun);
    // Not even if it has begun itself.
    sign_in_at_issuer(stranger, ada);
    check_is_stopped(stranger, stranger.get(target), 400, never_begun);
    CHECK(browser.get(target).header("location") == "/");
  }
  SECTION("a repeated return is refused, also with the cookie kept") {
    CHECK(browser.get(target).header("location") == "/");
    Browser again(site);
    again.set_cookie("sign_on", cookie);
    check_is_stopped(again, again.get(target), 400, never_begun);
  }
  SECTION("after ten minutes it is too late") {
    let_pass(601);
    check_is_stopped(browser, browser.get(target), 400, never_begun);
  }
  SECTION("a changed state or cookie is refused") {
    std::string state = target;
    const std::size_t at = state.find("state=") + 6;
    state[at] = state[at] == 'A' ? 'B' : 'A';
    check_is_stopped(browser, browser.get(state), 400, never_begun);
    for (std::size_t i = 0; i < cookie.size(); i += 7) {
      std::string damaged = cookie;
      damaged[i] = damaged[i] == '1' ? '2' : '1';
      Browser other(site);
      other.set_cookie("sign_on", damaged);
      check_is_stopped(other, other.get(target), 400, never_begun);
    }
    for (const char* odd : {"", ".", "....", "a.b.c.d.e", "a.b.c"}) {
      Browser other(site);
      other.set_cookie("sign_on", odd);
      check_is_stopped(other, other.get(target), 400, never_begun);
    }
    check_is_stopped(browser, browser.get(callback), 400, never_begun);
  }
  SECTION("the code of another sign-in is refused") {
    Browser other(site);
    const std::string of_other = sign_in_at_issuer(other, ada);
    const auto code_in = [](const std::string& text) { return between(text, "code=", "&"); };
    std::string mixed = target;
    mixed.replace(mixed.find("code=") + 5, code_in(target).size(), code_in(of_other));
    check_is_stopped(browser, browser.get(mixed), 400, "did not confirm who you are");
  }
  SECTION("a token with another nonce is refused") {
    check_is_stopped(browser, sign_in(browser, changed(ada, {{"nonce", "another"}})), 400,
                     "did not confirm who you are");
  }
  SECTION("another issuer's return is refused") {
    std::string other = target;
    other.replace(other.find("iss="), std::string::npos, "iss=https%3A%2F%2Fevil.example.org");
    check_is_stopped(browser, browser.get(other), 400, "did not confirm who you are");
    CHECK(issuer.requests_of("/token") == 1);  // of alice's connection
  }
}

TEST_CASE_METHOD(Fixture, "a page of another site cannot begin a sign-in", "[sso][security]") {
  Browser browser(site);
  CHECK(browser.forge(login_action).status == 400);
  CHECK(browser.get(login_action).status == 405);
  Browser elsewhere(site);
  elsewhere.get("/accounts/login/");
  elsewhere.add_header("Origin", "https://evil.example");
  CHECK(elsewhere.post(login_action).status == 400);
  CHECK(elsewhere.cookie("sign_on").empty());
}

TEST_CASE_METHOD(Fixture, "signing in through the issuer leads only to this site",
                 "[sso][security]") {
  connect_alice();
  for (const char* next : {"https://evil.example/", "//evil.example", "/\\evil.example"}) {
    Browser browser(site);
    CHECK(sign_in(browser, ada, next).header("location") == "/");
  }
  Browser browser(site);
  CHECK(sign_in(browser, ada, "/" + std::string(5000, 'x')).header("location") == "/");
}

TEST_CASE_METHOD(Fixture, "the issuer's errors are told in words", "[sso]") {
  const auto told = [&](const std::string& parameters, int status, const std::string& words) {
    Browser browser(site);
    const std::string target = sign_in_at_issuer(browser, ada);
    const std::string state = target.substr(target.find("&state="));
    check_is_stopped(browser, browser.get(callback + "?" + parameters + state), status, words);
  };
  told("error=access_denied", 400, "did not agree to log in to this site");
  told("error=temporarily_unavailable", 503, "cannot log you in at this moment");
  told("error=%3Cscript%3E&error_description=%3Cscript%3E", 400, "did not confirm who you are");
  told("code=", 400, "did not confirm who you are");
  issuer.answer("/token", [](const auto&) { return http::json(500, json::object()); });
  Browser browser(site);
  check_is_stopped(browser, sign_in(browser, ada), 503, "cannot log you in at this moment");
}

TEST_CASE_METHOD(Fixture, "an issuer that does not answer leaves passwords to log in with",
                 "[sso]") {
  issuer.answer("/.well-known/openid-configuration",
                [](const auto&) { return http::json(500, json::object()); });
  Browser browser(site);
  check_is_stopped(browser, browser.post(login_action), 503, "cannot log you in at this moment");
  browser.log_in("alice");
}

TEST_CASE_METHOD(Fixture, "an unknown person is told whom to ask, and becomes nobody", "[sso]") {
  Browser browser(site);
  check_is_stopped(browser, sign_in(browser, ada), 403, "ask the administrators of this site");
  CHECK(browser.get(register_action).status == 404);
  // An equal e-mail address lets nobody in.
  const json like_bob = changed(ada, {{"email", "bob@example.com"}});
  check_is_stopped(browser, sign_in(browser, like_bob), 403, "log in with your password once");
  CHECK(site.views().user("bob")->identities.empty());
}

TEST_CASE_METHOD(Fixture, "a deactivated user is not let in", "[sso][security]") {
  connect_alice();
  const commands::Write write{commands::Actor::system(), std::nullopt};
  REQUIRE(site.application().accounts().set_active(write, "alice", false));
  Browser browser(site);
  check_is_stopped(browser, sign_in(browser, ada), 403, "The account alice has been deactivated.");
}

TEST_CASE_METHOD(Fixture, "connecting belongs to one session", "[sso][security]") {
  Browser alice(site);
  alice.log_in("alice");
  const Reply left = alice.post("/accounts/settings/oidc/connect/");
  const std::string target = issuer.sign_in(left.header("location"), ada);
  // A stranger's return in the browser of bob would connect the stranger's account with bob's.
  Browser bob(site);
  bob.log_in("bob");
  bob.set_cookie("sign_on", alice.cookie("sign_on"));
  CHECK(bob.get(target).status == 400);
  Browser nobody(site);
  nobody.set_cookie("sign_on", alice.cookie("sign_on"));
  CHECK(nobody.get(target).status == 400);
  CHECK(site.views().user("bob")->identities.empty());
  CHECK(alice.get(target).header("location") == settings);
  CHECK_THAT(alice.get(settings).body, Contains("You can log in with Example"));
  // One person, one user.
  CHECK(connect(bob, ada).header("location") == settings);
  CHECK_THAT(bob.get(settings).body, Contains("Not connected: another user of this site"));
  CHECK(connect(alice, changed(ada, {{"sub", "person-2"}})).header("location") == settings);
  CHECK_THAT(alice.get(settings).body, Contains("disconnect it first"));
}

TEST_CASE_METHOD(Fixture, "a user disconnects, and is not let in any more", "[sso]") {
  connect_alice();
  Browser browser(site);
  sign_in(browser, ada);
  CHECK(browser.post("/accounts/settings/oidc/disconnect/", {{"issuer", issuer.address()}})
            .header("location") == settings);
  CHECK_THAT(browser.get(settings).body,
             Contains("The account is disconnected.") && Contains("Connect Example"));
  Browser later(site);
  check_is_stopped(later, sign_in(later, ada), 403, "No account of this site is connected");
}

TEST_CASE_METHOD(OpenFixture, "a newcomer chooses a username and is signed in", "[sso]") {
  Browser browser(site);
  const Reply back = sign_in(browser, ada, settings);
  CHECK(back.header("location") == register_action);
  CHECK_FALSE(browser.is_signed_in());
  const std::string page = browser.get(register_action).body;
  CHECK_THAT(page, Contains("value=\"adaadams\"") && Contains("value=\"Ada Adams\"") &&
                       Contains("ada@example.ac.uk"));
  const Reply taken = browser.post(register_action, {{"username", "ALICE"}, {"name", "Ada Adams"}});
  CHECK_THAT(taken.body, Contains("A user with this username already exists."));
  CHECK_THAT(browser.post(register_action, {{"username", "a b"}, {"name", "Ada"}}).body,
             Contains("username"));
  const Reply made = browser.post(
      register_action, {{"username", "ada"}, {"name", "Ada A."}, {"email", "eve@example.org"}});
  CHECK(made.header("location") == settings);
  CHECK(browser.cookie("sign_on_newcomer").empty());
  const std::string whole = browser.get(settings).body;
  const std::string own = whole.substr(whole.find("<main"));  // the menu above is everybody's
  CHECK_THAT(own, Contains("Ada A.") && Contains("ada@example.ac.uk") && !Contains("eve@"));
  CHECK_THAT(own, Contains("You have no password") && !Contains("Change password"));
  // The only way in stays.
  browser.post("/accounts/settings/oidc/disconnect/", {{"issuer", issuer.address()}});
  CHECK_THAT(browser.get(settings).body, Contains("You have no password, so you might not"));
  CHECK(site.views().user("ada")->identities.size() == 1);
  Browser later(site);
  CHECK(sign_in(later, ada).header("location") == "/");
  CHECK(later.get("/api/v2/me").json().at("username") == "ada");
  // No password opens the account.
  for (const char* password : {"", "x"}) {
    Browser guesser(site);
    guesser.post("/accounts/login/", {{"username", "ada"}, {"password", password}});
    CHECK_FALSE(guesser.is_signed_in());
  }
}

TEST_CASE_METHOD(OpenFixture, "a newcomer's address must be confirmed, and nobody's",
                 "[sso][security]") {
  const auto stopped = [&](const json& changes, int status, const std::string& words) {
    CAPTURE(changes.dump());
    Browser browser(site);
    check_is_stopped(browser, sign_in(browser, changed(ada, changes)), status, words);
    CHECK(browser.cookie("sign_on_newcomer").empty());
    CHECK(browser.get(register_action).header("location") == "/accounts/login/");
  };
  stopped({{"email", "Bob@example.com"}}, 409, "log in with your password once");
  issuer.answer("/userinfo", [](const auto&) {
    return http::json(200, {{"sub", "person-ada"}, {"email", "bob@example.com"}});
  });
  stopped({{"email_verified", false}}, 403, "does not confirm an e-mail address");
  stopped({{"email_verified", "true"}}, 403, "does not confirm an e-mail address");
  stopped({{"email", nullptr}}, 403, "does not confirm an e-mail address");
  stopped({{"email", "no address"}}, 403, "does not confirm an e-mail address");
  CHECK(site.views().user("bob")->identities.empty());
}

TEST_CASE_METHOD(OpenFixture, "details may come from the issuer's other endpoint", "[sso]") {
  issuer.answer("/userinfo", [](const auto&) { return http::json(200, ada); });
  Browser browser(site);
  CHECK(sign_in(browser, {{"sub", "person-ada"}}).header("location") == register_action);
  CHECK_THAT(browser.get(register_action).body, Contains("ada@example.ac.uk"));
}

TEST_CASE_METHOD(OpenFixture, "only the newcomer's browser registers, and in time",
                 "[sso][security]") {
  Browser browser(site);
  sign_in(browser, ada);
  const std::string cookie = browser.cookie("sign_on_newcomer");
  const auto is_refused = [&](const std::string& value) {
    Browser other(site);
    other.set_cookie("sign_on_newcomer", value);
    return other.post(register_action, {{"username", "eve"}, {"name", "Eve"}}).header("location") ==
           "/accounts/login/";
  };
  CHECK(is_refused(""));
  CHECK(is_refused("x.y"));
  CHECK(is_refused(accounts::encode_base64_url(
                       R"({"subject":"person-alice","email":"x@example.org","time":9999999999})") +
                   cookie.substr(cookie.find('.'))));
  let_pass(601);
  CHECK(is_refused(cookie));
  CHECK_FALSE(site.views().user("eve"));
}

TEST_CASE_METHOD(OpenFixture, "nothing that the issuer says is in the log's clear text",
                 "[sso][security]") {
  Browser browser(site);
  sign_in(browser, ada);
  browser.post(register_action, {{"username", "newcomer"}, {"name", "Ada Adams"}});
  CHECK(browser.is_signed_in());
  std::string bytes;
  const auto reader = site.log().read_all(base::Position(1), events::Direction::forward);
  while (const auto commit = reader->next()) {
    REQUIRE(*commit);
    const auto encoded = events::encode((*commit)->content);
    REQUIRE(encoded);
    bytes += *encoded;
  }
  CHECK_THAT(bytes, Contains("newcomer") && Contains(issuer.address()));
  for (const char* secret : {"person-ada", "Ada Adams", "ada@example.ac.uk", "adaadams"}) {
    CHECK(bytes.find(secret) == std::string::npos);
  }
  // And it holds after the views are built again.
  site.restart_with_new_views();
  Browser later(site);
  CHECK(sign_in(later, ada).header("location") == "/");
}

}  // namespace codelog::tests::single_sign_on_test
