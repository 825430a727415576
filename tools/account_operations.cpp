#include "tools/account_operations.h"

#include <algorithm>

#include "server/commands/spam_users.h"
#include "tools/admin_operations.h"

namespace codelog::tools {
namespace {

using application::Application;
using base::Error;
using base::ErrorCode;
using base::Result;

const commands::Write as_system{commands::Actor::system(), std::nullopt};

// An optional text.
Result<std::optional<std::string>> given_text(const Json& arguments, const char* name) {
  if (!arguments.contains(name)) return std::optional<std::string>();
  auto text = text_argument(arguments, name);
  if (!text) return text.error();
  return std::optional(std::move(*text));
}

// The slug of the organisation with this slug, or else with this name.
std::string organisation_slug(const projections::Views& views, const std::string& given) {
  if (views.organisation(given)) return given;
  for (const auto& organisation : views.organisations()) {
    if (organisation.name == given) return organisation.slug;
  }
  return given;
}

Result<Json> change_user(Application& application, const Json& arguments) {
  const auto username = text_argument(arguments, "username");
  if (!username) return username.error();
  commands::ChangeUser command;
  struct Text {
    const char* name;
    std::optional<std::string>& value;
  };
  for (const Text& field : {Text{"name", command.name}, Text{"email", command.email},
                            Text{"organisation", command.organisation}}) {
    auto text = given_text(arguments, field.name);
    if (!text) return text.error();
    field.value = std::move(*text);
  }
  if (command.organisation) {
    command.organisation = organisation_slug(application.views(), *command.organisation);
  }
  if (arguments.contains("is_admin")) command.is_admin = flag_argument(arguments, "is_admin");
  const auto commit = application.accounts().change_details(as_system, *username, command);
  if (!commit) return commit.error();
  return Json{{"username", *username},
              {"changed", !commit->content.events.empty()},
              {"position", commit->position.value()}};
}

// A field that is not given stays.
Result<Json> change_organisation(Application& application, const Json& arguments) {
  const auto slug = text_argument(arguments, "slug");
  if (!slug) return slug.error();
  const auto name = given_text(arguments, "name");
  if (!name) return name.error();
  const auto url = given_text(arguments, "url");
  if (!url) return url.error();
  const auto known = application.views().organisation(*slug);
  if (!known) return Error{ErrorCode::not_found, "there is no organisation " + *slug, {}};
  const auto commit = application.accounts().change_organisation(
      as_system, {*slug, name->value_or(known->name), url->value_or(known->url)});
  if (!commit) return commit.error();
  return Json{{"slug", *slug},
              {"changed", !commit->content.events.empty()},
              {"position", commit->position.value()}};
}

// Erases at most the users in `only`, if it is given: those that the operator has seen.
Result<Json> spam_users(Application& application, const Json& arguments) {
  const bool erases = flag_argument(arguments, "erase");
  const Json only = arguments.value("only", Json());
  Json users = Json::array();
  for (const commands::SpamUser& user :
       commands::find_spam_users(application.site(), application.views())) {
    if (only.is_array() && std::ranges::find(only, Json(user.username)) == only.end()) continue;
    if (erases) {
      const auto erased = application.accounts().erase_user(as_system, user.username);
      if (!erased) return erased.error();
    }
    users.push_back({{"username", user.username},
                     {"name", user.name},
                     {"email", user.email},
                     {"reasons", user.reasons},
                     {"erased", erases}});
  }
  return Json{{"users", std::move(users)}};
}

}  // namespace

std::optional<Result<Json>> run_account_operation(Application& application,
                                                  std::string_view operation,
                                                  const Json& arguments) {
  if (operation == "user.change") return change_user(application, arguments);
  if (operation == "organisation.change") return change_organisation(application, arguments);
  if (operation == "user.spam") return spam_users(application, arguments);
  return std::nullopt;
}

}  // namespace codelog::tools
