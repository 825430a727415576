#include "server/commands/access_commands.h"

#include "server/commands/permissions.h"

namespace codelog::commands {

bool is_restricted(const Views& views, const projections::CodelistRecord& codelist) {
  return views.is_restricted(codelist.id) || views.is_restricted(codelist.handle().owner);
}

bool can_set_access(const Views& views, const Actor& actor,
                    const projections::CodelistRecord& codelist) {
  return actor.is_admin || can_create_for(views, actor, codelist.handle().owner);
}

bool can_set_access(const Views& views, const Actor& actor, const Owner& owner) {
  if (actor.is_system || actor.is_admin) return true;
  if (owner.kind == events::OwnerKind::user) return owner.name == actor.username;
  const auto member = views.member(owner.name, actor.username);
  return member && member->is_admin;
}

Result<void> add_access(const Views& views, const Actor& actor,
                        const projections::CodelistRecord& codelist, bool is_restricted,
                        Decision& decision) {
  if (!can_set_access(views, actor, codelist)) {
    return forbidden("only the codelist's owner may change who reads it");
  }
  if (views.is_restricted(codelist.id) != is_restricted) {
    decision.events.push_back(events::CodelistAccessChanged{codelist.id, is_restricted});
  }
  return {};
}

Result<Commit> AccessCommands::set_codelist_access(const Write& write, CodelistId id,
                                                   bool is_restricted) {
  const Turn turn{.codelist = id};
  return executor_.run(write, turn, [&](const Views& views) -> Result<Decision> {
    const auto codelist = views.codelist(id);
    if (!codelist) return Error{ErrorCode::not_found, "there is no such codelist", {}};
    Decision decision{"SetCodelistAccess", {Stream::of_codelist(id)}, {}};
    const auto added = add_access(views, write.actor, *codelist, is_restricted, decision);
    if (!added) return added.error();
    return decision;
  });
}

Result<Commit> AccessCommands::set_owner_access(const Write& write, const Owner& owner,
                                                bool is_restricted) {
  return executor_.run(write, {}, [&](const Views& views) -> Result<Decision> {
    if (const auto exists = check_owner(views, owner); !exists) return exists.error();
    if (!can_set_access(views, write.actor, owner)) {
      return forbidden("only administrators of " + to_string(owner) +
                       " may change who reads its codelists");
    }
    const Stream stream = owner.kind == events::OwnerKind::user
                              ? Stream::of_user(owner.name)
                              : Stream::of_organisation(owner.name);
    Decision decision{"SetOwnerAccess", {stream}, {}};
    if (views.is_restricted(owner) != is_restricted) {
      decision.events.push_back(events::OwnerAccessChanged{owner, is_restricted});
    }
    return decision;
  });
}

Result<Commit> AccessCommands::set_site_access(const Write& write, bool is_restricted) {
  return executor_.run(write, {}, [&](const Views& views) -> Result<Decision> {
    if (const auto may = check_admin(write.actor); !may) return may.error();
    Decision decision{"SetSiteAccess", {Stream::of_site()}, {}};
    if (views.access().is_site_restricted != is_restricted) {
      decision.events.push_back(events::SiteAccessChanged{is_restricted});
    }
    return decision;
  });
}

}  // namespace codelog::commands
