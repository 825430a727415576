#include "coding_systems/index/token_index.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "coding_systems/index/text_fold.h"
#include "events/base/check.h"

namespace codelog::coding_systems {
namespace {

// Sorting fewer numbers than this costs less than clearing and reading a bit for every text.
constexpr std::size_t texts_per_sorted_posting_min = 512;

}  // namespace

bool has_word(std::span<const std::string_view> words, const WantedWord& wanted) {
  return std::ranges::any_of(words, [&](std::string_view word) {
    return wanted.is_prefix ? word.starts_with(wanted.word) : word == wanted.word;
  });
}

std::string_view TokenIndex::token(std::size_t place) const {
  const auto first = parts_.tokens[place].first_byte;
  const std::size_t after = place + 1 < parts_.tokens.size() ? parts_.tokens[place + 1].first_byte
                                                             : parts_.token_bytes.size();
  return parts_.token_bytes.substr(first, after - first);
}

PostingPlace TokenIndex::place_of(std::size_t token) const {
  return {parts_.tokens[token].first_word, parts_.tokens[token].bytes};
}

std::vector<TextNumber> TokenIndex::texts_with(std::size_t place) const {
  return lists_.numbers(place_of(place), parts_.tokens[place].count);
}

std::vector<TokenIndex::Range> TokenIndex::find_ranges(std::span<const WantedWord> wanted) const {
  std::vector<Range> ranges;
  // The first place whose word is not before `bound`.
  const auto first_not = [&](auto is_before) {
    std::size_t first = 0, after = parts_.tokens.size();
    while (first < after) {
      const std::size_t middle = first + (after - first) / 2;
      is_before(token(middle)) ? first = middle + 1 : after = middle;
    }
    return first;
  };
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::string_view word = wanted[i].word;
    Range range{.first = first_not([&](std::string_view other) { return other < word; }),
                .after = 0,
                .postings_count = 0,
                .wanted = i};
    range.after = first_not([&](std::string_view other) {
      return other < word || (wanted[i].is_prefix ? other.starts_with(word) : other == word);
    });
    if (range.first >= range.after) return {};
    for (std::size_t place = range.first; place < range.after; ++place) {
      range.postings_count += parts_.tokens[place].count;
    }
    ranges.push_back(range);
  }
  std::ranges::stable_sort(ranges, {}, &Range::postings_count);
  return ranges;
}

std::vector<std::uint64_t> TokenIndex::bits_of(const Range& range) const {
  std::vector<std::uint64_t> bits(lists_.bitmap_words(), 0);
  for (std::size_t place = range.first; place < range.after; ++place) {
    lists_.add_to(bits, place_of(place));
  }
  return bits;
}

std::vector<TextNumber> TokenIndex::texts_of(const Range& range) const {
  if (range.after - range.first == 1) return texts_with(range.first);
  if (range.postings_count * texts_per_sorted_posting_min > parts_.text_count) {
    return numbers_of_bits(bits_of(range), parts_.text_count);
  }
  std::vector<TextNumber> texts;
  for (std::size_t place = range.first; place < range.after; ++place) {
    const auto more = texts_with(place);
    texts.insert(texts.end(), more.begin(), more.end());
  }
  std::ranges::sort(texts);
  const auto repeats = std::ranges::unique(texts);
  texts.erase(repeats.begin(), repeats.end());
  return texts;
}

void TokenIndex::keep_common(std::vector<TextNumber>& texts, const Range& range) const {
  if (range.after - range.first == 1) {
    lists_.keep_common(texts, place_of(range.first));
    return;
  }
  const auto bits = bits_of(range);
  std::erase_if(texts, [&](TextNumber text) { return (bits[text / 64] >> (text % 64) & 1) == 0; });
}

void TokenIndexBuilder::add_words(TextNumber number, std::string_view folded) {
  find_words(folded, words_);
  for (const auto word : words_) {
    const auto token = tokens_.add(word);
    if (token == lists_.size()) lists_.emplace_back();
    lists_[token].add(number);
  }
}

void TokenIndexBuilder::add(TextNumber number, std::string_view text) {
  folded_.clear();
  append_folded(text, folded_);
  add_words(number, folded_);
  if (has_apostrophe(folded_)) add_words(number, without_apostrophes(folded_));
}

TokenIndexBuilder::Built TokenIndexBuilder::take(std::size_t text_count) {
  CODELOG_CHECK(text_count <= std::numeric_limits<TextNumber>::max(), "texts have 32-bit numbers");
  std::vector<std::uint32_t> in_order(tokens_.size());
  std::iota(in_order.begin(), in_order.end(), 0u);
  std::ranges::sort(in_order, {}, [&](std::uint32_t token) { return tokens_.code(token); });
  Built built;
  built.tokens.reserve(in_order.size());
  for (const auto token : in_order) {
    const auto count = lists_[token].count();
    const auto place = lists_[token].append_to(built.postings, text_count);
    built.tokens.push_back({.first_byte = static_cast<std::uint32_t>(built.token_bytes.size()),
                            .count = count,
                            .first_word = place.first_word,
                            .bytes = place.bytes});
    built.token_bytes += tokens_.code(token);
  }
  return built;
}

}  // namespace codelog::coding_systems
