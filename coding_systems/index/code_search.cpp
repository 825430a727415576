#include "coding_systems/index/code_search.h"

#include <algorithm>
#include <span>

#include "coding_systems/base/code_hash.h"
#include "coding_systems/base/typed_code.h"
#include "events/base/text.h"

namespace codelog::coding_systems {
namespace {

unsigned char folded(char c) { return fold_ascii(static_cast<unsigned char>(c)); }

int compare_folded(std::string_view a, std::string_view b) {
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (folded(a[i]) != folded(b[i])) return folded(a[i]) < folded(b[i]) ? -1 : 1;
  }
  if (a.size() == b.size()) return 0;
  return a.size() < b.size() ? -1 : 1;
}

bool starts_with_folded(std::string_view code, std::string_view prefix) {
  return compare_folded(code.substr(0, prefix.size()), prefix) == 0;
}

std::string without_dots(std::string_view code) {
  std::string without(code);
  std::erase(without, '.');
  return without;
}

// The text with hyphens for its en dashes, as the printed classifications write ranges.
std::string with_hyphens(std::string_view text) {
  constexpr std::string_view en_dash_of_range = "\xE2\x80\x93";
  std::string with(text);
  for (auto at = with.find(en_dash_of_range); at != std::string::npos;
       at = with.find(en_dash_of_range, at)) {
    with.replace(at, en_dash_of_range.size(), "-");
  }
  return with;
}

// The codes from `first` on, for as long as is_inside(code) is true.
template <class IsInside>
std::span<const Node> codes_from(const ReleaseIndex& index, std::string_view first,
                                 IsInside is_inside) {
  const auto nodes = index.nodes_by_code();
  const auto begin = std::ranges::partition_point(
      nodes, [&](Node node) { return compare_folded(index.code(node), first) < 0; });
  const auto end = std::partition_point(begin, nodes.end(),
                                        [&](Node node) { return is_inside(index.code(node)); });
  return {begin, end};
}

std::span<const Node> folded_prefix(const ReleaseIndex& index, std::string_view prefix) {
  return codes_from(index, prefix,
                    [&](std::string_view code) { return starts_with_folded(code, prefix); });
}

bool is_before_end(std::string_view code, std::string_view last) {
  std::string_view last_start = last;
  while (last_start.size() > 1 && last_start.ends_with('.')) last_start.remove_suffix(1);
  return compare_folded(code, last) <= 0 || starts_with_folded(code, last_start);
}

}  // namespace

bool is_code_before(std::string_view a, std::string_view b) {
  const int order = compare_folded(a, b);
  return order != 0 ? order < 0 : a < b;
}

base::Result<CodeRange> parse_code_range(std::string_view typed) {
  const std::string plain = with_hyphens(typed);
  const std::string_view text = plain;
  const auto refuse = [](const char* detail) {
    return base::field_error(base::ErrorCode::invalid, "text", detail);
  };
  // Look for a hyphen first: Read codes end in dots.
  const std::string_view mark = text.find('-') != std::string_view::npos ? "-" : "..";
  const auto at = text.find(mark);
  if (at == std::string_view::npos) {
    return refuse("must be two codes with '-' or '..' between them");
  }
  const CodeRange range{std::string(trim_unseen(text.substr(0, at))),
                        std::string(trim_unseen(text.substr(at + mark.size())))};
  if (range.first.empty() || range.last.empty() || range.last.find(mark) != std::string::npos) {
    return refuse("must be two codes with one '-' or '..' between them");
  }
  if (compare_folded(range.last, range.first) < 0) {
    return refuse("must not have its second code before its first");
  }
  return range;
}

std::vector<Node> find_code_prefix(const ReleaseIndex& index, std::string_view prefix,
                                   const LastCode& last_code) {
  // A prefix finds a range of codes only if both ends start with the prefix, or if it is the
  // range's whole name.
  const auto with_prefix = [&](std::string_view start) {
    std::vector<Node> found;
    std::ranges::copy_if(folded_prefix(index, start), std::back_inserter(found), [&](Node node) {
      return starts_with_folded(last_code(node), start) ||
             compare_folded(index.code(node), start) == 0;
    });
    return found;
  };
  auto alike = with_prefix(prefix);
  std::vector<Node> found;
  std::ranges::copy_if(alike, std::back_inserter(found),
                       [&](Node node) { return index.code(node).starts_with(prefix); });
  if (found.empty()) found = std::move(alike);
  const auto plain = without_dots(prefix);
  if (!found.empty() || plain.empty() || plain.size() == prefix.size()) return found;
  return with_prefix(plain);
}

std::vector<Node> find_code_range(const ReleaseIndex& index, const CodeRange& range,
                                  const LastCode& last_code) {
  // "E14.9" sorts before E140 where codes have no dots.
  const auto end_of_range = [&](const std::string& code) {
    const auto plain = without_dots(code);
    const bool is_plain = folded_prefix(index, code).empty() && !plain.empty() &&
                          !folded_prefix(index, plain).empty();
    return is_plain ? plain : code;
  };
  const std::string last = end_of_range(range.last);
  const auto between = codes_from(index, end_of_range(range.first),
                                  [&](std::string_view code) { return is_before_end(code, last); });
  std::vector<Node> found;
  std::ranges::copy_if(between, std::back_inserter(found),
                       [&](Node node) { return is_before_end(last_code(node), last); });
  return found;
}

}  // namespace codelog::coding_systems
