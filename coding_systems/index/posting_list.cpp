#include "coding_systems/index/posting_list.h"

#include <algorithm>
#include <cstring>

namespace codelog::coding_systems {
namespace {

// Sorting fewer numbers than this costs less than clearing and reading a bit for every possible
// one.
constexpr std::size_t bound_per_sorted_number_min = 512;

}  // namespace

std::vector<std::uint32_t> sorted_numbers(std::span<const std::uint32_t> numbers,
                                          std::size_t bound) {
  if (numbers.size() * bound_per_sorted_number_min > bound) {
    std::vector<std::uint64_t> bits((bound + 63) / 64, 0);
    for (const auto number : numbers) bits[number / 64] |= std::uint64_t{1} << (number % 64);
    return numbers_of_bits(bits, bound);
  }
  std::vector<std::uint32_t> sorted(numbers.begin(), numbers.end());
  std::ranges::sort(sorted);
  const auto repeats = std::ranges::unique(sorted);
  sorted.erase(repeats.begin(), repeats.end());
  return sorted;
}

std::vector<std::uint32_t> numbers_of_bits(std::span<const std::uint64_t> words,
                                           std::size_t bound) {
  std::size_t count = 0;
  for (const auto word : words) count += static_cast<std::size_t>(std::popcount(word));
  std::vector<std::uint32_t> numbers;
  numbers.reserve(count);
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (auto word = words[i]; word != 0; word &= word - 1) {
      const std::size_t number = i * 64 + static_cast<std::size_t>(std::countr_zero(word));
      if (number < bound) numbers.push_back(static_cast<std::uint32_t>(number));
    }
  }
  return numbers;
}

std::vector<std::uint32_t> PostingLists::numbers(PostingPlace place,
                                                 std::size_t expected_count) const {
  if (is_bitmap(place)) return numbers_of_bits(bitmap(place), bound_);
  std::vector<std::uint32_t> result;
  result.reserve(std::min(expected_count, bound_));
  auto list = reader(place);
  while (const auto number = list.next()) result.push_back(*number);
  return result;
}

void PostingLists::add_to(std::span<std::uint64_t> bits, PostingPlace place) const {
  if (is_bitmap(place)) {
    const auto words = bitmap(place);
    for (std::size_t i = 0; i < words.size(); ++i) bits[i] |= words[i];
    return;
  }
  auto list = reader(place);
  while (const auto number = list.next()) bits[*number / 64] |= std::uint64_t{1} << (*number % 64);
}

void PostingLists::keep_common(std::vector<std::uint32_t>& numbers, PostingPlace place) const {
  if (is_bitmap(place)) {
    const auto bits = bitmap(place);
    std::erase_if(numbers, [&](std::uint32_t number) {
      return (bits[number / 64] >> (number % 64) & 1) == 0;
    });
    return;
  }
  auto list = reader(place);
  auto kept = numbers.begin();
  auto listed = list.next();
  for (const std::uint32_t number : numbers) {
    while (listed && *listed < number) listed = list.next();
    if (!listed) break;
    if (*listed == number) *kept++ = number;
  }
  numbers.erase(kept, numbers.end());
}

void PostingListBuilder::add(std::uint32_t number) {
  if (count_ > 0 && last_ == number) return;
  std::uint32_t difference = count_ == 0 ? number : number - last_ - 1;
  for (; difference >= 0x80; difference >>= 7) {
    varints_.push_back(static_cast<std::uint8_t>(difference | 0x80));
  }
  varints_.push_back(static_cast<std::uint8_t>(difference));
  last_ = number;
  ++count_;
}

PostingPlace PostingListBuilder::append_to(std::vector<std::uint64_t>& section, std::size_t bound) {
  const std::size_t first = section.size();
  const std::size_t bitmap_bytes = (bound + 63) / 64 * 8;
  const std::size_t bytes = std::min(varints_.size(), bitmap_bytes);
  section.resize(first + (bytes + 7) / 8, 0);
  if (varints_.size() < bitmap_bytes) {
    std::memcpy(section.data() + first, varints_.data(), varints_.size());
  } else {
    PostingReader list(varints_, bound);
    while (const auto number = list.next()) {
      section[first + *number / 64] |= std::uint64_t{1} << (*number % 64);
    }
  }
  varints_ = {};
  return {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(bytes)};
}

}  // namespace codelog::coding_systems
