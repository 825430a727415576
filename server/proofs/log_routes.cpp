#include "server/proofs/log_routes.h"

namespace codelog::proofs {
namespace {

using http::Method;
using http::PathParameters;
using http::Request;
using http::Response;
using http::RunsOn;

constexpr std::string_view text_type = "text/plain; charset=utf-8";

Response text_answer(std::string text) {
  Response response = http::content(200, text_type, std::move(text));
  response.add("Cache-Control", "no-cache");
  return response;
}

Response text_or_problem(const Request& request, base::Result<std::string> text) {
  return text ? text_answer(*std::move(text)) : http::problem(request, text.error());
}

std::string key_lines(const SignedLog& log) {
  std::string lines;
  for (const LogKey& key : log.keys()) lines += key.verifier.text() + "\n";
  return lines;
}

Response answer_tile(const SignedLog& log, const Request& request, std::string_view path) {
  const auto address = parse_tile_path(path);
  if (!address) return http::problem(request, 404, "there is no such tile");
  auto bytes = log.tile(*address);
  if (!bytes) return http::problem(request, bytes.error());
  Response response = http::content(200, "application/octet-stream", *std::move(bytes));
  response.add("Cache-Control", "public, max-age=31536000, immutable");
  return response;
}

Response take_cosignatures(SignedLog& log, const Request& request) {
  const auto added = log.add_cosignatures(request.body);
  if (!added) return http::problem(request, added.error());
  return text_or_problem(request, log.cosigned_checkpoint());
}

void add_text(http::Router& router, std::string pattern,
              std::function<base::Result<std::string>()> make) {
  router.add({.methods = {Method::get},
              .pattern = std::move(pattern),
              .runs_on = RunsOn::worker,
              .handler = [make = std::move(make)](const Request& request, const PathParameters&) {
                return text_or_problem(request, make());
              }});
}

}  // namespace

void add_log_routes(http::Router& router, SignedLog& log) {
  add_text(router, "/log/checkpoint", [&log] { return log.checkpoint(); });
  add_text(router, "/log/cosigned-checkpoint", [&log] { return log.cosigned_checkpoint(); });
  add_text(router, "/log/verifier-key",
           [&log]() -> base::Result<std::string> { return key_lines(log); });
  router.add({.methods = {Method::get},
              .pattern = "/log/tile/{tile:rest}",
              .runs_on = RunsOn::worker,
              .handler = [&log](const Request& request, const PathParameters& path) {
                return answer_tile(log, request, path["tile"]);
              }});
  router.add({.methods = {Method::post},
              .pattern = "/log/add-cosignature",
              .runs_on = RunsOn::writer,
              .handler = [&log](const Request& request,
                                const PathParameters&) { return take_cosignatures(log, request); },
              .body_bytes_max = note_bytes_max});
}

}  // namespace codelog::proofs
