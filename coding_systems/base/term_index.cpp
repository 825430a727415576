#include "coding_systems/base/term_index.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "coding_systems/base/code_hash.h"
#include "coding_systems/base/index_source.h"
#include "coding_systems/base/text_search.h"

namespace codelog::coding_systems {
namespace {

constexpr std::size_t gram_bytes_max = 3;
// Reading one more entry of a list costs about 1 ns, looking at one more candidate's texts about 40
// ns: a list is worth intersecting with while it is shorter than this many times the candidates.
constexpr std::size_t entries_per_candidate_max = 16;
constexpr std::size_t candidates_worth_narrowing = 8;
// Neighbouring grams of a rare word have nearly the same lists; the first few say it all.
constexpr std::size_t lists_read_max = 6;
constexpr std::size_t bitmaps_read_max = 16;
// How many candidates ahead memory is fetched. 8 to 24 measured alike.
constexpr std::size_t prefetch_distance = 16;
constexpr std::size_t cache_line_bytes = 64;

std::uint32_t gram_key(std::string_view folded) {
  auto key = static_cast<std::uint32_t>(folded.size());
  for (std::size_t i = 0; i < gram_bytes_max; ++i) {
    key = key << 8 | (i < folded.size() ? static_cast<unsigned char>(folded[i]) : 0u);
  }
  return key;
}

std::string fold(std::string_view text) {
  std::string folded(text);
  for (char& c : folded) c = static_cast<char>(fold_ascii(static_cast<unsigned char>(c)));
  return folded;
}

PostingPlace place_of(const GramEntry& entry) { return {entry.first_word, entry.bytes}; }

}  // namespace

const GramEntry* TermIndex::find_gram(std::string_view folded) const {
  const auto key = gram_key(folded);
  const auto found = std::ranges::lower_bound(parts_.grams, key, {}, &GramEntry::key);
  return found != parts_.grams.end() && found->key == key ? &*found : nullptr;
}

std::vector<TermIndex::Sought> TermIndex::find_trigrams(std::string_view folded) const {
  std::vector<Sought> found;
  for (std::size_t place = 0; place + gram_bytes_max <= folded.size(); ++place) {
    const GramEntry* entry = find_gram(folded.substr(place, gram_bytes_max));
    if (entry == nullptr) return {};
    found.push_back({*entry, place});
  }
  std::ranges::sort(found, {}, [](const Sought& sought) {
    return std::pair(sought.entry.count, sought.entry.key);
  });
  const auto repeats =
      std::ranges::unique(found, {}, [](const Sought& sought) { return sought.entry.key; });
  found.erase(repeats.begin(), repeats.end());
  return found;
}

std::span<const std::uint64_t> TermIndex::bitmap(const GramEntry& entry) const {
  return lists_.bitmap(place_of(entry));
}

bool TermIndex::is_bitmap(const GramEntry& entry) const {
  return lists_.is_bitmap(place_of(entry));
}

std::vector<Node> TermIndex::nodes(const GramEntry& entry) const {
  return lists_.numbers(place_of(entry), entry.count);
}

std::vector<Node> TermIndex::candidates_of_bitmaps(std::span<const Sought> rarest_first) const {
  const auto rarest = bitmap(rarest_first.front().entry);
  std::vector<std::uint64_t> common(rarest.begin(), rarest.end());
  const std::size_t others = std::min(rarest_first.size(), bitmaps_read_max);
  for (const Sought& sought : rarest_first.subspan(1, others - 1)) {
    if (!is_bitmap(sought.entry)) continue;  // a count that lies; the texts are looked at anyway
    const auto words = bitmap(sought.entry);
    for (std::size_t i = 0; i < common.size(); ++i) common[i] &= words[i];
  }
  return numbers_of_bits(common, lists_.bound());
}

std::vector<Node> TermIndex::candidates(std::span<const Sought> rarest_first) const {
  // Lists that are no bitmaps are shorter than them, so if the rarest is one, all are.
  if (is_bitmap(rarest_first.front().entry)) return candidates_of_bitmaps(rarest_first);
  auto result = nodes(rarest_first.front().entry);
  std::size_t lists_read = 1;
  for (const auto& [entry, place] : rarest_first.subspan(1)) {
    if (result.size() <= candidates_worth_narrowing) break;
    if (is_bitmap(entry)) {
      lists_.keep_common(result, place_of(entry));
    } else if (lists_read < lists_read_max &&
               entry.count < result.size() * entries_per_candidate_max) {
      lists_.keep_common(result, place_of(entry));
      ++lists_read;
    }
  }
  return result;
}

std::string_view TermIndex::texts_of(Node node) const {
  const auto first = parts_.text_offsets[node];
  auto texts = parts_.texts.substr(first, parts_.text_offsets[node + 1] - first);
  texts.remove_suffix(display_name_bytes(texts));
  return texts;
}

std::vector<Node> TermIndex::verified(std::vector<Node> candidates, std::string folded,
                                      std::size_t anchor) const {
  const TextSearch search(std::move(folded), anchor);
  const auto fetch = [&](Node node) {
    const char* texts = parts_.texts.data();
    const auto after = parts_.text_offsets[node + 1];
    for (auto at = parts_.text_offsets[node]; at < after; at += cache_line_bytes) {
      __builtin_prefetch(texts + at);
    }
  };
  auto kept = candidates.begin();
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (i + 2 * prefetch_distance < candidates.size()) {
      __builtin_prefetch(&parts_.text_offsets[candidates[i + 2 * prefetch_distance]]);
    }
    if (i + prefetch_distance < candidates.size()) fetch(candidates[i + prefetch_distance]);
    const Node node = candidates[i];
    if (search.is_in(texts_of(node))) *kept++ = node;
  }
  candidates.erase(kept, candidates.end());
  return candidates;
}

std::vector<Node> TermIndex::find_containing(std::string_view text) const {
  if (text.empty() || parts_.text_offsets.empty()) return {};
  // No text has such a byte; the index has them, to end its texts.
  const auto ends_text = [](char c) { return static_cast<unsigned char>(c) >= text_end_min; };
  if (std::ranges::any_of(text, ends_text)) return {};
  auto folded = fold(text);
  if (folded.size() <= gram_bytes_max) {
    const GramEntry* entry = find_gram(folded);
    return entry == nullptr ? std::vector<Node>() : nodes(*entry);
  }
  const auto trigrams = find_trigrams(folded);
  if (trigrams.empty()) return {};
  return verified(candidates(trigrams), std::move(folded), trigrams.front().place);
}

}  // namespace codelog::coding_systems
