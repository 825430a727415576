#include "server/api/precondition.h"

#include "server/api/paths.h"

#include <charconv>

#include "server/api/render.h"
#include "server/http/conditional.h"

namespace codelog::api {

namespace {

// The tags without their marks for reports on releases; reports change no version.
std::string without_marks(std::string_view tags) {
  std::string plain;
  bool in_marks = false;
  for (const char c : tags) {
    if (c == version_etag_marks) in_marks = true;
    if (c == '"' || c == ',') in_marks = false;
    if (!in_marks) plain += c;
  }
  return plain;
}

}  // namespace

std::optional<http::Response> failed_precondition(const WriteCall& call, base::VersionId id) {
  const auto tags = call.request.header("If-Match");
  if (!tags) return std::nullopt;
  const Views views = call.views();
  const auto version = views.version(id);
  const std::string etag = version ? without_marks(version_etag(views, *version)) : "";
  if (http::if_match_holds(without_marks(*tags), etag)) return std::nullopt;
  return http::problem(call.request, 412,
                       "the version has changed since the state that If-Match names");
}

Result<std::optional<base::Position>> position_in_if_match(const http::Request& request) {
  const auto header = request.header("If-Match");
  if (!header || *header == "*") return std::optional<base::Position>();
  std::string_view text = *header;
  if (text.starts_with("W/")) text.remove_prefix(2);
  std::uint64_t number = 0;
  if (text.starts_with('"')) {
    const char* const first = text.data() + 1;
    const auto [end, error] = std::from_chars(first, text.data() + text.size(), number);
    // The rest of the tag, after the position, does not matter here.
    if (error == std::errc() && end != first) return std::optional(base::Position(number));
  }
  return base::field_error(ErrorCode::invalid, "If-Match",
                           "must be the ETag of this version, copied from the answer to a GET");
}

namespace {

// A base position beyond the head is refused: no client can have seen it, and accepting it would
// overwrite later decisions of others.
Result<void> check_base_position(const WriteCall& call, base::Position position,
                                 std::string_view field) {
  const base::Position head = call.application.site().log.head().position;
  if (position <= head) return {};
  return base::field_error(ErrorCode::invalid, std::string(field),
                           "is after the end of the log, at " + std::to_string(head.value()));
}

}  // namespace

Result<std::optional<base::Position>> seen_position(const WriteCall& call) {
  auto seen = position_in_if_match(call.request);
  if (!seen) return seen.error();
  if (*seen) {
    const auto good = check_base_position(call, **seen, "If-Match");
    if (!good) return good.error();
  }
  if (!call.body.contains("base_position")) return seen;
  const base::Position position(call.body.at("base_position").get<std::uint64_t>());
  if (*seen && **seen != position) {
    return base::field_error(ErrorCode::invalid, "base_position",
                             "is another position than If-Match gives");
  }
  const auto good = check_base_position(call, position, "base_position");
  if (!good) return good.error();
  return std::optional(position);
}

Act on_version(std::function<Result<Commit>(const WriteCall&, base::VersionId)> run) {
  return [run = std::move(run)](const WriteCall& call) -> Result<Outcome> {
    const auto id = version_id_in_path(call.path);
    if (!id) return id.error();
    if (auto refused = failed_precondition(call, *id)) return Outcome(std::move(*refused));
    auto commit = run(call, *id);
    if (!commit) return commit.error();
    return Outcome(std::move(*commit));
  };
}

}  // namespace codelog::api
