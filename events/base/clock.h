// Time as the log records it: microseconds since 1970-01-01T00:00:00Z, and calendar days.
// Only the edge of the system asks a Clock; commands and projections receive times as values.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace codelog::base {

struct Timestamp {
  std::int64_t unix_us = 0;
  auto operator<=>(const Timestamp&) const = default;
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
};

// "2024-01-31T10:20:30.123456Z", always with microseconds.
std::string format_timestamp(Timestamp time);
// "2024-01-31".
std::string format_date(Timestamp time);
// Accepts "YYYY-MM-DD" (its first microsecond), and RFC 3339 date-times with an offset or Z;
// nothing else.
std::optional<Timestamp> parse_timestamp(std::string_view text);
// True for a real calendar day written YYYY-MM-DD.
bool is_date(std::string_view text);

}  // namespace codelog::base
