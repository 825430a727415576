// Signing in through oidc-provider, an issuer from npm: discovery, its log-in and consent pages,
// the exchange of the code, its keys and tokens.
#include <curl/curl.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <iostream>

#include "events/base/file.h"
#include "tests/server/browser.h"
#include "tools/child_process.h"

namespace codelog::tests::real_issuer_test {
namespace {

using Catch::Contains;
using Catch::StartsWith;

constexpr const char* settings = "/accounts/settings/";
constexpr const char* site_address = "http://test";

// Why there is no issuer; empty if there is one.
std::string missing_part() {
  if (!tools::find_program("node")) return "node is not installed";
  const std::filesystem::path folder = CODELOG_ISSUER_FOLDER;
  if (!std::filesystem::exists(folder / "node_modules/oidc-provider")) {
    return "oidc-provider is not installed";
  }
  return {};
}

// The text is CTest's sign of a skipped test.
bool is_skipped() {
  const std::string missing = missing_part();
  if (!missing.empty()) {
    std::cout << "SKIPPED: " << missing << "; ./codelog-dev test installs it" << std::endl;
  }
  return !missing.empty();
}

tools::ChildProcess start_issuer() {
  auto issuer = tools::ChildProcess::start(
      {.arguments = {"node", CODELOG_TESTS_DIR "/oidc/issuer.js", CODELOG_ISSUER_FOLDER}});
  REQUIRE(issuer);
  return std::move(*issuer);
}

std::string address_of(tools::ChildProcess& issuer) {
  // Its warnings, that it is no issuer for the real world, may come first.
  while (const auto line = issuer.read_line(std::chrono::seconds(60))) {
    if (line->starts_with("http://")) return *line;
  }
  FAIL("the issuer does not start: " + issuer.errors());
  return {};
}

// The issuer's side of the browser, with its own cookies.
class IssuerPages {
 public:
  IssuerPages() : curl_(curl_easy_init()) { curl_easy_setopt(curl_, CURLOPT_COOKIEFILE, ""); }
  ~IssuerPages() { curl_easy_cleanup(curl_); }
  IssuerPages(const IssuerPages&) = delete;
  IssuerPages& operator=(const IssuerPages&) = delete;

  // Signs in as `person` and agrees to everything, or refuses at the first question. Returns the
  // target on the site to which the issuer sends the browser back.
  std::string sign_in(const std::string& address, const std::string& person, bool agrees = true) {
    Page page = open(address, "");
    for (int step = 0; step < 20; ++step) {
      if (page.location.starts_with(site_address)) {
        return page.location.substr(std::string(site_address).size());
      }
      if (!page.location.empty()) {
        page = open(page.location, "");
        continue;
      }
      CAPTURE(page.body);
      REQUIRE_THAT(page.body, Contains("name=\"prompt\""));
      const std::string question = between(page.body, "name=\"prompt\" value=\"", "\"");
      if (!agrees) {
        page = open(page.address + "/abort", "");
      } else if (question == "login") {
        page = open(page.address, "prompt=login&password=x&login=" + person);
      } else {
        page = open(page.address, "prompt=consent");
      }
    }
    FAIL("the issuer asks without end");
    return {};
  }

 private:
  struct Page {
    std::string body;
    std::string location;  // of a redirect; an absolute address
    std::string address;
  };

  static std::size_t take(char* bytes, std::size_t, std::size_t size, void* target) {
    static_cast<std::string*>(target)->append(bytes, size);
    return size;
  }

  Page open(const std::string& address, const std::string& form) {
    Page page;
    page.address = address;
    curl_easy_setopt(curl_, CURLOPT_URL, address.c_str());
    if (form.empty()) {
      curl_easy_setopt(curl_, CURLOPT_HTTPGET, 1L);
    } else {
      curl_easy_setopt(curl_, CURLOPT_COPYPOSTFIELDS, form.c_str());
    }
    curl_easy_setopt(curl_, CURLOPT_PROXY, "");
    curl_easy_setopt(curl_, CURLOPT_TIMEOUT, 20L);
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &page.body);
    REQUIRE(curl_easy_perform(curl_) == CURLE_OK);
    const char* location = nullptr;
    curl_easy_getinfo(curl_, CURLINFO_REDIRECT_URL, &location);
    if (location != nullptr) page.location = location;
    return page;
  }

  CURL* curl_;
};

struct Client {
  std::string id = "codelists";
  std::string secret = "a secret: 100% + more";
};

application::ApplicationOptions options_for(const std::string& issuer, const Client& client) {
  application::ApplicationOptions options;
  options.base_urls = {site_address};
  options.single_sign_on = identity::SingleSignOnOptions{.name = "Example University",
                                                         .allows_registration = true,
                                                         .issuer = {.issuer = issuer,
                                                                    .client_id = client.id,
                                                                    .client_secret = client.secret,
                                                                    .redirect_address = {}}};
  return options;
}

std::string now() {
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  return base::format_timestamp(
      {std::chrono::duration_cast<std::chrono::microseconds>(time).count()});
}

struct Fixture {
  tools::ChildProcess process;
  ApiSite site;

  explicit Fixture(const Client& client = {})
      : process(start_issuer()), site(options_for(address_of(process), client)) {
    site.clock().set(now());
    site.set_up();
    set_passwords(site, {"alice"});
  }

  std::string sign_in_at_issuer(Browser& browser, const std::string& person, bool agrees = true) {
    IssuerPages pages;
    const Reply left = browser.post("/accounts/oidc/login/", {{"next", settings}});
    REQUIRE(left.status == 302);
    return pages.sign_in(left.header("location"), person, agrees);
  }
  Reply sign_in(Browser& browser, const std::string& person) {
    return browser.get(sign_in_at_issuer(browser, person));
  }
};

}  // namespace

TEST_CASE("a newcomer registers through oidc-provider, and signs in again", "[sso][issuer]") {
  if (is_skipped()) return;
  Fixture fixture;
  Browser browser(fixture.site);
  CHECK_THAT(browser.get("/accounts/login/").body, Contains("Log in with Example University"));
  const std::string target = fixture.sign_in_at_issuer(browser, "grace");
  CHECK_THAT(target, StartsWith("/accounts/oidc/callback/?code="));
  CHECK(browser.get(target).header("location") == "/accounts/oidc/register/");
  CHECK_THAT(browser.get("/accounts/oidc/register/").body,
             Contains("value=\"grace\"") && Contains("value=\"Name of grace\"") &&
                 Contains("grace@example.ac.uk"));
  CHECK(browser.post("/accounts/oidc/register/", {{"username", "grace"}, {"name", "Grace Green"}})
            .header("location") == settings);
  CHECK(browser.get("/api/v2/me").json().at("username") == "grace");
  // The same return again is refused.
  Browser replayed(fixture.site);
  CHECK(replayed.get(target).status == 400);
  CHECK(browser.get(target).status == 400);
  Browser later(fixture.site);
  CHECK(fixture.sign_in(later, "grace").header("location") == settings);
  CHECK(later.get("/api/v2/me").json().at("username") == "grace");
}

TEST_CASE("a user connects oidc-provider and signs in, until deactivated", "[sso][issuer]") {
  if (is_skipped()) return;
  Fixture fixture;
  Browser alice(fixture.site);
  alice.log_in("alice");
  IssuerPages pages;
  const Reply left = alice.post("/accounts/settings/oidc/connect/");
  const std::string target = pages.sign_in(left.header("location"), "person-of-alice");
  Browser stranger(fixture.site);
  CHECK(stranger.get(target).status == 400);
  CHECK(alice.get(target).header("location") == settings);
  CHECK_THAT(alice.get(settings).body, Contains("You can log in with Example University now."));
  Browser browser(fixture.site);
  CHECK(fixture.sign_in(browser, "person-of-alice").header("location") == settings);
  CHECK(browser.get("/api/v2/me").json().at("username") == "alice");
  const commands::Write write{commands::Actor::system(), std::nullopt};
  REQUIRE(fixture.site.application().accounts().set_active(write, "alice", false));
  Browser later(fixture.site);
  CHECK(fixture.sign_in(later, "person-of-alice").status == 403);
  CHECK_FALSE(later.is_signed_in());
}

TEST_CASE("people who refuse, or whose address is not confirmed, are not signed in",
          "[sso][issuer]") {
  if (is_skipped()) return;
  Fixture fixture;
  Browser refusing(fixture.site);
  const Reply refused = refusing.get(fixture.sign_in_at_issuer(refusing, "grace", false));
  CHECK(refused.status == 400);
  CHECK_THAT(refused.body, Contains("did not agree to log in to this site"));
  Browser browser(fixture.site);
  const Reply unconfirmed = fixture.sign_in(browser, "unconfirmed");
  CHECK(unconfirmed.status == 403);
  CHECK_THAT(unconfirmed.body, Contains("does not confirm an e-mail address"));
  CHECK_FALSE(browser.is_signed_in());
}

TEST_CASE("public clients and wrong secrets", "[sso][issuer]") {
  if (is_skipped()) return;
  SECTION("a public client is protected by PKCE alone") {
    Fixture fixture({"codelists-public", ""});
    Browser browser(fixture.site);
    CHECK(fixture.sign_in(browser, "grace").header("location") == "/accounts/oidc/register/");
  }
  SECTION("a wrong secret signs nobody in") {
    Fixture fixture({"codelists", "wrong"});
    Browser browser(fixture.site);
    const Reply reply = fixture.sign_in(browser, "grace");
    CHECK(reply.status == 400);
    CHECK_THAT(reply.body, Contains("did not confirm who you are"));
  }
}

}  // namespace codelog::tests::real_issuer_test
