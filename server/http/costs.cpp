#include "server/http/costs.h"

#include <algorithm>
#include <functional>

namespace codelog::http {
namespace {

// An entry is one word: 16 bits that identify the target, 24 for microseconds, 24 for kilobytes.
constexpr std::uint64_t part_max = (std::uint64_t{1} << 24) - 1;
constexpr std::uint64_t average_weight = 8;

std::uint64_t hash_of(std::string_view target) { return std::hash<std::string_view>()(target); }

}  // namespace

Cost Costs::expected(std::size_t route, std::string_view target) const {
  const std::uint64_t hash = hash_of(target);
  const std::uint64_t word = places_[hash % places_count].load(std::memory_order_relaxed);
  const bool is_known = word != 0 && word >> 48 == hash >> 48;
  if (!is_known) return {routes_[route].load(std::memory_order_relaxed), 0};
  return {(word >> 24) & part_max, static_cast<std::size_t>(word & part_max) << 10};
}

void Costs::record(std::size_t route, std::string_view target, const Cost& cost) {
  const std::uint64_t hash = hash_of(target);
  const std::uint64_t us = std::min(std::max<std::uint64_t>(cost.processor_us, 1), part_max);
  const std::uint64_t kilobytes = std::min<std::uint64_t>(cost.answer_bytes >> 10, part_max);
  places_[hash % places_count].store((hash >> 48) << 48 | us << 24 | kilobytes,
                                     std::memory_order_relaxed);
  std::atomic<std::uint64_t>& average = routes_[route];
  const std::uint64_t before = average.load(std::memory_order_relaxed);
  // If another update overwrites this one, nothing important is lost.
  average.store(before == 0 ? us : (before * (average_weight - 1) + us) / average_weight,
                std::memory_order_relaxed);
}

}  // namespace codelog::http
