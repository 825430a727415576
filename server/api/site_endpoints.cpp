// The site itself, and Markdown as pages show it.
#include "server/api/endpoints.h"
#include "server/api/render.h"
#include "server/commands/draft_making.h"
#include "server/commands/workspace.h"
#include "server/pages/markdown.h"

namespace codelog::api {
namespace {

using http::Method;

constexpr std::size_t markdown_bytes_max = 256u << 10;

Result<http::Response> show_site(const ReadCall& call) {
  const commands::Site& site = call.application.site();
  const auto read_only = site.read_only ? site.read_only() : std::nullopt;
  JsonWriter json;
  json.begin_object().field("name", "Codelog").key("read_only");
  if (read_only) {
    json.begin_object().field("since", base::format_timestamp(read_only->since));
    json.field("reason", read_only->reason).end_object();
  } else {
    json.null();
  }
  json.field("position", call.views.checkpoint().value()).key("features").begin_array();
  if (!call.views.access().is_site_restricted) json.value("registration");
  if (call.application.single_sign_on() != nullptr) json.value("single_sign_on");
  if (call.application.options().mailer != nullptr) json.value("mail");
  json.end_array().key("limits").begin_object();
  json.field("brought_codes", commands::Workspace::brought_codes_max);
  json.field("searches", commands::searches_max);
  json.field("markdown_bytes", markdown_bytes_max);
  json.end_object().end_object();
  return http::json_text(200, json.take());
}

Result<http::Response> render_markdown(const ReadCall& call) {
  const auto& text = call.body.at("markdown").get_ref<const std::string&>();
  JsonWriter json;
  json.begin_object().field("html", pages::markdown(text).text).end_object();
  return http::json_text(200, json.take());
}

}  // namespace

std::vector<Endpoint> site_endpoints() {
  return {
      {.method = Method::get,
       .path = "/api/v2/site",
       .id = "showSite",
       .summary = "The site: whether it takes changes, its position, features and limits.",
       .answer = "Site",
       .read = show_site},
      {.method = Method::post,
       .path = "/api/v2/markdown",
       .id = "renderMarkdown",
       .summary = "Markdown as the site's pages show it: HTML without anything that could run.",
       .body = "MarkdownText",
       .answer = "RenderedMarkdown",
       .body_bytes_max = markdown_bytes_max + 1024,
       .needs_token = true,
       .read = render_markdown},
  };
}

}  // namespace codelog::api
