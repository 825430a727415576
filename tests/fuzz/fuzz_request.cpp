// Reads any bytes as a stream of requests: the same requests and the same refusal however the
// stream is cut.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "events/base/check.h"
#include "events/base/text.h"
#include "server/http/request_parser.h"

namespace {

namespace base = codelog::base;
namespace http = codelog::http;
using Progress = http::RequestParser::Progress;

constexpr std::size_t body_bytes_max = 4'000;

struct Seen {
  std::vector<std::string> requests;
  int failed = 0;  // the status
  bool operator==(const Seen&) const = default;
};

// A connection that gets `stream` in pieces of `piece_bytes`.
class Connection {
 public:
  Connection() { parser_.start(request_); }

  Seen read(std::string_view stream, std::size_t piece_bytes) {
    while (!stream.empty() && seen_.failed == 0) {
      const std::string_view piece = stream.substr(0, piece_bytes);
      stream.remove_prefix(piece.size());
      input_ += piece;
      while (seen_.failed == 0 && !input_.empty() && advance()) {
      }
    }
    return seen_;
  }

 private:
  // Returns false when it needs more bytes.
  bool advance() {
    const Progress progress =
        in_body_ ? parser_.parse_body(input_, body_bytes_max) : parser_.parse_head(input_);
    if (progress == Progress::failed) {
      seen_.failed = parser_.failure().status;
      CODELOG_CHECK(seen_.failed >= 400 && !parser_.failure().why.empty(), "a refusal says why");
      return false;
    }
    if (in_body_ || progress == Progress::done) input_.erase(0, parser_.consumed());
    if (progress == Progress::need_more) return false;
    in_body_ = !in_body_ && parser_.has_body();
    if (in_body_) return true;
    CODELOG_CHECK(base::is_utf8(request_.path()), "a path is UTF-8");
    CODELOG_CHECK(request_.body.size() <= body_bytes_max, "a body has a limit");
    seen_.requests.push_back(std::string(request_.method_text()) + " " + request_.path() + " " +
                             std::string(request_.raw_query()) + " " + request_.body);
    parser_.start(request_);
    return true;
  }

  http::Request request_;
  http::RequestParser parser_{http::ParserLimits{}};
  std::string input_;
  bool in_body_ = false;
  Seen seen_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t piece_bytes = 1 + data[0] % 64u;
  const Seen whole = Connection().read(stream, stream.size());
  const Seen pieces = Connection().read(stream, piece_bytes);
  CODELOG_CHECK(pieces == whole, "the cut of a stream changes its requests");
  return 0;
}
