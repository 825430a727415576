// The protocol between the command line and a running server: lines of JSON over DATA/codelog.sock
// (0600, same user or root).
//
//   request   {"operation":"user.token","arguments":{"username":"alice"}}
//
//   answers   {"progress":{"stage":"checking","done":10,"total":200}}   any number, during long
//   work
//             {"result":{…}}  or
//             {"error":{"code":"not_found","detail":"…","errors":[{"field":"…","detail":"…"}]}}
//
// A connection carries one request. Both sides limit what they read.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "events/base/file.h"
#include "events/base/result.h"
#include "server/site/progress.h"

namespace codelog::site {

using Json = nlohmann::ordered_json;  // ordered, because people read the JSON too

inline constexpr std::size_t admin_request_bytes_max = 1 << 20;
inline constexpr std::size_t admin_answer_bytes_max =
    512 << 20;  // room for the largest commit, as JSON
inline constexpr std::string_view admin_socket_name = "codelog.sock";

Json error_to_json(const base::Error& error);
// Reads the parts of the peer's error that have the right shape, and ignores the rest.
base::Error error_from_json(const Json& value);

// The answer line for a result or an error.
std::string encode_answer(const base::Result<Json>& answer);
std::string encode_progress(const WorkProgress& progress);

// Sends the whole line, with its line end. Errors: unavailable.
base::Result<void> send_line(int socket, std::string_view line);

// Reads lines of at most `line_bytes_max` bytes. Errors: unavailable (closed in the middle, or time
// over), too_large.
class LineReceiver {
 public:
  LineReceiver(int socket, std::size_t line_bytes_max)
      : socket_(socket), line_bytes_max_(line_bytes_max) {}
  // Returns nothing when the peer has closed the connection between lines.
  base::Result<std::optional<std::string>> receive();

 private:
  int socket_;
  std::size_t line_bytes_max_;
  std::string buffer_;
};

// A socket address for DATA/codelog.sock. Socket addresses hold only 107 bytes, so this one leads
// through the open folder, for any length of DATA. Valid while `folder` is open.
struct AdminAddress {
  base::Descriptor folder;
  std::string path;
};
base::Result<AdminAddress> admin_address(const std::filesystem::path& data);

}  // namespace codelog::site
