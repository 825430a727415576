#include "server/web/codelists/story_view.h"

#include <array>

#include "events/base/version_hash.h"
#include "server/commands/version_names.h"
#include "server/web/codelists/text_changes.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using history::Deed;
using history::Group;
using history::Step;
using pages::counted;
using pages::Section;

std::string quoted(const std::string& text) { return "“" + text + "”"; }

std::string changed_texts(const Deed& deed) {
  if (!deed.texts || !deed.texts_before) return "the description or the methodology";
  const bool is_described = deed.texts->description != deed.texts_before->description;
  const bool is_methodology = deed.texts->methodology != deed.texts_before->methodology;
  if (is_described && is_methodology) return "the description and the methodology";
  return is_methodology ? "the methodology" : "the description";
}

void add_text(Section& place, std::string_view name, const std::string& before,
              const std::string& after) {
  if (before == after) return;
  Section shown = place.add("OF_TEXT");
  shown.set("NAME", name);
  for (const TextPart& part : changed_parts(before, after)) {
    Section piece = shown.add("PIECE");
    using enum TextPart::Kind;
    const std::string_view kind = part.kind == same      ? "SAME"
                                  : part.kind == removed ? "REMOVED"
                                                         : "ADDED";
    piece.add(kind).set("TEXT", part.text);
  }
}

void add_texts(Section& place, const Deed& deed) {
  if (!deed.texts || !deed.texts_before || *deed.texts == *deed.texts_before) return;
  Section shown = place.add("TEXTS");
  add_text(shown, "Description", deed.texts_before->description, deed.texts->description);
  add_text(shown, "Methodology", deed.texts_before->methodology, deed.texts->methodology);
}

}  // namespace

Person person_of(const projections::Views& views, const std::string& username) {
  if (username.empty()) return {"The site’s operators", {}};
  const auto user = views.user(username);
  if (!user) return {username, {}};
  if (user->is_erased) return {"A person whose account was erased", {}};
  return {username, "/users/" + username + "/"};
}

std::string StoryTerms::of(std::optional<base::VersionId> version, const std::string& code) {
  const coding_systems::Release* const release = release_of(version);
  return release == nullptr ? "" : std::string(commands::shown_term_of(*release, code));
}

const coding_systems::Release* StoryTerms::release_of(std::optional<base::VersionId> version) {
  const projections::Views& views = visit_.views();
  auto record = version ? views.version(*version) : std::nullopt;
  if (!record) record = views.newest_version_of(codelist_.id);
  if (!record) return nullptr;
  const auto [known, is_new] = open_.try_emplace(record->release);
  if (is_new && commands::has_release_file(views, codelist_.coding_system, record->release)) {
    auto opened =
        visit_.application().site().open_release(codelist_.coding_system, record->release);
    if (opened) known->second = std::move(*opened);
  }
  return known->second.get();
}

StoryView::Telling StoryView::with_version(std::string verb, std::optional<base::VersionId> version,
                                           std::string tail) const {
  Telling telling{.verb = std::move(verb), .tail = std::move(tail)};
  if (!version) return telling;
  const auto record = visit_.views().version(*version);
  if (!record) {
    telling.link_words = base::version_hash(*version);
    return telling;
  }
  telling.link_words = commands::tag_or_hash(*record);
  telling.link_path = record->status == events::VersionStatus::draft
                          ? "/builder/" + base::version_hash(record->id) + "/"
                          : commands::page_of(codelist_, *record);
  return telling;
}

StoryView::Telling StoryView::with_step(std::string verb, const Deed& deed) const {
  if (!deed.step) return {.verb = std::move(verb)};
  return {.verb = std::move(verb),
          .link_words = position_words(*deed.step),
          .link_path = "?at=" + std::to_string(deed.step->value())};
}

// The source, if the visitor may read its codelist.
std::string StoryView::source_words(const Deed& deed) const {
  const auto source = deed.source ? visit_.views().version(*deed.source) : std::nullopt;
  if (!source) return {};
  const std::string name = commands::tag_or_hash(*source);
  if (source->codelist == codelist_.id) return name;
  return visit_.views().codelist_of(*source).handle().name + " " + name;
}

std::string StoryView::release_words(const Deed& deed) const {
  const auto release = visit_.views().release(deed.release);
  return system_name(codelist_.coding_system) + " " + (release ? release->name : deed.release);
}

StoryView::Telling StoryView::tell_version(const Deed& deed) const {
  using enum events::VersionOrigin;
  const std::string source = source_words(deed);
  const std::string from = source.empty() ? "" : " from " + source;
  const std::string on = deed.release.empty() ? "" : " on " + release_words(deed);
  const bool is_draft = deed.status == events::VersionStatus::draft;
  switch (deed.origin.value_or(scratch)) {
    case scratch:
      return with_version("began the draft", deed.version, on);
    case codes:
      return with_version(is_draft ? "began the draft" : "made version", deed.version,
                          " from a list: " + counted(deed.codes_count, "code") + on);
    case csv:
      return with_version("uploaded a table as version", deed.version, on);
    case version:
      return with_version("began the draft", deed.version, from + on);
    case clone:
      return with_version("made version", deed.version,
                          source.empty() ? " as a copy" : " as a copy of " + source);
    case conversion:
      return with_version("made version", deed.version, " by converting " + source);
    case migration:
      return with_version("brought over version", deed.version, " from OpenCodelists");
  }
  return with_version("made version", deed.version);
}

StoryView::Telling StoryView::tell_draft(const Deed& deed) const {
  const std::string changed = counted(deed.changed_count, "code") + " changed";
  if (deed.type == "SearchAdded") {
    return {.verb = "searched for " + quoted(deed.text),
            .tail = ": " + counted(deed.codes_count, "code") + ", " +
                    pages::grouped(deed.changed_count) + " new"};
  }
  if (deed.type == "SearchRemoved") {
    return {.verb = "removed the search " + quoted(deed.text), .tail = ": " + changed};
  }
  if (deed.type == "StatusesChanged") {
    const std::string rest = deed.changed_count > deed.codes_count
                                 ? ", and with " +
                                       std::string(deed.codes_count == 1 ? "it " : "them ") +
                                       counted(deed.changed_count - deed.codes_count, "other")
                                 : "";
    return {.verb = "decided " + counted(deed.codes_count, "code"), .tail = rest};
  }
  if (deed.type == "StatusesReapplied") {
    return {.verb = "computed the inherited statuses again", .tail = ": " + changed};
  }
  if (deed.type == "AssumptionsConfirmed") {
    return {.verb = "confirmed " + counted(deed.codes_count, "assumption")};
  }
  if (deed.type == "DraftStepUndone") return with_step("undid", deed);
  if (deed.type == "DraftStepRedone") return with_step("redid", deed);
  return with_step("gave a reason for", deed);
}

StoryView::Telling StoryView::tell_details(const Deed& deed) const {
  const auto person = [&] { return person_of(visit_.views(), deed.text).name; };
  const bool is_on = deed.is_on.value_or(false);
  if (deed.type == "CodelistCreated") return {.verb = "created the codelist " + quoted(deed.text)};
  if (deed.type == "CodelistHandleChanged") return {.verb = "named it " + quoted(deed.text)};
  if (deed.type == "CodelistDetailsChanged") return {.verb = "changed " + changed_texts(deed)};
  if (deed.type == "CodelistReferencesReplaced") return {.verb = "changed the references"};
  if (deed.type == "CodelistSignOffsReplaced") return {.verb = "changed the sign-offs"};
  if (deed.type == "CollaboratorAdded") return {.verb = "added a collaborator: " + person()};
  if (deed.type == "CollaboratorRemoved") return {.verb = "removed a collaborator: " + person()};
  if (deed.type == "CodelistTagsReplaced") {
    return {.verb = deed.text.empty() ? "removed the tags" : "tagged it " + deed.text};
  }
  if (deed.type == "CodelistPrivacyChanged") {
    return {.verb = is_on ? "took it out of lists" : "put it back in lists"};
  }
  if (deed.type == "CodelistAccessChanged") {
    return {.verb = is_on ? "let only its editors read it" : "let everybody read it"};
  }
  if (deed.type == "CodelistDeleted") return {.verb = "deleted the codelist"};
  if (deed.type == "CodelistRestored") return with_step("restored the codelist as of", deed);
  return {.verb = "brought the codelist over from OpenCodelists"};
}

StoryView::Telling StoryView::tell(const Deed& deed) const {
  if (deed.type == "VersionCreated") return tell_version(deed);
  if (deed.type == "VersionSavedForReview") {
    return with_version("saved", deed.version, " for review");
  }
  if (deed.type == "VersionPublished") return with_version("published", deed.version);
  if (deed.type == "VersionDeleted") {
    const bool is_discarded = deed.cause == events::DeletionCause::discarded;
    const bool is_superseded = deed.cause == events::DeletionCause::superseded;
    return with_version(is_discarded ? "discarded the draft" : "deleted version", deed.version,
                        is_superseded ? ", which the published one replaces" : "");
  }
  const bool is_of_draft = history::is_step_of_draft(deed.type) || deed.type.starts_with("Search");
  return is_of_draft ? tell_draft(deed) : tell_details(deed);
}

void StoryView::add_actor(Section& place, const std::string& actor) const {
  const Person person = person_of(visit_.views(), actor);
  Section shown = place.add("ACTOR");
  shown.set("NAME", person.name);
  if (person.path.empty()) {
    shown.show("NO_PAGE");
  } else {
    shown.add("PAGE").set("PATH", person.path);
  }
}

void StoryView::add_codes(Section& place, const Deed& deed) {
  for (const base::CodeWithStatus& decided : deed.decided) {
    Section code = place.add("CODE");
    code.set("CODE", decided.code).set("PATH", "?code=" + http::percent_encode(decided.code));
    code.set_and_show("TERM", terms_.of(deed.version, decided.code));
    add_mark(code, decided.status);
  }
  const std::uint64_t left =
      deed.codes_count - std::min<std::uint64_t>(deed.codes_count, deed.decided.size());
  if (left > 0 && !deed.decided.empty()) place.set_and_show("LEFT", pages::grouped(left));
}

void StoryView::add_deed(Section& place, const Deed& deed) {
  Section shown = place.add("DEED");
  Telling telling = tell(deed);
  // One code says more than a number of codes.
  if (deed.type == "StatusesChanged" && deed.codes_count == 1 && deed.decided.size() == 1) {
    const base::CodeStatus status = deed.decided.front().status;
    telling.verb = status == base::CodeStatus::included   ? "included"
                   : status == base::CodeStatus::excluded ? "excluded"
                                                          : "cleared the decision on";
    add_codes(shown, deed);
    shown.show("CODES");
  } else if (!deed.decided.empty()) {
    Section below = place.add("BELOW");
    add_codes(below, deed);
  }
  shown.set("VERB", telling.verb).set("TAIL", telling.tail);
  if (!telling.link_words.empty()) {
    Section link = shown.add("LINK");
    link.set("WORDS", telling.link_words);
    if (telling.link_path.empty()) {
      link.show("NO_PAGE");
    } else {
      link.add("PAGE").set("PATH", telling.link_path);
    }
  }
  add_texts(place, deed);
  if (!deed.reason.empty()) place.add("REASON").set("TEXT", deed.reason);
  if (deed.change) {
    Section change = place.add("CHANGE");
    const auto add = [&](std::string_view name, const std::optional<base::CodeStatus>& status) {
      Section side = change.add(name);
      if (status) {
        add_mark(side, *status);
      } else {
        side.show("ABSENT");
      }
    };
    add("BEFORE", deed.change->before);
    add("AFTER", deed.change->after);
  }
}

void StoryView::add_step(Section& place, const Step& step, Naming naming) {
  Section shown = place.include("STEP", "_step.html");
  if (step.is_damaged()) {
    shown.show("DAMAGED");
    return;
  }
  if (naming == Naming::person) add_actor(shown, step.actor);
  for (const Deed& deed : step.deeds) add_deed(shown, deed);
}

void StoryView::add_group(Section& place, const Group& group) {
  const Step& newest = group.newest();
  const std::string number = std::to_string(newest.position.value());
  place.set("ID", number).set("POSITION", position_words(newest.position));
  place.set("AT", "?at=" + number);
  if (newest.time) {
    place.set("EXACT", base::format_timestamp(*newest.time));
    place.set("MINUTE", day_and_time_of(*newest.time));
    place.show("TIME");
  }
  if (group.steps.size() == 1) {
    add_step(place, newest);
    return;
  }
  Section sitting = place.add("SITTING");
  add_actor(sitting, newest.actor);
  const std::string duration = duration_words(*group.oldest().time, *newest.time);
  const std::string what = group.decided_count > 0
                               ? "decided " + counted(group.decided_count, "code")
                               : "went back and forth";
  sitting.set("WHAT", what + " " + duration);
  if (group.reasons_count > 0) {
    sitting.set_and_show("REASONS", counted(group.reasons_count, "reason"));
  }
  sitting.set("COUNT", counted(group.steps.size(), "step"));
  for (const Step& step : group.steps) {
    Section row = sitting.add("ROW");
    const std::string own = std::to_string(step.position.value());
    row.set("POSITION", position_words(step.position)).set("AT", "?at=" + own);
    if (step.position != newest.position) row.set_and_show("ID", own);
    add_step(row, step, Naming::nobody);
  }
}

std::string duration_words(base::Timestamp from, base::Timestamp to) {
  const std::int64_t minutes = (to.unix_us - from.unix_us) / 60'000'000;
  if (minutes < 1) return "within a minute";
  if (minutes < 60) return "in " + std::to_string(minutes) + " min";
  const std::string rest = minutes % 60 == 0 ? "" : " " + std::to_string(minutes % 60) + " min";
  return "in " + std::to_string(minutes / 60) + " h" + rest;
}

}  // namespace codelog::web
