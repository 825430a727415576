#include "coding_systems/index/text_search.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <utility>

#include "coding_systems/base/code_hash.h"
#include "events/base/check.h"

namespace codelog::coding_systems {
namespace {

constexpr std::size_t vector_bytes = 16;
constexpr std::size_t word_bytes = 8;
static_assert(TextSearch::readable_behind_bytes >= 2 * vector_bytes);
static_assert(std::endian::native == std::endian::little);

// One vector register; gcc and clang translate its operators for every processor.
using Block = std::uint8_t __attribute__((vector_size(vector_bytes)));

// Compares 16 bytes with one, giving 0xff where they are equal. A letter differs from its capital
// in one bit, which is set before comparing; setting the bit turns no other byte into a letter.
class ByteMatcher {
 public:
  explicit ByteMatcher(char wanted)
      : wanted_(Block{} + static_cast<std::uint8_t>(wanted)),
        case_bit_(wanted >= 'a' && wanted <= 'z' ? Block{} + std::uint8_t{0x20} : Block{}) {}

  Block compare(const char* bytes) const {
    Block block;
    std::memcpy(&block, bytes, vector_bytes);
    return (block | case_bit_) == wanted_;
  }

 private:
  Block wanted_;
  Block case_bit_;
};

}  // namespace

TextSearch::TextSearch(std::string folded, std::size_t anchor)
    : folded_(std::move(folded)),
      first_anchor_(anchor),
      second_anchor_(std::min(anchor + 2, folded_.size() - 1)) {
  CODELOG_CHECK(anchor < folded_.size(), "the anchor lies in the text");
}

bool TextSearch::matches_at(const char* place) const {
  return std::equal(folded_.begin(), folded_.end(), place, [](char wanted, char byte) {
    return static_cast<unsigned char>(wanted) == fold_ascii(static_cast<unsigned char>(byte));
  });
}

std::size_t TextSearch::find(std::string_view text, std::size_t from) const {
  if (text.size() < folded_.size()) return std::string_view::npos;
  const ByteMatcher first(folded_[first_anchor_]);
  const ByteMatcher second(folded_[second_anchor_]);
  const std::size_t places = text.size() - folded_.size() + 1;
  for (std::size_t start = from; start < places; start += vector_bytes) {
    const char* place = text.data() + start;
    const Block both =
        first.compare(place + first_anchor_) & second.compare(place + second_anchor_);
    std::array<std::uint64_t, vector_bytes / word_bytes> words{};
    std::memcpy(words.data(), &both, vector_bytes);
    if ((words[0] | words[1]) == 0) continue;
    for (std::size_t i = 0; i < words.size(); ++i) {
      for (auto word = words[i]; word != 0;) {
        const auto byte = static_cast<unsigned>(std::countr_zero(word)) / 8;
        word &= ~(std::uint64_t{0xff} << (byte * 8));
        const std::size_t offset = i * word_bytes + byte;
        if (start + offset >= places) return std::string_view::npos;
        if (matches_at(place + offset)) return start + offset;
      }
    }
  }
  return std::string_view::npos;
}

}  // namespace codelog::coding_systems
