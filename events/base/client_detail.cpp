#include "events/base/client_detail.h"

namespace codelog::base {

bool is_for_log_only(const Error& error) {
  if (error.code == ErrorCode::corrupt || error.code == ErrorCode::io) return true;
  return error.code == ErrorCode::unavailable && error.detail.find('/') != std::string::npos;
}

std::string client_detail(const Error& error) {
  if (!is_for_log_only(error)) return error.detail;
  return error.code == ErrorCode::unavailable
             ? "The server cannot do this now. Its log says why, under the id of this request."
             : "The server could not do this. Its log says why, under the id of this request.";
}

}  // namespace codelog::base
