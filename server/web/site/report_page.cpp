#include "server/web/site/report_page.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "events/base/client_detail.h"
#include "server/commands/version_names.h"
#include "server/web/pager.h"
#include "server/web/versions/upgrade_page.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using events::UpgradeOutcome;
using events::VersionStatus;
using events::VersionUpgrade;
using pages::Section;
using projections::CodelistRecord;
using projections::VersionRecord;

constexpr std::size_t report_rows_per_page = 50;
constexpr std::size_t owners_shown_max = 12;

// A codelist in the report, by its newest version there that the visitor sees.
struct ReportedList {
  CodelistRecord codelist;
  VersionRecord version;
  VersionUpgrade effect;
};

struct ReportedLists {
  std::vector<ReportedList> lists;
  std::size_t on_it_count = 0;  // that have come to the release since
};

bool may_administer(const Visit& visit) { return visit.visitor() && visit.actor().is_admin; }

bool sees_all(const Visit& visit, const CodelistRecord& codelist) {
  return may_administer(visit) || sees_all_versions(visit, codelist);
}

bool sees(bool sees_all, const CodelistRecord& codelist, const VersionRecord& version) {
  return sees_all || (!codelist.is_private && version.status == VersionStatus::published);
}

bool is_on(const Visit& visit, const CodelistRecord& codelist, const std::string& release,
           bool sees_all) {
  return std::ranges::any_of(visit.views().versions_of(codelist.id), [&](const auto& version) {
    return version.release == release && version.status != VersionStatus::draft &&
           sees(sees_all, codelist, version);
  });
}

ReportedLists lists_of(const Visit& visit, const projections::UpgradeReportRecord& report,
                       const std::string& release) {
  std::map<base::CodelistId, ReportedList> newest;
  std::map<base::CodelistId, bool> all_seen;
  for (const VersionUpgrade& row : report.versions) {
    auto version = visit.views().version(row.version);
    if (!version) continue;
    auto codelist = visit.views().codelist_of(*version);
    const base::CodelistId id = codelist.id;
    const auto [known, is_new] = all_seen.try_emplace(id, false);
    if (is_new) known->second = sees_all(visit, codelist);
    if (!sees(known->second, codelist, *version)) continue;
    newest.insert_or_assign(id, ReportedList{std::move(codelist), std::move(*version), row});
  }
  ReportedLists lists;
  for (auto& [id, list] : newest) {
    if (is_on(visit, list.codelist, release, all_seen.at(id))) {
      ++lists.on_it_count;
    } else {
      lists.lists.push_back(std::move(list));
    }
  }
  return lists;
}

// Codes that are new or gone weigh more than those that have only moved or been renamed.
std::uint64_t weight_of(const VersionUpgrade& effect) {
  constexpr std::uint64_t heavy = 1'000'000;
  const events::UpgradeCounts& counts = effect.counts;
  const std::uint64_t comes_or_goes = std::uint64_t{counts.newly_matched} + counts.new_descendants +
                                      counts.inactive + counts.removed;
  return comes_or_goes * heavy + counts.moved + counts.renamed + counts.no_longer_matched;
}

// Those that are not the same; the most touched first, then those that cannot be told.
std::vector<const ReportedList*> worst_first(const ReportedLists& lists) {
  std::vector<const ReportedList*> worst;
  for (const ReportedList& list : lists.lists) {
    if (list.effect.outcome != UpgradeOutcome::unchanged) worst.push_back(&list);
  }
  std::ranges::stable_sort(worst, [](const ReportedList* a, const ReportedList* b) {
    const bool a_told = a->effect.outcome == UpgradeOutcome::affected;
    const bool b_told = b->effect.outcome == UpgradeOutcome::affected;
    if (a_told != b_told) return a_told;
    return weight_of(a->effect) > weight_of(b->effect);
  });
  return worst;
}

// --- The picture: lists by owner

struct OutcomeCounts {
  std::string name = {};
  std::string path = {};
  std::size_t same = 0;
  std::size_t touched = 0;
  std::size_t unknown = 0;

  std::size_t all() const { return same + touched + unknown; }
  void add(UpgradeOutcome outcome) {
    if (outcome == UpgradeOutcome::unchanged) ++same;
    if (outcome == UpgradeOutcome::affected) ++touched;
    if (outcome == UpgradeOutcome::cannot_tell) ++unknown;
  }
};

// As wide as its share of the most lists that an owner has.
void add_bar(Section& row, const OutcomeCounts& counts, std::size_t most) {
  const std::tuple<std::size_t, std::string_view, std::string_view> parts[] = {
      {counts.same, "same", "the same"},
      {counts.touched, "touched", "touched"},
      {counts.unknown, "unknown", "cannot tell"}};
  constexpr std::size_t bar_width = 1000;
  Section bar = row.include("STRIP", "_strip.html");
  std::string words;
  std::size_t seen = 0;
  for (const auto& [count, style, name] : parts) {
    if (count == 0) continue;
    const std::size_t left = seen * bar_width / most;
    seen += count;
    bar.add("PART")
        .set("STYLE", style)
        .set("LEFT", std::to_string(left))
        .set("WIDTH", std::to_string(seen * bar_width / most - left));
    words += (words.empty() ? "" : ", ") + pages::grouped(count) + " " + std::string(name);
  }
  bar.set("WORDS", words);
}

void add_owner(Section& report, const OutcomeCounts& counts, std::size_t most) {
  Section row = report.add("OWNER");
  row.set("NAME", counts.name).set("PATH", counts.path);
  row.set("COUNT", pages::counted(counts.all(), "list"));
  row.set("SAME", pages::grouped(counts.same)).set("TOUCHED", pages::grouped(counts.touched));
  row.set("UNKNOWN", pages::grouped(counts.unknown));
  add_bar(row, counts, most);
}

void add_owners(const Visit& visit, Section& report, const ReportedLists& lists) {
  std::map<events::Owner, OutcomeCounts> by_owner;
  for (const ReportedList& list : lists.lists) {
    by_owner[list.codelist.handle().owner].add(list.effect.outcome);
  }
  std::vector<OutcomeCounts> owners;
  for (auto& [owner, counts] : by_owner) {
    counts.name = owner_name(visit.views(), owner);
    counts.path = owner_path(owner);
    owners.push_back(std::move(counts));
  }
  std::ranges::stable_sort(owners, [](const OutcomeCounts& a, const OutcomeCounts& b) {
    const std::pair a_counts(a.touched, a.all());
    const std::pair b_counts(b.touched, b.all());
    return a_counts != b_counts ? a_counts > b_counts : a.name < b.name;
  });
  OutcomeCounts others{.name = "All others", .path = "/organisations/"};
  for (std::size_t i = owners_shown_max; i < owners.size(); ++i) {
    const OutcomeCounts& counts = owners[i];
    others.same += counts.same;
    others.touched += counts.touched;
    others.unknown += counts.unknown;
  }
  owners.resize(std::min(owners.size(), owners_shown_max));
  if (others.all() > 0) owners.push_back(std::move(others));
  std::size_t most = 1;
  for (const OutcomeCounts& counts : owners) most = std::max(most, counts.all());
  for (const OutcomeCounts& counts : owners) add_owner(report, counts, most);
}

std::string finding_of_report(const ReportedLists& lists) {
  OutcomeCounts counts;
  for (const ReportedList& list : lists.lists) counts.add(list.effect.outcome);
  if (counts.all() == 0) return "There is no list on an older release.";
  const std::string all = pages::counted(counts.all(), "list");
  const std::string all_of_them = (counts.all() == 1 ? "The only list" : "All " + all);
  if (counts.touched == counts.all()) {
    return all_of_them + (counts.all() == 1 ? " is touched." : " are touched.");
  }
  if (counts.same == counts.all()) {
    return all_of_them + (counts.all() == 1 ? " stays the same." : " stay the same.");
  }
  std::string finding = pages::grouped(counts.touched) + " of " + all +
                        (counts.touched == 1 ? " is" : " are") + " touched, " +
                        pages::grouped(counts.same) + (counts.same == 1 ? " stays" : " stay") +
                        " the same";
  if (counts.unknown > 0) {
    finding += "; for " + pages::grouped(counts.unknown) + " nobody can tell";
  }
  return finding + ".";
}

// --- The page

void add_list(const Visit& visit, Section& place, const ReportedList& list,
              const std::string& release) {
  const auto& [codelist, version, effect] = list;
  Section row = place.add("LIST");
  row.set("NAME", codelist.handle().name).set("PATH", commands::page_of(codelist, version));
  row.set("VERSION", commands::tag_or_hash(version));
  row.set("OWNER", owner_name(visit.views(), codelist.handle().owner));
  row.set("UPGRADE", upgrade_path(codelist, version, release));
  if (effect.outcome == UpgradeOutcome::cannot_tell) {
    row.add("UNTOLD").set("PROBLEM", effect.problem.empty()
                                         ? "The file of its own release is not on this server."
                                         : effect.problem);
    return;
  }
  const events::UpgradeCounts& counts = effect.counts;
  Section counted = row.add("COUNTED");
  counted.set("NEW", pages::grouped(std::uint64_t{counts.newly_matched} + counts.new_descendants));
  counted.set("GONE", pages::grouped(std::uint64_t{counts.inactive} + counts.removed));
  counted.set("MOVED", pages::grouped(counts.moved));
  counted.set("RENAMED", pages::grouped(counts.renamed));
}

void add_report_body(const Visit& visit, Section& page,
                     const projections::UpgradeReportRecord& report, const std::string& release) {
  Section made = page.add("MADE");
  made.set("POSITION", pages::grouped(report.position.value()));
  add_time(made, "TIME", report.made_at);
  Section shown = page.add("REPORT");
  const ReportedLists lists = lists_of(visit, report, release);
  shown.set("FINDING", finding_of_report(lists));
  add_owners(visit, shown, lists);
  if (lists.on_it_count > 0) {
    shown.set_and_show("ON_IT", pages::counted(lists.on_it_count, "list") +
                                    (lists.on_it_count == 1 ? " is" : " are"));
  }
  const auto worst = worst_first(lists);
  if (worst.empty()) {
    shown.show("UNTOUCHED");
    return;
  }
  Section table = shown.add("LISTS");
  const Pager pager = pager_of(visit.request(), worst.size(), report_rows_per_page);
  for (std::size_t i = pager.first(); i < pager.after(); ++i) {
    add_list(visit, table, *worst[i], release);
  }
  add_pager(table, pager, {});
}

// Versions that a visitor may not know of are counted, too: only administrators see the numbers.
void add_progress(const Visit& visit, Section& page, const jobs::UpgradeReports::State& state) {
  Section running = page.add("RUNNING");
  running.set("PROPS", nlohmann::json({{"release", state.release}}).dump());
  if (!may_administer(visit) || state.total == 0) return;
  Section counts = running.add("COUNTS");
  counts.set("DONE", pages::grouped(state.done)).set("TOTAL", pages::grouped(state.total));
  counts.set("DONE_NUMBER", std::to_string(state.done));
  counts.set("TOTAL_NUMBER", std::to_string(state.total));
}

http::Response report_page(const Visit& visit) {
  const std::string alias(visit.path("alias"));
  const auto release = visit.views().release(alias);
  if (!release) return visit.not_found();
  pages::Template content("report.html");
  const std::string system = system_name(release->coding_system);
  const std::string title = release_title(visit.views(), alias);
  content.set("SYSTEM", system).set("RELEASE", title);
  content.set("RELEASE_PATH", "/releases/" + alias + "/");
  const auto report = visit.views().upgrade_report(alias);
  const auto state = visit.application().upgrade_reports().state_of(alias);
  const bool is_running = state && state->is_running;
  if (is_running) add_progress(visit, content, *state);
  if (state && state->error && may_administer(visit)) {
    content.set_and_show("FAILED", base::client_detail(*state->error));
  }
  if (report) add_report_body(visit, content, *report, alias);
  if (!report && !is_running) content.add("NONE").show_if(!may_administer(visit), "WHO");
  if (may_administer(visit) && !is_running) {
    const std::string words = report ? "Make it anew" : "Make the report";
    content.set("START",
                visit.form({.action = std::string(visit.request().path()), .button = words}));
  }
  return visit.page({.title = system + " " + title + ": what it does to codelists",
                     .has_own_heading = true,
                     .width = pages::Width::wide},
                    content.expand());
}

http::Response start_report(const Visit& visit) {
  const std::string alias(visit.path("alias"));
  if (!visit.views().release(alias)) return visit.not_found();
  const auto started = visit.application().upgrade_reports().start(visit.write(), alias);
  if (!started) return refused(visit, started.error());
  return visit.redirect(visit.request().path());
}

}  // namespace

void add_report_pages(http::Router& router, application::Application& application) {
  add_page(router, application,
           {.pattern = "/releases/{alias}/report/",
            .get = report_page,
            .post = [](const Visit& visit, const http::Form&) { return start_report(visit); },
            .is_kept = true});
}

}  // namespace codelog::web
