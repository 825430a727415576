// Every page of the table of permissions, as each of its readers sees it, on a site where every
// text that people can type is hostile. New pages are tested as soon as they are in the table.
#include <gumbo.h>

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <set>

#include "events/base/version_hash.h"
#include "tests/server/permission_matrix.h"

namespace codelog::tests::page_security_test {
namespace {

using Catch::Contains;
using http::Method;
using identity::Role;
using identity::RoutePermission;

// Ends an attribute, an element, a script and a comment; then does harm in three ways.
constexpr const char* hostile =
    "x'\"></td></script>--><script>evil()</script><img src=evil onerror=evil()>"
    "[go](javascript:evil)";
constexpr const char* hostile_name = "\"'><script>evil()</script><img src=evil onerror=evil()>";

void for_each_element(const GumboNode& node, const std::function<void(const GumboNode&)>& look) {
  if (node.type != GUMBO_NODE_ELEMENT && node.type != GUMBO_NODE_TEMPLATE) return;
  look(node);
  const GumboVector& children = node.v.element.children;
  for (unsigned i = 0; i < children.length; ++i) {
    for_each_element(*static_cast<const GumboNode*>(children.data[i]), look);
  }
}

std::string attribute(const GumboElement& element, const char* name) {
  const GumboAttribute* const found = gumbo_get_attribute(&element.attributes, name);
  return found == nullptr ? "" : found->value;
}

// The scripts of the site itself, and data for search engines.
bool is_own_script(const GumboElement& element) {
  if (attribute(element, "type") == "application/ld+json") return true;
  return attribute(element, "src").starts_with("/assets/");
}

std::vector<std::string> dangers_of(const GumboElement& element) {
  std::vector<std::string> dangers;
  const std::string name = gumbo_normalized_tagname(element.tag);
  if (element.tag == GUMBO_TAG_SCRIPT && !is_own_script(element)) dangers.push_back("a script");
  if (element.tag == GUMBO_TAG_IFRAME || name == "object" || name == "embed") {
    dangers.push_back(name);
  }
  for (unsigned i = 0; i < element.attributes.length; ++i) {
    const auto& own = *static_cast<const GumboAttribute*>(element.attributes.data[i]);
    const std::string_view value = own.value;
    const std::string_view key = own.name;
    if (key.starts_with("on") || key == "style") dangers.push_back(std::string(key));
    if (value.starts_with("javascript:")) {
      dangers.push_back(std::string(key) + "=" + std::string(value));
    }
  }
  return dangers;
}

std::vector<std::string> dangers_in(const std::string& page) {
  GumboOutput* const parsed =
      gumbo_parse_with_options(&kGumboDefaultOptions, page.data(), page.size());
  std::vector<std::string> dangers;
  for_each_element(*parsed->root, [&](const GumboNode& node) {
    const auto own = dangers_of(node.v.element);
    dangers.insert(dangers.end(), own.begin(), own.end());
  });
  gumbo_destroy_output(&kGumboDefaultOptions, parsed);
  return dangers;
}

bool is_page(const RoutePermission& row) {
  return row.method == Method::get && !row.pattern.starts_with("/api/v") &&
         !row.pattern.starts_with("/assets/");
}

bool is_html(const Reply& reply) { return reply.header("content-type").starts_with("text/html"); }

// A site that people with bad intentions have used: all texts of a subject are hostile.
struct Fixture : PermissionMatrix {
  Fixture() {
    for (const Role role : {Role::owner, Role::member, Role::site_admin}) {
      commands::ChangeUser change;
      change.name = name_of(role) + hostile_name;
      REQUIRE(site.application().accounts().change_details(by_system(), name_of(role), change));
    }
    REQUIRE(site.application().accounts().change_organisation(
        by_system(), {"test-org", std::string("Test") + hostile_name, "https://example.org/\"'>"}));
    for (const bool is_users : {false, true}) {
      subjects.push_back(make_subject(is_users, true));
      spoil(subjects.back());
      subjects.push_back(make_subject(is_users, false));
      spoil(subjects.back());
      subjects.push_back(subjects.back());
      upload(subjects.back());
    }
  }

  void spoil(const Subject& subject) {
    commands::ChangeDetails change;
    change.name = subject.slug + hostile_name;
    change.slug = subject.slug;
    change.description = hostile;
    change.methodology = hostile;
    change.references = {{{hostile, "https://example.org/\"'><script>evil()</script>"}}};
    REQUIRE(site.application().codelists().change_details(by_system(), subject.codelist, change));
    const auto draft = *base::parse_version_hash(subject.draft);
    commands::AddSearch search;
    search.text = "arm <img src=evil onerror=evil()>";
    REQUIRE(site.application().drafts().add_search(by_system(), draft, search));
    commands::ChangeStatuses decide;
    decide.updates = {{"2281005", base::CodeStatus::excluded}};
    decide.reason = hostile;
    REQUIRE(site.application().drafts().change_statuses(by_system(), draft, decide));
  }

  // The subject's version under review becomes a table with hostile titles and cells.
  void upload(Subject& subject) {
    commands::CreateVersion table;
    table.release = alias;
    table.csv_data =
        "code,<img src=evil onerror=evil()>\n2281005,</script><script>evil()</script>\n";
    REQUIRE(site.application().versions().create(by_system(), subject.codelist, table));
    subject.under_review = base::version_hash(site.views().newest_version_of(subject.codelist)->id);
  }

  // Calls it for every page that answers with HTML, as each role.
  void for_each_page(
      const std::function<void(const RoutePermission&, const Subject&, Role, const Reply&)>& look) {
    for (const RoutePermission& row : identity::route_permissions()) {
      if (!is_page(row)) continue;
      for (const Subject& subject : subjects) {
        if (!can_be_about(row, subject.is_users)) continue;
        for (std::size_t i = 0; i < identity::roles_count; ++i) {
          const auto role = static_cast<Role>(i);
          if (!exists(role, subject.is_users)) continue;
          const Reply reply = ask(row, subject, role, Way::session);
          INFO(row.pattern << " as " << identity::to_string(role));
          if (is_html(reply)) look(row, subject, role, reply);
        }
      }
    }
  }

  std::vector<Subject> subjects;
};

}  // namespace

TEST_CASE("the search for dangers finds them", "[web][security]") {
  CHECK(dangers_in("<p>fine</p><script src=\"/assets/site.js\"></script>").empty());
  CHECK(dangers_in("<p>&lt;script&gt;</p>").empty());
  CHECK(dangers_in("<script>evil()</script>").size() == 1);
  CHECK(dangers_in("<img src=evil onerror=evil()>").size() == 1);
  CHECK(dangers_in("<a href=\"javascript:evil\">go</a>").size() == 1);
  CHECK(dangers_in("<p style=\"color: red\">").size() == 1);
}

TEST_CASE_METHOD(Fixture, "no page runs what people typed, or may be framed, or is shared",
                 "[web][security]") {
  std::set<std::string_view> shown;
  std::size_t hostile_pages = 0;
  for_each_page([&](const RoutePermission& row, const Subject&, Role role, const Reply& reply) {
    CHECK(reply.status < 500);
    CHECK(dangers_in(reply.body) == std::vector<std::string>());
    CHECK(reply.header("x-frame-options") == "DENY");
    const std::string policy = reply.header("content-security-policy");
    CHECK_THAT(policy, Contains("default-src 'none'") && Contains("script-src 'self'") &&
                           Contains("frame-ancestors 'none'") && !Contains("unsafe"));
    // What somebody sees who is logged in stays in that browser.
    if (role != Role::anonymous && reply.body.find("name=\"csrf-token\"") != std::string::npos) {
      const std::string kept = reply.header("cache-control");
      CHECK((kept.find("private") != std::string::npos ||
             kept.find("no-store") != std::string::npos));
    }
    shown.insert(row.pattern);
    if (reply.body.find("evil()") != std::string::npos) ++hostile_pages;
  });
  CHECK(shown.size() > 30);
  // The texts are on many pages, so the search for dangers had something to find.
  CHECK(hostile_pages > 100);
}

TEST_CASE_METHOD(Fixture, "no page that a browser reads ahead changes anything",
                 "[web][security]") {
  for (auto& [role, browser] : browsers) browser.add_header("Sec-Purpose", "prefetch");
  const std::uint64_t before = site.head();
  for_each_page(
      [&](const auto&, const Subject&, Role, const Reply&) { CHECK(site.head() == before); });
}

TEST_CASE_METHOD(PermissionMatrix, "no form acts without the token of its page",
                 "[web][security]") {
  const Subject subject = make_subject(false, false);
  const std::uint64_t before = site.head();
  int forms_count = 0;
  for (const RoutePermission& row : identity::route_permissions()) {
    // What anyone may post changes nothing.
    if (row.method != Method::post || !takes_sessions(row.pattern) ||
        row.pattern.starts_with("/api/") || row.permission == identity::Permission::anyone) {
      continue;
    }
    INFO(row.pattern);
    const Reply reply = forge(row, subject, Role::site_admin);
    CHECK(reply.status >= 400);
    CHECK(reply.status < 500);
    CHECK(site.head() == before);
    ++forms_count;
  }
  CHECK(forms_count > 20);
}

TEST_CASE_METHOD(PermissionMatrix, "nobody is led to another site", "[web][security]") {
  for (const std::string next :
       {"https://evil.example/", "//evil.example/", "/\\evil.example/", "\\\\evil.example",
        "/\t/evil.example/", "javascript:evil()", "/\n/evil.example"}) {
    INFO(next);
    Browser visitor(site);
    visitor.get("/accounts/login/");
    const Reply reply =
        visitor.post("/accounts/login/",
                     {{"username", "lee"}, {"password", password_of("lee")}, {"next", next}});
    REQUIRE(reply.status == 302);
    const std::string to = reply.header("location");
    CHECK(to.starts_with("/"));
    CHECK_FALSE(to.starts_with("//"));
    CHECK(to.find("evil") == std::string::npos);
  }
}

}  // namespace codelog::tests::page_security_test
