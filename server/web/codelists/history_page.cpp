#include "server/web/codelists/history_page.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "events/base/client_detail.h"
#include "events/base/version_hash.h"
#include "server/commands/permissions.h"
#include "server/commands/version_names.h"
#include "server/files/code_rows.h"
#include "server/history/moments.h"
#include "server/history/story.h"
#include "server/web/codelists/proof_page.h"
#include "server/web/codelists/story_view.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using base::Position;
using commands::NamedVersion;
using events::OwnerKind;
using pages::Section;
using projections::CodelistRecord;
using projections::VersionRecord;
using projections::Views;

constexpr std::size_t groups_per_page = 50;
constexpr std::size_t codes_shown_max = 120;
constexpr std::size_t versions_of_code_max = 12;

// What people may want to see alone.
struct Kind {
  std::string_view name;
  std::string_view words;
  std::vector<std::string> types;
};

const std::array<Kind, 5>& kinds() {
  static const std::array<Kind, 5> all = {
      Kind{"", "everything", {}},
      Kind{"decisions",
           "decisions",
           {"StatusesChanged", "StatusesReapplied", "AssumptionsConfirmed", "DraftStepUndone",
            "DraftStepRedone", "ReasonGiven"}},
      Kind{"searches", "searches", {"SearchAdded", "SearchRemoved"}},
      Kind{"versions",
           "versions",
           {"VersionCreated", "VersionSavedForReview", "VersionPublished", "VersionDeleted",
            "CodelistRestored"}},
      Kind{"details",
           "name, description, people",
           {"CodelistCreated", "CodelistDetailsChanged", "CodelistHandleChanged",
            "CodelistReferencesReplaced", "CodelistSignOffsReplaced", "CollaboratorAdded",
            "CollaboratorRemoved", "CodelistTagsReplaced", "CodelistPrivacyChanged",
            "CodelistAccessChanged"}}};
  return all;
}

std::optional<Position> position_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Position(number);
}

// What the address asks for.
struct Asked {
  std::string code;
  std::string actor;
  const Kind* kind = nullptr;
  std::optional<Position> at;
  std::optional<Position> before;

  bool is_filtered() const { return !code.empty() || !actor.empty() || !kind->types.empty(); }
};

// Errors: invalid, naming the parameter.
base::Result<Asked> asked_in(const http::Parameters& query) {
  Asked asked;
  asked.code = query.get("code");
  asked.actor = query.get("who");
  const auto kind = std::ranges::find(kinds(), query.get("kind"), &Kind::name);
  asked.kind = kind == kinds().end() ? &kinds().front() : &*kind;
  for (const auto& [name, place] : {std::pair{"at", &asked.at}, {"before", &asked.before}}) {
    if (query.get(name).empty()) continue;
    *place = position_in(query.get(name));
    if (!*place) {
      return base::field_error(base::ErrorCode::invalid, name, "must be a position of the log");
    }
  }
  return asked;
}

std::optional<CodelistRecord> codelist_in_path(const Visit& visit, OwnerKind kind) {
  return visit.views().find_codelist({kind, std::string(visit.path("owner"))}, visit.path("slug"));
}

http::Response problem_page(const Visit& visit, const base::Error& error) {
  std::string sentence = base::client_detail(error);
  if (!error.fields.empty()) sentence = error.fields[0].field + ": " + error.fields[0].detail;
  http::Response response = visit.page(http::http_status(error.code), "History", sentence);
  note_fault(error, response);
  return response;
}

// --- The story ---

std::string month_of(base::Timestamp time) {
  const std::string day = day_of(time);
  return day.substr(day.find(' ') + 1);
}

void add_story(Section& page, StoryView& view, const history::StoryPage& story) {
  Section place = page.include("STORY", "_story.html");
  std::string month;
  std::optional<Section> section;
  for (const history::Group& group : story.groups) {
    // A damaged commit has no time, and stays with its neighbours.
    const auto& time = group.newest().time;
    const std::string own = time ? month_of(*time) : month;
    if (!section || own != month) {
      section = place.add("MONTH");
      section->set("MONTH", own);
      month = own;
    }
    Section row = section->add("GROUP");
    view.add_group(row, group);
  }
}

std::string address_of(const Asked& asked, const std::optional<Position>& before) {
  std::string query;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    query += (query.empty() ? "?" : "&") + std::string(name) + "=" + http::percent_encode(value);
  };
  add("code", asked.code);
  add("who", asked.actor);
  add("kind", asked.kind->name);
  if (before) add("before", std::to_string(before->value()));
  return query.empty() ? "?" : query;
}

void add_filter(Section& page, const Asked& asked) {
  page.set("CODE_ASKED", asked.code).set("WHO_ASKED", asked.actor);
  for (const Kind& kind : kinds()) {
    Section option = page.add("KIND");
    option.set("VALUE", kind.name).set("WORDS", kind.words);
    option.show_if(&kind == asked.kind, "CHOSEN");
  }
  page.show_if(asked.is_filtered(), "FILTERED");
}

// The code in each of the newest versions.
void add_code(const Visit& visit, Section& page, StoryView& view, const CodelistRecord& codelist,
              const std::string& code) {
  Section shown = page.add("LIFE");
  shown.set("CODE", code).set_and_show("TERM", view.terms().of(std::nullopt, code));
  const auto versions = visit.views().versions_of(codelist.id);
  std::size_t count = 0;
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    if (version->has_csv_data || ++count > versions_of_code_max) continue;
    const auto codes = visit.views().codes(version->id);
    const auto found = std::ranges::lower_bound(codes, code, {}, &base::CodeWithStatus::code);
    Section row = shown.add("VERSION");
    row.set("NAME", commands::tag_or_hash(*version));
    if (found != codes.end() && found->code == code) {
      add_mark(row, found->status);
    } else {
      row.show("ABSENT");
    }
  }
}

// --- A moment ---

struct ShownMoment {
  std::optional<Position> at;  // nothing: now
  const Views& views;
  std::optional<VersionRecord> version;
};

void add_codes(const Visit& visit, Section& page, const CodelistRecord& codelist,
               const ShownMoment& moment) {
  const VersionRecord& version = *moment.version;
  commands::ReleasePointer release;
  if (commands::has_release_file(visit.views(), codelist.coding_system, version.release)) {
    auto opened = visit.application().site().open_release(codelist.coding_system, version.release);
    if (opened) release = std::move(*opened);
  }
  const auto all = files::CodeRows::make(moment.views, version, release.get());
  if (!all || (*all)->size() == 0) return;
  const files::RowsFound found =
      (*all)->find({.order = files::RowOrder::term, .count_max = codes_shown_max});
  Section codes = page.add("CODES");
  codes.set("COUNT", pages::counted(found.total, "code"));
  for (const files::RowNumber number : found.rows) {
    const files::CodeRow row = (*all)->row(number);
    Section shown = codes.add("ROW");
    shown.set("CODE", row.code).set("TERM", row.term.value_or(""));
    add_mark(shown, row.status);
  }
  if (found.total > found.rows.size()) {
    codes.set_and_show("CUT", pages::grouped(found.rows.size()));
  }
}

void add_version_then(Section& page, const CodelistRecord& codelist, const VersionRecord& version) {
  Section shown = page.add("VERSION");
  shown.set("NAME", commands::tag_or_hash(version));
  shown.set("PATH", version.status == events::VersionStatus::draft
                        ? "/builder/" + base::version_hash(version.id) + "/"
                        : commands::page_of(codelist, version));
  add_badge(shown, version.status);
  add_strip(page, version.counts);
  const auto count = [&](base::CodeStatus status) {
    return version.counts[static_cast<std::size_t>(status)];
  };
  const std::uint64_t open =
      count(base::CodeStatus::unresolved) + count(base::CodeStatus::in_conflict);
  if (version.codes_count() == 0) return;
  Section counts = page.add("COUNTS");
  counts.set("INCLUDED", pages::grouped(included_count(version)));
  counts.set("EXCLUDED", pages::grouped(version.codes_count() - included_count(version) - open));
  if (open > 0) counts.set_and_show("OPEN", pages::grouped(open));
}

// Errors: those of history::read_moment().
base::Result<void> add_past(const Visit& visit, Section& page, StoryView& view,
                            const CodelistRecord& codelist, Position at) {
  const events::Log& log = visit.application().site().log;
  const auto place = visit.application().begin_long_read();
  if (!place) return place.error();
  const auto moment = history::read_moment(log, visit.views(), codelist.id, at);
  if (!moment) return moment.error();
  const auto step = history::read_step(log, moment->place.position);
  if (!step) return step.error();
  Section past = page.add("PAST");
  past.set("POSITION", position_words(moment->place.position));
  past.set("PROOF", proof_path(codelist.handle(), moment->place.position));
  if (step->time) {
    past.set("EXACT", base::format_timestamp(*step->time))
        .set("MINUTE", day_and_time_of(*step->time));
  }
  const auto link = [&](const char* name, const std::optional<Position>& to) {
    if (to) past.set_and_show(name, "?at=" + std::to_string(to->value()));
  };
  link("EARLIER", moment->place.previous);
  link("LATER", moment->place.next);
  view.add_step(past, *step);
  if (const auto since = history::since_then(*moment, visit.views(), codelist.id)) {
    Section shown = past.add("SINCE");
    shown.set("NAME", commands::tag_or_hash(since->now));
    shown.set("ADDED", pages::grouped(since->added_count));
    shown.set("REMOVED", pages::grouped(since->removed_count));
  }
  if (moment->version) {
    add_version_then(page, codelist, *moment->version);
    add_codes(visit, page, codelist, {at, moment->views(), moment->version});
  }
  return {};
}

bool may_restore(const Visit& visit) {
  return visit.visitor() && commands::check_admin(visit.actor());
}

void add_restore(const Visit& visit, Section& page, const CodelistRecord& codelist, Position at) {
  const std::string number = std::to_string(at.value());
  Section restore = page.add("RESTORE");
  restore.set("POSITION", position_words(at));
  restore.set(
      "FORM",
      visit.form(
          {.action = history_path(codelist.handle()),
           .button = "Restore as of " + number,
           .fields = {{.kind = FieldKind::hidden, .name = "at", .label = {}, .value = number},
                      {.name = "reason",
                       .label = "Reason",
                       .hint = "It stays in the history.",
                       .is_required = false}},
           .is_destructive = true}));
}

// What src/islands/time-slider.tsx and timeline.tsx need.
std::string island_props(const Visit& visit, const CodelistRecord& codelist, const Asked& asked) {
  const projections::Handle& handle = codelist.handle();
  nlohmann::json props = {{"codelist", events::to_string(handle.owner) + "/" + handle.slug},
                          {"name", handle.name},
                          {"at", nullptr},
                          {"canRestore", may_restore(visit)}};
  if (asked.at) props["at"] = asked.at->value();
  return props.dump();
}

// The list at a moment or now, and how busy its days were. Errors: those of add_past().
base::Result<void> add_times(const Visit& visit, Section& page, StoryView& view,
                             const CodelistRecord& codelist, const Asked& asked) {
  Section times = page.add("TIMES");
  times.set("PROPS", island_props(visit, codelist, asked));
  if (asked.at) {
    const auto added = add_past(visit, times, view, codelist, *asked.at);
    if (!added) return added;
    if (may_restore(visit)) add_restore(visit, times, codelist, *asked.at);
    return {};
  }
  const auto newest = visit.views().newest_version_of(codelist.id);
  times.show("NOW");
  if (newest) add_version_then(times, codelist, *newest);
  return {};
}

// --- The page ---

base::Result<pages::Html> history_content(const Visit& visit, const CodelistRecord& codelist,
                                          const Asked& asked) {
  const projections::Handle& handle = codelist.handle();
  history::StoryQuery query{.filter = {.code = asked.code, .types = asked.kind->types},
                            .before = asked.before,
                            .groups_max = groups_per_page,
                            .joins_sittings = asked.code.empty()};
  if (!asked.actor.empty()) query.filter.actor = asked.actor;
  const auto story =
      history::read_story(visit.application().site().log, visit.views(), codelist.id, query);
  if (!story) return story.error();
  pages::Template content("history.html");
  StoryView view(visit, codelist);
  content.set("NAME", handle.name).set("OVERVIEW", commands::page_of(handle) + "-/");
  content.set("OWNER", owner_name(visit.views(), handle.owner));
  content.set("OWNER_PATH", owner_path(handle.owner)).set("PATH", history_path(handle));
  const auto newest = visit.views().newest_version_of(codelist.id);
  if (newest) {
    content.set_and_show("METHODS", commands::page_of(codelist, *newest) + "-/methods/");
  }
  // The life of one code is a page of its own, unless it is about a moment.
  if (asked.code.empty() || asked.at) {
    const auto added = add_times(visit, content, view, codelist, asked);
    if (!added) return added.error();
  }
  add_filter(content, asked);
  content.set("STORY_TITLE", asked.code.empty() ? "What happened" : "The life of one code");
  if (!asked.code.empty()) add_code(visit, content, view, codelist, asked.code);
  add_story(content, view, *story);
  content.show_if(story->groups.empty(), "NOTHING");
  if (story->next) content.set_and_show("OLDER", address_of(asked, story->next));
  if (asked.before) content.set_and_show("NEWEST", address_of(asked, std::nullopt));
  return content.expand();
}

http::Response history_page(const Visit& visit, OwnerKind kind) {
  const auto codelist = codelist_in_path(visit, kind);
  if (!codelist) return visit.not_found();
  const auto asked = asked_in(visit.request().query());
  if (!asked) return problem_page(visit, asked.error());
  const auto content = history_content(visit, *codelist, *asked);
  if (!content) return problem_page(visit, content.error());
  const projections::Handle& handle = codelist->handle();
  return visit.page({.title = "History of " + handle.name,
                     .has_own_heading = true,
                     .description = "Every decision on " + handle.name + ", by whom, when and why.",
                     .canonical = visit.address_of(history_path(handle)),
                     .width = pages::Width::wide},
                    *content);
}

// By the name that the codelist had then: another one may have had its present name. Errors:
// not_found (it did not exist then), and those of the commands.
base::Result<commands::PastCodelist> find_past(const Visit& visit, const CodelistRecord& codelist,
                                               Position at) {
  const auto place = visit.application().begin_long_read();
  if (!place) return place.error();
  const auto moment =
      history::read_moment(visit.application().site().log, visit.views(), codelist.id, at);
  if (!moment) return moment.error();
  const auto then = moment->views().codelist(codelist.id);
  if (!then) {
    return base::Error{base::ErrorCode::not_found, "the codelist did not exist then", {}};
  }
  return visit.application().codelists().find_past(
      {then->handle().owner, then->handle().slug, moment->place.position});
}

http::Response restore(const Visit& visit, const http::Form& form, OwnerKind kind) {
  const auto codelist = codelist_in_path(visit, kind);
  if (!codelist) return visit.not_found();
  if (const auto may = commands::check_admin(visit.actor()); !may)
    return refused(visit, may.error());
  const auto at = position_in(text_of(form, "at"));
  const events::Log& log = visit.application().site().log;
  if (!at || *at > log.head().position) {
    return visit.page(400, "Restore", "at: must be a position of the log");
  }
  const auto past = find_past(visit, *codelist, *at);
  if (!past) return refused(visit, past.error());
  const auto restored =
      visit.application().codelists().restore(visit.write(), *past, text_of(form, "reason"));
  if (!restored) return refused(visit, restored.error());
  const auto now = visit.application().views().codelist(codelist->id);
  const std::string path = now ? history_path(now->handle()) : "/";
  return visit.redirect(path, "The list is as it was after " + position_words(*at) + " again.");
}

}  // namespace

std::string history_path(const projections::Handle& handle) {
  return commands::page_of(handle) + "-/history/";
}

void add_history_pages(http::Router& router, application::Application& application) {
  const std::pair<OwnerKind, std::string> codelists[] = {
      {OwnerKind::organisation, "/codelist/{owner:slug}/{slug:slug}/-/history/"},
      {OwnerKind::user, "/codelist/user/{owner:slug}/{slug:slug}/-/history/"}};
  for (const auto& [kind, pattern] : codelists) {
    add_page(
        router, application,
        {.pattern = pattern,
         .get = [kind = kind](const Visit& visit) { return history_page(visit, kind); },
         .post = [kind = kind](const Visit& visit,
                               const http::Form& form) { return restore(visit, form, kind); }});
  }
}

}  // namespace codelog::web
