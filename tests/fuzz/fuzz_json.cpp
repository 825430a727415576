// Reads any bytes as the JSON body of a request: gives a value that its own text gives again, or an
// error.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "events/base/check.h"
#include "server/json/json_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto duplicates :
       {codelog::json::DuplicateKeys::refused, codelog::json::DuplicateKeys::last_wins}) {
    const auto value = codelog::json::parse_json(text, duplicates);
    if (!value) {
      CODELOG_CHECK(!value.error().detail.empty(), "a refusal says why");
      continue;
    }
    CODELOG_CHECK(*value == nlohmann::json::parse(text), "two parsers read two values");
    const auto again = codelog::json::parse_json(value->dump(), duplicates);
    CODELOG_CHECK(again && *again == *value, "a value's text gives another value");
  }
  return 0;
}
