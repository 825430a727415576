#include "events/base/result.h"

namespace codelog::base {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
      return "invalid";
    case ErrorCode::unauthenticated:
      return "unauthenticated";
    case ErrorCode::forbidden:
      return "forbidden";
    case ErrorCode::not_found:
      return "not found";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::too_large:
      return "too large";
    case ErrorCode::unprocessable:
      return "unprocessable";
    case ErrorCode::corrupt:
      return "corrupt";
    case ErrorCode::io:
      return "input/output";
    case ErrorCode::too_many:
      return "too many requests";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::not_shown:
      return "not shown yet";
    case ErrorCode::unconfirmed:
      return "unconfirmed";
  }
  return "unknown";
}

Error field_error(ErrorCode code, std::string field, std::string detail) {
  Error error{code, field + ": " + detail, {}};
  error.fields.push_back({std::move(field), std::move(detail)});
  return error;
}

}  // namespace codelog::base
