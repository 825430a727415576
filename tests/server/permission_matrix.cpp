#include "tests/server/permission_matrix.h"

#include <catch2/catch.hpp>
#include <thread>

#include "events/base/version_hash.h"
#include "server/pages/assets.h"
#include "tests/server/api_golden.h"

namespace codelog::tests {
namespace {

using http::Method;
using identity::Permission;
using identity::Role;
using identity::RoutePermission;
using nlohmann::json;

constexpr const char* alias = PermissionMatrix::alias;

const std::map<Role, std::string> names = {
    {Role::anonymous, ""},    {Role::user, "lee"},   {Role::collaborator, "cora"},
    {Role::owner, "uma"},     {Role::member, "max"}, {Role::organisation_admin, "ivy"},
    {Role::site_admin, "sam"}};

bool is_api_v2(std::string_view pattern) { return pattern.starts_with("/api/v2/"); }
// Operations that only a draft has; others get the version under review.
bool is_about_a_draft(const RoutePermission& row) {
  const std::string_view pattern = row.pattern;
  if (pattern.starts_with("/builder/")) return true;
  for (const char* end : {"/searches", "/searches/{id}", "/statuses", "/undo", "/redo", "/reapply",
                          "/assumptions", "/save", "/discard", "/steps", "/reasons", "/presence"}) {
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
      {"position", std::to_string(subject.position)},
      {"page", "deciding"},
      {"name", pages::site_assets().path_of("favicon.svg").substr(sizeof "/assets/" - 1)},
      {"code", "2247004"},
      {"system", "snomedct"},
      {"type", "pcd"},
      {"organisation:slug", "test-org"},
      {"username:slug", "uma"},
      {"username", "cora"},
      {"codelist:digits", std::to_string(subject.codelist.value())},
      {"action", row.pattern.starts_with("/superusers/codelists/") ? "hand-over" : "details"},
      {"tile:rest", "0/000.p/1"},
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
  if (target == "/api/v2/events")
    target += "?codelist=" + std::to_string(subject.codelist.value()) + "&after=x";
  if (target == "/api/v2/find") target += "?q=list";
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
  if (pattern.ends_with("/reasons")) return {{"step", subject.position}, {"reason", "a test"}};
  if (pattern.ends_with("/restore")) return {{"as_of", subject.position}};
  if (pattern.ends_with("/upgrade")) return {{"release", alias}};
  if (pattern.ends_with("/markdown")) return {{"markdown", "*x*"}};
  if (pattern.ends_with("/conversions")) {
    return {{"from", "bnf"}, {"to", "dmd"}, {"codes", {"0101"}}};
  }
  if (pattern == "/api/v2/uploads/check") {
    return {{"csv", "code\n2247004\n"}, {"coding_system", "snomedct"}};
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
  // Other values would change who may read in later cells.
  if (pattern.ends_with("/access/")) return {{"access", "open"}};
  if (pattern.ends_with("/users")) return {{"user_idenitfier", "lee"}};
  if (pattern.ends_with("/role")) return {{"username", "max"}, {"role", "member"}};
  if (pattern.ends_with("/withdraw/")) return {{"reason", "a test"}};
  if (pattern.ends_with("/remove")) return {{"username", "nobody"}};
  if (pattern.starts_with("/builder/")) {
    return {{"action", "save-draft"}, {"search", "wrist"}, {"search-type", "term"}};
  }
  return {{"name", "Renamed"}, {"slug", "renamed"}, {"coding_system_database_alias", ""}};
}

}  // namespace

commands::Write by_system() { return {commands::Actor::system(), std::nullopt}; }

std::string name_of(Role role) { return names.at(role); }

bool exists(Role role, bool is_users) {
  if (role == Role::owner) return is_users;
  return !is_users || (role != Role::member && role != Role::organisation_admin);
}

bool takes_tokens(std::string_view pattern) {
  return pattern.starts_with("/api/") ||
         pattern.starts_with("/coding-systems/update-refset-version/");
}
bool takes_sessions(std::string_view pattern) {
  return !takes_tokens(pattern) || is_api_v2(pattern);
}

bool can_be_about(const RoutePermission& row, bool is_users) {
  const bool is_only_users = row.pattern.find("user/{owner") != std::string_view::npos ||
                             row.permission == Permission::own_account;
  const bool is_for_both = row.pattern.find("{owner_kind}") != std::string_view::npos ||
                           row.pattern.find("{hash}") != std::string_view::npos ||
                           row.pattern == "/api/v2/codelists";
  return is_users ? is_only_users || is_for_both : !is_only_users;
}

PermissionMatrix::PermissionMatrix() {
  for (const auto& [role, name] : names) {
    if (!name.empty()) site.add_user(name, role == Role::site_admin);
  }
  site.add_organisation("test-org", {"max"});
  site.add_organisation("nhsd-primary-care-domain-refsets", {"max", "ivy"});
  REQUIRE(site.application().accounts().set_member(by_system(), "test-org", "ivy", true));
  for (const char* system_name : {"snomedct", "bnf", "dmd"}) site.register_release(system_name);
  seed_golden_mappings(site);
  REQUIRE(site.application().upgrade_reports().start(by_system(), alias));
  while (site.application().upgrade_reports().state_of(alias)->is_running) {
    std::this_thread::yield();
  }
  // So that there is one to be read.
  const auto cosigner = proofs::make_signing_key("witness.example", proofs::KeyKind::cosigner);
  auto checkpoint = *proofs::parse_note(*site.signed_log().checkpoint());
  checkpoint.signatures.push_back(proofs::sign(cosigner, checkpoint.text, site.clock().now()));
  REQUIRE(site.signed_log().trust(cosigner.verifier));
  REQUIRE(site.signed_log().add_cosignatures(checkpoint.bytes()));
  for (const auto& [role, name] : names) {
    Browser& browser = browsers.try_emplace(role, site).first->second;
    if (name.empty()) continue;
    set_passwords(site, {name});
    browser.log_in(name);
  }
}

Subject PermissionMatrix::make_subject(bool is_users, bool is_published) {
  Subject subject{is_users, "list-" + std::to_string(++subjects_count), {}, {}, {}, 0, {}};
  commands::CreateCodelist command;
  command.owner = is_users ? events::Owner{events::OwnerKind::user, "uma"}
                           : events::Owner{events::OwnerKind::organisation, "test-org"};
  command.name = command.slug.emplace(subject.slug);
  command.coding_system = "snomedct";
  command.csv_data = "code\n2247004\n";
  REQUIRE(site.application().codelists().create(by_system(), command));
  const auto codelist = *site.views().find_codelist(command.owner, subject.slug);
  REQUIRE(site.application().codelists().add_collaborator(by_system(), codelist.id, "cora"));
  subject.codelist = codelist.id;
  const auto published = site.views().newest_version_of(codelist.id)->id;
  if (is_published) REQUIRE(site.application().versions().publish(by_system(), published));
  commands::CreateVersion another;
  another.csv_data = "code\n2281005\n";
  another.release = alias;
  REQUIRE(site.application().versions().create(by_system(), codelist.id, another));
  const auto first = site.views().newest_version_of(codelist.id)->id;
  REQUIRE(site.application().versions().convert_to_new_style(by_system(), first));
  subject.under_review = base::version_hash(first);
  const auto second = site.views().newest_version_of(codelist.id)->id;
  REQUIRE(site.application().versions().create_draft(by_system(), second, std::nullopt));
  const auto draft = site.views().newest_version_of(codelist.id)->id;
  subject.draft = base::version_hash(draft);
  commands::AddSearch search;
  search.text = "elbow";
  const auto added = site.application().drafts().add_search(by_system(), draft, search);
  REQUIRE(added);
  subject.search = std::to_string(added->id.value());
  subject.position = site.head();
  return subject;
}

Reply PermissionMatrix::ask(const RoutePermission& row, const Subject& subject, Role role,
                            Way way) {
  const std::string target = target_of(row, subject);
  const std::string method(http::to_string(row.method == Method::other ? Method::get : row.method));
  const std::string body =
      row.method == Method::get ? "" : body_of(row, subject, subjects_count).dump();
  if (way == Way::token) {
    const std::string& name = names.at(role);
    return site.ask({.method = method,
                     .target = target,
                     .token = name.empty() ? "" : "Token " + ApiSite::token_of(name),
                     .body = body,
                     .headers = {{"Content-Type", "application/json"}}});
  }
  Browser& browser = browsers.at(role);
  if (method == "GET") return browser.get(target);
  if (takes_json(row.pattern)) return browser.send_json(method, target, body);
  return browser.post(target, fields_of(row.pattern));
}

Reply PermissionMatrix::forge(const RoutePermission& row, const Subject& subject, Role role) {
  return browsers.at(role).forge(target_of(row, subject), fields_of(row.pattern));
}

}  // namespace codelog::tests
