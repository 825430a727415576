#include "server/commands/version_commands.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "server/commands/codelist_commands.h"
#include "server/commands/compatibility.h"
#include "server/commands/draft_making.h"
#include "server/commands/permissions.h"
#include "server/commands/upgrade.h"
#include "server/commands/validation.h"
#include "server/commands/version_digests.h"
#include "server/commands/version_making.h"
#include "server/commands/version_names.h"

namespace codelog::commands {
namespace {

using events::VersionStatus;
using projections::CodelistRecord;
using projections::VersionRecord;

Error no_version() { return {ErrorCode::not_found, "there is no such version", {}}; }

// A version with its codelist, which the actor may edit.
struct Editable {
  VersionRecord version;
  CodelistRecord codelist;
};

Result<Editable> find_editable(const Views& views, const Actor& actor, VersionId id) {
  auto version = views.version(id);
  if (!version) return no_version();
  auto codelist = views.codelist_of(*version);
  const bool allowed = version->status == VersionStatus::draft
                           ? can_edit_draft(views, actor, codelist, *version)
                           : can_edit(views, actor, codelist);
  if (!allowed) return forbidden("you may not edit this codelist");
  return Editable{std::move(*version), std::move(codelist)};
}

// The codelist whose turn a command takes; versions never change codelist.
std::optional<CodelistId> codelist_of(const Site& site, VersionId id) {
  const auto version = site.projections.views().version(id);
  return version ? std::optional(version->codelist) : std::nullopt;
}

void complete(events::VersionCreated& version, const Views& views, CodelistId codelist,
              const ChosenRelease& release, const std::optional<std::string>& tag) {
  version.version = next_version_id(views, codelist);
  SearchId next_search = views.next_ids().search;
  for (events::SearchWithResults& search : version.searches) {
    search.id = next_search;
    next_search = next_search.next();
  }
  version.codelist = codelist;
  version.release = release.record.alias;
  if (release.open) version.release_digest = release.open->file_digest();
  version.tag = tag;
}

Error only_uploaded() {
  return base::field_error(ErrorCode::invalid, "release",
                           "this release has no codes here, so upload a table instead");
}

Result<events::VersionCreated> upgraded_draft(const Views& views, const VersionRecord& source,
                                              const ReleasePointer& older,
                                              const ReleasePointer& newer) {
  const auto content = content_of(views, source, older, newer);
  if (!content) return content.error();
  coding_systems::ReleaseComparison releases(older, newer);
  SearchReruns searches(newer, request_searches_work_max);
  return draft_of(source, compare_version(*content, releases, searches));
}

Result<MadeVersion> with_content(const Site& site, const Views& views,
                                 const CodelistRecord& codelist, const ChosenRelease& release,
                                 Result<MadeVersion> made) {
  if (made && made->version) {
    add_content(site, views, system_of(codelist), release, *made->version);
  }
  return made;
}

// OpenCodelists' replacement of a keyed list: missing entries are removed, existing ones are
// updated in place, new ones come last.
template <class Item, class Key>
std::vector<Item> merged(const std::vector<Item>& before, const std::vector<Item>& wanted,
                         Key key) {
  std::vector<Item> kept;
  const auto find = [&](const std::vector<Item>& items, const Item& item) {
    return std::find_if(items.begin(), items.end(),
                        [&](const Item& other) { return key(other) == key(item); });
  };
  for (const Item& item : before) {
    const auto found = find(wanted, item);
    // Codelog has several sign-offs of one person, where OpenCodelists has one.
    if (found != wanted.end() && std::ranges::find(kept, *found) == kept.end()) {
      kept.push_back(*found);
    }
  }
  for (const Item& item : wanted) {
    if (find(before, item) == before.end()) kept.push_back(item);
  }
  return kept;
}

}  // namespace

Result<Commit> VersionCommands::create(const Write& write, CodelistId id,
                                       const CreateVersion& command) {
  if (const auto one = check_one_source(command); !one) return one.error();
  if (command.table_rules.code_column && !command.csv_data) {
    return base::field_error(ErrorCode::invalid, "code_column",
                             "must not be given without csv: it names a column of that table");
  }
  if (command.tag) {
    if (const auto tag = check_tag(*command.tag); !tag) return tag.error();
  }
  PreparedVersion prepared;
  const Turn turn{.allocates_ids = true, .codelist = id, .preparation = &prepared};
  return executor_.run(write, turn, [&](const Views& views) -> Result<Decision> {
    const auto codelist = views.codelist(id);
    if (!codelist) return Error{ErrorCode::not_found, "there is no such codelist", {}};
    if (!can_edit(views, write.actor, *codelist)) {
      return forbidden("you may not edit this codelist");
    }
    if (const auto free = check_tag_free(views, id, command.tag); !free) return free.error();
    auto release =
        choose_release(executor_.site(), views, codelist->coding_system, command.release);
    if (!release) return release.error();
    Decision decision{"CreateVersion", {Stream::of_codelist(id)}, {}};
    const ChangeDetails details{.description = command.description,
                                .methodology = command.methodology,
                                .references = std::nullopt,
                                .signoffs = std::nullopt,
                                .tags = std::nullopt,
                                .name = command.name,
                                .slug = command.slug,
                                .owner = std::nullopt};
    if (const auto added = add_details(views, *codelist, details, decision); !added) {
      return added.error();
    }
    const auto* made = prepared.of(made_from(views, id, *release), [&] {
      return with_content(executor_.site(), views, *codelist, *release,
                          make_version(views, *release, *codelist, command));
    });
    if (made == nullptr) return Decision{};
    if (!*made) return made->error();
    if (!(*made)->unfound.empty()) {
      const auto methodology = unfound_codes_methodology(release->open->system(), (*made)->unfound);
      if (!methodology) return methodology.error();
      replace_methodology(decision, *codelist, command.description, *methodology);
    }
    events::VersionCreated version = *(*made)->version;
    complete(version, views, id, *release, command.tag);
    decision.events.push_back(std::move(version));
    return decision;
  });
}

Result<Commit> VersionCommands::update_codelist(const Write& write, CodelistId id,
                                                const UpdateCodelist& command) {
  if (command.tag) {
    if (const auto tag = check_tag(*command.tag); !tag) return tag.error();
  }
  // Checked now, not with the other details: merging long lists would take seconds while others
  // wait for their turn.
  if (const auto good = check_references(command.references); !good) return good.error();
  if (const auto good = check_signoffs(command.signoffs); !good) return good.error();
  PreparedVersion prepared;
  const Turn turn{.allocates_ids = true, .codelist = id, .preparation = &prepared};
  return executor_.run(write, turn, [&](const Views& views) -> Result<Decision> {
    const auto codelist = views.codelist(id);
    if (!codelist) return Error{ErrorCode::not_found, "there is no such codelist", {}};
    if (!can_edit(views, write.actor, *codelist)) {
      return forbidden("you may not edit this codelist");
    }
    auto release =
        choose_release(executor_.site(), views, codelist->coding_system, command.release);
    if (!release) return release.error();
    const auto* made = prepared.of(made_from(views, id, *release), [&] {
      return with_content(
          executor_.site(), views, *codelist, *release,
          version_from_codes(views, *release, *codelist,
                             {command.codes, command.codes_rules, command.always_create_new_version,
                              command.should_publish}));
    });
    if (made == nullptr) return Decision{};
    if (!*made) return made->error();
    Decision decision{"UpdateCodelist", {Stream::of_codelist(id)}, {}};
    ChangeDetails details{
        .description = std::nullopt,
        .methodology = std::nullopt,
        .references = merged(codelist->references, command.references,
                             [](const events::Reference& item) { return item.url; }),
        .signoffs = merged(codelist->signoffs, command.signoffs,
                           [](const events::SignOff& item) { return item.username; }),
        .tags = std::nullopt,
        .name = command.name,
        .slug = command.slug,
        .owner = std::nullopt};
    if (const auto& version = (*made)->version; version && version->content) {
      details.signed_digest = version->content->content_digest;
    }
    if (const auto added = add_details(views, *codelist, details, decision); !added) {
      return added.error();
    }
    auto methodology = command.methodology;
    if (!(*made)->unfound.empty()) {
      auto listed = unfound_codes_methodology(release->open->system(), (*made)->unfound);
      if (!listed) return listed.error();
      methodology = std::move(*listed);
    }
    if (command.description != codelist->description || methodology != codelist->methodology) {
      decision.events.push_back(
          events::CodelistDetailsChanged{id, command.description, methodology});
    }
    if (auto version = (*made)->version) {
      if (const auto free = check_tag_free(views, id, command.tag); !free) return free.error();
      complete(*version, views, id, *release, command.tag);
      decision.events.push_back(std::move(*version));
    }
    return decision;
  });
}

Result<Commit> VersionCommands::create_draft(const Write& write, VersionId source_id,
                                             const std::optional<std::string>& alias,
                                             const std::optional<std::string>& author) {
  if (author && !write.actor.is_system) return forbidden("only the site itself names an author");
  Prepared<std::pair<Position, ReleasePointer>, Result<events::VersionCreated>> prepared;
  const Turn turn{.allocates_ids = true,
                  .codelist = codelist_of(executor_.site(), source_id),
                  .preparation = &prepared};
  return executor_.run(write, turn, [&](const Views& views) -> Result<Decision> {
    const auto source = find_editable(views, write.actor, source_id);
    if (!source) return source.error();
    const auto user = author ? views.user(*author) : std::nullopt;
    if (author && (!user || user->is_erased || !user->is_active)) {
      return base::field_error(ErrorCode::not_found, "author",
                               "there is no active user " + *author);
    }
    auto release = choose_release(executor_.site(), views, source->codelist.coding_system, alias);
    if (!release) return release.error();
    if (!release->open) return only_uploaded();
    const auto* made = prepared.of({source->version.changed_at, release->open},
                                   [&] { return draft_of(views, source->version, release->open); });
    if (made == nullptr) return Decision{};
    auto draft = *made;
    if (!draft) return draft.error();
    complete(*draft, views, source->codelist.id, *release, std::nullopt);
    draft->author = write.actor.is_system ? author : std::optional(write.actor.username);
    return Decision{"CreateDraft", {Stream::of_codelist(source->codelist.id)}, {std::move(*draft)}};
  });
}

Result<Commit> VersionCommands::upgrade(const Write& write, VersionId source_id,
                                        const std::string& alias) {
  using Basis = std::tuple<Position, ReleasePointer, ReleasePointer>;
  Prepared<Basis, Result<events::VersionCreated>> prepared;
  const Turn turn{.allocates_ids = true,
                  .codelist = codelist_of(executor_.site(), source_id),
                  .preparation = &prepared};
  return executor_.run(write, turn, [&](const Views& views) -> Result<Decision> {
    const auto source = find_editable(views, write.actor, source_id);
    if (!source) return source.error();
    const std::string& system = source->codelist.coding_system;
    const auto newer = choose_release(executor_.site(), views, system, alias);
    if (!newer) return newer.error();
    if (!newer->open) return only_uploaded();
    const auto opened = executor_.site().open_release(system, source->version.release);
    const ReleasePointer older = opened ? *opened : nullptr;
    const auto* made = prepared.of({source->version.changed_at, older, newer->open}, [&] {
      return upgraded_draft(views, source->version, older, newer->open);
    });
    if (made == nullptr) return Decision{};
    auto draft = *made;
    if (!draft) return draft.error();
    complete(*draft, views, source->codelist.id, *newer, std::nullopt);
    if (!write.actor.is_system) draft->author = write.actor.username;
    return Decision{
        "UpgradeVersion", {Stream::of_codelist(source->codelist.id)}, {std::move(*draft)}};
  });
}

Result<Commit> VersionCommands::convert_to_new_style(const Write& write, VersionId source_id) {
  Prepared<std::pair<Position, ReleasePointer>, Result<events::VersionCreated>> prepared;
  const Turn turn{.allocates_ids = true,
                  .codelist = codelist_of(executor_.site(), source_id),
                  .preparation = &prepared};
  return executor_.run(write, turn, [&](const Views& views) -> Result<Decision> {
    const auto source = find_editable(views, write.actor, source_id);
    if (!source) return source.error();
    if (!source->version.has_csv_data) {
      return Error{ErrorCode::conflict, "the version is new-style already", {}};
    }
    auto release = choose_release(executor_.site(), views, source->codelist.coding_system,
                                  source->version.release);
    if (!release) return release.error();
    if (!release->open) return only_uploaded();
    const auto make = [&]() -> Result<events::VersionCreated> {
      const auto codes = included_codes(views, source->version);
      if (!codes) return codes.error();
      auto contents = contents_of_codes(*release->open, *codes, {});
      if (!contents) return contents.error();
      events::VersionCreated version;
      version.status = VersionStatus::under_review;
      version.origin = events::VersionOrigin::conversion;
      version.source = source_id;
      version.codes = std::move(contents->codes);
      add_content(executor_.site(), views, system_of(source->codelist), *release, version);
      return version;
    };
    const auto* made = prepared.of({source->version.changed_at, release->open}, make);
    if (made == nullptr) return Decision{};
    if (!*made) return made->error();
    events::VersionCreated version = **made;
    complete(version, views, source->codelist.id, *release, std::nullopt);
    return Decision{
        "ConvertToNewStyle", {Stream::of_codelist(source->codelist.id)}, {std::move(version)}};
  });
}

Result<Commit> VersionCommands::save_for_review(const Write& write, VersionId id) {
  using Basis = std::pair<Position, std::vector<projections::ReleaseRecord>>;
  Prepared<Basis, events::VersionSavedForReview> prepared;
  const Turn turn{.allocates_ids = false,
                  .codelist = codelist_of(executor_.site(), id),
                  .preparation = &prepared};
  return executor_.run(write, turn, [&](const Views& views) -> Result<Decision> {
    const auto draft = find_editable(views, write.actor, id);
    if (!draft) return draft.error();
    if (draft->version.status != VersionStatus::draft) {
      return Error{ErrorCode::conflict, "the version is not a draft", {}};
    }
    const auto& counts = draft->version.counts;
    const auto unresolved = counts[static_cast<std::size_t>(base::CodeStatus::unresolved)];
    const auto in_conflict = counts[static_cast<std::size_t>(base::CodeStatus::in_conflict)];
    if (unresolved + in_conflict > 0) {
      return Error{ErrorCode::conflict,
                   "You cannot save this draft for review because it contains unresolved or in "
                   "conflict codes (" +
                       std::to_string(unresolved) + " unresolved, " + std::to_string(in_conflict) +
                       " in conflict). Include or exclude them.",
                   {}};
    }
    if (const auto waiting = draft->version.assumptions_count; waiting > 0) {
      return Error{ErrorCode::conflict,
                   "You cannot save this draft for review because " + std::to_string(waiting) +
                       " statuses are assumed from its new release. Confirm or decide them.",
                   {}};
    }
    const auto newer = newer_releases(views, draft->version);
    const Site& site = executor_.site();
    const auto* saved = prepared.of({draft->version.changed_at, newer}, [&] {
      return events::VersionSavedForReview{
          id, compatible_releases(site, views, draft->version, newer),
          content_of(site, views, draft->codelist, draft->version)};
    });
    if (saved == nullptr) return Decision{};
    return Decision{"SaveForReview", {Stream::of_codelist(draft->codelist.id)}, {*saved}};
  });
}

Result<Commit> VersionCommands::publish(const Write& write, VersionId id) {
  Prepared<Position, std::optional<events::VersionContent>> prepared;
  const Turn turn{.allocates_ids = false,
                  .codelist = codelist_of(executor_.site(), id),
                  .preparation = &prepared};
  return executor_.run(write, turn, [&](const Views& views) -> Result<Decision> {
    const auto found = find_editable(views, write.actor, id);
    if (!found) return found.error();
    if (found->version.status != VersionStatus::under_review) {
      const bool draft = found->version.status == VersionStatus::draft;
      return Error{ErrorCode::conflict,
                   draft ? "a draft must be saved for review before it is published"
                         : "the version is published already",
                   {}};
    }
    const auto* content = prepared.of(found->version.changed_at, [&] {
      return content_of(executor_.site(), views, found->codelist, found->version);
    });
    if (content == nullptr) return Decision{};
    Decision decision{"PublishVersion",
                      {Stream::of_codelist(found->codelist.id)},
                      {events::VersionPublished{id, *content}}};
    for (const VersionRecord& sibling : views.versions_of(found->codelist.id)) {
      if (sibling.id == id || sibling.status == VersionStatus::published) continue;
      decision.events.push_back(
          events::VersionDeleted{sibling.id, events::DeletionCause::superseded, ""});
    }
    return decision;
  });
}

namespace {

// Deletes the version, and the codelist too if it is the last one.
Decision deletion(const Views& views, const Editable& found, std::string command,
                  events::DeletionCause cause, const std::string& reason) {
  Decision decision{std::move(command), {Stream::of_codelist(found.codelist.id)}, {}};
  decision.events.push_back(events::VersionDeleted{found.version.id, cause, reason});
  if (views.versions_of(found.codelist.id).size() == 1) {
    decision.events.push_back(events::CodelistDeleted{found.codelist.id, cause, reason});
    decision.streams.push_back(Stream::of_names(found.codelist.handle().owner));
  }
  return decision;
}

}  // namespace

Result<Commit> VersionCommands::remove(const Write& write, VersionId id,
                                       const std::string& reason) {
  if (const auto good = check_prose("reason", reason); !good) return good.error();
  const Turn turn{.allocates_ids = false, .codelist = codelist_of(executor_.site(), id)};
  return executor_.run(write, turn, [&](const Views& views) -> Result<Decision> {
    auto found = find_editable(views, write.actor, id);
    if (!found && write.actor.is_admin && found.error().code == ErrorCode::forbidden) {
      const auto version = views.version(id);
      found = Editable{*version, views.codelist_of(*version)};
    }
    if (!found) return found.error();
    if (found->version.status == VersionStatus::published) {
      if (!write.actor.is_admin) {
        return forbidden("only an administrator may delete a published version");
      }
      if (reason.empty()) {
        return base::field_error(ErrorCode::invalid, "reason",
                                 "say why a published version is deleted");
      }
    }
    const bool draft = found->version.status == VersionStatus::draft;
    return deletion(views, *found, "DeleteVersion",
                    draft ? events::DeletionCause::discarded : events::DeletionCause::requested,
                    reason);
  });
}

Result<Commit> VersionCommands::discard(const Write& write, VersionId id) {
  const Turn turn{.allocates_ids = false, .codelist = codelist_of(executor_.site(), id)};
  return executor_.run(write, turn, [&](const Views& views) -> Result<Decision> {
    const auto found = find_editable(views, write.actor, id);
    if (!found) return found.error();
    if (found->version.status != VersionStatus::draft) {
      return Error{ErrorCode::conflict, "the version is not a draft", {}};
    }
    return deletion(views, *found, "DiscardDraft", events::DeletionCause::discarded, "");
  });
}

Result<Commit> VersionCommands::sign_off(const Write& write, VersionId id,
                                         const std::optional<base::Sha256>& expected_digest) {
  const Turn turn{.allocates_ids = false, .codelist = codelist_of(executor_.site(), id)};
  return executor_.run(write, turn, [&](const Views& views) -> Result<Decision> {
    const auto found = find_editable(views, write.actor, id);
    if (!found) return found.error();
    if (found->version.status == VersionStatus::draft) {
      return Error{
          ErrorCode::conflict, "a draft must be saved for review before it is signed off", {}};
    }
    const base::Sha256 digest = content_digest_of(views, found->codelist, found->version);
    if (expected_digest && *expected_digest != digest) {
      return base::field_error(ErrorCode::conflict, "content_digest",
                               "is not that of the version, which is " + base::to_hex(digest));
    }
    std::vector<events::SignOff> signoffs = found->codelist.signoffs;
    const events::SignOff made{write.actor.username,
                               base::format_date(executor_.site().clock.now()), digest};
    for (const events::SignOff& other : signoffs) {
      if (other.username == made.username && other.content_digest == digest) {
        return Error{
            ErrorCode::conflict, "you have signed this content off already, on " + other.date, {}};
      }
    }
    std::erase_if(signoffs, [&](const events::SignOff& other) {
      return other.username == made.username && other.date == made.date;
    });
    signoffs.push_back(made);
    if (const auto good = check_signoffs(signoffs); !good) return good.error();
    return Decision{"SignOffVersion",
                    {Stream::of_codelist(found->codelist.id)},
                    {events::CodelistSignOffsReplaced{found->codelist.id, std::move(signoffs)}}};
  });
}

}  // namespace codelog::commands
