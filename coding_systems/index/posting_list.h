// The lists of an index file: increasing numbers (nodes, or texts) below a bound shared by all
// lists of one kind. A list has the shorter of two forms: the differences between its numbers as
// varints, or one bit for every number below the bound.
//
// Damaged lists give wrong numbers, but never a number at or beyond the bound or a read beyond the
// arrays.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace codelog::coding_systems {

// Reads varint differences. Stops at their end and at the first number that is too large.
class PostingReader {
 public:
  PostingReader(std::span<const std::uint8_t> bytes, std::size_t bound)
      : bytes_(bytes), bound_(bound) {}

  std::optional<std::uint32_t> next() {
    std::uint64_t difference = 0;
    for (unsigned shift = 0; at_ < bytes_.size() && shift < 35; shift += 7) {
      const std::uint8_t byte = bytes_[at_++];
      difference |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) {
        next_ += difference;
        if (next_ >= bound_) return std::nullopt;
        return static_cast<std::uint32_t>(next_++);
      }
    }
    return std::nullopt;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t bound_;
  std::size_t at_ = 0;
  std::uint64_t next_ = 0;  // the smallest possible next number; differences count from it
};

// The place of a list in its section.
struct PostingPlace {
  std::uint32_t first_word = 0;  // in words of 8 bytes
  std::uint32_t bytes = 0;       // if equal to the length of a bitmap, the list is a bitmap
};

// The section with the lists of one kind. A view; immutable, safe from any thread.
class PostingLists {
 public:
  PostingLists() = default;
  PostingLists(std::span<const std::uint64_t> words, std::size_t bound)
      : words_(words), bound_(bound) {}

  std::size_t bound() const { return bound_; }
  std::size_t bitmap_words() const { return (bound_ + 63) / 64; }
  bool is_inside(PostingPlace place) const {
    return std::uint64_t{place.first_word} * 8 + place.bytes <= words_.size_bytes();
  }
  bool is_bitmap(PostingPlace place) const { return place.bytes == bitmap_words() * 8; }

  // The place must be inside the section and a bitmap.
  std::span<const std::uint64_t> bitmap(PostingPlace place) const {
    return words_.subspan(place.first_word, bitmap_words());
  }
  // The place must be inside the section and not a bitmap.
  PostingReader reader(PostingPlace place) const {
    return {{reinterpret_cast<const std::uint8_t*>(words_.data() + place.first_word), place.bytes},
            bound_};
  }
  // `expected_count` only avoids growing the result.
  std::vector<std::uint32_t> numbers(PostingPlace place, std::size_t expected_count) const;
  // Sets the bits of the list's numbers; `bits` must have bitmap_words().
  void add_to(std::span<std::uint64_t> bits, PostingPlace place) const;
  // Keeps only the numbers (increasing, below the bound) that are in the list.
  void keep_common(std::vector<std::uint32_t>& numbers, PostingPlace place) const;

 private:
  std::span<const std::uint64_t> words_;
  std::size_t bound_ = 0;
};

// The numbers below the bound, without repeats, in increasing order.
std::vector<std::uint32_t> sorted_numbers(std::span<const std::uint32_t> numbers,
                                          std::size_t bound);

// The numbers below the bound whose bits are set.
std::vector<std::uint32_t> numbers_of_bits(std::span<const std::uint64_t> words, std::size_t bound);

// Builds one list. Numbers come in increasing order; repeating the last one adds nothing.
class PostingListBuilder {
 public:
  void add(std::uint32_t number);
  std::uint32_t count() const { return count_; }
  // Appends the shorter form to a section, at a whole word. The builder cannot be used afterwards.
  PostingPlace append_to(std::vector<std::uint64_t>& section, std::size_t bound);

 private:
  std::uint32_t count_ = 0;
  std::uint32_t last_ = 0;
  std::vector<std::uint8_t> varints_;
};

}  // namespace codelog::coding_systems
