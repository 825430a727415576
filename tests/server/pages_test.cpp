// Pages that people read, as a browser without scripts gets them.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "events/base/version_hash.h"
#include "server/pages/assets.h"
#include "server/pages/embedded_files.h"
#include "server/pages/markdown.h"
#include "tests/server/api_golden.h"
#include "tests/server/browser.h"

namespace codelog::tests::pages_test {
namespace {

using Catch::Contains;

const commands::Write by_system{commands::Actor::system(), std::nullopt};

struct Fixture {
  ApiSite site;
  std::string hash;

  Fixture() {
    site.add_user("alice", false);
    site.add_organisation("test-org", {"alice"});
    set_passwords(site, {"alice"});
    site.register_release("snomedct");
    commands::CreateCodelist command;
    command.owner = {events::OwnerKind::organisation, "test-org"};
    command.name = "Tennis elbow";
    command.coding_system = "snomedct";
    command.description = "Pain of the elbow";
    command.codes = std::vector<std::string>{"2247004"};
    command.status = events::VersionStatus::under_review;
    REQUIRE(site.application().codelists().create(by_system, command));
    const auto version = site.views().newest_version_of(site.views().codelists().back().id);
    hash = base::version_hash(version->id);
  }

  void publish() {
    REQUIRE(site.application().versions().publish(by_system, *base::parse_version_hash(hash)));
  }
};

}  // namespace

TEST_CASE("Markdown loses what could run, and keeps what people write", "[pages][security]") {
  const auto html = [](std::string_view text) { return pages::markdown(text).text; };
  CHECK_THAT(html("# Why\n\nBecause *so*."), Contains("<h3>Why</h3>") && Contains("<em>so</em>"));
  CHECK_THAT(html("- a\n- b"), Contains("<li>a</li>"));
  CHECK_THAT(html("[x](https://example.org/?a=1&b=2)"),
             Contains("href=\"https://example.org/?a=1&amp;b=2\""));
  for (const char* bad :
       {"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))", "<a href=\"data:text/html,x\">x</a>",
        "<svg><script>alert(1)</script></svg>", "<style>*{display:none}</style>",
        "<iframe src=\"/\"></iframe>", "<math><mi xlink:href=\"javascript:alert(1)\">x</mi></math>",
        "<p id=\"main\" style=\"x\" class=\"y\">t</p>"}) {
    const std::string safe = html(bad);
    CAPTURE(bad, safe);
    CHECK_THAT(safe, !Contains("script") && !Contains("onerror") && !Contains("data:") &&
                         !Contains("<iframe") && !Contains("style") && !Contains("id=") &&
                         !Contains("class="));
  }
  // Contrived input stays text: deep trees, and formatting that every paragraph repeats.
  std::string deep;
  for (int i = 0; i < 20'000; ++i) deep += "<em>";
  CHECK_THAT(html(deep + "text"), Contains("&lt;em&gt;text"));
  CHECK_THAT(html(std::string(100'000, '>') + "text"), Contains("text"));
  std::string repeated;
  for (int i = 0; i < 60; ++i) repeated += "<b id=" + std::to_string(i) + "></x>";
  for (int i = 0; i < 50'000; ++i) repeated += "<p>x";
  CHECK_THAT(html(repeated), Contains("&lt;p&gt;x"));
}

TEST_CASE("no template has a style or a handler of its own", "[pages][security]") {
  const auto templates = pages::embedded_files("pages/");
  CHECK(templates.size() > 20);
  for (const pages::EmbeddedFile& file : templates) {
    CAPTURE(file.path);
    const std::string text(file.bytes);
    CHECK_THAT(text, Contains("AUTOESCAPE"));
    CHECK_THAT(text, !Contains(" style=") && !Contains(" onclick") && !Contains("javascript:"));
  }
}

TEST_CASE("files of pages are kept for good, compressed if the browser can", "[pages]") {
  const ApiSite site;
  const std::string styles = pages::site_assets().path_of("site.css");
  const Reply plain = site.get(styles);
  CHECK(plain.status == 200);
  CHECK(plain.header("content-type") == "text/css; charset=utf-8");
  CHECK_THAT(plain.header("cache-control"), Contains("immutable"));
  // Fonts have their hashed names, and each is there.
  CHECK_THAT(plain.body, !Contains("/public/") && Contains("/assets/next-"));
  CHECK(site.get("/assets/" + between(plain.body, "/assets/", "\"")).status == 200);
  CHECK(site.get("/assets/none.css").status == 404);
  const auto* const entry = pages::site_assets().find_entry("src/site.ts");
  if (entry == nullptr) return;  // built without scripts
  const Reply brotli =
      site.ask({.target = entry->script, .headers = {{"Accept-Encoding", "gzip, deflate, br"}}});
  CHECK(brotli.header("content-encoding") == "br");
  CHECK(brotli.body.size() < site.get(entry->script).body.size());
}

TEST_CASE("a pack gives back its files", "[pages]") {
  const auto files = pages::read_pack("codelog web pack 1\na.js 1\nb.js.br 3\n\nx1\n2");
  CHECK(files.size() == 2);
  CHECK(files.at("a.js") == "x");
  CHECK(files.at("b.js.br") == "1\n2");
}

// What a page loads first, compressed; fonts are compressed in themselves.
TEST_CASE("pages stay light", "[pages]") {
  const ApiSite site;
  const auto bytes_of = [&](const std::string& path) {
    const Reply reply =
        site.ask({.target = path, .headers = {{"Accept-Encoding", "gzip, deflate"}}});
    REQUIRE(reply.status == 200);
    return std::stoul(reply.header("content-length"));
  };
  const pages::Assets& assets = pages::site_assets();
  CHECK(bytes_of(assets.path_of("site.css")) <= 20'000);
  CHECK(bytes_of(assets.path_of("fonts/next.woff2")) +
            bytes_of(assets.path_of("fonts/mono.woff2")) <=
        60'000);
  const auto* const entry = assets.find_entry("src/site.ts");
  if (entry == nullptr) return;  // built without scripts
  std::size_t scripts_bytes = bytes_of(entry->script);
  for (const std::string& path : entry->preloads) scripts_bytes += bytes_of(path);
  CHECK(scripts_bytes <= 45'000);
}

TEST_CASE_METHOD(Fixture, "home finds a codelist once it is published", "[pages]") {
  CHECK_THAT(site.get("/").body, Contains("Nothing is published here yet"));
  publish();
  const std::string home = site.get("/").body;
  CHECK_THAT(home, Contains("<h1>Codelog</h1>") && Contains("Tennis elbow"));
  for (const char* found : {"/?q=tennis", "/?q=ELBOW+pain", "/?q=%22tennis+elbow%22"}) {
    CHECK_THAT(site.get(found).body, Contains("1 codelist for") && Contains("Tennis elbow"));
  }
  CHECK_THAT(site.get("/?q=asthma").body, Contains("0 codelists for"));
  CHECK_THAT(site.get("/?q=test").body, Contains("/codelist/test-org/"));
  // A page of results beyond the last is the last.
  CHECK_THAT(site.get("/?q=tennis&page=99").body, Contains("Tennis elbow"));
}

TEST_CASE_METHOD(Fixture, "a version's page has everything without scripts", "[pages]") {
  publish();
  const Reply reply = site.get("/codelist/test-org/tennis-elbow/" + hash + "/");
  REQUIRE(reply.status == 200);
  CHECK_THAT(reply.body, Contains("id=\"version-hash\">" + hash) && Contains("Pain of the elbow"));
  CHECK_THAT(reply.body, Contains("<td class=\"mono\">2247004</td>") && Contains("id=\"tree\""));
  CHECK_THAT(reply.body, Contains("download.csv") && Contains("definition.csv") &&
                             Contains(hash + "/receipt.tlog-proof"));
  const auto data = nlohmann::json::parse(
      between(reply.body, "<script type=\"application/ld+json\">", "</script>"));
  CHECK(data.at("@type") == "Dataset");
  CHECK(data.at("identifier") == hash);
  CHECK_THAT(reply.header("content-security-policy"), Contains("default-src 'none'"));
  // Guests' pages without a form have no token, and so may be compressed.
  CHECK_THAT(reply.body, !Contains("csrfmiddlewaretoken"));
  CHECK(reply.header("set-cookie").empty());
  const Reply overview = site.get("/codelist/test-org/tennis-elbow/-/");
  CHECK(overview.status == 200);
  CHECK_THAT(overview.body, Contains("/codelist/test-org/tennis-elbow/" + hash + "/"));
}

TEST_CASE_METHOD(Fixture, "an unpublished codelist has no overview for guests", "[pages]") {
  Browser alice(site);
  alice.log_in("alice");
  CHECK(site.get("/codelist/test-org/tennis-elbow/-/").status == 404);
  CHECK(alice.get("/codelist/test-org/tennis-elbow/-/").status == 200);
}

TEST_CASE_METHOD(Fixture, "a page read ahead leaves the waiting message", "[pages]") {
  Browser alice(site);
  alice.log_in("alice");
  alice.post("/accounts/settings/name/", {{"name", "Alice B"}});
  Browser ahead = alice;
  ahead.add_header("Sec-Purpose", "prefetch");
  CHECK_THAT(ahead.get("/accounts/settings/").body, !Contains("Your name is changed."));
  CHECK_FALSE(ahead.cookie("messages").empty());
  CHECK_THAT(alice.get("/accounts/settings/").body, Contains("Your name is changed."));
  CHECK(alice.cookie("messages").empty());
}

TEST_CASE_METHOD(Fixture, "guests get a kept page until a commit, and nobody else gets it",
                 "[pages]") {
  publish();
  const std::string page = "/codelist/test-org/tennis-elbow/" + hash + "/";
  const Reply first = site.get(page);
  REQUIRE(first.status == 200);
  CHECK_FALSE(first.header("etag").empty());
  CHECK(site.ask({.target = page, .headers = {{"If-None-Match", first.header("etag")}}}).status ==
        304);
  Browser alice(site);
  alice.log_in("alice");
  CHECK_THAT(alice.get(page).body, Contains("Log out"));
  CHECK_THAT(site.get(page).body, !Contains("Log out"));
  commands::ChangeDetails change;
  change.description = "Something else altogether.";
  const auto codelist =
      site.views().find_codelist({events::OwnerKind::organisation, "test-org"}, "tennis-elbow");
  REQUIRE(site.application().codelists().change_details({commands::Actor::system(), {}},
                                                        codelist->id, change));
  CHECK_THAT(site.get(page).body, Contains("Something else altogether."));
}

TEST_CASE_METHOD(Fixture, "a kept page is no other theme's, and no other address's", "[pages]") {
  publish();
  CHECK_THAT(site.get("/releases/").body, !Contains("data-theme"));
  Browser dark(site);
  dark.set_cookie("theme", "dark");
  CHECK_THAT(dark.get("/releases/").body, Contains("data-theme=\"dark\""));
  CHECK_THAT(site.get("/releases/").body, !Contains("data-theme"));
  CHECK_THAT(site.get("/?q=elbow").body, Contains("Tennis elbow"));
  CHECK_THAT(site.get("/?q=zzz").body, !Contains("Tennis elbow"));
}

TEST_CASE_METHOD(Fixture, "a kept page goes when its codelist is for some only", "[pages]") {
  publish();
  const std::string page = "/codelist/test-org/tennis-elbow/" + hash + "/";
  REQUIRE(site.get(page).status == 200);
  commands::ChangeDetails change;
  change.is_restricted = true;
  const auto codelist =
      site.views().find_codelist({events::OwnerKind::organisation, "test-org"}, "tennis-elbow");
  REQUIRE(site.application().codelists().change_details({commands::Actor::system(), {}},
                                                        codelist->id, change));
  CHECK(site.get(page).status == 404);
  CHECK_THAT(site.get("/?q=elbow").body, !Contains("Tennis elbow"));
}

TEST_CASE_METHOD(Fixture, "a theme that somebody chose is in the page", "[pages]") {
  Browser browser(site);
  browser.set_cookie("theme", "dark");
  CHECK_THAT(browser.get("/").body, Contains("data-theme=\"dark\""));
  browser.set_cookie("theme", "\"><script>");
  CHECK_THAT(browser.get("/").body, !Contains("data-theme"));
}

TEST_CASE_METHOD(Fixture, "releases and organisations have pages", "[pages]") {
  publish();
  const std::string alias = site.views().version(*base::parse_version_hash(hash))->release;
  CHECK_THAT(site.get("/releases/").body, Contains("/releases/" + alias + "/"));
  const std::string release = site.get("/releases/" + alias + "/").body;
  CHECK_THAT(release, Contains("1 published version") && Contains("Tennis elbow"));
  CHECK(site.get("/releases/none/").status == 404);
  CHECK_THAT(site.get("/organisations/test-org/").body,
             Contains("Published codelists</dt><dd><a href=\"/codelist/test-org/\">1</a>"));
  CHECK(site.get("/organisations/none/").status == 404);
  CHECK(site.get("/contact/").status == 200);
}

}  // namespace codelog::tests::pages_test
