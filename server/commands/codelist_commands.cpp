#include "server/commands/codelist_commands.h"

#include <algorithm>

#include "events/base/text.h"
#include "server/commands/access_commands.h"
#include "server/commands/derived_name.h"
#include "server/commands/permissions.h"
#include "server/commands/validation.h"
#include "server/commands/version_digests.h"
#include "server/commands/version_names.h"

namespace codelog::commands {
namespace {

using projections::CodelistRecord;
using projections::VersionRecord;

constexpr int clones_max = 10;

Error taken(const char* field, const Owner& owner) {
  return {ErrorCode::conflict,
          to_string(owner) + " has a codelist with this " + field + " already",
          {{field, "is taken"}}};
}

Error no_codelist() { return {ErrorCode::not_found, "there is no such codelist", {}}; }

// All checks of a CreateCodelist that do not need the views.
Result<void> check(const CreateCodelist& command, const std::string& slug) {
  if (const auto name = check_name(command.name); !name) return name;
  if (slug.empty()) {
    return base::field_error(ErrorCode::invalid, "name",
                             "Codelist names must contain at least one letter or number.");
  }
  if (const auto good = check_slug("slug", slug); !good) return good;
  if (command.codes && command.csv_data) {
    return base::field_error(ErrorCode::invalid, "csv", "give either codes or csv, not both");
  }
  if (command.table_rules.code_column && !command.csv_data) {
    return base::field_error(ErrorCode::invalid, "code_column",
                             "must not be given without csv: it names a column of that table");
  }
  if (command.tag) {
    if (const auto tag = check_tag(*command.tag); !tag) return tag;
  }
  const auto description = check_prose("description", command.description.value_or(""));
  if (!description) return description;
  const auto methodology = check_prose("methodology", command.methodology.value_or(""));
  if (!methodology) return methodology;
  if (const auto references = check_references(command.references); !references) return references;
  return check_signoffs(command.signoffs);
}

Result<void> check_signoff_users(const Views& views, const std::vector<events::SignOff>& signoffs) {
  for (std::size_t i = 0; i < signoffs.size(); ++i) {
    if (!views.user(signoffs[i].username)) {
      return base::field_error(ErrorCode::invalid, "signoffs[" + std::to_string(i) + "].user",
                               "there is no user " + signoffs[i].username);
    }
  }
  return {};
}

// Of a release that was chosen.
const coding_systems::CodingSystemInfo& system_named(const std::string& id) {
  const auto* system = coding_systems::find_coding_system(id);
  CODELOG_CHECK(system != nullptr, "a release of an unknown coding system");
  return *system;
}

// The first version of a new codelist, without ids. Slow to make: each code is looked up.
struct FirstVersion {
  events::VersionCreated version;
  std::optional<std::string> methodology;  // of the codelist
};

Result<FirstVersion> first_version(const Write& write, const CreateCodelist& command,
                                   const ChosenRelease& release) {
  FirstVersion first{{}, command.methodology};
  events::VersionCreated& version = first.version;
  version.tag = command.tag;
  version.release = release.record.alias;
  if (release.open) version.release_digest = release.open->file_digest();
  version.status = command.csv_data ? events::VersionStatus::under_review : command.status;
  if (version.status == events::VersionStatus::draft && !write.actor.is_system) {
    version.author = write.actor.username;
  }
  if (command.csv_data) {
    auto table = contents_of_csv(*command.csv_data, system_named(command.coding_system),
                                 release.open.get(), command.table_rules);
    if (!table) return table.error();
    version.origin = events::VersionOrigin::csv;
    version.csv_data = std::move(*table);
    return first;
  }
  if (!release.open) {
    return base::field_error(ErrorCode::invalid, "coding_system",
                             "codelists of this system are uploaded as a table (csv), not built");
  }
  if (!command.codes) return first;
  auto contents = contents_of_codes(*release.open, *command.codes, command.codes_rules);
  if (!contents) return contents.error();
  version.origin = events::VersionOrigin::codes;
  version.codes = std::move(contents->codes);
  if (!contents->unfound.empty()) {
    auto listed = unfound_codes_methodology(release.open->system(), contents->unfound);
    if (!listed) return listed.error();
    first.methodology = std::move(*listed);
  }
  return first;
}

}  // namespace

Result<Commit> CodelistCommands::create(const Write& write, const CreateCodelist& command) {
  const std::string slug = command.slug ? *command.slug : slug_of_name(command.name);
  if (const auto good = check(command, slug); !good) return good.error();
  // By the alias too, since releases without a file have no pointer.
  Prepared<std::pair<std::string, ReleasePointer>, Result<FirstVersion>> prepared;
  const Turn turn{.allocates_ids = true,
                  .codelist = std::nullopt,
                  .owner = command.owner,
                  .preparation = &prepared};
  return executor_.run(write, turn, [&](const Views& views) -> Result<Decision> {
    if (const auto owner = check_owner(views, command.owner); !owner) return owner.error();
    if (!can_create_for(views, write.actor, command.owner)) {
      return forbidden("you may not create codelists for " + to_string(command.owner));
    }
    if (const auto users = check_signoff_users(views, command.signoffs); !users) {
      return users.error();
    }
    if (views.handle_with_slug(command.owner, slug)) return taken("slug", command.owner);
    if (views.handle_with_name(command.owner, command.name)) return taken("name", command.owner);
    auto release = choose_release(executor_.site(), views, command.coding_system, command.release);
    if (!release) return release.error();
    const auto* made = prepared.of({release->record.alias, release->open}, [&] {
      auto first = first_version(write, command, *release);
      if (first) {
        add_content(executor_.site(), views, system_named(command.coding_system), *release,
                    first->version);
      }
      return first;
    });
    if (made == nullptr) return Decision{};
    if (!*made) return made->error();
    events::VersionCreated version = (*made)->version;
    const auto ids = views.next_ids();
    version.version = ids.version;
    version.codelist = ids.codelist;
    auto signoffs = complete_signoffs(command.signoffs, version.content);
    if (!signoffs) return signoffs.error();
    events::CodelistCreated codelist{.codelist = ids.codelist,
                                     .coding_system = command.coding_system,
                                     .owner = command.owner,
                                     .name = command.name,
                                     .slug = slug,
                                     .description = command.description,
                                     .methodology = (*made)->methodology,
                                     .references = command.references,
                                     .signoffs = *std::move(signoffs),
                                     .cloned_from = std::nullopt};
    Decision decision{"CreateCodelist",
                      {Stream::of_codelist(ids.codelist), Stream::of_names(command.owner)},
                      {std::move(codelist), std::move(version)}};
    if (command.is_restricted) {
      decision.events.emplace_back(events::CodelistAccessChanged{ids.codelist, true});
    }
    return decision;
  });
}

namespace {

// The event that makes another handle current; nothing if the handle stays.
Result<std::optional<events::CodelistHandleChanged>> decide_handle(
    const Views& views, const CodelistRecord& codelist, const projections::Handle& wanted) {
  if (wanted == codelist.handle()) return std::optional<events::CodelistHandleChanged>();
  const auto slug_holder = views.handle_with_slug(wanted.owner, wanted.slug);
  if (slug_holder && *slug_holder != codelist.id) return taken("slug", wanted.owner);
  const auto name_holder = views.handle_with_name(wanted.owner, wanted.name);
  if (name_holder && *name_holder != codelist.id) return taken("name", wanted.owner);
  return std::optional(
      events::CodelistHandleChanged{codelist.id, wanted.owner, wanted.name, wanted.slug});
}

// An unchanged name or slug may be older than today's rules.
Result<void> check(const ChangeDetails& command, const projections::Handle& now) {
  if (command.name && *command.name != now.name) {
    if (const auto name = check_name(*command.name); !name) return name;
  }
  if (command.slug && *command.slug != now.slug) {
    if (const auto slug = check_slug("slug", *command.slug); !slug) return slug;
  }
  const auto description = check_prose("description", command.description.value_or(""));
  if (!description) return description;
  const auto methodology = check_prose("methodology", command.methodology.value_or(""));
  if (!methodology) return methodology;
  for (const std::string& tag : command.tags.value_or(std::vector<std::string>())) {
    if (const auto good = check_line("tags", tag, 100); !good) return good;
  }
  if (command.tags && command.tags->size() > list_entries_max) {
    return base::field_error(ErrorCode::invalid, "tags", too_many_entries());
  }
  const auto references =
      check_references(command.references.value_or(std::vector<events::Reference>()));
  if (!references) return references;
  return check_signoffs(command.signoffs.value_or(std::vector<events::SignOff>()));
}

}  // namespace

Result<void> add_details(const Views& views, const CodelistRecord& codelist,
                         const ChangeDetails& command, Decision& decision) {
  const projections::Handle& now = codelist.handle();
  if (const auto good = check(command, now); !good) return good;
  const projections::Handle wanted{command.owner.value_or(now.owner),
                                   command.name.value_or(now.name),
                                   command.slug.value_or(now.slug)};
  if (const auto exists = check_owner(views, wanted.owner); !exists) return exists;
  const auto handle = decide_handle(views, codelist, wanted);
  if (!handle) return handle.error();
  if (*handle) {
    decision.events.push_back(**handle);
    decision.streams.push_back(Stream::of_names(wanted.owner));
    if (wanted.owner != now.owner) decision.streams.push_back(Stream::of_names(now.owner));
  }
  const auto description = command.description ? command.description : codelist.description;
  const auto methodology = command.methodology ? command.methodology : codelist.methodology;
  if (description != codelist.description || methodology != codelist.methodology) {
    decision.events.push_back(
        events::CodelistDetailsChanged{codelist.id, description, methodology});
  }
  if (command.references && *command.references != codelist.references) {
    decision.events.push_back(events::CodelistReferencesReplaced{codelist.id, *command.references});
  }
  if (command.signoffs) {
    auto signoffs = complete_signoffs(views, codelist, *command.signoffs, command.signed_digest);
    if (!signoffs) return signoffs.error();
    if (*signoffs != codelist.signoffs) {
      if (const auto users = check_signoff_users(views, *signoffs); !users) return users;
      decision.events.push_back(
          events::CodelistSignOffsReplaced{codelist.id, *std::move(signoffs)});
    }
  }
  if (!command.tags) return {};
  std::vector<std::string> tags = *command.tags;
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  if (tags != codelist.tags) {
    decision.events.push_back(events::CodelistTagsReplaced{codelist.id, std::move(tags)});
  }
  return {};
}

void replace_methodology(Decision& decision, const CodelistRecord& codelist,
                         const std::optional<std::string>& description,
                         const std::string& methodology) {
  std::erase_if(decision.events, [](const events::Event& event) {
    return std::holds_alternative<events::CodelistDetailsChanged>(event);
  });
  decision.events.push_back(events::CodelistDetailsChanged{
      codelist.id, description ? description : codelist.description, methodology});
}

Result<Commit> CodelistCommands::change_details(const Write& write, CodelistId id,
                                                const ChangeDetails& command) {
  const Turn turn{.allocates_ids = false, .codelist = id};
  return executor_.run(write, turn, [&](const Views& views) -> Result<Decision> {
    const auto codelist = views.codelist(id);
    if (!codelist) return no_codelist();
    if (!can_edit(views, write.actor, *codelist)) {
      return forbidden("you may not edit this codelist");
    }
    // Handing over needs permission at both ends. A collaborator may not take a codelist away
    // (OpenCodelists allows it).
    if (command.owner && *command.owner != codelist->handle().owner &&
        !(can_create_for(views, write.actor, codelist->handle().owner) &&
          (can_create_for(views, write.actor, *command.owner)))) {
      return forbidden(
          "you may hand a codelist over only from and to yourself or organisations "
          "that you are a member of");
    }
    Decision decision{"ChangeDetails", {Stream::of_codelist(id)}, {}};
    const auto added = add_details(views, *codelist, command, decision);
    if (!added) return added.error();
    if (command.is_restricted) {
      const auto set = add_access(views, write.actor, *codelist, *command.is_restricted, decision);
      if (!set) return set.error();
    }
    return decision;
  });
}

Result<Commit> CodelistCommands::hand_over(const Write& write, CodelistId id, const Owner& owner) {
  if (const auto allowed = check_admin(write.actor); !allowed) return allowed.error();
  const Turn turn{.allocates_ids = false, .codelist = id};
  return executor_.run(write, turn, [&](const Views& views) -> Result<Decision> {
    const auto codelist = views.codelist(id);
    if (!codelist) return no_codelist();
    Decision decision{"HandOverCodelist", {Stream::of_codelist(id)}, {}};
    ChangeDetails change;
    change.owner = owner;
    const auto added = add_details(views, *codelist, change, decision);
    if (!added) return added.error();
    return decision;
  });
}

Result<Commit> CodelistCommands::add_collaborator(const Write& write, CodelistId id,
                                                  const std::string& username) {
  const Turn turn{.allocates_ids = false, .codelist = id};
  return executor_.run(write, turn, [&](const Views& views) -> Result<Decision> {
    const auto codelist = views.codelist(id);
    if (!codelist) return no_codelist();
    if (!can_edit(views, write.actor, *codelist)) {
      return forbidden("you may not edit this codelist");
    }
    if (!views.user(username)) {
      return base::field_error(ErrorCode::invalid, "username", "there is no user " + username);
    }
    return Decision{
        "AddCollaborator", {Stream::of_codelist(id)}, {events::CollaboratorAdded{id, username}}};
  });
}

Result<Commit> CodelistCommands::remove_collaborator(const Write& write, CodelistId id,
                                                     const std::string& username) {
  const Turn turn{.allocates_ids = false, .codelist = id};
  return executor_.run(write, turn, [&](const Views& views) -> Result<Decision> {
    const auto codelist = views.codelist(id);
    if (!codelist) return no_codelist();
    if (!can_edit(views, write.actor, *codelist)) {
      return forbidden("you may not edit this codelist");
    }
    const auto& all = codelist->collaborators;
    if (std::find(all.begin(), all.end(), username) == all.end()) {
      return Error{ErrorCode::not_found, username + " is not a collaborator", {}};
    }
    return Decision{"RemoveCollaborator",
                    {Stream::of_codelist(id)},
                    {events::CollaboratorRemoved{id, username}}};
  });
}

Result<Commit> CodelistCommands::remove(const Write& write, CodelistId id,
                                        const std::string& reason) {
  if (const auto good = check_prose("reason", reason); !good) return good.error();
  const Turn turn{.allocates_ids = false, .codelist = id};
  return executor_.run(write, turn, [&](const Views& views) -> Result<Decision> {
    const auto codelist = views.codelist(id);
    if (!codelist) return no_codelist();
    const auto versions = views.versions_of(id);
    const bool published = std::any_of(versions.begin(), versions.end(), [](const auto& version) {
      return version.status == events::VersionStatus::published;
    });
    if (published && !write.actor.is_admin) {
      return forbidden("only an administrator may delete a codelist with a published version");
    }
    if (!write.actor.is_admin && !can_edit(views, write.actor, *codelist)) {
      return forbidden("you may not edit this codelist");
    }
    if (published && reason.empty()) {
      return base::field_error(ErrorCode::invalid, "reason",
                               "say why a published codelist is deleted");
    }
    Decision decision{"DeleteCodelist",
                      {Stream::of_codelist(id), Stream::of_names(codelist->handle().owner)},
                      {}};
    for (const VersionRecord& version : versions) {
      decision.events.push_back(
          events::VersionDeleted{version.id, events::DeletionCause::with_codelist, reason});
    }
    decision.events.push_back(
        events::CodelistDeleted{id, events::DeletionCause::requested, reason});
    return decision;
  });
}

namespace {

// "Name", "Name (clone)", "Name (clone1)" …: the first that is free for the actor, as name and as
// slug.
Result<std::string> clone_name(const Views& views, const Owner& owner, const std::string& name) {
  for (int i = -1; i <= clones_max; ++i) {
    std::string suffix;
    if (i >= 0) suffix = i == 0 ? " (clone)" : " (clone" + std::to_string(i) + ")";
    std::string candidate = name_with(name, suffix);
    if (!views.handle_with_name(owner, candidate) &&
        !views.handle_with_slug(owner, base::slugify(candidate))) {
      return candidate;
    }
  }
  return Error{ErrorCode::conflict, "No more than 10 clones of a codelist can be created.", {}};
}

events::VersionCreated copy_of(const Views& views, const VersionRecord& source,
                               const std::string& author) {
  events::VersionCreated copy;
  copy.status = events::VersionStatus::under_review;
  copy.origin = events::VersionOrigin::clone;
  copy.tag = source.tag;
  copy.author = author;
  copy.release = source.release;
  copy.release_digest = source.release_digest;
  copy.source = source.id;
  copy.csv_data = views.csv_data(source.id);
  copy.codes = views.codes(source.id);
  SearchId next = views.next_ids().search;
  for (projections::SearchRecord& search : views.searches(source.id)) {
    search.search.id = next;
    next = next.next();
    copy.searches.push_back(std::move(search.search));
  }
  return copy;
}

}  // namespace

Result<Commit> CodelistCommands::clone(const Write& write, VersionId source_id) {
  const Turn turn{.allocates_ids = true,
                  .codelist = std::nullopt,
                  .owner = Owner{events::OwnerKind::user, write.actor.username}};
  return executor_.run(write, turn, [&](const Views& views) -> Result<Decision> {
    if (write.actor.is_system) {
      return Error{ErrorCode::invalid, "a clone needs a user to own it", {}};
    }
    const auto source = views.version(source_id);
    if (!source) return Error{ErrorCode::not_found, "there is no such version", {}};
    if (source->status == events::VersionStatus::draft) {
      return Error{ErrorCode::conflict, "a draft cannot be cloned; save it for review first", {}};
    }
    const CodelistRecord original = views.codelist_of(*source);
    const Owner owner{events::OwnerKind::user, write.actor.username};
    const auto name = clone_name(views, owner, original.handle().name);
    if (!name) return name.error();
    const auto ids = views.next_ids();
    events::CodelistCreated created{
        .codelist = ids.codelist,
        .coding_system = original.coding_system,
        .owner = owner,
        .name = *name,
        .slug = base::slugify(*name),
        .description = original.description,
        .methodology = "Cloned from codelist : [" + original.handle().name + "](" +
                       page_of(original, *source) + ") \n" + original.methodology.value_or(""),
        .references = original.references,
        .signoffs = {},
        .cloned_from = source_id};
    events::VersionCreated version = copy_of(views, *source, write.actor.username);
    version.content = content_of(executor_.site(), views, original, *source);
    version.version = ids.version;
    version.codelist = ids.codelist;
    Decision decision{"CloneCodelist",
                      {Stream::of_codelist(ids.codelist), Stream::of_names(owner)},
                      {std::move(created), std::move(version)}};
    if (is_restricted(views, original)) {
      decision.events.emplace_back(events::CodelistAccessChanged{ids.codelist, true});
    }
    return decision;
  });
}

}  // namespace codelog::commands
