#include "events/base/clock.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace codelog::base {
namespace {

constexpr std::int64_t us_per_second = 1'000'000;
constexpr std::int64_t us_per_day = 86'400 * us_per_second;

std::chrono::year_month_day day_of(Timestamp time) {
  const auto days = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(time.unix_us)));
  return std::chrono::year_month_day(days);
}

std::optional<int> digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<std::int64_t> parse_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = digits(text.substr(0, 4));
  const auto month = digits(text.substr(5, 2));
  const auto day = digits(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count() * us_per_day;
}

// Parses "HH:MM" or "HH:MM:SS[.f…]". Returns microseconds and the number of characters read.
struct TimeOfDay {
  std::int64_t us;
  std::size_t size;
};

std::optional<TimeOfDay> parse_time(std::string_view text) {
  if (text.size() < 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
  const auto hour = digits(text.substr(0, 2));
  const auto minute = digits(text.substr(3, 2));
  const auto second = digits(text.substr(6, 2));
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) {
    return std::nullopt;
  }
  std::int64_t us = ((*hour * 60LL + *minute) * 60 + *second) * us_per_second;
  std::size_t size = 8;
  if (text.size() > 9 && text[8] == '.') {
    std::int64_t scale = us_per_second / 10;
    for (size = 9; size < text.size() && text[size] >= '0' && text[size] <= '9'; ++size) {
      us += (text[size] - '0') * scale;
      scale /= 10;
    }
    if (size == 9) return std::nullopt;
  }
  return TimeOfDay{us, size};
}

std::optional<std::int64_t> parse_offset_us(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto hours = digits(text.substr(1, 2));
  const auto minutes = digits(text.substr(4, 2));
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::int64_t us = (*hours * 60LL + *minutes) * 60 * us_per_second;
  return text[0] == '+' ? us : -us;
}

}  // namespace

Timestamp SystemClock::now() const {
  return {std::chrono::duration_cast<std::chrono::microseconds>(
              std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

std::string format_date(Timestamp time) {
  const auto date = day_of(time);
  std::array<char, 32> buffer{};
  const int size =
      std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return std::string(buffer.data(), static_cast<std::size_t>(size));
}

std::string format_timestamp(Timestamp time) {
  std::int64_t in_day = time.unix_us % us_per_day;
  if (in_day < 0) in_day += us_per_day;
  const std::int64_t seconds = in_day / us_per_second;
  std::array<char, 32> buffer{};
  const int size =
      std::snprintf(buffer.data(), buffer.size(), "T%02d:%02d:%02d.%06dZ",
                    static_cast<int>(seconds / 3600), static_cast<int>(seconds / 60 % 60),
                    static_cast<int>(seconds % 60), static_cast<int>(in_day % us_per_second));
  return format_date(time) + std::string(buffer.data(), static_cast<std::size_t>(size));
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  if (text.size() < 10) return std::nullopt;
  const auto day = parse_day(text.substr(0, 10));
  if (!day) return std::nullopt;
  if (text.size() == 10) return Timestamp{*day};
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return std::nullopt;
  const auto time = parse_time(text.substr(11));
  if (!time) return std::nullopt;
  const auto offset = parse_offset_us(text.substr(11 + time->size));
  if (!offset) return std::nullopt;
  return Timestamp{*day + time->us - *offset};
}

bool is_date(std::string_view text) { return parse_day(text).has_value(); }

}  // namespace codelog::base
