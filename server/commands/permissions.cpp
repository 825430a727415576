#include "server/commands/permissions.h"

#include "server/commands/validation.h"

namespace codelog::commands {
namespace {
constexpr std::string_view organisation_prefix = "organisation/";
constexpr std::string_view user_prefix = "user/";
}  // namespace

Error forbidden(std::string detail) { return {ErrorCode::forbidden, std::move(detail), {}}; }

Result<void> check_admin(const Actor& actor) {
  if (actor.is_system || actor.is_admin) return {};
  return forbidden("only an administrator may do this");
}

bool can_create_for(const Views& views, const Actor& actor, const Owner& owner) {
  if (actor.is_system) return true;
  if (owner.kind == events::OwnerKind::user) return owner.name == actor.username;
  return views.member(owner.name, actor.username).has_value();
}

bool can_edit(const Views& views, const Actor& actor, const projections::CodelistRecord& codelist) {
  return actor.is_system || views.edits(actor.username, codelist);
}

bool can_edit_draft(const Views& views, const Actor& actor,
                    const projections::CodelistRecord& codelist,
                    const projections::VersionRecord& draft) {
  if (draft.author && !actor.is_system && *draft.author == actor.username) return true;
  return can_edit(views, actor, codelist);
}

Result<void> check_owner(const Views& views, const Owner& owner) {
  const bool exists = owner.kind == events::OwnerKind::user
                          ? views.user(owner.name).has_value()
                          : views.organisation(owner.name).has_value();
  if (exists) return {};
  return Error{
      ErrorCode::not_found, "there is no " + to_string(owner), {{"owner", "does not exist"}}};
}

Result<Owner> parse_owner(std::string_view text) {
  Owner owner;
  if (text.starts_with(organisation_prefix)) {
    owner.name = text.substr(organisation_prefix.size());
  } else if (text.starts_with(user_prefix)) {
    owner = {events::OwnerKind::user, std::string(text.substr(user_prefix.size()))};
  }
  if (!check_slug("owner", owner.name)) {
    return base::field_error(ErrorCode::invalid, "owner", "must be organisation/SLUG or user/NAME");
  }
  return owner;
}

}  // namespace codelog::commands
