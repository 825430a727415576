// Searches by the start of codes and by ranges of codes; search_query.h has the rules.
//
// Functions without state. Codes are ordered by their bytes with ASCII letters in lower case; if
// these are equal, by their bytes as they are.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/index/release_index.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

bool is_code_before(std::string_view a, std::string_view b);

struct CodeRange {
  std::string first;
  std::string last;
};
// Parses "E10-E14", with a hyphen or an en dash, or "A00..A09"; with or without spaces around the
// mark. Errors: invalid, naming "text": not two codes with one mark between them, or the second
// before the first.
base::Result<CodeRange> parse_code_range(std::string_view typed);

// Gives the last code of the range that a node covers (Release::last_code).
using LastCode = std::function<std::string_view(Node)>;

// Returns nodes in the order of codes. Logarithmic in the release, linear in the result.
std::vector<Node> find_code_prefix(const ReleaseIndex& index, std::string_view prefix,
                                   const LastCode& last_code);
std::vector<Node> find_code_range(const ReleaseIndex& index, const CodeRange& range,
                                  const LastCode& last_code);

}  // namespace codelog::coding_systems
