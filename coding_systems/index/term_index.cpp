#include "coding_systems/index/term_index.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "coding_systems/base/code_hash.h"
#include "coding_systems/index/index_source.h"
#include "coding_systems/index/text_search.h"

namespace codelog::coding_systems {
namespace {

constexpr std::size_t gram_bytes_max = 3;
// Reading one more entry of a list costs about 1 ns, reading one more candidate's texts about 40
// ns. Intersecting pays while a list is shorter than this many times the candidates.
constexpr std::size_t entries_per_candidate_max = 16;
constexpr std::size_t candidates_worth_narrowing = 8;
// Neighbouring grams of a rare word have nearly the same lists, so the first few suffice.
constexpr std::size_t lists_read_max = 6;
constexpr std::size_t bitmaps_read_max = 16;
// Memory is fetched this many candidates ahead. 8 to 24 measured alike.
constexpr std::size_t prefetch_distance = 16;

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

// Removes repeats.
template <class Sought>
void put_rarest_first(std::vector<Sought>& grams) {
  std::ranges::sort(grams, {}, [](const Sought& sought) {
    return std::pair(sought.entry.count, sought.entry.key);
  });
  const auto repeats =
      std::ranges::unique(grams, {}, [](const Sought& sought) { return sought.entry.key; });
  grams.erase(repeats.begin(), repeats.end());
}

}  // namespace

const GramEntry* TermIndex::find_gram(std::string_view folded) const {
  const auto key = gram_key(folded);
  const auto found = std::ranges::lower_bound(parts_.grams, key, {}, &GramEntry::key);
  return found != parts_.grams.end() && found->key == key ? &*found : nullptr;
}

std::vector<TermIndex::Sought> TermIndex::find_grams(std::string_view folded) const {
  std::vector<Sought> found;
  const std::size_t gram_bytes = std::min(gram_bytes_max, folded.size());
  for (std::size_t place = 0; place + gram_bytes <= folded.size(); ++place) {
    const GramEntry* entry = find_gram(folded.substr(place, gram_bytes));
    if (entry == nullptr) return {};
    found.push_back({*entry, place});
  }
  put_rarest_first(found);
  return found;
}

TermIndex::SoughtTexts TermIndex::seek(std::span<const std::string> texts) const {
  // No text has such a byte; the index uses these bytes to end its texts.
  const auto ends_text = [](char c) { return static_cast<unsigned char>(c) >= text_end_min; };
  SoughtTexts sought;
  std::vector<Sought> others;
  if (parts_.text_offsets.empty()) return {};
  for (const std::string& text : texts) {
    if (text.empty() || std::ranges::any_of(text, ends_text)) return {};
    auto folded = fold(text);
    const auto grams = find_grams(folded);
    if (grams.empty()) return {};
    sought.grams.push_back(grams.front());
    others.insert(others.end(), grams.begin() + 1, grams.end());
    sought.searches.emplace_back(std::move(folded), grams.front().place);
  }
  put_rarest_first(sought.grams);
  put_rarest_first(others);
  sought.grams.insert(sought.grams.end(), others.begin(), others.end());
  return sought;
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
    if (!is_bitmap(sought.entry)) continue;  // a wrong count; the texts are checked anyway
    const auto words = bitmap(sought.entry);
    for (std::size_t i = 0; i < common.size(); ++i) common[i] &= words[i];
  }
  return numbers_of_bits(common, lists_.bound());
}

std::vector<Node> TermIndex::candidates(std::span<const Sought> rarest_first) const {
  // Other lists are shorter than bitmaps, so if the rarest is a bitmap, all are.
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

std::vector<Node> TermIndex::verified(std::vector<Node> candidates,
                                      std::span<const TextSearch> searches) const {
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
    const auto texts = texts_of(node);
    const auto is_in = [texts](const TextSearch& search) { return search.is_in(texts); };
    if (std::ranges::all_of(searches, is_in)) *kept++ = node;
  }
  candidates.erase(kept, candidates.end());
  return candidates;
}

std::vector<Node> TermIndex::find_containing(std::string_view text) const {
  const std::string alone(text);
  return find_containing_all({&alone, 1});
}

std::vector<Node> TermIndex::find_containing_all(std::span<const std::string> texts) const {
  const auto sought = seek(texts);
  if (sought.grams.empty()) return {};
  // The list of a gram is the answer for the gram.
  if (texts.size() == 1 && texts.front().size() <= gram_bytes_max) {
    return nodes(sought.grams.front().entry);
  }
  return verified(candidates(sought.grams), sought.searches);
}

std::vector<Node> TermIndex::candidates_for_all(std::span<const std::string> texts) const {
  const auto sought = seek(texts);
  return sought.grams.empty() ? std::vector<Node>() : candidates(sought.grams);
}

}  // namespace codelog::coding_systems
