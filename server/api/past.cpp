#include "server/api/past.h"

#include <algorithm>
#include <charconv>

namespace codelog::api {
namespace {

using base::Position;
using projections::Moment;

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Error bad_moment(std::string detail) {
  return base::field_error(ErrorCode::invalid, "as_of", std::move(detail));
}

}  // namespace

Result<Moment> parse_moment(const commands::Site& site, std::string_view text) {
  if (is_number(text)) {
    std::uint64_t number = 0;
    const auto error = std::from_chars(text.data(), text.data() + text.size(), number).ec;
    const Position head = site.log.head().position;
    if (error != std::errc() || Position(number) > head) {
      return bad_moment("is after the end of the log, at " + std::to_string(head.value()));
    }
    return Moment(Position(number));
  }
  const auto time = base::parse_timestamp(text);
  if (!time) return bad_moment("must be a position, a time (RFC 3339) or a day (YYYY-MM-DD)");
  if (*time > site.clock.now()) return bad_moment("is in the future");
  return Moment(*time);
}

namespace {

// Keeps the answer under the position and the request. The cache drops it at the codelist's next
// change, which is earlier than necessary.
void keep(const ReadCall& call, base::CodelistId codelist, const std::string& key,
          http::Response& response) {
  response = http::with_shared_body(std::move(response));
  call.application.cache().keep(key, {codelist}, call.views.checkpoint(), response);
}

}  // namespace

Result<http::Response> answer_as_of(
    const ReadCall& call, base::CodelistId codelist, std::optional<base::VersionId> version,
    const std::function<Result<http::Response>(const Views&)>& answer, std::string_view form) {
  const auto moment = parse_moment(call.application.site(), call.request.query().get("as_of"));
  if (!moment) return moment.error();
  // A commit on its way may still be older than a given time.
  const bool never_changes = std::holds_alternative<Position>(*moment);
  const std::string key =
      std::string(call.request.target()) + (form.empty() ? "" : "\n") + std::string(form);
  if (never_changes) {
    if (auto known = call.application.cache().find(key)) {
      return std::move(*known);
    }
  }
  const auto place = call.application.begin_long_read();
  if (!place) return place.error();
  const auto store =
      files::past_of(call.application.site(), call.views, {codelist, *moment, version});
  if (!store) return store.error();
  auto response = answer(Views((*store)->reader()));
  if (response && never_changes) keep(call, codelist, key, *response);
  return response;
}

}  // namespace codelog::api
