// The status of a code in a codelist version: what a researcher decided, or what follows from it.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace codelog::base {

// Values are stored in events and views: never renumber.
enum class CodeStatus : std::uint8_t {
  unresolved = 0,            // ?    no decision on it or above it
  in_conflict = 1,           // !    inherits both, and neither overrides
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
// Decided for this very code, and so part of the definition.
constexpr bool is_direct(CodeStatus status) {
  return status == CodeStatus::included || status == CodeStatus::excluded;
}

struct CodeWithStatus {
  std::string code;
  CodeStatus status = CodeStatus::unresolved;
  auto operator<=>(const CodeWithStatus&) const = default;
};

// One code of a draft, before and after a step; nothing where the draft had, or has, no such code.
struct CodeChange {
  std::string code;
  std::optional<CodeStatus> before;
  std::optional<CodeStatus> after;
  bool operator==(const CodeChange&) const = default;
};

}  // namespace codelog::base
