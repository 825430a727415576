#include "server/web/codelists/owner_choice.h"

#include "server/commands/permissions.h"

namespace codelog::web {

using events::Owner;
using events::OwnerKind;

Choices owner_choices(const Visit& visit) {
  Choices choices = {{"user:" + visit.actor().username, "Me"}};
  for (const std::string& slug : visit.views().organisations_of(visit.actor().username)) {
    const auto organisation = visit.views().organisation(slug);
    if (organisation) choices.emplace_back("organisation:" + slug, organisation->name);
  }
  return choices;
}

std::optional<Owner> parse_owner_value(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view kind = text.substr(0, colon);
  if (kind != "user" && kind != "organisation") return std::nullopt;
  return Owner{kind == "user" ? OwnerKind::user : OwnerKind::organisation,
               std::string(text.substr(colon + 1))};
}

base::Result<Owner> chosen_owner(const Visit& visit, const http::Form& form) {
  if (!form.fields.has("owner")) return Owner{OwnerKind::user, visit.actor().username};
  const auto owner = parse_owner_value(form.fields.get("owner"));
  if (!owner || !commands::can_create_for(visit.views(), visit.actor(), *owner)) {
    return base::field_error(base::ErrorCode::invalid, "owner",
                             "Select a valid choice. " + text_of(form, "owner") +
                                 " is not one of the available choices.");
  }
  return *owner;
}

}  // namespace codelog::web
