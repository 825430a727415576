#include "server/web/codelists/text_changes.h"

#include <algorithm>
#include <span>

namespace codelog::web {
namespace {

using Words = std::span<const std::string_view>;
using Kind = TextPart::Kind;

// 2 MB, a few milliseconds.
constexpr std::size_t compared_max = 1'000'000;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

// Words and the white space between them.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const bool space = is_space(text.front());
    const auto end = std::ranges::find_if(text, [&](char c) { return is_space(c) != space; });
    const auto size = static_cast<std::size_t>(end - text.begin());
    words.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return words;
}

void add(Kind kind, Words words, std::vector<TextPart>& parts) {
  if (words.empty()) return;
  if (parts.empty() || parts.back().kind != kind) parts.push_back({kind, {}});
  for (const std::string_view word : words) parts.back().text += word;
}

// lengths[i * (after + 1) + j]: how many words before[i…] and after[j…] have in common, in order.
std::vector<std::uint16_t> common_lengths(Words before, Words after) {
  const std::size_t width = after.size() + 1;
  std::vector<std::uint16_t> lengths((before.size() + 1) * width);
  for (std::size_t i = before.size(); i-- > 0;) {
    for (std::size_t j = after.size(); j-- > 0;) {
      lengths[i * width + j] =
          before[i] == after[j]
              ? static_cast<std::uint16_t>(lengths[(i + 1) * width + j + 1] + 1)
              : std::max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  return lengths;
}

void compare(Words before, Words after, std::vector<TextPart>& parts) {
  const bool is_small = before.size() < UINT16_MAX && after.size() < UINT16_MAX &&
                        (before.size() + 1) * (after.size() + 1) <= compared_max;
  if (!is_small) {
    add(Kind::removed, before, parts);
    add(Kind::added, after, parts);
    return;
  }
  const auto lengths = common_lengths(before, after);
  const std::size_t width = after.size() + 1;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < before.size() && j < after.size()) {
    if (before[i] == after[j]) {
      add(Kind::same, before.subspan(i, 1), parts);
      ++i;
      ++j;
    } else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) {
      add(Kind::removed, before.subspan(i++, 1), parts);
    } else {
      add(Kind::added, after.subspan(j++, 1), parts);
    }
  }
  add(Kind::removed, before.subspan(i), parts);
  add(Kind::added, after.subspan(j), parts);
}

}  // namespace

std::vector<TextPart> changed_parts(std::string_view before, std::string_view after) {
  const auto old_words = words_of(before);
  const auto new_words = words_of(after);
  const auto [old_end, new_end] = std::ranges::mismatch(old_words, new_words);
  const auto head = static_cast<std::size_t>(old_end - old_words.begin());
  const std::size_t rest = std::min(old_words.size(), new_words.size()) - head;
  std::size_t tail = 0;
  while (tail < rest &&
         old_words[old_words.size() - 1 - tail] == new_words[new_words.size() - 1 - tail]) {
    ++tail;
  }
  std::vector<TextPart> parts;
  const Words all(old_words);
  add(Kind::same, all.first(head), parts);
  compare(all.subspan(head, all.size() - head - tail),
          Words(new_words).subspan(head, new_words.size() - head - tail), parts);
  add(Kind::same, all.last(tail), parts);
  return parts;
}

}  // namespace codelog::web
