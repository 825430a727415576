#include "server/web/version_pages.h"

#include <algorithm>
#include <string>

#include "events/base/version_hash.h"
#include "server/application/names.h"
#include "server/application/pages.h"
#include "server/commands/version_names.h"
#include "server/files/downloads.h"
#include "server/web/form_fields.h"

namespace codelog::web {
namespace {

using application::escape_html;
using commands::NamedVersion;
using events::VersionStatus;
using projections::VersionRecord;
using projections::Views;

std::string builder_path(const VersionRecord& version) {
  return "/builder/" + base::version_hash(version.id) + "/";
}

std::string fact(std::string_view name, std::string_view value) {
  return "<dt>" + escape_html(name) + "</dt><dd>" + escape_html(value) + "</dd>\n";
}

http::Response named_page(const Visit& visit, const NamedVersion& named, std::string_view sentence,
                          std::string_view more) {
  const auto& [codelist, version] = named;
  std::string text = "<p>" + escape_html(sentence) + "</p>\n<dl>\n" +
                     fact("Codelist", application::full_slug(codelist.handle()));
  if (version.tag) text += fact("Version tag", *version.tag);
  text += fact("Version", base::version_hash(version.id));
  text += fact("Coding system release", version.release);
  text.append("</dl>\n").append(more);
  return visit.page(200, codelist.handle().name, text);
}

}  // namespace

http::Response version_page(const Visit& visit, events::OwnerKind owner_kind) {
  const Views& views = visit.views();
  const auto named = commands::find_version(views, {owner_kind, std::string(visit.path("owner"))},
                                            visit.path("slug"), visit.path("version"));
  if (!named) return visit.not_found();
  const auto& [codelist, version] = *named;
  // A message that waits is for the page behind a redirect.
  if (version.status == VersionStatus::draft) return http::redirect(302, builder_path(version));
  const std::string path = commands::page_of(codelist, version);
  std::string files;
  if (files::is_downloadable(views, codelist, version)) {
    files += "<p>" + link(path + "download.csv", "Download CSV") + "; " +
             link(path + "download.csv?formulas=escaped", "for a spreadsheet") + "</p>\n";
  }
  if (commands::has_release_file(views, codelist.coding_system, version.release)) {
    files += "<p>" + link(path + "definition.csv", "Download definition") + "</p>\n";
  }
  const std::string status(events::to_string(version.status));
  return named_page(visit, *named, "This version is " + status + ".", files);
}

http::Response builder_page(const Visit& visit) {
  const Views& views = visit.views();
  const auto id = base::parse_version_hash(visit.path("hash"));
  auto version = id ? views.version(*id) : std::nullopt;
  if (!version) return visit.not_found();
  auto codelist = views.codelist_of(*version);
  if (version->status != VersionStatus::draft) {
    return http::redirect(302, commands::page_of(codelist, *version));
  }
  return named_page(visit, {std::move(codelist), std::move(*version)},
                    "This version is a draft. It has no files until it is saved for review.", "");
}

}  // namespace codelog::web
