// The words of the large made-up terminology: everyday clinical words first, then as many as
// needed, built from the parts of medical words. All are distinct.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace codelog::demo {

class Vocabulary {
 public:
  static constexpr std::size_t size_max = 156'000;

  // At most size_max words.
  explicit Vocabulary(std::size_t size);

  std::size_t size() const { return words_.size(); }
  std::string_view word(std::uint32_t rank) const { return words_[rank]; }
  // By Zipf's law: a word of twice the rank is half as frequent.
  std::uint32_t pick(std::mt19937_64& random) const;

 private:
  std::vector<std::string> words_;
};

}  // namespace codelog::demo
