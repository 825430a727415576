#include "server/web/codelists/codelist_page.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "events/base/version_hash.h"
#include "server/application/names.h"
#include "server/commands/version_names.h"
#include "server/finding/found_codes.h"
#include "server/web/codelists/history_page.h"
#include "server/web/versions/version_view.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using events::VersionStatus;
using pages::Section;
using projections::CodelistRecord;
using projections::VersionRecord;

constexpr std::size_t similar_count = 6;

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
void add_similar(const Visit& visit, Section& page, const CodelistRecord& codelist) {
  finding::Catalogue& catalogue = visit.application().catalogue();
  const auto contents = catalogue.now();
  if (!contents) return;
  finding::Readable readable(visit.views());
  const auto similar =
      finding::find_similar(readable, **contents, catalogue.codes(), codelist.id, similar_count);
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
  add_versions(visit, content, *codelist, std::nullopt);
  add_lineage(visit, content, *codelist);
  add_similar(visit, content, *codelist);
  for (const std::string& tag : codelist->tags) content.add("LABEL").set("LABEL", tag);
  content.show_if(!codelist->tags.empty(), "LABELS");
  const std::string resource = "/codelists/" + events::to_string(handle.owner) + "/" + handle.slug;
  content.set("DATA", "/api/v2" + resource);
  add_sizes(content, versions, resource, sees_all);
  if (sees_all) content.set_and_show("EDIT", commands::page_of(handle) + "edit/");
  add_time(content, "SINCE", codelist->created_at);
  return visit.page({.title = handle.name,
                     .has_own_heading = true,
                     .description = codelist->description.value_or(""),
                     .canonical = visit.address_of(commands::page_of(handle) + "-/"),
                     .width = pages::Width::wide},
                    content.expand());
}

}  // namespace codelog::web
