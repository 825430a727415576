#include "coding_systems/base/regex_search.h"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <utility>

namespace codelog::coding_systems {
namespace {

// Shorter literals are in too many texts to be worth looking up.
constexpr int literal_bytes_min = 3;
constexpr std::int64_t memory_bytes_max = 4 << 20;
// For finding out how large an expression is: so little that one that is far too large is given up
// after 10 ms, not 100. Holds several times program_size_max.
constexpr std::int64_t first_memory_bytes_max = 512 << 10;
// Each takes RE2 0.3 ms to read, whatever becomes of it.
constexpr int unicode_classes_max = 32;
// Of RE2's instructions. Descriptions are short; an expression of 1,000 bytes with a few classes of
// Unicode stays far below.
constexpr int program_size_max = 4000;
// As many literals as a word has bits; RE2 gives up on most expressions that would have more.
constexpr std::size_t literals_max = 64;

// The two characters beyond ASCII that are letters of ASCII in another case: the Kelvin sign and
// the long s.
constexpr const char* kelvin_sign = "\xe2\x84\xaa";
constexpr const char* long_s = "\xc5\xbf";

// Which literals a node has, as bits.
struct NodeLiterals {
  Node node = 0;
  std::uint64_t literals = 0;
};

// The longest part that is ASCII: beyond it the index knows nothing of case.
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

std::vector<Node> all_nodes(std::size_t count) {
  std::vector<Node> nodes(count);
  std::iota(nodes.begin(), nodes.end(), Node{0});
  return nodes;
}

base::Error refuse(std::string detail) {
  return base::field_error(base::ErrorCode::invalid, "text", std::move(detail));
}

// Looks at what follows the backslashes, before RE2 does.
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
  std::vector<std::string> literals;  // of which a match must have some, as the filter says

  const RE2& expression() const { return filter.GetRE2(0); }

  // Whether a text with these literals, and no others, may match.
  bool may_match(std::uint64_t present) const {
    std::vector<int> numbers, matching;
    for (int i = 0; i < static_cast<int>(literals.size()); ++i) {
      if ((present >> i & 1) != 0) numbers.push_back(i);
    }
    filter.AllPotentials(numbers, &matching);
    return !matching.empty();
  }
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
  if (!alone.ok()) return refuse("is no regular expression: " + alone.error());
  if (alone.ProgramSize() > program_size_max) {
    return refuse("is too large a regular expression: it comes to " +
                  std::to_string(alone.ProgramSize()) + " steps, at most " +
                  std::to_string(program_size_max) + " are allowed");
  }
  options.set_max_mem(memory_bytes_max);
  auto compiled = std::make_unique<Compiled>();
  int number = 0;
  if (compiled->filter.Add(text, options, &number) != RE2::NoError) {
    return refuse("is no regular expression");
  }
  compiled->filter.Compile(&compiled->literals);
  return RegexSearch(std::move(compiled));
}

std::size_t RegexSearch::steps_per_byte() const {
  return static_cast<std::size_t>(compiled_->expression().ProgramSize());
}

std::vector<Node> RegexSearch::candidates(const TermIndex& terms, std::size_t node_count) const {
  const auto& literals = compiled_->literals;
  if (literals.size() > literals_max || compiled_->may_match(0)) return all_nodes(node_count);
  std::vector<NodeLiterals> known;
  std::uint64_t anywhere = 0;  // the literals of which the index cannot say where they are not
  for (std::size_t i = 0; i < literals.size(); ++i) {
    const auto part = ascii_part(literals[i]);
    if (part.empty()) {
      anywhere |= std::uint64_t{1} << i;
    } else {
      add_literal(known, terms.find_containing(part), std::uint64_t{1} << i);
    }
  }
  if (compiled_->may_match(anywhere)) return all_nodes(node_count);
  std::map<std::uint64_t, bool> answers;  // few nodes have literals in a way of their own
  std::vector<Node> nodes;
  for (const NodeLiterals& of_node : known) {
    const auto present = of_node.literals | anywhere;
    const auto [answer, is_new] = answers.try_emplace(present, false);
    if (is_new) answer->second = compiled_->may_match(present);
    if (answer->second) nodes.push_back(of_node.node);
  }
  // The literals have the letter of ASCII where a text may have one of these.
  add_nodes(nodes, terms.find_containing(kelvin_sign));
  add_nodes(nodes, terms.find_containing(long_s));
  return nodes;
}

bool RegexSearch::matches(std::string_view text) const {
  return compiled_->expression().Match({text.data(), text.size()}, 0, text.size(), RE2::UNANCHORED,
                                       nullptr, 0);
}

RegexSearch::Match RegexSearch::match(std::string_view text) const {
  const auto matches_from = [&](RE2::Anchor anchor) {
    return compiled_->expression().Match({text.data(), text.size()}, 0, text.size(), anchor,
                                         nullptr, 0);
  };
  if (!matches_from(RE2::UNANCHORED)) return Match::none;
  if (matches_from(RE2::ANCHOR_BOTH)) return Match::whole;
  return matches_from(RE2::ANCHOR_START) ? Match::start : Match::part;
}

}  // namespace codelog::coding_systems
