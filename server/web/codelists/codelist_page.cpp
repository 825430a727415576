#include "server/web/codelists/codelist_page.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "events/base/version_hash.h"
#include "server/application/names.h"
#include "server/commands/version_contents.h"
#include "server/commands/version_names.h"
#include "server/finding/found_codes.h"
#include "server/web/codelists/history_page.h"
#include "server/web/versions/new_version.h"
#include "server/web/versions/version_view.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using events::VersionStatus;
using pages::Section;
using projections::CodelistRecord;
using projections::VersionRecord;

constexpr std::size_t similar_count = 6;
constexpr std::size_t forks_count = 50;
constexpr std::size_t codes_read_max = 400'000;  // some 0.2 s

// The codelist that the first version was made from, if it was another one.
void add_lineage(const Visit& visit, Section& page, const CodelistRecord& codelist) {
  for (const VersionRecord& version : visit.views().versions_of(codelist.id)) {
    if (!version.source) continue;
    const auto source = visit.views().version(*version.source);
    if (!source || source->codelist == codelist.id) continue;
    const CodelistRecord other = visit.views().codelist_of(*source);
    if (other.is_private || source->status != VersionStatus::published) continue;
    page.add("FORKED_FROM")
        .set("PATH", commands::page_of(other, *source))
        .set("NAME", other.handle().name)
        .set("VERSION", commands::tag_or_hash(*source));
    return;
  }
}

// How many of the first are not among the others; both sorted.
std::size_t count_missing(const std::vector<std::string>& codes,
                          const std::vector<std::string>& others) {
  return static_cast<std::size_t>(std::ranges::count_if(
      codes, [&](const std::string& code) { return !std::ranges::binary_search(others, code); }));
}

// Of the newest versions, as long as their codes are not too many to read for a page.
CodeChanges changes_of(const Visit& visit, const std::vector<VersionRecord>& versions,
                       bool sees_all) {
  CodeChanges changes;
  std::optional<std::vector<std::string>> newer_codes;
  base::VersionId newer;
  std::size_t read = 0;
  for (auto version = versions.rbegin(); version != versions.rend() && read < codes_read_max;
       ++version) {
    if (!sees_all && version->status != VersionStatus::published) continue;
    auto codes = commands::included_codes(visit.views(), *version);
    read += version->codes_count() + (codes ? codes->size() : 0);
    if (!codes) {
      newer_codes.reset();
      continue;
    }
    if (newer_codes) {
      changes[newer] = {count_missing(*newer_codes, *codes), count_missing(*codes, *newer_codes)};
    }
    newer_codes = std::move(*codes);
    newer = version->id;
  }
  return changes;
}

// Codelists that began as copies of this one.
void add_forks(const Visit& visit, Section& page, const finding::Contents& contents,
               const CodelistRecord& codelist) {
  finding::Readable readable(visit.views());
  std::vector<const finding::ListedCodelist*> forks;
  for (const auto& listed : contents.by_name) {
    if (listed->begun_from == codelist.id && readable.has(*listed)) forks.push_back(listed.get());
  }
  if (forks.empty()) return;
  Section shown = page.add("FORKS");
  shown.set("COUNT", pages::counted(forks.size(), "fork"));
  if (forks.size() > forks_count) {
    shown.set_and_show("MORE", pages::grouped(forks.size() - forks_count));
    forks.resize(forks_count);
  }
  for (const finding::ListedCodelist* const fork : forks) {
    shown.add("FORK")
        .set("NAME", fork->handle.name)
        .set("PATH", commands::page_of(fork->handle))
        .set("OWNER", owner_name(visit.views(), fork->handle.owner));
  }
}

// The sizes of the versions as a picture, if there are several to show.
void add_sizes(Section& page, const std::vector<VersionRecord>& versions,
               const std::string& resource, bool sees_all) {
  nlohmann::json shown = nlohmann::json::array();
  for (const VersionRecord& version : versions) {
    const bool is_shown = version.status == VersionStatus::published ||
                          (sees_all && version.status != VersionStatus::draft);
    if (is_shown) shown.push_back(base::version_hash(version.id));
  }
  if (shown.size() < 2) return;
  const nlohmann::json props = {{"resource", resource}, {"versions", std::move(shown)}};
  page.add("SIZES").set("PROPS", props.dump());
}

// Codelists that have codes in common with its newest published version.
void add_similar(const Visit& visit, Section& page, const finding::Contents& contents,
                 const CodelistRecord& codelist) {
  finding::Readable readable(visit.views());
  const auto similar = finding::find_similar(
      readable, contents, visit.application().catalogue().codes(), codelist.id, similar_count);
  if (similar.empty()) return;
  Section section = page.add("SIMILAR");
  for (const finding::SimilarCodelist& one : similar) {
    const projections::Handle& handle = one.codelist->handle;
    Section row = section.add("LIKE");
    row.set("NAME", handle.name).set("PATH", commands::page_of(handle));
    row.set("OWNER", owner_name(visit.views(), handle.owner));
    row.set("PERCENT", std::to_string(std::max(1L, std::lround(one.similarity * 100))));
    row.set("SHARED", pages::counted(one.shared_count, "code"));
  }
}

// OpenCodelists makes new versions of any one; here, of the newest that is no draft.
void add_editing(const Visit& visit, Section& page, const CodelistRecord& codelist,
                 const std::vector<VersionRecord>& versions) {
  page.set_and_show("EDIT", commands::page_of(codelist.handle()) + "edit/");
  const auto newest = std::find_if(versions.rbegin(), versions.rend(), [](const auto& version) {
    return version.status != VersionStatus::draft;
  });
  add_new_version(visit, page, {codelist, newest == versions.rend() ? versions.back() : *newest},
                  "New version");
}

}  // namespace

http::Response codelist_page(const Visit& visit, events::OwnerKind owner_kind) {
  const auto codelist = visit.views().find_codelist({owner_kind, std::string(visit.path("owner"))},
                                                    visit.path("slug"));
  if (!codelist) return visit.not_found();
  const bool sees_all = sees_all_versions(visit, *codelist);
  const auto versions = visit.views().versions_of(codelist->id);
  const auto newest = std::find_if(versions.rbegin(), versions.rend(), [&](const auto& version) {
    return sees_all || version.status == VersionStatus::published;
  });
  if (newest == versions.rend()) return visit.not_found();
  pages::Template content("codelist.html");
  const projections::Handle& handle = codelist->handle();
  content.set("HISTORY", history_path(handle));
  content.set("NAME", handle.name).set("NEWEST", commands::page_of(*codelist, *newest));
  add_facts(visit, content, {*codelist, *newest});
  add_about(visit, content, *codelist);
  add_versions(visit, content, *codelist, std::nullopt, changes_of(visit, versions, sees_all));
  add_lineage(visit, content, *codelist);
  if (const auto contents = visit.application().catalogue().now()) {
    add_forks(visit, content, **contents, *codelist);
    add_similar(visit, content, **contents, *codelist);
  }
  for (const std::string& tag : codelist->tags) content.add("LABEL").set("LABEL", tag);
  content.show_if(!codelist->tags.empty(), "LABELS");
  const std::string resource = "/codelists/" + events::to_string(handle.owner) + "/" + handle.slug;
  content.set("DATA", "/api/v2" + resource);
  add_sizes(content, versions, resource, sees_all);
  if (sees_all) add_editing(visit, content, *codelist, versions);
  add_time(content, "SINCE", codelist->created_at);
  return visit.page({.title = handle.name,
                     .has_own_heading = true,
                     .description = codelist->description.value_or(""),
                     .canonical = visit.address_of(commands::page_of(handle) + "-/"),
                     .width = pages::Width::wide},
                    content.expand());
}

}  // namespace codelog::web
