#include "coding_systems/index/text_order.h"

#include <algorithm>
#include <string>

#include "coding_systems/base/code_hash.h"
#include "coding_systems/index/text_fold.h"

namespace codelog::coding_systems {
namespace {

// A piece of a folded text as a number that sorts like the piece: its bytes, the first one highest,
// and their count; goes_on if the text continues.
constexpr std::size_t piece_bytes = 7;
constexpr std::uint64_t goes_on = piece_bytes + 1;

struct Entry {
  std::uint64_t piece = 0;
  std::uint32_t number = 0;
  auto operator<=>(const Entry&) const = default;
};

// Entries whose folded texts share their first `from` bytes, and continue.
struct Group {
  std::size_t first = 0;
  std::size_t after = 0;
  std::size_t from = 0;
};

std::uint64_t piece_of(std::string_view text, std::size_t from, std::string& folded) {
  if (!is_ascii(text)) {
    folded.clear();
    append_folded(text, folded);
    text = folded;
  }
  const auto rest = text.substr(std::min(from, text.size()));
  std::uint64_t piece = 0;
  for (std::size_t i = 0; i < piece_bytes; ++i) {
    piece = piece << 8 | (i < rest.size() ? fold_ascii(static_cast<unsigned char>(rest[i])) : 0u);
  }
  return piece << 8 | (rest.size() > piece_bytes ? goes_on : rest.size());
}

// Compares the first bytes of a text, folded, with `start`: below 0, 0, or above 0.
int compare_first(std::string_view text, std::string_view start, std::string& folded) {
  for (std::size_t i = 0; i < start.size(); ++i) {
    if (i == text.size()) return -1;
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= ascii_after) {
      folded.clear();
      append_folded(text, folded);
      return std::string_view(folded).substr(0, start.size()).compare(start);
    }
    const auto wanted = static_cast<unsigned char>(start[i]);
    if (fold_ascii(byte) != wanted) return fold_ascii(byte) < wanted ? -1 : 1;
  }
  return 0;
}

}  // namespace

void sort_by_folded_text(const TextsInARow& row, std::vector<std::uint32_t>& numbers) {
  std::vector<Entry> entries;
  entries.reserve(numbers.size());
  for (const auto number : numbers) entries.push_back({0, number});
  std::string folded;
  std::vector<Group> waiting = {{0, entries.size(), 0}};
  while (!waiting.empty()) {
    const Group group = waiting.back();
    waiting.pop_back();
    const auto members = std::span(entries).subspan(group.first, group.after - group.first);
    for (Entry& entry : members) entry.piece = piece_of(row.text(entry.number), group.from, folded);
    std::ranges::sort(members);
    for (std::size_t first = group.first, after = first; first < group.after; first = after) {
      while (after < group.after && entries[after].piece == entries[first].piece) ++after;
      const bool is_told_apart = after - first == 1 || (entries[first].piece & 0xff) != goes_on;
      if (!is_told_apart) waiting.push_back({first, after, group.from + piece_bytes});
    }
  }
  std::ranges::transform(entries, numbers.begin(), &Entry::number);
}

std::span<const std::uint32_t> texts_that_start_with(const TextsInARow& row,
                                                     std::span<const std::uint32_t> in_order,
                                                     std::string_view folded) {
  std::string buffer;
  const auto compare = [&](std::uint32_t number) {
    return compare_first(row.text(number), folded, buffer);
  };
  const auto first = std::ranges::partition_point(
      in_order, [&](std::uint32_t number) { return compare(number) < 0; });
  const auto after = std::partition_point(
      first, in_order.end(), [&](std::uint32_t number) { return compare(number) == 0; });
  return {first, after};
}

}  // namespace codelog::coding_systems
