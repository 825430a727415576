// A regular expression, to be matched against descriptions.
//
// The literals that a match must hold narrow the release down to a few candidates by its term
// index; RE2 then matches those that hold them, in time linear in their length. A compiled
// expression is immutable and safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "coding_systems/base/term_index.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

class RegexSearch {
 public:
  // Letters match in either case, "." no line feed, ^ and $ the ends of the text. At most a few MB
  // and some 30 ms, whatever the expression. Errors: invalid, naming "text", with RE2's words (what
  // it does not have, back-references and look-around, it names), or too large.
  static base::Result<RegexSearch> compile(std::string_view pattern);

  RegexSearch(RegexSearch&&) noexcept;
  RegexSearch& operator=(RegexSearch&&) noexcept;
  ~RegexSearch();

  // The nodes that may have a matching text, by the lists of the index, increasing. Nothing where
  // that may be any node: the
  // expression has no literal of three bytes that every match holds, or too many that some do.
  std::optional<std::vector<Node>> candidates(const TermIndex& terms, std::size_t node_count) const;

  // True where any text that matches still does with others of the index around it, so that many
  // texts can be ruled out at once: the expression has no ^ or $. (The bytes that end a text there
  // match nothing, and separate words.)
  bool matches_in_context() const;

  // Behind `text`, TextSearch::readable_behind_bytes must be readable, here and below.
  // Whether the text lacks a literal that every match has; of several texts, whether all together
  // do. Costs a tenth of matching.
  bool is_ruled_out(std::string_view text) const;
  bool matches(std::string_view text) const;
  // Which part of the text matches: none, some part, from its start on, all of it.
  enum class Match : std::uint8_t { none, part, start, whole };
  Match match(std::string_view text) const;

  // How much work a byte of text may be at most. A step takes about a nanosecond, and many times
  // that where the expression has more states than its memory holds.
  std::size_t steps_per_byte() const;

 private:
  struct Compiled;

  explicit RegexSearch(std::unique_ptr<const Compiled> compiled);

  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace codelog::coding_systems
