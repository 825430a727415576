#include "server/endpoints/parameter.h"

#include <charconv>
#include <string>

namespace codelog::endpoints {

using base::ErrorCode;

base::Result<std::uint64_t> number_in_query(const http::Request& request, std::string_view name,
                                            std::uint64_t otherwise, NumberRange range) {
  if (!request.query().has(name)) return otherwise;
  const std::string_view text = request.query().get(name);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return base::field_error(ErrorCode::invalid, std::string(name), "must be a whole number");
  }
  if (number < range.minimum) {
    return base::field_error(ErrorCode::invalid, std::string(name),
                             "must be at least " + std::to_string(range.minimum));
  }
  if (number > range.maximum) {
    return base::field_error(ErrorCode::invalid, std::string(name),
                             "must be at most " + std::to_string(range.maximum));
  }
  return number;
}

}  // namespace codelog::endpoints
