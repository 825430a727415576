#include "server/history/positions.h"

#include <algorithm>

namespace codelog::history {

using base::Position;
using base::Result;
using base::StreamVersion;
using events::Stream;

Result<StreamVersion> first_version_after(const events::Log& log, const Stream& stream,
                                          StreamVersion size, Position after) {
  std::uint64_t first = 1;
  std::uint64_t end = size.value() + 1;
  while (first < end) {
    const std::uint64_t middle = first + (end - first) / 2;
    const auto position = log.stream_position(stream, StreamVersion(middle));
    if (!position) return position.error();
    if (*position > after) {
      end = middle;
    } else {
      first = middle + 1;
    }
  }
  return StreamVersion(first);
}

Result<std::vector<Position>> positions_of(const events::Log& log, const projections::Views& views,
                                           base::CodelistId codelist, std::size_t count_max) {
  const Stream stream = Stream::of_codelist(codelist);
  const std::uint64_t size = views.stream_version(stream).value();
  std::vector<Position> positions;
  positions.reserve(std::min<std::uint64_t>(size, count_max));
  for (std::uint64_t version = size - std::min<std::uint64_t>(size, count_max) + 1; version <= size;
       ++version) {
    const auto position = log.stream_position(stream, StreamVersion(version));
    if (!position) return position.error();
    positions.push_back(*position);
  }
  return positions;
}

Result<PlaceInHistory> place_of(const events::Log& log, const projections::Views& views,
                                base::CodelistId codelist, Position at) {
  const Stream stream = Stream::of_codelist(codelist);
  const StreamVersion size = views.stream_version(stream);
  const auto after = first_version_after(log, stream, size, at);
  if (!after) return after.error();
  if (after->value() == 1) {
    return base::Error{base::ErrorCode::not_found, "the codelist did not exist then", {}};
  }
  const auto read = [&](std::uint64_t version) {
    return log.stream_position(stream, StreamVersion(version));
  };
  PlaceInHistory place;
  const auto here = read(after->value() - 1);
  if (!here) return here.error();
  place.position = *here;
  if (after->value() > 2) {
    const auto previous = read(after->value() - 2);
    if (!previous) return previous.error();
    place.previous = *previous;
  }
  if (*after <= size) {
    const auto next = read(after->value());
    if (!next) return next.error();
    place.next = *next;
  }
  return place;
}

}  // namespace codelog::history
