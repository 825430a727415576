#include "server/files/comparison.h"

#include <algorithm>
#include <array>
#include <bit>

#include "events/base/check.h"

namespace codelog::files {
namespace {

constexpr std::size_t masks_count = std::size_t{1} << compared_sides_max;

bool is_in(SideMask mask, std::size_t side) { return ((mask >> side) & 1u) != 0; }

// Merges the sides' sorted codes.
std::vector<ComparedCode> merge(std::span<const std::shared_ptr<const DiffSide>> sides) {
  std::array<std::size_t, compared_sides_max> next{};
  std::vector<ComparedCode> merged;
  for (;;) {
    std::string_view least;
    SideMask in = 0;
    for (std::size_t i = 0; i < sides.size(); ++i) {
      if (next[i] == sides[i]->codes.size()) continue;
      const std::string_view code = sides[i]->codes[next[i]];
      const auto bit = static_cast<SideMask>(1u << i);
      if (in == 0 || code < least) {
        least = code;
        in = bit;
      } else if (code == least) {
        in = static_cast<SideMask>(in | bit);
      }
    }
    if (in == 0) return merged;
    merged.push_back({least, in});
    for (std::size_t i = 0; i < sides.size(); ++i) next[i] += is_in(in, i) ? 1 : 0;
  }
}

std::vector<Region> regions_of(std::span<const ComparedCode> codes) {
  std::array<std::size_t, masks_count> counts{};
  for (const ComparedCode& code : codes) ++counts[code.in];
  std::vector<Region> regions;
  for (std::size_t mask = 0; mask < counts.size(); ++mask) {
    if (counts[mask] != 0) regions.push_back({static_cast<SideMask>(mask), counts[mask]});
  }
  std::ranges::stable_sort(regions, [](const Region& a, const Region& b) {
    const int a_sides = std::popcount(a.in);
    const int b_sides = std::popcount(b.in);
    return a_sides != b_sides ? a_sides > b_sides : a.codes_count > b.codes_count;
  });
  return regions;
}

bool belongs(SideMask in, SetOperation operation, std::size_t sides_count) {
  switch (operation) {
    case SetOperation::unite:
      return true;
    case SetOperation::intersect:
      return static_cast<std::size_t>(std::popcount(in)) == sides_count;
    case SetOperation::subtract:
      return in == 1;
  }
  return false;
}

}  // namespace

Comparison compare(std::vector<std::shared_ptr<const DiffSide>> sides) {
  CODELOG_CHECK(sides.size() <= compared_sides_max, "more sides than a comparison may have");
  Comparison comparison{std::move(sides), {}, {}};
  comparison.codes = merge(comparison.sides);
  comparison.regions = regions_of(comparison.codes);
  return comparison;
}

std::vector<std::string_view> combine(const Comparison& comparison, SetOperation operation) {
  std::vector<std::string_view> codes;
  for (const ComparedCode& code : comparison.codes) {
    if (belongs(code.in, operation, comparison.sides.size())) codes.push_back(code.code);
  }
  return codes;
}

std::string_view term_of(const Comparison& comparison, const ComparedCode& code) {
  const auto side = static_cast<std::size_t>(std::countr_zero(code.in));
  return term_in(*comparison.sides[side], code.code);
}

}  // namespace codelog::files
