#include "server/web/versions/upgrade_page.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "events/base/client_detail.h"
#include "events/base/version_hash.h"
#include "server/commands/newest_release.h"
#include "server/commands/permissions.h"
#include "server/commands/version_names.h"
#include "server/http/urlencoded.h"
#include "server/web/pager.h"
#include "server/web/versions/upgraded_codes.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using commands::CodeUpgrade;
using commands::NamedVersion;
using commands::UpgradePreview;
using events::VersionStatus;
using pages::Section;
using projections::ReleaseRecord;
using projections::VersionRecord;

constexpr std::size_t upgrade_rows_per_page = 200;
constexpr std::size_t not_codes_shown_max = 20;

struct GroupWords {
  std::string_view value;  // of ?show=
  std::string_view title;
};
constexpr std::array<GroupWords, upgrade_groups_count> groups = {
    GroupWords{"new", "New"}, GroupWords{"gone", "Gone"}, GroupWords{"changed", "Changed"}};

std::optional<NamedVersion> version_of(const Visit& visit, events::OwnerKind kind) {
  return commands::find_version(visit.views(), {kind, std::string(visit.path("owner"))},
                                visit.path("slug"), visit.path("version"));
}

bool may_edit(const Visit& visit, const NamedVersion& named) {
  if (!visit.visitor()) return false;
  const auto& [codelist, version] = named;
  return version.status == VersionStatus::draft
             ? commands::can_edit_draft(visit.views(), visit.actor(), codelist, version)
             : commands::can_edit(visit.views(), visit.actor(), codelist);
}

std::string builder_path_of(const VersionRecord& draft) {
  return "/builder/" + base::version_hash(draft.id) + "/";
}

// The version that a draft brings to its release; nothing for other versions.
std::optional<VersionRecord> upgraded_source(const Visit& visit, const VersionRecord& version,
                                             std::string_view to) {
  if (version.status != VersionStatus::draft || !version.source) return std::nullopt;
  if (!to.empty() && to != version.release) return std::nullopt;
  auto source = visit.views().version(*version.source);
  if (!source || source->release == version.release) return std::nullopt;
  return source;
}

// A draft of the same codelist that brings the version to the release.
std::optional<VersionRecord> draft_on(const Visit& visit, const VersionRecord& version,
                                      const std::string& release) {
  for (VersionRecord& other : visit.views().versions_of(version.codelist)) {
    if (other.status != VersionStatus::draft || other.source != version.id) continue;
    if (other.release == release) return std::move(other);
  }
  return std::nullopt;
}

// --- The rows

std::string first_of(const std::vector<std::string>& names) {
  return names.empty() ? std::string() : names.front();
}

std::string others_of(const std::vector<std::string>& names) {
  return names.size() < 2 ? std::string() : pages::counted(names.size() - 1, "other");
}

std::vector<std::string> parent_terms(const coding_systems::Release& release,
                                      const std::vector<std::string_view>& parents) {
  std::vector<std::string> terms;
  for (const std::string_view parent : parents) {
    terms.emplace_back(commands::shown_term_of(release, parent));
  }
  return terms;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text = first_of(names);
  if (names.size() > 1) text += " and " + others_of(names);
  return text.empty() ? "the top" : text;
}

void add_named(Section& row, std::string_view section, std::string_view name,
               const std::vector<std::string>& names) {
  if (names.empty()) return;
  row.add(section).set(name, first_of(names)).set_and_show("MORE", others_of(names));
}

void add_origin(Section& row, const UpgradePreview& preview, const CodeUpgrade& code) {
  std::vector<std::string> searches;
  for (const std::size_t place : commands::searches_finding(preview.upgrade, code.code)) {
    searches.push_back(preview.upgrade.searches[place].search.text);
  }
  add_named(row, "MATCHED", "SEARCH", searches);
  add_named(
      row, "BELOW", "PARENT",
      parent_terms(preview.releases->newer(), commands::included_parents(preview, code.code)));
}

void add_story(Section& row, const UpgradePreview& preview, const UpgradedCode& shown) {
  const CodeUpgrade& code = *shown.code;
  const coding_systems::ReleaseComparison& releases = *preview.releases;
  if (!code.before) add_origin(row, preview, code);
  row.show_if(code.fate.inactive, "INACTIVE").show_if(code.fate.removed, "REMOVED");
  row.show_if(code.no_longer_matched, "LOST");
  if (code.fate.renamed) {
    row.add("RENAMED").set("BEFORE", commands::shown_term_of(*releases.older(), code.code));
  }
  if (code.fate.moved) {
    const auto from = releases.parents_of(*releases.older(), code.code);
    const auto to = releases.parents_of(releases.newer(), code.code);
    row.add("MOVED")
        .set("FROM", joined(parent_terms(*releases.older(), from)))
        .set("TO", joined(parent_terms(releases.newer(), to)));
  }
  for (const coding_systems::Successor& successor : shown.successors) {
    Section line = row.add("SUCCESSOR");
    line.set("RELATION", successor.relation).set("CODE", successor.code);
    line.set("TERM", commands::shown_term_of(releases.newer(), successor.code));
    line.show_if(!successor.is_active, "RETIRED");
  }
}

void add_row(Section& place, const UpgradePreview& preview, const UpgradedCode& shown) {
  Section row = place.add("ROW");
  row.set("TERM", shown.term).set("CODE", shown.code->code).show_if(shown.is_open, "OPEN");
  add_mark(row, shown.now);
  if (shown.code->before && *shown.code->before != shown.now) {
    Section before = row.add("BEFORE");
    add_mark(before, *shown.code->before);
  }
  add_story(row, preview, shown);
}

struct GroupCounts {
  std::array<std::size_t, upgrade_groups_count> all{};
  std::size_t open = 0;
  std::size_t total = 0;
  std::size_t with_successor = 0;
};

GroupCounts count_groups(const std::vector<UpgradedCode>& codes) {
  GroupCounts counts;
  counts.total = codes.size();
  for (const UpgradedCode& code : codes) {
    ++counts.all.at(static_cast<std::size_t>(code.group));
    counts.open += code.is_open ? 1u : 0u;
    const bool has_successor = std::ranges::any_of(
        code.successors, [](const auto& successor) { return successor.is_active; });
    counts.with_successor += has_successor ? 1u : 0u;
  }
  return counts;
}

// "4 matched by searches", "2 with a successor, 1 without"
std::string group_sentence(UpgradeGroup group, const GroupCounts& counts,
                           const UpgradePreview& preview) {
  const events::UpgradeCounts& all = preview.upgrade.counts;
  const auto list = [](std::initializer_list<std::pair<std::size_t, std::string_view>> parts) {
    std::string text;
    for (const auto& [count, words] : parts) {
      if (count == 0) continue;
      text += (text.empty() ? "" : " · ") + pages::grouped(count).append(" ").append(words);
    }
    return text;
  };
  if (group == UpgradeGroup::added) {
    return list({{all.newly_matched, "found by searches"},
                 {all.new_descendants, "below codes of the list"}});
  }
  if (group == UpgradeGroup::gone) {
    const std::size_t gone = counts.all[static_cast<std::size_t>(UpgradeGroup::gone)];
    return list(
        {{counts.with_successor, "with a successor"}, {gone - counts.with_successor, "without"}});
  }
  return list({{all.moved, "moved"},
               {all.renamed, "renamed"},
               {all.no_longer_matched, "no longer found by their searches"}});
}

UpgradeGroup chosen_group(const Visit& visit, const GroupCounts& counts) {
  const std::string_view show = visit.request().query().get("show");
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (groups[i].value == show) return static_cast<UpgradeGroup>(i);
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (counts.all[i] > 0) return static_cast<UpgradeGroup>(i);
  }
  return UpgradeGroup::added;
}

void add_codes(const Visit& visit, Section& place, const UpgradePreview& preview,
               const std::vector<UpgradedCode>& codes, const GroupCounts& counts) {
  const UpgradeGroup group = chosen_group(visit, counts);
  const auto chosen = static_cast<std::size_t>(group);
  const std::string to(visit.request().query().get("to"));
  const std::string kept = to.empty() ? "?" : "?to=" + http::percent_encode(to) + "&";
  for (std::size_t i = 0; i < groups.size(); ++i) {
    Section way = place.add("WAY");
    way.set("WORDS", groups[i].title).set("COUNT", pages::grouped(counts.all[i]));
    way.set("PATH", kept + "show=" + std::string(groups[i].value)).show_if(i == chosen, "HERE");
  }
  place.set("GROUP", group_sentence(group, counts, preview));
  place.show_if(counts.all[chosen] == 0, "EMPTY");
  const auto begin = std::ranges::lower_bound(codes, group, {}, &UpgradedCode::group);
  const Pager pager = pager_of(visit.request(), counts.all[chosen], upgrade_rows_per_page);
  for (std::size_t i = pager.first(); i < pager.after(); ++i) {
    add_row(place, preview, begin[static_cast<std::ptrdiff_t>(i)]);
  }
  add_pager(place, pager, {{"to", to}, {"show", std::string(groups[chosen].value)}});
}

// --- The page around them

std::string touched_sentence(const GroupCounts& counts, const UpgradePreview& preview,
                             bool is_draft) {
  if (counts.total == 0) {
    return preview.upgrade.had_older
               ? "The release changes nothing in this list."
               : "The release adds nothing to this list. Moves and new names cannot be told, "
                 "because the file of the older release is not on this server.";
  }
  const std::string all = "The release touches " + pages::counted(counts.total, "code") + ". ";
  if (counts.open == 0) return all + (is_draft ? "All are settled." : "None needs a decision.");
  return all + pages::grouped(counts.open) +
         (counts.open == 1 ? " needs a decision." : " need a decision.");
}

void add_searches_left_out(Section& page, const UpgradePreview& preview) {
  Section* shown = nullptr;
  std::optional<Section> section;
  for (const commands::SearchUpgrade& search : preview.upgrade.searches) {
    if (!search.left_out_codes) continue;
    if (shown == nullptr) shown = &section.emplace(page.add("SEARCHES"));
    shown->add("SEARCH")
        .set("TEXT", search.search.text)
        .set("WHY", search.problem.empty() ? pages::counted(*search.left_out_codes, "code")
                                           : search.problem);
  }
}

void add_not_codes(Section& page, const UpgradePreview& preview, const std::string& system) {
  const auto& entries = preview.not_codes;
  if (entries.empty()) return;
  std::string first;
  for (std::size_t i = 0; i < std::min(entries.size(), not_codes_shown_max); ++i) {
    first += (i > 0 ? ", " : "") + entries[i];
  }
  if (entries.size() > not_codes_shown_max) first += ", …";
  page.add("NOT_CODES")
      .set("COUNT", pages::grouped(entries.size()))
      .set("SYSTEM", system_name(system))
      .set("FIRST", first);
}

// Who may edit gets the button; others are told who may.
void add_make(const Visit& visit, Section& page, const NamedVersion& named,
              const std::string& release) {
  const auto draft = draft_on(visit, named.version, release);
  const bool can_edit = may_edit(visit, named);
  if (draft && can_edit) {
    page.set_and_show("CONTINUE", commands::page_of(named.codelist, *draft) + "-/upgrade/");
    return;
  }
  if (can_edit) {
    Form form{.action = commands::page_of(named.codelist, named.version) + "-/upgrade/",
              .button = "Make the draft",
              .fields = {{.kind = FieldKind::hidden, .name = "to", .value = release}}};
    page.set("MAKE", visit.form(form));
    page.set_and_show("HINT", "Nothing changes until you make the draft.");
    return;
  }
  page.set_and_show("HINT", "This preview changes nothing. " +
                                owner_name(visit.views(), named.codelist.handle().owner) +
                                " and collaborators can make a draft from it.");
}

// What src/islands/upgrade.tsx describes.
std::string upgrade_props(const NamedVersion& draft, const VersionRecord& source,
                          const std::vector<UpgradedCode>& codes, const DraftState& state) {
  nlohmann::json decided = nlohmann::json::array();
  for (const UpgradedCode& code : codes) {
    if (code.group == UpgradeGroup::gone && state.decided.contains(code.code->code)) {
      decided.push_back(code.code->code);
    }
  }
  const nlohmann::json props = {{"draft", base::version_hash(draft.version.id)},
                                {"source", base::version_hash(source.id)},
                                {"release", draft.version.release},
                                {"decided", std::move(decided)},
                                {"version", commands::page_of(draft.codelist, draft.version)},
                                {"builder", builder_path_of(draft.version)}};
  return props.dump();
}

void add_draft(const Visit& visit, Section& page, const NamedVersion& named,
               const GroupCounts& counts) {
  Section draft = page.add("DRAFT");
  add_badge(draft, VersionStatus::draft);
  const bool can_edit = may_edit(visit, named);
  page.set_and_show("BUILDER", builder_path_of(named.version));
  if (!can_edit) {
    page.set_and_show("HINT", "You can read this draft. Its editors can change it: " +
                                  owner_name(visit.views(), named.codelist.handle().owner) +
                                  " and collaborators.");
  } else if (counts.open > 0) {
    page.set_and_show("HINT",
                      "Settling codes here needs JavaScript; the builder's forms go without.");
  }
}

void add_upgrade_head(const Visit& visit, Section& page, const NamedVersion& named) {
  const events::Owner& owner = named.codelist.handle().owner;
  page.set("NAME", named.codelist.handle().name).set("TITLE", named.codelist.handle().name);
  page.set("VERSION", commands::tag_or_hash(named.version));
  page.set("LIST_PATH", commands::page_of(named.codelist, named.version));
  page.set("OWNER", owner_name(visit.views(), owner)).set("OWNER_PATH", owner_path(owner));
}

http::Response upgrade_answer(const Visit& visit, const NamedVersion& named, int status,
                              const pages::Template& content) {
  return visit.page({.status = status,
                     .title = named.codelist.handle().name + ": a newer release",
                     .has_own_heading = true,
                     .width = pages::Width::wide},
                    content.expand());
}

http::Response without_preview(const Visit& visit, const NamedVersion& named, int status,
                               std::string_view sentence) {
  pages::Template content("upgrade.html");
  add_upgrade_head(visit, content, named);
  content.set_and_show("PROBLEM", sentence);
  return upgrade_answer(visit, named, status, content);
}

void add_releases(const Visit& visit, Section& page, const NamedVersion& named,
                  const VersionRecord& source, const ReleaseRecord& newer) {
  Section shown = page.add("RELEASES");
  shown.set("SYSTEM", system_name(named.codelist.coding_system));
  shown.set("BEFORE", release_title(visit.views(), source.release));
  shown.set("BEFORE_PATH", "/releases/" + source.release + "/");
  shown.set("AFTER", release_title(visit.views(), newer.alias));
  shown.set("AFTER_PATH", "/releases/" + newer.alias + "/");
}

}  // namespace

std::string upgrade_path(const projections::CodelistRecord& codelist, const VersionRecord& version,
                         std::string_view release) {
  return commands::page_of(codelist, version) + "-/upgrade/?to=" + http::percent_encode(release);
}

http::Response upgrade_page(const Visit& visit, events::OwnerKind owner_kind) {
  const auto named = version_of(visit, owner_kind);
  if (!named) return visit.not_found();
  const std::string to(visit.request().query().get("to"));
  const auto source = upgraded_source(visit, named->version, to);
  const commands::Site& site = visit.application().site();
  std::string alias = to;
  if (source) {
    alias = named->version.release;
  } else if (alias.empty()) {
    const auto newest =
        commands::newest_release(site.log, visit.views(), named->codelist.coding_system);
    alias = newest ? newest->alias : named->version.release;
    if (alias == named->version.release) {
      return without_preview(visit, *named, 200, "This version is on the newest release already.");
    }
  }
  const VersionRecord& before = source ? *source : named->version;
  const auto place = visit.application().begin_long_read();
  const auto preview = place ? commands::preview_upgrade(site, visit.views(), before, alias)
                             : base::Result<UpgradePreview>(place.error());
  if (!preview) {
    http::Response response =
        without_preview(visit, *named, http::http_status(preview.error().code),
                        base::client_detail(preview.error()));
    note_fault(preview.error(), response);
    return response;
  }
  const DraftState state = source ? state_of_draft(site.log, visit.views(), named->version)
                                  : state_before_draft(preview->upgrade);
  const auto codes = upgraded_codes(*preview, state);
  const GroupCounts counts = count_groups(codes);
  pages::Template content("upgrade.html");
  add_upgrade_head(visit, content, *named);
  add_releases(visit, content, *named, before, preview->newer);
  content.show("PREVIEW");
  content.add("TOUCHED").set("SENTENCE", touched_sentence(counts, *preview, source.has_value()));
  if (source) {
    add_draft(visit, content, *named, counts);
  } else {
    add_make(visit, content, *named, alias);
  }
  if (!codes.empty()) {
    Section shown = content.add("CODES");
    if (source && may_edit(visit, *named)) {
      add_need_of_scripts(content);
      shown.add("ISLAND").set("PROPS", upgrade_props(*named, *source, codes, state));
    }
    add_codes(visit, shown, *preview, codes, counts);
  }
  add_searches_left_out(content, *preview);
  add_not_codes(content, *preview, named->codelist.coding_system);
  return upgrade_answer(visit, *named, 200, content);
}

http::Response make_upgrade(const Visit& visit, const http::Form& form,
                            events::OwnerKind owner_kind) {
  const auto named = version_of(visit, owner_kind);
  if (!named) return visit.not_found();
  if (!may_edit(visit, *named)) return visit.redirect("/");
  const auto made =
      visit.application().versions().upgrade(visit.write(), named->version.id, text_of(form, "to"));
  if (!made) return refused(visit, made.error());
  const auto draft = made_version(*made);
  CODELOG_CHECK(draft.has_value(), "a new draft is in its commit");
  return visit.redirect(commands::page_of(named->codelist.handle(), base::version_hash(*draft)) +
                        "-/upgrade/");
}

}  // namespace codelog::web
