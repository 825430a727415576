#include "server/web/comparing/diff_page.h"

#include <string>

#include "events/base/version_hash.h"
#include "server/application/names.h"
#include "server/commands/version_names.h"
#include "server/files/version_diff.h"
#include "server/web/comparing/compare_page.h"

namespace codelog::web {
namespace {

using projections::VersionRecord;
using projections::Views;

// A browser takes seconds for long lists; the API has all of them.
constexpr std::size_t page_rows_max = 2'000;  // of each part

void add_side(pages::Section& page, std::string_view name, const std::string& path,
              std::string_view full_slug, const VersionRecord& version, std::size_t codes_count) {
  pages::Section side = page.add("SIDE");
  side.set("NAME", name).set("PATH", path).set("CODELIST", full_slug);
  side.set("VERSION", commands::tag_or_hash(version)).set("RELEASE", version.release);
  side.set("CODES", pages::counted(codes_count, "code"));
}

void add_groups(pages::Section& section, const files::DiffPart& part) {
  std::size_t rows_count = 0;
  for (const files::DiffGroup& group : part.groups) {
    if (++rows_count > page_rows_max) break;
    pages::Section row = section.add("GROUP");
    row.set("TERM", group.top.term).set("CODE", group.top.code);
    if (group.descendants.empty()) continue;
    pages::Section below = row.add("BELOW");
    for (const files::DiffCode& code : group.descendants) {
      if (++rows_count > page_rows_max) break;
      below.add("DESCENDANT").set("TERM", code.term).set("CODE", code.code);
    }
  }
  if (rows_count > page_rows_max) section.set_and_show("CUT_AT", pages::grouped(page_rows_max));
}

// A part without codes is left out, except the common one.
void add_part(pages::Section& page, std::string_view title, const files::DiffPart& part) {
  pages::Section section = page.add("PART");
  section.set("TITLE", title).set("CODES", pages::counted(part.codes.size(), "code"));
  if (!part.codes.empty()) {
    pages::Section list = section.add("LIST");
    add_groups(list, part);
  }
}

std::string page_path(const Views& views, const VersionRecord& version) {
  return version.status == events::VersionStatus::draft
             ? "/builder/" + base::version_hash(version.id) + "/"
             : commands::page_of(views.codelist_of(version), version);
}

std::string name_of(const Views& views, const VersionRecord& version) {
  return application::full_slug(views.codelist_of(version).handle());
}

}  // namespace

http::Response diff_page(const Visit& visit, events::OwnerKind owner_kind) {
  const Views& views = visit.views();
  const auto named = commands::find_version(views, {owner_kind, std::string(visit.path("owner"))},
                                            visit.path("slug"), visit.path("version"));
  if (!named) return visit.not_found();
  const VersionRecord& left = named->version;
  if (left.status == events::VersionStatus::draft) {
    return http::redirect(302, page_path(views, left));
  }
  const auto right = files::find_other_version(views, left, visit.path("other"));
  if (!right) return visit.not_found();
  const auto place = visit.application().begin_long_read();
  if (!place) return refused(visit, place.error());
  const auto diff = files::diff_versions(visit.application().site(), views, left, *right);
  if (!diff) {
    // The sentence alone, as OpenCodelists writes it.
    if (diff.error().code == base::ErrorCode::invalid) {
      return http::html(400, pages::escape_html(diff.error().detail));
    }
    return refused(visit, diff.error());
  }
  pages::Template content("diff.html");
  add_side(content, "Left", page_path(views, left), name_of(views, left), left,
           diff->left->codes.size());
  add_side(content, "Right", page_path(views, *right), name_of(views, *right), *right,
           diff->right->codes.size());
  if (!diff->left_only.codes.empty()) add_part(content, "Codes in Left only", diff->left_only);
  if (!diff->right_only.codes.empty()) add_part(content, "Codes in Right only", diff->right_only);
  add_part(content, "Codes in common", diff->common);
  content.set("COMPARE",
              compare_path({base::version_hash(left.id), base::version_hash(right->id)}));
  content.set("DATA", "/api/v2/versions/" + base::version_hash(left.id) + "/diff/" +
                          base::version_hash(right->id));
  return visit.page({.title = "Two versions compared", .width = pages::Width::wide},
                    content.expand());
}

}  // namespace codelog::web
