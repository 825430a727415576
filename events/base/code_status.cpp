#include "events/base/code_status.h"

#include <array>

namespace codelog::base {
namespace {
constexpr std::array<std::string_view, 6> status_names = {"?", "!", "+", "(+)", "-", "(-)"};
}

std::string_view to_string(CodeStatus status) {
  return status_names[static_cast<std::size_t>(status)];
}

std::optional<CodeStatus> parse_code_status(std::string_view text) {
  for (std::size_t i = 0; i < status_names.size(); ++i) {
    if (status_names[i] == text) return static_cast<CodeStatus>(i);
  }
  return std::nullopt;
}

}  // namespace codelog::base
