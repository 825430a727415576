// Parameters of queries: their descriptions, and reading numbers.
#pragma once

#include <cstdint>
#include <string_view>

#include "events/base/result.h"
#include "server/http/request.h"

namespace codelog::endpoints {

struct Parameter {
  std::string_view name;
  std::string_view schema;  // JSON Schema
  std::string_view description;
};

struct NumberRange {
  std::uint64_t minimum = 0;
  std::uint64_t maximum = UINT64_MAX;
};
// A number from the query, or `otherwise` if it is missing. Errors: invalid, naming the parameter.
base::Result<std::uint64_t> number_in_query(const http::Request& request, std::string_view name,
                                            std::uint64_t otherwise, NumberRange range);

}  // namespace codelog::endpoints
