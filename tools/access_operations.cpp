#include "tools/access_operations.h"

#include "server/commands/permissions.h"
#include "tools/admin_operations.h"

namespace codelog::tools {
namespace {

using application::Application;
using base::Error;
using base::ErrorCode;
using base::Result;
using commands::Write;

std::string_view access_name(bool is_restricted) { return is_restricted ? "restricted" : "open"; }

Json list_access(const Application& application) {
  const projections::Views views = application.views();
  Json owners = Json::array();
  const auto add_owner = [&](const events::Owner& owner) {
    if (views.is_restricted(owner)) owners.push_back(to_string(owner));
  };
  for (const auto& organisation : views.organisations()) {
    add_owner({events::OwnerKind::organisation, organisation.slug});
  }
  for (const auto& user : views.users()) add_owner({events::OwnerKind::user, user.username});
  Json codelists = Json::array();
  for (const auto& codelist : views.codelists()) {
    if (!views.is_restricted(codelist.id)) continue;
    codelists.push_back(to_string(codelist.handle().owner) + "/" + codelist.handle().slug);
  }
  return {{"site", access_name(views.access().is_site_restricted)},
          {"owners", std::move(owners)},
          {"codelists", std::move(codelists)}};
}

Result<events::Commit> set_access(Application& application, const std::string& subject,
                                  bool is_restricted) {
  const Write by_system{commands::Actor::system(), std::nullopt};
  if (subject == "site") return application.access().set_site_access(by_system, is_restricted);
  const auto first = subject.find('/');
  const auto second = first == std::string::npos ? first : subject.find('/', first + 1);
  const auto owner = commands::parse_owner(subject.substr(0, second));
  if (!owner) {
    return base::field_error(
        ErrorCode::invalid, "subject",
        "must be site, organisation/SLUG, user/NAME, or one of the last two with /CODELIST");
  }
  if (second == std::string::npos) {
    return application.access().set_owner_access(by_system, *owner, is_restricted);
  }
  const auto codelist = application.views().find_codelist(*owner, subject.substr(second + 1));
  if (!codelist) {
    return base::field_error(ErrorCode::not_found, "subject", "there is no codelist " + subject);
  }
  return application.access().set_codelist_access(by_system, codelist->id, is_restricted);
}

Result<Json> run_set_access(Application& application, const Json& arguments) {
  const auto subject = text_argument(arguments, "subject");
  if (!subject) return subject.error();
  const auto access = text_argument(arguments, "access");
  if (!access) return access.error();
  if (*access != access_name(true) && *access != access_name(false)) {
    return base::field_error(ErrorCode::invalid, "access", "must be open or restricted");
  }
  const auto commit = set_access(application, *subject, *access == access_name(true));
  if (!commit) return commit.error();
  return Json{{"subject", *subject},
              {"access", *access},
              {"changed", !commit->content.events.empty()},
              {"position", commit->position.value()}};
}

}  // namespace

std::optional<Result<Json>> run_access_operation(Application& application,
                                                 std::string_view operation,
                                                 const Json& arguments) {
  if (operation == "access.list") return list_access(application);
  if (operation == "access.set") return run_set_access(application, arguments);
  return std::nullopt;
}

}  // namespace codelog::tools
