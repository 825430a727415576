// The status of a code in a codelist version: decided by a researcher, or implied by decisions.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace codelog::base {

// Values are stored in events and views: never renumber.
enum class CodeStatus : std::uint8_t {
  unresolved = 0,            // ?    no decision on the code or above it
  in_conflict = 1,           // !    inherits both, and neither overrides the other
  included = 2,              // +    decided
  included_by_ancestor = 3,  // (+)
  excluded = 4,              // -    decided
  excluded_by_ancestor = 5,  // (-)
};

std::string_view to_string(CodeStatus status);
std::optional<CodeStatus> parse_code_status(std::string_view text);

constexpr bool is_included(CodeStatus status) {
  return status == CodeStatus::included || status == CodeStatus::included_by_ancestor;
}
// True for a decision on this code itself, which is part of the definition.
constexpr bool is_direct(CodeStatus status) {
  return status == CodeStatus::included || status == CodeStatus::excluded;
}

struct CodeWithStatus {
  std::string code;
  CodeStatus status = CodeStatus::unresolved;
  auto operator<=>(const CodeWithStatus&) const = default;
};

// One code of a draft, before and after a step; nothing where the draft did not, or does not, have
// it.
struct CodeChange {
  std::string code;
  std::optional<CodeStatus> before;
  std::optional<CodeStatus> after;
  bool operator==(const CodeChange&) const = default;
};

}  // namespace codelog::base
