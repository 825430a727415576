#include "server/web/versions/version_view.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "coding_systems/base/coding_system.h"
#include "events/base/version_hash.h"
#include "server/application/names.h"
#include "server/commands/version_digests.h"
#include "server/files/downloads.h"
#include "server/files/version_tree.h"
#include "server/http/urlencoded.h"
#include "server/pages/markdown.h"
#include "server/web/codelists/history_page.h"
#include "server/web/versions/sign_offs.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using base::CodeStatus;
using commands::NamedVersion;
using events::VersionStatus;
using pages::Section;
using projections::CodelistRecord;
using projections::VersionRecord;

constexpr files::TreeLimits tree_limits{.rows_below_top_max = 200, .rows_max = 1000};
constexpr std::size_t definition_rows_max = 500;
// A smaller hierarchy is seen better as a tree.
constexpr std::size_t icicle_codes_min = 500;

std::optional<projections::ReleaseRecord> release_record(const Visit& visit,
                                                         const VersionRecord& version) {
  return visit.views().release(version.release);
}

struct Counts {
  std::uint64_t included = 0;
  std::uint64_t excluded = 0;
  std::uint64_t all = 0;
};

Counts counts_of(const VersionRecord& version) {
  const auto& counts = version.counts;
  const std::uint64_t excluded = counts[static_cast<std::size_t>(CodeStatus::excluded)] +
                                 counts[static_cast<std::size_t>(CodeStatus::excluded_by_ancestor)];
  return {included_count(version), excluded, version.codes_count()};
}

// The rows of a section, whose codes lead to their history.
struct TreeRows {
  const std::vector<files::TreeRow>& rows;
  const std::string& history;
};

void add_tree_rows(Section place, const TreeRows& tree, std::size_t& at) {
  const auto& [rows, history] = tree;
  const files::TreeRow& row = rows[at];
  Section node = place.include("NODE", "_tree_node.html");
  node.set("TERM", row.term).set("CODE", row.code);
  node.set("PATH", history + "?code=" + http::percent_encode(row.code));
  add_mark(node, row.status);
  node.show_if(row.is_repeat, "REPEAT");
  ++at;
  const bool has_children = at < rows.size() && rows[at].depth > row.depth;
  if (!has_children) {
    node.show("LEAF");
    if (row.is_cut) node.set_and_show("CUT", pages::grouped(row.below_count));
    return;
  }
  Section branch = node.add("BRANCH");
  branch.set("COUNT", pages::grouped(row.below_count)).show_if(row.depth == 0, "OPEN");
  branch.show_if(row.is_cut, "CUT");
  while (at < rows.size() && rows[at].depth > row.depth) add_tree_rows(branch, tree, at);
}

// The newest release on which the version is known to be the same.
void add_compatible_release(const Visit& visit, Section& facts, const VersionRecord& version) {
  std::optional<projections::ReleaseRecord> newest;
  for (const std::string& alias : visit.views().compatible_releases(version.id)) {
    auto release = visit.views().release(alias);
    if (release && (!newest || newest->valid_from < release->valid_from)) newest = release;
  }
  if (!newest) return;
  Section shown = facts.add("COMPATIBLE");
  shown.set("NAME", newest->name).set("PATH", "/releases/" + newest->alias + "/");
  if (newest->valid_from != unknown_day) shown.set_and_show("DAY", day_of(newest->valid_from));
}

void add_digest(Section& facts, std::string_view of, const base::Sha256& digest) {
  if (digest == base::Sha256{}) return;
  const std::string text = base::to_hex(digest);
  facts.add("DIGEST").set("OF", of).set("DIGEST", text).set("SHORT", text.substr(0, 8));
}

// Of the release file that the version was made with, and of the content of a finished version.
void add_digests(const Visit& visit, Section& facts, const NamedVersion& named) {
  const auto& [codelist, version] = named;
  add_digest(facts, "Release digest", version.release_digest);
  if (version.status == VersionStatus::draft) return;
  add_digest(facts, "Content digest",
             commands::content_digest_of(visit.views(), codelist, version));
}

}  // namespace

void add_facts(const Visit& visit, Section& page, const NamedVersion& named) {
  const auto& [codelist, version] = named;
  pages::Template facts("_facts.html");
  const auto* const system = coding_systems::find_coding_system(codelist.coding_system);
  facts.set("SYSTEM", system ? system->name : codelist.coding_system);
  const auto release = release_record(visit, version);
  facts.set("RELEASE", release ? release->name : version.release);
  if (release && release->valid_from != unknown_day) {
    facts.set_and_show("RELEASE_DAY", day_of(release->valid_from));
  }
  facts.set("RELEASE_PATH", "/releases/" + version.release + "/");
  add_compatible_release(visit, facts, version);
  const events::Owner& owner = codelist.handle().owner;
  facts.set("OWNER_LABEL",
            owner.kind == events::OwnerKind::organisation ? "Organisation" : "Author");
  facts.set("OWNER", owner_name(visit.views(), owner)).set("OWNER_PATH", owner_path(owner));
  facts.set("ID", application::full_slug(codelist.handle()));
  facts.set_and_show("TAG", version.tag.value_or(""));
  facts.set("HASH", base::version_hash(version.id));
  add_digests(visit, facts, named);
  const Counts counts = counts_of(version);
  if (counts.all > 0) {
    Section shown = facts.add("COUNTS");
    shown.set("INCLUDED", pages::grouped(counts.included));
    if (counts.excluded > 0) shown.set_and_show("EXCLUDED", pages::grouped(counts.excluded));
    const std::uint64_t open = counts.all - counts.included - counts.excluded;
    if (open > 0) shown.set_and_show("OPEN", pages::grouped(open));
  }
  const auto signoffs = signoffs_of(visit, named);
  for (const events::SignOff& signoff : signoffs) {
    facts.add("SIGNED").set("USER", signoff.username).set("DATE", day_of(signoff.date));
  }
  facts.show_if(!signoffs.empty(), "SIGNOFFS");
  add_badge(page, version.status);
  add_strip(facts, version.counts);
  add_time(facts, "CREATED", version.created_at);
  page.set("OWNER", owner_name(visit.views(), owner)).set("OWNER_PATH", owner_path(owner));
  page.set("FACTS", facts.expand());
}

void add_about(const Visit& visit, Section& page, const CodelistRecord& codelist,
               const VersionRecord* shown) {
  pages::Template about("_about.html");
  about.set_and_show("DESCRIPTION", codelist.description.value_or(""));
  const std::string methodology = codelist.methodology.value_or("");
  if (!methodology.empty()) about.add("METHODOLOGY").set("HTML", pages::markdown(methodology));
  for (const events::Reference& reference : codelist.references) {
    about.add("REFERENCE").set("TEXT", reference.text).set("URL", reference.url);
  }
  about.show_if(!codelist.references.empty(), "REFERENCES");
  add_signoffs(visit, about, codelist, shown);
  about.show_if(!codelist.description && methodology.empty() && codelist.references.empty() &&
                    codelist.signoffs.empty(),
                "NOTHING");
  page.set("ABOUT", about.expand());
}

void add_tree(Section& page, const coding_systems::Release& release, const NamedVersion& named,
              const std::vector<events::CodeWithStatus>& codes) {
  const auto sections = files::tree_of(release, codes, tree_limits);
  if (sections.empty()) return;
  const std::string history = history_path(named.codelist.handle());
  const nlohmann::json props = {{"hash", base::version_hash(named.version.id)},
                                {"name", named.codelist.handle().name},
                                {"history", history}};
  Section tree = page.add("TREE");
  tree.set("PROPS", props.dump());
  tree.show_if(codes.size() >= icicle_codes_min, "ICICLE");
  for (const files::TreeSection& section : sections) {
    Section shown = tree.add("SECTION");
    shown.set("TITLE", section.title);
    const TreeRows rows{section.rows, history};
    for (std::size_t at = 0; at < section.rows.size();) add_tree_rows(shown, rows, at);
    if (section.tops_left_out_count > 0) {
      shown.set_and_show("MORE", pages::counted(section.tops_left_out_count, "more code"));
    }
  }
}

void add_definition(const Visit& visit, Section& page, const NamedVersion& named) {
  const auto definition = files::definition_of(visit.application().site(), visit.views(),
                                               named.codelist, named.version);
  if (!definition || definition->rows.empty()) return;
  Section shown = page.add("DEFINITION");
  shown.set("COUNT", pages::counted(definition->rows.size(), "decision"));
  for (const files::DefiningRow& row : definition->rows) {
    if (row.depth > 0) continue;
    std::size_t at = static_cast<std::size_t>(&row - definition->rows.data());
    if (at >= definition_rows_max) {
      shown.set_and_show("CUT", pages::grouped(definition_rows_max));
      break;
    }
    Section top = shown.add("TOP");
    top.set("CODE", row.code).set("TERM", row.term);
    add_mark(top, row.sign);
    for (++at; at < definition->rows.size() && definition->rows[at].depth > 0; ++at) {
      const files::DefiningRow& below = definition->rows[at];
      Section item = top.add("BELOW");
      item.set("CODE", below.code).set("TERM", below.term);
      item.set("DEPTH", std::to_string(std::min<std::size_t>(below.depth, 6)));
      add_mark(item, below.sign);
    }
  }
}

void add_searches(const Visit& visit, Section& page, const VersionRecord& version,
                  const std::vector<events::CodeWithStatus>& codes) {
  const auto searches = visit.views().searches(version.id);
  if (searches.empty()) return;
  page.show("SEARCHES");
  Section shown = page.include("SEARCH_TABLE", "_searches.html");
  for (const projections::SearchRecord& record : searches) {
    const auto included = std::ranges::count_if(record.search.codes, [&](const std::string& code) {
      const auto found = std::ranges::lower_bound(codes, code, {}, &events::CodeWithStatus::code);
      return found != codes.end() && found->code == code && base::is_included(found->status);
    });
    Section row = shown.add("SEARCH");
    row.set("TEXT", record.search.text).set("MODE", base::to_string(record.search.mode));
    row.show(record.search.kind == events::SearchKind::code ? "CODE" : "TERM");
    row.set("INCLUDED", pages::grouped(static_cast<std::uint64_t>(included)));
    row.set("FOUND", pages::grouped(record.search.codes.size()));
  }
}

void add_versions(const Visit& visit, Section& page, const CodelistRecord& codelist,
                  std::optional<base::VersionId> shown, const CodeChanges& changes) {
  const bool sees_all = sees_all_versions(visit, codelist);
  const auto versions = visit.views().versions_of(codelist.id);
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    const bool is_shown = version->id == shown;
    if (!is_shown && !sees_all && version->status != VersionStatus::published) continue;
    Section row = page.add("VERSION");
    row.set("NAME", commands::tag_or_hash(*version)).set("HASH", base::version_hash(version->id));
    row.set("PATH", version->status == VersionStatus::draft
                        ? "/builder/" + base::version_hash(version->id) + "/"
                        : commands::page_of(codelist, *version));
    row.set("RELEASE", version->release);
    row.set("CODES", version->codes_count() > 0 ? pages::grouped(included_count(*version)) : "–");
    row.show(is_shown ? "HERE" : "OTHER");
    if (const auto change = changes.find(version->id); change != changes.end()) {
      const auto& [added_count, removed_count] = change->second;
      Section counts = row.add("CHANGE");
      if (added_count == 0 && removed_count == 0) {
        counts.show("SAME");
      } else {
        Section changed = counts.add("CHANGED");
        changed.set("ADDED", pages::grouped(added_count));
        changed.set("REMOVED", pages::grouped(removed_count));
      }
    }
    add_badge(row, version->status);
    add_time(row, "TIME", version->created_at);
    add_strip(row, version->counts);
  }
}

}  // namespace codelog::web
