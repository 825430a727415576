// The table of permissions against the server: every route × role, signed in by a session and by a
// token.
#include "server/identity/permissions.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <thread>

#include "events/base/version_hash.h"
#include "server/pages/assets.h"
#include "tests/server/api_golden.h"
#include "tests/server/browser.h"

namespace codelog::tests::permissions_test {
namespace {

using http::Method;
using identity::Permission;
using identity::Role;
using identity::RoutePermission;
using nlohmann::json;

constexpr const char* alias = "snomedct_small_20240101";

const std::map<Role, std::string> names = {
    {Role::anonymous, ""},    {Role::user, "lee"},   {Role::collaborator, "cora"},
    {Role::owner, "uma"},     {Role::member, "max"}, {Role::organisation_admin, "ivy"},
    {Role::site_admin, "sam"}};

// How a request is signed.
enum class Way { session, token };

// The things that a row's request names; new for every cell.
struct Subject {
  bool is_users = false;  // the codelist is uma's, not the organisation's
  std::string slug;
  std::string under_review;
  std::string draft;
  std::string search;
  std::uint64_t position = 0;  // of its last commit
};

struct Matrix {
  ApiSite site;
  std::map<Role, Browser> browsers;
  int subjects_count = 0;

  Matrix() {
    for (const auto& [role, name] : names) {
      if (!name.empty()) site.add_user(name, role == Role::site_admin);
    }
    site.add_organisation("test-org", {"max"});
    site.add_organisation("nhsd-primary-care-domain-refsets", {"max", "ivy"});
    REQUIRE(site.application().accounts().set_member(system(), "test-org", "ivy", true));
    for (const char* system_name : {"snomedct", "bnf", "dmd"}) site.register_release(system_name);
    seed_golden_mappings(site);
    REQUIRE(site.application().upgrade_reports().start(system(), alias));
    while (site.application().upgrade_reports().state_of(alias)->is_running) {
      std::this_thread::yield();
    }
    for (const auto& [role, name] : names) {
      Browser& browser = browsers.try_emplace(role, site).first->second;
      if (name.empty()) continue;
      set_passwords(site, {name});
      browser.log_in(name);
    }
  }

  static commands::Write system() { return {commands::Actor::system(), std::nullopt}; }

  // Only administrators delete published things, so this one is not published.
  Subject make_subject(bool is_users, bool is_published) {
    Subject subject{is_users, "list-" + std::to_string(++subjects_count), {}, {}, {}, 0};
    commands::CreateCodelist command;
    command.owner = is_users ? events::Owner{events::OwnerKind::user, "uma"}
                             : events::Owner{events::OwnerKind::organisation, "test-org"};
    command.name = command.slug.emplace(subject.slug);
    command.coding_system = "snomedct";
    command.csv_data = "code\n2247004\n";
    REQUIRE(site.application().codelists().create(system(), command));
    const auto codelist = *site.views().find_codelist(command.owner, subject.slug);
    REQUIRE(site.application().codelists().add_collaborator(system(), codelist.id, "cora"));
    const auto published = site.views().newest_version_of(codelist.id)->id;
    if (is_published) REQUIRE(site.application().versions().publish(system(), published));
    commands::CreateVersion another;
    another.csv_data = "code\n2281005\n";
    another.release = alias;
    REQUIRE(site.application().versions().create(system(), codelist.id, another));
    const auto first = site.views().newest_version_of(codelist.id)->id;
    REQUIRE(site.application().versions().convert_to_new_style(system(), first));
    subject.under_review = base::version_hash(first);
    const auto second = site.views().newest_version_of(codelist.id)->id;
    REQUIRE(site.application().versions().create_draft(system(), second, std::nullopt));
    const auto draft = site.views().newest_version_of(codelist.id)->id;
    subject.draft = base::version_hash(draft);
    commands::AddSearch search;
    search.text = "elbow";
    const auto added = site.application().drafts().add_search(system(), draft, search);
    REQUIRE(added);
    subject.search = std::to_string(added->id.value());
    subject.position = site.head();
    return subject;
  }
};

// Roles that a row's subject can have: an organisation has no owner, a user no members.
bool exists(Role role, bool is_users) {
  if (role == Role::owner) return is_users;
  return !is_users || (role != Role::member && role != Role::organisation_admin);
}

bool is_api_v2(std::string_view pattern) { return pattern.starts_with("/api/v2/"); }
bool takes_tokens(std::string_view pattern) {
  return pattern.starts_with("/api/") ||
         pattern.starts_with("/coding-systems/update-refset-version/");
}
bool takes_sessions(std::string_view pattern) {
  return !takes_tokens(pattern) || is_api_v2(pattern);
}

// Operations that only a draft has; others get the version under review.
bool is_about_a_draft(const RoutePermission& row) {
  const std::string_view pattern = row.pattern;
  if (pattern.starts_with("/builder/")) return true;
  for (const char* end : {"/searches", "/searches/{id}", "/statuses", "/undo", "/redo", "/reapply",
                          "/assumptions", "/save", "/discard"}) {
    if (pattern.ends_with(end)) return true;
  }
  return false;
}

std::string target_of(const RoutePermission& row, const Subject& subject) {
  const std::map<std::string, std::string> values = {
      {"owner_kind", subject.is_users ? "user" : "organisation"},
      {"owner", subject.is_users ? "uma" : "test-org"},
      {"owner:slug", subject.is_users ? "uma" : "test-org"},
      {"slug", subject.slug},
      {"slug:slug", subject.slug},
      {"version", subject.under_review},
      {"other", subject.under_review},
      {"hash", is_about_a_draft(row) ? subject.draft : subject.under_review},
      {"id", subject.search},
      {"id:digits", subject.search},
      {"alias", alias},
      {"name", pages::site_assets().path_of("favicon.svg").substr(sizeof "/assets/" - 1)},
      {"code", "2247004"},
      {"system", "snomedct"},
      {"type", "pcd"},
      {"organisation:slug", "test-org"},
      {"username:slug", "uma"},
      {"username", "cora"},
      {"user", "dW1h"},
      {"token", "none"}};
  std::string target;
  std::string_view rest = row.pattern;
  while (!rest.empty()) {
    const std::size_t begin = std::min(rest.find('{'), rest.size());
    target += rest.substr(0, begin);
    rest.remove_prefix(begin);
    if (rest.empty()) break;
    const std::size_t end = rest.find('}');
    const std::string name(rest.substr(1, end - 1));
    // "slug" of a search is not the codelist's.
    const bool is_of_search = name == "slug" && row.pattern.starts_with("/builder/");
    target += is_of_search ? "elbow" : values.at(name);
    rest.remove_prefix(end + 1);
  }
  if (target == "/api/v2/events") target += "?codelist=1&after=x";
  if (row.pattern.ends_with("/search") || row.pattern.ends_with("/matches"))
    target += "?term=elbow";
  return target;
}

json body_of(const RoutePermission& row, const Subject& subject, int number) {
  const std::string_view pattern = row.pattern;
  const std::string name = "New " + std::to_string(number);
  if (pattern == "/api/v2/codelists") {
    return {{"owner", subject.is_users ? "user/uma" : "organisation/test-org"},
            {"name", name},
            {"coding_system", "snomedct"}};
  }
  if (pattern.starts_with("/api/v1/codelist/")) {
    json body = {{"codes", {"2247004"}}, {"coding_system_database_alias", alias}};
    if (pattern.ends_with("/versions/")) return body;
    body["name"] = name;
    body["coding_system_id"] = "snomedct";
    return body;
  }
  if (pattern.ends_with("/versions")) {
    return {{"codes", {"2247004"}}, {"release", alias}, {"always_create_new_version", true}};
  }
  if (pattern.ends_with("/searches")) return {{"term", "wrist"}};
  if (pattern.ends_with("/statuses")) {
    return {{"updates", json::array({json::array({"2247004", "-"})})}};
  }
  if (pattern.ends_with("/restore")) return {{"as_of", subject.position}};
  if (pattern.ends_with("/upgrade")) return {{"release", alias}};
  if (pattern.ends_with("/conversions")) {
    return {{"from", "bnf"}, {"to", "dmd"}, {"codes", {"0101"}}};
  }
  if (pattern.ends_with("/terms") || pattern.ends_with("/codeset")) {
    return {{"codes", {"2247004"}}};
  }
  if (pattern == "/builder/{hash}/update/") return {{"updates", json::array()}};
  if (pattern.starts_with("/coding-systems/update-refset-version/")) {
    return {{"release", "r"}, {"tag", "20240101"}, {"release_date", "2024-01-01"}};
  }
  if (row.method == Method::patch) return {{"description", "x"}};
  if (row.method == Method::delete_) return {{"reason", "a test"}};
  return json::object();
}

bool takes_json(std::string_view pattern) {
  return takes_tokens(pattern) || pattern == "/builder/{hash}/update/" ||
         pattern.starts_with("/coding-systems/more-info/");
}

// Fields that let a form pass to the check of the permission.
Browser::Fields fields_of(std::string_view pattern) {
  if (pattern.ends_with("/users")) return {{"user_idenitfier", "lee"}};
  if (pattern.ends_with("/role")) return {{"username", "max"}, {"role", "member"}};
  if (pattern.ends_with("/remove")) return {{"username", "nobody"}};
  if (pattern.starts_with("/builder/")) {
    return {{"action", "save-draft"}, {"search", "wrist"}, {"search-type", "term"}};
  }
  return {{"name", "Renamed"}, {"slug", "renamed"}, {"coding_system_database_alias", ""}};
}

Reply ask(Matrix& matrix, const RoutePermission& row, const Subject& subject, Role role, Way way) {
  const std::string target = target_of(row, subject);
  const std::string method(http::to_string(row.method == Method::other ? Method::get : row.method));
  const std::string body =
      row.method == Method::get ? "" : body_of(row, subject, matrix.subjects_count).dump();
  if (way == Way::token) {
    const std::string& name = names.at(role);
    return matrix.site.ask({.method = method,
                            .target = target,
                            .token = name.empty() ? "" : "Token " + ApiSite::token_of(name),
                            .body = body,
                            .headers = {{"Content-Type", "application/json"}}});
  }
  Browser& browser = matrix.browsers.at(role);
  if (method == "GET") return browser.get(target);
  if (takes_json(row.pattern)) return browser.send_json(method, target, body);
  return browser.post(target, fields_of(row.pattern));
}

bool is_refused(const Reply& reply) {
  if (reply.status == 401 || reply.status == 403) return true;
  // A form without a session's token.
  if (reply.status == 400 && reply.body.find("CSRF") != std::string::npos) return true;
  if (reply.status != 302) return false;
  const std::string to = reply.header("location");
  return to == "/" || to == "/organisations/" || to.starts_with("/accounts/login/");
}

// Everybody may sign in or out, which would change who the later cells are.
bool is_about_signing_in(const RoutePermission& row) {
  return row.pattern.starts_with("/accounts/") && row.permission == Permission::anyone;
}

// No session or token has the id that the test names.
bool has_made_up_id(std::string_view pattern) {
  return pattern.starts_with("/accounts/settings/") &&
         pattern.find("{id}") != std::string_view::npos;
}

void check_cell(Matrix& matrix, const RoutePermission& row, bool is_users, Role role, Way way) {
  const Subject subject = matrix.make_subject(is_users, row.permission != Permission::remove);
  INFO(http::to_string(row.method) << " " << row.pattern << " as " << identity::to_string(role)
                                   << (way == Way::token ? " by token" : " by session")
                                   << (is_users ? ", a user's" : ", an organisation's"));
  const Reply reply = ask(matrix, row, subject, role, way);
  INFO(reply.status << " " << reply.header("location") << " " << reply.body.substr(0, 300));
  const bool is_signed_in =
      way == Way::token ? takes_tokens(row.pattern) : takes_sessions(row.pattern);
  const bool is_allowed = identity::allows(row.permission, is_signed_in ? role : Role::anonymous);
  CHECK(is_refused(reply) != is_allowed);
  CHECK(reply.status < 500);
  if (is_allowed) CHECK((reply.status != 404 || has_made_up_id(row.pattern)));
}

}  // namespace

TEST_CASE("every route has a permission, and every permission a route", "[permissions]") {
  const ApiSite site;
  std::set<std::string> patterns;
  for (const http::Route& route : site.routes().routes()) {
    patterns.insert(route.pattern);
    for (const Method method : route.methods) {
      INFO(http::to_string(method) << " " << route.pattern);
      CHECK(identity::find_permission(method, route.pattern));
    }
  }
  std::set<std::pair<Method, std::string_view>> rows;
  for (const RoutePermission& row : identity::route_permissions()) {
    INFO(http::to_string(row.method) << " " << row.pattern);
    CHECK(patterns.contains(std::string(row.pattern)));
    CHECK(rows.insert({row.method, row.pattern}).second);
  }
}

TEST_CASE("each role may do what the table says, by session and by token", "[permissions]") {
  Matrix matrix;
  for (const RoutePermission& row : identity::route_permissions()) {
    if (is_about_signing_in(row) || row.method == Method::other) continue;
    const bool is_only_users = row.pattern.find("user/{owner") != std::string_view::npos ||
                               row.permission == Permission::own_account;
    const bool is_for_both = row.pattern.find("{owner_kind}") != std::string_view::npos ||
                             row.pattern.find("{hash}") != std::string_view::npos ||
                             row.pattern == "/api/v2/codelists";
    for (const bool is_users : {false, true}) {
      if (is_users ? !is_only_users && !is_for_both : is_only_users) continue;
      for (std::size_t i = 0; i < identity::roles_count; ++i) {
        const auto role = static_cast<Role>(i);
        if (!exists(role, is_users)) continue;
        check_cell(matrix, row, is_users, role, Way::session);
        check_cell(matrix, row, is_users, role, Way::token);
      }
    }
  }
}

}  // namespace codelog::tests::permissions_test
