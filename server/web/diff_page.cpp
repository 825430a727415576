#include "server/web/diff_page.h"

#include <string>

#include "events/base/client_detail.h"
#include "events/base/version_hash.h"
#include "server/application/names.h"
#include "server/application/pages.h"
#include "server/commands/version_names.h"
#include "server/files/version_diff.h"

namespace codelog::web {
namespace {

using application::escape_html;
using projections::VersionRecord;
using projections::Views;

// A browser takes seconds for long lists; the API has all of them.
constexpr std::size_t page_rows_max = 2'000;  // of each part

std::string count_of(std::size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

std::string side_row(std::string_view name, const std::string& path, std::string_view full_slug,
                     const VersionRecord& version, std::size_t codes_count) {
  return "<dt>" + escape_html(name) + "</dt><dd><a href=\"" + escape_html(path) + "\">" +
         escape_html(full_slug) + " " + escape_html(commands::tag_or_hash(version)) + "</a>, " +
         escape_html(version.release) + ", " + count_of(codes_count, "code") + "</dd>\n";
}

std::string code_text(const files::DiffCode& code) {
  return escape_html(code.term) + " (<code>" + escape_html(code.code) + "</code>)";
}

std::string list_of(const files::DiffPart& part) {
  std::string list = "<ul>\n";
  std::size_t rows_count = 0;
  for (const files::DiffGroup& group : part.groups) {
    if (++rows_count > page_rows_max) break;
    list += "<li>" + code_text(group.top);
    if (!group.descendants.empty()) list += ", with these descendants:\n<ul>\n";
    for (const files::DiffCode& code : group.descendants) {
      if (++rows_count > page_rows_max) break;
      list += "<li>" + code_text(code) + "</li>\n";
    }
    list += group.descendants.empty() ? "</li>\n" : "</ul></li>\n";
  }
  list += "</ul>\n";
  if (rows_count > page_rows_max) {
    list += "<p>The first " + std::to_string(page_rows_max) + " rows only.</p>\n";
  }
  return list;
}

// A part without codes is left out, except the common one.
std::string section(std::string_view title, const files::DiffPart& part) {
  return "<h2>" + escape_html(title) + "</h2>\n<p>" + count_of(part.codes.size(), "code") +
         "</p>\n" + (part.codes.empty() ? std::string() : list_of(part));
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

http::Response diff_page(application::Application& application, const http::Request& request,
                         const events::Owner& owner, std::string_view slug,
                         std::string_view tag_or_hash, std::string_view other) {
  const Views views = application.views_for(request);
  const auto no_page = [] {
    return application::error_page(404, "Please check the URL in the address bar.");
  };
  const auto named = commands::find_version(views, owner, slug, tag_or_hash);
  if (!named) return no_page();
  const VersionRecord& left = named->version;
  if (left.status == events::VersionStatus::draft) {
    return http::redirect(302, page_path(views, left));
  }
  const auto right = files::find_other_version(views, left, other);
  if (!right) return no_page();
  const auto place = application.begin_long_read();
  if (!place) return application::error_page(503, place.error().detail);
  const auto diff = files::diff_versions(application.site(), views, left, *right);
  if (!diff) {
    // The sentence alone, as OpenCodelists writes it.
    if (diff.error().code == base::ErrorCode::invalid) {
      return http::html(400, escape_html(diff.error().detail));
    }
    http::Response response = application::error_page(http::http_status(diff.error().code),
                                                      base::client_detail(diff.error()));
    response.log_detail = diff.error().detail;
    return response;
  }
  std::string content = "<dl>\n";
  content += side_row("Left", page_path(views, left), name_of(views, left), left,
                      diff->left->codes.size());
  content += side_row("Right", page_path(views, *right), name_of(views, *right), *right,
                      diff->right->codes.size());
  content += "</dl>\n";
  if (!diff->left_only.codes.empty()) content += section("Codes in Left only", diff->left_only);
  if (!diff->right_only.codes.empty()) content += section("Codes in Right only", diff->right_only);
  content += section("Codes in common", diff->common);
  const std::string data =
      "/api/v2/versions/" + base::version_hash(left.id) + "/diff/" + base::version_hash(right->id);
  content += "<p><a href=\"" + data + "\">All of this as JSON</a></p>\n";
  return application::page(200, "Two versions compared", content);
}

}  // namespace codelog::web
