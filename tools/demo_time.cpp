#include "tools/demo_time.h"

#include <algorithm>

namespace codelog::tools {
namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t hour_us = 3600 * second_us;
constexpr std::int64_t day_us = 24 * hour_us;
constexpr std::int64_t between_commits_us = 23 * second_us;

std::int64_t midnight_before(std::int64_t time_us, int days) {
  return time_us - time_us % day_us - days * day_us;
}

}  // namespace

PastTime::PastTime()
    : first_day_us_(midnight_before(system_.now().unix_us, weeks * 7)), now_us_(first_day_us_) {
  go_to(0, 8);
}

void PastTime::go_to(int day, int hour) {
  const std::int64_t wanted = first_day_us_ + day * day_us + hour * hour_us;
  std::int64_t before = now_us_;
  while (before < wanted && !now_us_.compare_exchange_weak(before, wanted)) continue;
}

base::Timestamp PastTime::now() const {
  const std::int64_t next = now_us_.fetch_add(between_commits_us) + between_commits_us;
  return {std::min(next, system_.now().unix_us)};
}

}  // namespace codelog::tools
