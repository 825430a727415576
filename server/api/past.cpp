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

// The codelist's stream, and those of reports on releases of its versions.
std::vector<events::Stream> streams_of(const Views& views, base::CodelistId codelist) {
  std::vector<events::Stream> streams = {events::Stream::of_codelist(codelist)};
  for (const auto& release : views.releases()) {
    streams.push_back(events::Stream::of_release(release.alias));
  }
  return streams;
}

}  // namespace

Result<std::unique_ptr<projections::Store>> past_of(const commands::Site& site, const Views& views,
                                                    const PastOfCodelist& past) {
  return projections::views_as_of(
      site.log, {streams_of(views, past.codelist), past.moment, past.contents_of});
}

namespace {

// Keeps the answer under the position and the request. The cache drops it at the codelist's next
// change, which is earlier than necessary.
void keep(const ReadCall& call, base::CodelistId codelist, http::Response& response) {
  const std::string etag = std::move(response.etag);
  response = http::cached(
      http::make_cached_body(std::move(response.content_type), std::move(response.body)));
  if (!etag.empty()) response.etag = etag;
  call.application.cache().keep(call.request.target(), {codelist}, call.views.checkpoint(),
                                response);
}

}  // namespace

Result<http::Response> answer_as_of(
    const ReadCall& call, base::CodelistId codelist, std::optional<base::VersionId> version,
    const std::function<Result<http::Response>(const Views&)>& answer) {
  const auto moment = parse_moment(call.application.site(), call.request.query().get("as_of"));
  if (!moment) return moment.error();
  // A commit on its way may still be older than a given time.
  const bool never_changes = std::holds_alternative<Position>(*moment);
  if (never_changes) {
    if (auto known = call.application.cache().find(call.request.target())) {
      return std::move(*known);
    }
  }
  const auto place = call.application.begin_long_read();
  if (!place) return place.error();
  const auto store = past_of(call.application.site(), call.views, {codelist, *moment, version});
  if (!store) return store.error();
  auto response = answer(Views((*store)->reader()));
  if (response && never_changes) keep(call, codelist, *response);
  return response;
}

}  // namespace codelog::api
