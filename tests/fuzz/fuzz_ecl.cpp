// Reads any bytes as an expression over codes: gives a tree whose nodes come after their operands,
// or an error that says why.
#include <cstdint>
#include <string_view>
#include <vector>

#include "coding_systems/ecl/parser.h"
#include "events/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace ecl = codelog::coding_systems::ecl;
  const auto expression = ecl::parse_expression({reinterpret_cast<const char*>(data), size});
  if (!expression) {
    CODELOG_CHECK(!expression.error().detail.empty(), "a refusal says why");
    return 0;
  }
  CODELOG_CHECK(!expression->nodes.empty(), "an expression has a node");
  std::vector<bool> is_used(expression->nodes.size());
  for (std::size_t i = 0; i < expression->nodes.size(); ++i) {
    const auto* compound = std::get_if<ecl::Compound>(&expression->nodes[i].content);
    if (compound == nullptr) continue;
    CODELOG_CHECK(!compound->operands.empty(), "parentheses have content");
    for (const ecl::NodeIndex operand : compound->operands) {
      CODELOG_CHECK(operand < i, "operands come before their operator");
      CODELOG_CHECK(!is_used[operand], "each operand is used once");
      is_used[operand] = true;
    }
  }
  for (std::size_t i = 0; i + 1 < is_used.size(); ++i) {
    CODELOG_CHECK(is_used[i], "each operand is used");
  }
  return 0;
}
