// The costs of past requests: the best guess at the costs of the next ones.
//
// Kept in 4,096 entries by the target's hash, where a new target replaces the old one, and as an
// average for each route. Only a hint: two targets may have the same hash. Safe from any thread,
// without locks.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace codelog::http {

struct Cost {
  std::uint64_t processor_us = 0;
  std::size_t answer_bytes = 0;
};

class Costs {
 public:
  explicit Costs(std::size_t routes_count) : routes_(routes_count) {}

  // For an unknown target: the average cost of its route, and no bytes.
  Cost expected(std::size_t route, std::string_view target) const;
  void record(std::size_t route, std::string_view target, const Cost& cost);

 private:
  static constexpr std::size_t places_count = 4096;

  std::array<std::atomic<std::uint64_t>, places_count> places_{};
  std::vector<std::atomic<std::uint64_t>> routes_;  // average processor_us
};

}  // namespace codelog::http
