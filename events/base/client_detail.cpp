#include "events/base/client_detail.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace codelog::base {
namespace {

// An absolute path, or one from the working folder: a slash where a word starts.
bool names_path(std::string_view text) {
  constexpr std::string_view before_words = " \t\n\"'(<[{:=,;.";
  for (std::size_t at = text.find('/'); at != std::string_view::npos; at = text.find('/', at + 1)) {
    if (at == 0 || before_words.find(text[at - 1]) != std::string_view::npos) return true;
  }
  return false;
}

bool names_database_file(std::string_view text) {
  constexpr std::array<std::string_view, 6> names = {".sst",     ".log",     "MANIFEST-",
                                                     "OPTIONS-", "/CURRENT", "/LOCK"};
  return std::any_of(names.begin(), names.end(), [text](std::string_view name) {
    return text.find(name) != std::string_view::npos;
  });
}

}  // namespace

bool is_for_log_only(const Error& error) {
  if (error.code == ErrorCode::corrupt || error.code == ErrorCode::io) return true;
  if (error.code != ErrorCode::unavailable) return false;
  return names_path(error.detail) || names_database_file(error.detail);
}

std::string client_detail(const Error& error) {
  if (!is_for_log_only(error)) return error.detail;
  return error.code == ErrorCode::unavailable
             ? "The server cannot do this now. Its log says why, under the id of this request."
             : "The server could not do this. Its log says why, under the id of this request.";
}

}  // namespace codelog::base
