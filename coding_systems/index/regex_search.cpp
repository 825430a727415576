#include "coding_systems/index/regex_search.h"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "coding_systems/index/text_fold.h"
#include "coding_systems/index/text_search.h"
#include "events/base/text.h"

namespace codelog::coding_systems {
namespace {

// Shorter literals are in too many texts for a look-up to pay.
constexpr int literal_bytes_min = 3;
constexpr std::int64_t memory_bytes_max = 4 << 20;
// For measuring an expression's size: so small that a far too large one is abandoned after 10 ms
// instead of 100. Holds several times program_size_max.
constexpr std::int64_t first_memory_bytes_max = 512 << 10;
// RE2 needs 0.3 ms to read each, even if the expression is then refused.
constexpr int unicode_classes_max = 32;
// Counted in RE2's instructions. Descriptions are short; an expression of 1,000 bytes with a few
// Unicode classes stays far below.
constexpr int program_size_max = 4000;
// The number of bits in a word; RE2 gives up on most expressions with more literals.
constexpr std::size_t literals_max = 64;
// Reading a candidate's texts takes about 0.2 us, asking the filter several.
constexpr std::size_t candidates_worth_narrowing = 64;
// Limits the work before matching to some ten milliseconds for an expression of many common
// literals: the number of literal combinations tried, and the average number of listings of a node.
constexpr std::size_t answers_max = 4096;
constexpr std::size_t nodes_listed_max = 8;

// The two characters beyond ASCII that are another case of ASCII letters: the Kelvin sign and the
// long s.
constexpr const char* kelvin_sign = "\xe2\x84\xaa";
constexpr const char* long_s = "\xc5\xbf";

// The literals that a node has, as bits.
struct NodeLiterals {
  Node node = 0;
  std::uint64_t literals = 0;
};

// The longest ASCII part: the index cannot ignore case beyond ASCII.
std::string ascii_part(const std::string& literal) {
  std::string longest, part;
  for (const char c : literal) {
    if (static_cast<unsigned char>(c) < 0x80) {
      part += c;
      if (part.size() > longest.size()) longest = part;
    } else {
      part.clear();
    }
  }
  return longest;
}

constexpr std::uint64_t bit_of(std::size_t literal) { return std::uint64_t{1} << literal; }

void add_literal(std::vector<NodeLiterals>& known, const std::vector<Node>& nodes,
                 std::uint64_t literal) {
  std::vector<NodeLiterals> merged;
  merged.reserve(known.size() + nodes.size());
  auto next = known.begin();
  for (const Node node : nodes) {
    while (next != known.end() && next->node < node) merged.push_back(*next++);
    if (next != known.end() && next->node == node) {
      merged.push_back({node, next->literals | literal});
      ++next;
    } else {
      merged.push_back({node, literal});
    }
  }
  merged.insert(merged.end(), next, known.end());
  known = std::move(merged);
}

base::Error refuse(std::string detail) {
  return base::field_error(base::ErrorCode::invalid, "text", std::move(detail));
}

// Looks first for the letters that are rare in terms.
TextSearch search_for(const std::string& folded) {
  constexpr std::string_view common_first = "eaiotnrsclpudhmgfybvxkwzqj";
  const auto rareness = [&](std::size_t place) {
    return std::min(common_first.find(folded[place]), common_first.size() / 2);
  };
  std::size_t best = 0, best_rareness = 0;
  for (std::size_t place = 0; place < folded.size(); ++place) {
    const auto both = rareness(place) + rareness(std::min(place + 2, folded.size() - 1));
    if (both > best_rareness) best = place, best_rareness = both;
  }
  return TextSearch(folded, best);
}

}  // namespace

// A piece of an expression that stands for itself.
struct RegexPiece {
  TextSearch search;
  std::size_t bytes;
};

namespace {

// The pieces of an expression that is nothing but pieces with .* between them ("fracture.*femur"),
// which many are; nothing of any other.
std::vector<RegexPiece> chain_of(std::string_view pattern) {
  constexpr std::string_view between = ".*";
  constexpr std::string_view plain = " -,/%'\"&:;<>=@!~_";
  std::vector<RegexPiece> chain;
  while (true) {
    const auto after = std::min(pattern.find(between), pattern.size());
    const auto piece = pattern.substr(0, after);
    const bool is_plain = std::ranges::all_of(piece, [&](char c) {
      return is_ascii_word(static_cast<unsigned char>(c)) ||
             plain.find(c) != std::string_view::npos;
    });
    if (piece.empty() || !is_plain) return {};
    chain.push_back({search_for(base::ascii_lower(piece)), piece.size()});
    if (after == pattern.size()) return chain;
    pattern.remove_prefix(after + between.size());
  }
}

// Whether a match is nothing but the pieces in their order: no letter is in another case than ASCII
// knows, and . matches everything.
bool is_simple(std::string_view text) {
  return is_ascii(text) && text.find('\n') == std::string_view::npos;
}

// Where the last of the pieces ends, each taken as early as possible after the one before it.
std::optional<std::size_t> end_of_pieces(std::span<const RegexPiece> pieces,
                                         std::string_view text) {
  std::size_t from = 0;
  for (const RegexPiece& piece : pieces) {
    const auto found = piece.search.find(text, from);
    if (found == std::string_view::npos) return std::nullopt;
    from = found + piece.bytes;
  }
  return from;
}

// As RegexSearch::match(), of a simple text.
RegexSearch::Match match_pieces(std::span<const RegexPiece> chain, std::string_view text) {
  using Match = RegexSearch::Match;
  if (!end_of_pieces(chain, text)) return Match::none;
  if (chain.front().search.find(text, 0) != 0) return Match::part;
  if (chain.size() == 1) return chain.front().bytes == text.size() ? Match::whole : Match::start;
  const auto from = end_of_pieces(chain.first(chain.size() - 1), text);
  const auto last = text.size() - chain.back().bytes;
  const bool is_whole = *from <= last && chain.back().search.find(text, last) == last;
  return is_whole ? Match::whole : Match::start;
}

// More may say so than are: a ^ in brackets is none.
bool has_anchors(std::string_view pattern) {
  const auto has = [&](std::string_view part) {
    return pattern.find(part) != std::string_view::npos;
  };
  return has("^") || has("$") || has("\\A") || has("\\z");
}

// Checks the characters after backslashes before RE2 does.
base::Result<void> check_escapes(std::string_view pattern) {
  int unicode_classes = 0;
  for (auto at = pattern.find('\\'); at != std::string_view::npos && at + 1 < pattern.size();
       at = pattern.find('\\', at)) {
    const char escaped = pattern[at + 1];
    at += 2;
    if (escaped == 'C') return refuse("has \\C, which would take letters apart; use . for any one");
    if (escaped == 'Q') at = std::min(pattern.find("\\E", at), pattern.size());
    if (escaped == 'p' || escaped == 'P') ++unicode_classes;
  }
  if (unicode_classes <= unicode_classes_max) return {};
  return refuse("is too large a regular expression: it has " + std::to_string(unicode_classes) +
                " classes of Unicode, at most " + std::to_string(unicode_classes_max) +
                " are allowed");
}

void add_nodes(std::vector<Node>& nodes, const std::vector<Node>& more) {
  if (more.empty()) return;
  std::vector<Node> together;
  std::ranges::set_union(nodes, more, std::back_inserter(together));
  nodes = std::move(together);
}

}  // namespace

struct RegexSearch::Compiled {
  re2::FilteredRE2 filter{literal_bytes_min};
  // The filter says which of these a match must have.
  std::vector<std::string> literals;
  // The members below count only if the literals are usable. The index can look up literals with an
  // ASCII part; `anywhere` are the others, as bits.
  std::vector<std::string> ascii_parts;
  std::uint64_t anywhere = 0;
  // The literals that every match must have: as bits, as their ASCII parts, and their look-ups.
  std::uint64_t required = 0;
  std::vector<std::string> required_parts;
  std::vector<TextSearch> required_searches;
  std::vector<RegexPiece> chain;  // all of it, if it is one
  bool has_usable_literals = false;
  bool has_anchors = false;

  const RE2& expression() const { return filter.GetRE2(0); }

  // True if a text with exactly these literals may match.
  bool may_match(std::uint64_t present) const {
    std::vector<int> numbers, matching;
    for (int i = 0; i < static_cast<int>(literals.size()); ++i) {
      if ((present >> i & 1) != 0) numbers.push_back(i);
    }
    filter.AllPotentials(numbers, &matching);
    return !matching.empty();
  }

  void look_at_literals() {
    if (literals.size() > literals_max || may_match(0)) return;
    has_usable_literals = true;
    std::uint64_t all = 0;
    for (std::size_t i = 0; i < literals.size(); ++i) {
      all |= bit_of(i);
      ascii_parts.push_back(ascii_part(literals[i]));
      if (ascii_parts.back().empty()) anywhere |= bit_of(i);
    }
    for (std::size_t i = 0; i < literals.size(); ++i) {
      const auto& part = ascii_parts[i];
      if (part.empty() || may_match(all & ~bit_of(i))) continue;
      required |= bit_of(i);
      required_parts.push_back(part);
      required_searches.push_back(search_for(part));
    }
  }

  // True if the text lacks a literal that it needs. In texts beyond ASCII, letters may be in
  // another case than in the literals.
  bool is_ruled_out(std::string_view text) const {
    const auto is_in = [text](const TextSearch& search) { return search.is_in(text); };
    return !std::ranges::all_of(required_searches, is_in) && is_ascii(text);
  }

  // The nodes (default: all) whose literals allow a match. Literals that not every match has are
  // looked up only in the index, not in texts.
  std::optional<std::vector<Node>> narrow(std::optional<std::vector<Node>> nodes,
                                          const TermIndex& terms, std::size_t node_count) const;
};

RegexSearch::RegexSearch(std::unique_ptr<const Compiled> compiled)
    : compiled_(std::move(compiled)) {}
RegexSearch::RegexSearch(RegexSearch&&) noexcept = default;
RegexSearch& RegexSearch::operator=(RegexSearch&&) noexcept = default;
RegexSearch::~RegexSearch() = default;

base::Result<RegexSearch> RegexSearch::compile(std::string_view pattern) {
  RE2::Options options;
  options.set_case_sensitive(false);
  options.set_never_capture(true);
  options.set_log_errors(false);
  options.set_max_mem(first_memory_bytes_max);
  const re2::StringPiece text(pattern.data(), pattern.size());
  if (const auto good = check_escapes(pattern); !good) return good.error();
  const RE2 alone(text, options);
  if (alone.error_code() == RE2::ErrorPatternTooLarge) {
    return refuse("is too large a regular expression");
  }
  if (!alone.ok()) return refuse("is not a valid regular expression: " + alone.error());
  if (alone.ProgramSize() > program_size_max) {
    return refuse("is too large a regular expression: it comes to " +
                  std::to_string(alone.ProgramSize()) + " steps, at most " +
                  std::to_string(program_size_max) + " are allowed");
  }
  options.set_max_mem(memory_bytes_max);
  auto compiled = std::make_unique<Compiled>();
  int number = 0;
  if (compiled->filter.Add(text, options, &number) != RE2::NoError) {
    return refuse("is not a valid regular expression");
  }
  compiled->filter.Compile(&compiled->literals);
  compiled->chain = chain_of(pattern);
  compiled->has_anchors = has_anchors(pattern);
  compiled->look_at_literals();
  return RegexSearch(std::move(compiled));
}

std::size_t RegexSearch::steps_per_byte() const {
  return static_cast<std::size_t>(compiled_->expression().ProgramSize());
}

std::optional<std::vector<Node>> RegexSearch::Compiled::narrow(
    std::optional<std::vector<Node>> nodes, const TermIndex& terms, std::size_t node_count) const {
  std::vector<NodeLiterals> known;
  std::size_t listed = 0;
  for (std::size_t i = 0; i < literals.size(); ++i) {
    if (((required | anywhere) & bit_of(i)) != 0) continue;
    auto parts = required_parts;
    parts.push_back(ascii_parts[i]);
    const auto found = terms.candidates_for_all(parts);
    listed += found.size();
    if (listed > nodes_listed_max * node_count) return nodes;
    add_literal(known, found, bit_of(i));
  }
  std::map<std::uint64_t, bool> answers;  // few different sets of literals occur
  std::vector<Node> kept;
  for (const NodeLiterals& of_node : known) {
    const auto present = of_node.literals | required | anywhere;
    const auto [answer, is_new] = answers.try_emplace(present, true);
    if (is_new && answers.size() <= answers_max) answer->second = may_match(present);
    if (answer->second) kept.push_back(of_node.node);
  }
  if (!nodes) return kept;
  std::vector<Node> common;
  std::ranges::set_intersection(*nodes, kept, std::back_inserter(common));
  return common;
}

std::optional<std::vector<Node>> RegexSearch::candidates(const TermIndex& terms,
                                                         std::size_t node_count) const {
  const Compiled& compiled = *compiled_;
  if (!compiled.has_usable_literals || compiled.may_match(compiled.anywhere)) return std::nullopt;
  std::optional<std::vector<Node>> nodes;
  if (compiled.required != 0) nodes = terms.candidates_for_all(compiled.required_parts);
  const bool is_narrow = nodes && nodes->size() <= candidates_worth_narrowing;
  if (!is_narrow && !compiled.may_match(compiled.required | compiled.anywhere)) {
    nodes = compiled.narrow(std::move(nodes), terms, node_count);
  }
  if (!nodes) return std::nullopt;
  // A literal has the ASCII letter where a text may have one of these characters.
  add_nodes(*nodes, terms.find_containing(kelvin_sign));
  add_nodes(*nodes, terms.find_containing(long_s));
  return nodes;
}

bool RegexSearch::matches_in_context() const { return !compiled_->has_anchors; }

bool RegexSearch::matches(std::string_view text) const {
  if (const auto& chain = compiled_->chain; !chain.empty()) {
    const bool has_pieces = end_of_pieces(chain, text).has_value();
    // Of a text with other letters or line feeds, RE2 knows more.
    if (has_pieces ? is_simple(text) : is_ascii(text)) return has_pieces;
  }
  return !compiled_->is_ruled_out(text) &&
         compiled_->expression().Match({text.data(), text.size()}, 0, text.size(), RE2::UNANCHORED,
                                       nullptr, 0);
}

RegexSearch::Match RegexSearch::match(std::string_view text) const {
  if (!compiled_->chain.empty() && is_simple(text)) return match_pieces(compiled_->chain, text);
  const auto matches_from = [&](RE2::Anchor anchor) {
    return compiled_->expression().Match({text.data(), text.size()}, 0, text.size(), anchor,
                                         nullptr, 0);
  };
  if (!matches_from(RE2::UNANCHORED)) return Match::none;
  if (matches_from(RE2::ANCHOR_BOTH)) return Match::whole;
  return matches_from(RE2::ANCHOR_START) ? Match::start : Match::part;
}

}  // namespace codelog::coding_systems
