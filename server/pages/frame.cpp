#include "server/pages/frame.h"

#include "server/pages/assets.h"

namespace codelog::pages {
namespace {

constexpr std::string_view site_name = "Codelog";

void fill_head(Section& page, const Frame& frame) {
  const Assets& assets = site_assets();
  const bool is_home = frame.title == site_name;
  page.set("TITLE", is_home ? "Codelog: clinical codelists" : frame.title + " · Codelog");
  page.set_and_show("DESCRIPTION", frame.description);
  page.set_and_show("CANONICAL", frame.canonical);
  page.show_if(frame.status != 200, "NOINDEX");
  page.set_and_show("THEME", frame.theme);
  page.set("FAVICON", assets.path_of("favicon.svg"));
  page.set("STYLES", assets.path_of("site.css"));
  page.set("SANS", assets.path_of("fonts/next.woff2"));
  const Assets::Entry* const entry = assets.find_entry("src/site.ts");
  if (entry == nullptr) return;
  for (const std::string& preload : entry->preloads) page.add("PRELOAD").set("PATH", preload);
  page.set_and_show("SCRIPT", entry->script);
}

void fill_header(Section& page, const Frame& frame) {
  if (frame.search) page.add("SEARCH").set("QUERY", *frame.search);
  if (!frame.reader) return;
  const Reader& reader = *frame.reader;
  if (reader.username.empty()) {
    page.add("GUEST").set("LOGIN", reader.login_path);
    return;
  }
  page.set_and_show("TOKEN", reader.form_token);
  Section member = page.add("MEMBER");
  member.set("USERNAME", reader.username).set("TOKEN", reader.form_token);
  member.show_if(reader.is_superuser, "SUPERUSER");
  member.show_if(!frame.read_only.empty(), "OFF");
}

}  // namespace

http::Response page(const Frame& frame, const Html& content) {
  Template page("_frame.html");
  fill_head(page, frame);
  fill_header(page, frame);
  for (const Notice& notice : frame.notices) {
    page.add("NOTICE").set("TEXT", notice.text).show(notice.is_problem ? "PROBLEM" : "INFO");
  }
  page.set_and_show("READ_ONLY", frame.read_only);
  page.set("WIDTH", frame.width == Width::wide ? "wide" : "reading");
  if (!frame.has_own_heading) page.set_and_show("HEADING", frame.title);
  page.set("CONTENT", content);
  http::Response response = http::html(frame.status, page.expand().text);
  response.forms_lead_elsewhere = frame.forms_lead_elsewhere;
  // Browsers read ahead for guests only: a page read ahead would miss what its reader changes
  // meanwhile.
  const bool is_guest = frame.reader && frame.reader->username.empty();
  if (is_guest) {
    response.add("Speculation-Rules", "\"" + site_assets().path_of("speculation.json") + "\"");
  }
  return response;
}

Html error_html(const http::Request& request, int status, std::string_view sentence) {
  Template content("error.html");
  const bool may_be_over = status >= 500 && request.method() == http::Method::get;
  content.set("SENTENCE", sentence).set("REFERENCE", request.request_id);
  if (may_be_over && !request.target().starts_with("//"))
    content.set_and_show("AGAIN", request.target());
  if (status >= 500) {
    content.set_and_show("NEXT",
                         "If it goes on, tell the people who run this site the reference below: "
                         "their log says more.");
  }
  return content.expand();
}

http::Response sentence_page(const Frame& frame, std::string_view sentence) {
  Template content("sentence.html");
  content.set("SENTENCE", sentence);
  return page(frame, content.expand());
}

}  // namespace codelog::pages
