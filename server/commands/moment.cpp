#include "server/commands/moment.h"

#include <algorithm>
#include <charconv>

namespace codelog::commands {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<Moment> parse_moment(const Site& site, std::string_view text, std::string_view field) {
  const auto bad_moment = [&](std::string detail) {
    return base::field_error(ErrorCode::invalid, std::string(field), std::move(detail));
  };
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

}  // namespace codelog::commands
