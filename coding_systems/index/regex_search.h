// A regular expression for matching descriptions.
//
// The term index finds the few candidates in the release with the literals that a match must
// contain. RE2 then matches those, in time linear in their length. A compiled expression is
// immutable and safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "coding_systems/index/term_index.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

class RegexSearch {
 public:
  // Letters match in either case, "." matches no line feed, ^ and $ match the ends of the text.
  // Needs at most a few MB and some 30 ms. Errors: invalid, naming "text": RE2's message (which
  // names unsupported back-references and look-around), or too large.
  static base::Result<RegexSearch> compile(std::string_view pattern);

  RegexSearch(RegexSearch&&) noexcept;
  RegexSearch& operator=(RegexSearch&&) noexcept;
  ~RegexSearch();

  // The nodes that may have a matching text, increasing, from the lists of the index. Nothing where
  // any node may: the expression has no literal of three bytes that every match holds, or too many
  // literals of which a match holds one.
  std::optional<std::vector<Node>> candidates(const TermIndex& terms, std::size_t node_count) const;

  // True if every matching text still matches with other texts of the index around it, so that many
  // texts can be ruled out at once: the expression has no ^ or $. (The bytes that end a text in the
  // index match nothing, and separate words.)
  bool matches_in_context() const;

  // Behind `text`, TextSearch::readable_behind_bytes must be readable, here and below.
  bool matches(std::string_view text) const;
  // How much of the text matches: nothing, a part, a part at its start, all of it.
  enum class Match : std::uint8_t { none, part, start, whole };
  Match match(std::string_view text) const;

  // The largest amount of work for one byte of text. A step takes about a nanosecond, but many
  // times that if the expression has more states than its memory holds.
  std::size_t steps_per_byte() const;

 private:
  struct Compiled;

  explicit RegexSearch(std::unique_ptr<const Compiled> compiled);

  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace codelog::coding_systems
