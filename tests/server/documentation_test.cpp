// The documentation, the API to read, and the page about the site's state.
#include <re2/re2.h>
#include <catch2/catch.hpp>

#include <set>

#include "server/json/json_schema.h"
#include "server/pages/article.h"
#include "server/pages/embedded_files.h"
#include "server/web/documentation/documentation.h"
#include "tests/server/browser.h"

namespace codelog::tests::documentation_test {
namespace {

using Catch::Contains;
using nlohmann::json;

// The addresses of a page's links, without those of its frame.
std::vector<std::string> links_in(const std::string& page) {
  const std::string main = between(page, "<main", "</main>");
  static const RE2 link("<a [^>]*href=\"([^\"]+)\"");
  std::vector<std::string> links;
  re2::StringPiece rest = main;
  std::string target;
  while (RE2::FindAndConsume(&rest, link, &target)) links.push_back(target);
  return links;
}

bool has_anchor(const std::string& page, const std::string& id) {
  return page.find(" id=\"" + id + "\"") != std::string::npos;
}

void check_link(const ApiSite& site, const std::string& from, const std::string& link) {
  INFO(from << " links to " << link);
  const std::size_t fragment = std::min(link.find('#'), link.size());
  const std::string target = fragment == 0 ? from : link.substr(0, fragment);
  if (!target.starts_with('/')) {
    CHECK(target.starts_with("https://"));
    return;
  }
  const Reply reply = site.get(target);
  const bool needs_login = reply.header("location").starts_with("/accounts/login/");
  CHECK((reply.status == 200 || needs_login));
  if (fragment < link.size()) CHECK(has_anchor(reply.body, link.substr(fragment + 1)));
}

}  // namespace

TEST_CASE("an article has a title, anchors and links of the site", "[web][docs]") {
  const pages::Article article = pages::make_article(
      "# Undo & *redo*\n\nTake [it](deciding.md#undo) back.\n\n## Who may?\n\nAll of **us**.\n\n"
      "### Twice\n\n| a | b |\n|---|---|\n| 1 | `x < y` |\n\nSee [all](index.md), "
      "[here](#who-may) and [there](/releases/).\n");
  CHECK(article.title == "Undo & redo");
  CHECK(article.summary == "Take it back.");
  CHECK_THAT(article.body.text, !Contains("<h1>") && Contains("<h2 id=\"who-may\">"));
  CHECK_THAT(article.body.text, Contains("<h3 id=\"twice\">") && Contains("aria-label=\"Table: "));
  REQUIRE(article.parts.size() == 3);
  CHECK(article.parts[1].title == "Who may?");
  CHECK(article.parts[1].text == "All of us.");
  CHECK(article.parts[2].text == "a b 1 x < y See all, here and there.");
  std::vector<std::string> targets;
  for (const pages::ArticleLink& link : article.links) targets.push_back(link.target);
  CHECK(targets ==
        std::vector<std::string>{"/docs/deciding/#undo", "/docs/", "#who-may", "/releases/"});
}

TEST_CASE("every page of the documentation is listed, and its links lead somewhere",
          "[web][docs]") {
  const ApiSite site;
  std::set<std::string> files;
  for (const pages::EmbeddedFile& file : pages::embedded_files("docs/")) {
    CAPTURE(file.path);
    files.insert(std::string(file.path));
    CHECK_THAT(std::string(file.bytes), !Contains(" style=") && !Contains("<script"));
  }
  std::set<std::string> listed = {"docs/index.md"};
  const std::string front = site.get("/docs/").body;
  for (const auto& group : web::documentation().groups()) {
    for (const auto& page : group.pages) {
      INFO(page.name);
      CHECK(listed.insert("docs/" + page.name + ".md").second);
      CHECK_THAT(front, Contains("href=\"" + page.path() + "\""));
      const Reply reply = site.get(page.path());
      REQUIRE(reply.status == 200);
      CHECK(page.article.summary.size() > 20);
      CHECK_THAT(reply.body, Contains("<h1>"));
      for (const std::string& link : links_in(reply.body)) check_link(site, page.path(), link);
    }
  }
  CHECK(listed == files);
  for (const std::string& link : links_in(front)) check_link(site, "/docs/", link);
  const Reply none = site.get("/docs/none/");
  CHECK(none.status == 404);
  CHECK_THAT(none.body, Contains("site-header") && Contains("/docs/glossary/"));
}

TEST_CASE("the documentation is searched part by part", "[web][docs]") {
  const ApiSite site;
  const std::string found = site.get("/docs/?q=Conflict+parents").body;
  CHECK_THAT(found, Contains("/docs/deciding/#what-a-decision-does") && Contains("<mark>"));
  // Parts about the word come before those that mention it.
  const std::string undo = site.get("/docs/?q=undo").body;
  CHECK(undo.find("/docs/deciding/#undo") < undo.find("/docs/keyboard/#in-the-tree"));
  CHECK_THAT(site.get("/docs/?q=%3Cb%3Eundo").body,
             Contains("0 parts with") && Contains("&lt;b&gt;undo"));
}

TEST_CASE("the API to read has every operation and schema of the document", "[web][docs]") {
  const ApiSite site;
  const json document = site.get("/api/v2/openapi.json").json();
  const std::string page = site.get("/api/").body;
  std::size_t operations_count = 0;
  for (const auto& [path, methods] : document.at("paths").items()) {
    for (const auto& [method, operation] : methods.items()) {
      ++operations_count;
      INFO(method << " " << path);
      CHECK(has_anchor(page, operation.at("operationId")));
      CHECK(operation.at("tags").size() == 1);
    }
  }
  CHECK(operations_count > 40);
  CHECK_THAT(page, Contains(std::to_string(operations_count) + " operations"));
  for (const auto& [name, schema] : document.at("components").at("schemas").items()) {
    CHECK(has_anchor(page, "schema-" + name));
  }
  for (const std::string& link : links_in(page)) {
    if (link.starts_with('#')) CHECK(has_anchor(page, link.substr(1)));
  }
  CHECK_THAT(page, Contains("organisation&#39;s administrator, site&#39;s administrator"));
}

TEST_CASE("the examples of the API's schemas have these schemas", "[web][docs]") {
  const ApiSite site;
  const json document = site.get("/api/v2/openapi.json").json();
  const json& schemas = document.at("components").at("schemas");
  int examples_count = 0;
  for (const auto& [name, schema] : schemas.items()) {
    for (const json& example : schema.value("examples", json::array())) {
      CAPTURE(name, example.dump());
      CHECK(codelog::json::check_schema(schema, schemas, example).empty());
      ++examples_count;
    }
  }
  CHECK(examples_count > 10);
}

TEST_CASE("the status says what is wrong, and more to administrators", "[web][status]") {
  ApiSite site;
  site.set_up();
  set_passwords(site, {"alice", "bob"});
  web::SiteStatus status{.version = "1.2.3", .started_at = {1'795'000'000'000'000}};
  status.free_bytes = 10ull << 30;
  site.set_status(status);
  const std::string well = site.get("/status/").body;
  CHECK_THAT(well, Contains("All is well") && Contains("Codelog 1.2.3") && Contains("accepted"));
  CHECK_THAT(well, Contains("2 releases ready") && !Contains("Free space"));

  Browser bob(site);
  bob.log_in("bob");
  CHECK_THAT(bob.get("/status/").body, !Contains("Free space"));
  Browser alice(site);
  alice.log_in("alice");
  CHECK_THAT(alice.get("/status/").body, Contains("Free space") && Contains("10.0 GiB"));

  status.other_complaints = {"the release <x> differs"};
  status.views_lag_commits = 1;
  site.set_status(status);
  const std::string faulty = site.get("/status/").body;
  CHECK_THAT(faulty, Contains("the release &lt;x&gt; differs") && Contains("1 commit behind"));
  CHECK_THAT(faulty, !Contains("All is well") && Contains("accepted"));

  status.refusal = "only 5 MiB left";
  status.refused_since = base::Timestamp{1'795'000'060'000'000};
  site.set_status(status);
  const std::string refusing = site.get("/status/").body;
  CHECK_THAT(refusing, Contains("not taking changes since") && Contains("only 5 MiB left"));
  CHECK_THAT(refusing, Contains("refused") && !Contains("accepted"));
}

}  // namespace codelog::tests::documentation_test
