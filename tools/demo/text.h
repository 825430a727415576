// Helpers that build the terms and codes of synthetic releases.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>

namespace codelog::demo {

// Joins words with spaces; leaves out empty words.
std::string join(std::initializer_list<std::string_view> words);
std::string capitalised(std::string text);

// For codes that distinguish upper from lower case.
inline constexpr std::string_view code_characters =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

// Publishers give a term in several lengths; the longer ones only where needed.
inline constexpr std::size_t short_term_bytes = 30;
inline constexpr std::size_t middle_term_bytes = 60;
struct TermLengths {
  std::string_view in_30, in_60, in_198;
};
TermLengths lengths_of(std::string_view term);

// Random choices that are the same on any machine, unlike the standard's distributions.
class Chooser {
 public:
  explicit Chooser(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <class Texts>
  std::string_view pick(const Texts& texts) {
    return texts[below(texts.size())];
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace codelog::demo
