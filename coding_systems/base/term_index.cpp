#include "coding_systems/base/term_index.h"

#include <algorithm>
#include <bit>
#include <optional>
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

// Reads a list of varint differences. Stops at its end and at the first node beyond the release, so
// that damaged bytes do no harm.
class VarintReader {
 public:
  VarintReader(std::span<const std::uint8_t> bytes, std::size_t node_count)
      : bytes_(bytes), node_count_(node_count) {}

  std::optional<Node> next() {
    std::uint64_t difference = 0;
    for (unsigned shift = 0; at_ < bytes_.size() && shift < 35; shift += 7) {
      const std::uint8_t byte = bytes_[at_++];
      difference |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) {
        next_node_ += difference;
        if (next_node_ >= node_count_) return std::nullopt;
        return static_cast<Node>(next_node_++);
      }
    }
    return std::nullopt;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t node_count_;
  std::size_t at_ = 0;
  std::uint64_t next_node_ = 0;  // the smallest node that may come; differences count from it
};

std::span<const std::uint8_t> list_bytes(std::span<const std::uint64_t> postings,
                                         const GramEntry& entry) {
  return {reinterpret_cast<const std::uint8_t*>(postings.data() + entry.first_word), entry.bytes};
}

std::vector<Node> nodes_of_bits(std::span<const std::uint64_t> words, std::size_t node_count) {
  std::size_t count = 0;
  for (const auto word : words) count += static_cast<std::size_t>(std::popcount(word));
  std::vector<Node> nodes;
  nodes.reserve(count);
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (auto word = words[i]; word != 0; word &= word - 1) {
      const std::size_t node = i * 64 + static_cast<std::size_t>(std::countr_zero(word));
      if (node < node_count) nodes.push_back(static_cast<Node>(node));
    }
  }
  return nodes;
}

// Keeps the candidates that are in the list.
void keep_common(std::vector<Node>& candidates, VarintReader list) {
  auto kept = candidates.begin();
  auto node = list.next();
  for (const Node candidate : candidates) {
    while (node && *node < candidate) node = list.next();
    if (!node) break;
    if (*node == candidate) *kept++ = candidate;
  }
  candidates.erase(kept, candidates.end());
}

void keep_common(std::vector<Node>& candidates, std::span<const std::uint64_t> bitmap) {
  std::erase_if(candidates, [&](Node node) { return (bitmap[node / 64] >> (node % 64) & 1) == 0; });
}

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
  return parts_.postings.subspan(entry.first_word, bitmap_words());
}

std::vector<Node> TermIndex::nodes(const GramEntry& entry) const {
  if (is_bitmap(entry)) return nodes_of_bits(bitmap(entry), node_count());
  std::vector<Node> result;
  result.reserve(entry.count);
  VarintReader list(list_bytes(parts_.postings, entry), node_count());
  while (const auto node = list.next()) result.push_back(*node);
  return result;
}

std::vector<Node> TermIndex::candidates_of_bitmaps(std::span<const Sought> rarest_first) const {
  const auto rarest = bitmap(rarest_first.front().entry);
  std::vector<std::uint64_t> common(rarest.begin(), rarest.end());
  const std::size_t others = std::min(rarest_first.size(), bitmaps_read_max);
  for (const Sought& sought : rarest_first.subspan(1, others - 1)) {
    const auto words = bitmap(sought.entry);
    for (std::size_t i = 0; i < common.size(); ++i) common[i] &= words[i];
  }
  return nodes_of_bits(common, node_count());
}

std::vector<Node> TermIndex::candidates(std::span<const Sought> rarest_first) const {
  // Lists that are no bitmaps are shorter than them, so if the rarest is one, all are.
  if (is_bitmap(rarest_first.front().entry)) return candidates_of_bitmaps(rarest_first);
  auto result = nodes(rarest_first.front().entry);
  std::size_t lists_read = 1;
  for (const auto& [entry, place] : rarest_first.subspan(1)) {
    if (result.size() <= candidates_worth_narrowing) break;
    if (is_bitmap(entry)) {
      keep_common(result, bitmap(entry));
    } else if (lists_read < lists_read_max &&
               entry.count < result.size() * entries_per_candidate_max) {
      keep_common(result, VarintReader(list_bytes(parts_.postings, entry), node_count()));
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
