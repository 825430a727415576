#include "server/api/past.h"

#include <algorithm>
#include <charconv>

namespace codelog::api {
namespace {

using base::Error;
using base::ErrorCode;
using base::Position;
using base::Result;

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Error bad_moment(std::string detail) {
  return base::field_error(ErrorCode::invalid, "as_of", std::move(detail));
}

Result<Position> position_at(const events::EventLog& log, std::string_view text) {
  std::uint64_t number = 0;
  const auto error = std::from_chars(text.data(), text.data() + text.size(), number).ec;
  const Position head = log.head().position;
  if (error != std::errc() || Position(number) > head) {
    return bad_moment("is after the end of the log, at " + std::to_string(head.value()));
  }
  return Position(number);
}

// Of the streams' last commit at or before the time. Clocks can be set back, so in each stream the
// first later commit ends it.
Result<Position> position_at(const events::EventLog& log, const std::vector<std::string>& streams,
                             base::Timestamp time) {
  Position last;
  for (const std::string& stream : streams) {
    const auto reader = log.read_stream(stream, base::StreamVersion(1), events::Direction::forward);
    while (const auto commit = reader->next()) {
      if (!*commit) return commit->error();
      if ((*commit)->content.time > time) break;
      last = std::max(last, (*commit)->position);
    }
  }
  return last;
}

// The codelist's, and what reports on releases said of its versions.
std::vector<std::string> streams_of(const projections::Views& views, base::CodelistId codelist) {
  std::vector<std::string> streams = {projections::codelist_stream(codelist)};
  for (const auto& release : views.releases()) {
    streams.push_back(projections::release_stream(release.alias));
  }
  return streams;
}

}  // namespace

Past::Past(std::unique_ptr<projections::Store> store)
    : store_(std::move(store)), views_(std::make_unique<projections::Views>(store_->reader())) {}

Result<Past> Past::open(const events::EventLog& log, base::Timestamp now,
                        const projections::Views& views, base::CodelistId codelist,
                        std::string_view as_of) {
  const auto streams = streams_of(views, codelist);
  Result<Position> position = Position();
  if (is_number(as_of)) {
    position = position_at(log, as_of);
  } else {
    const auto time = base::parse_timestamp(as_of);
    if (!time) return bad_moment("must be a position, a time (RFC 3339) or a day (YYYY-MM-DD)");
    if (*time > now) return bad_moment("is in the future");
    position = position_at(log, streams, *time);
  }
  if (!position) return position.error();
  auto store = projections::views_as_of(log, streams, *position);
  if (!store) return store.error();
  return Past(std::move(*store));
}

}  // namespace codelog::api
