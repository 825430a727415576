#include "server/site/admin_protocol.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace codelog::site {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::array all_codes = {
    ErrorCode::invalid,       ErrorCode::unauthenticated, ErrorCode::forbidden,
    ErrorCode::not_found,     ErrorCode::conflict,        ErrorCode::too_large,
    ErrorCode::unprocessable, ErrorCode::corrupt,         ErrorCode::io,
    ErrorCode::unavailable,   ErrorCode::not_shown,       ErrorCode::unconfirmed,
    ErrorCode::too_many};

std::string text_of(const Json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Error broken(const std::string& what) {
  return {ErrorCode::unavailable, "the connection broke: " + what, {}};
}

// Repairs texts that are not UTF-8 (a path, a damaged record's detail), so that the answer does not
// fail.
std::string dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// "not_found": one word, for programs.
std::string name_of(ErrorCode code) {
  std::string name(base::to_string(code));
  std::ranges::replace(name, ' ', '_');
  return name;
}

}  // namespace

Json error_to_json(const Error& error) {
  Json fields = Json::array();
  for (const base::FieldError& field : error.fields) {
    fields.push_back({{"field", field.field}, {"detail", field.detail}});
  }
  return {{"code", name_of(error.code)}, {"detail", error.detail}, {"errors", fields}};
}

Error error_from_json(const Json& value) {
  Error error{ErrorCode::io, "the server reported an error without details", {}};
  if (!value.is_object()) return error;
  const std::string code = text_of(value, "code");
  for (const ErrorCode known : all_codes) {
    if (name_of(known) == code) error.code = known;
  }
  error.detail = text_of(value, "detail");
  const auto fields = value.find("errors");
  if (fields == value.end() || !fields->is_array()) return error;
  for (const Json& field : *fields) {
    if (field.is_object())
      error.fields.push_back({text_of(field, "field"), text_of(field, "detail")});
  }
  return error;
}

std::string encode_answer(const base::Result<Json>& answer) {
  if (answer) return dump({{"result", *answer}});
  return dump({{"error", error_to_json(answer.error())}});
}

std::string encode_progress(const WorkProgress& progress) {
  return dump({{"progress",
                {{"stage", progress.stage}, {"done", progress.done}, {"total", progress.total}}}});
}

base::Result<void> send_line(int socket, std::string_view line) {
  const std::string text = std::string(line) + "\n";
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t size = ::send(socket, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return broken(std::strerror(errno));
    sent += static_cast<std::size_t>(size);
  }
  return {};
}

base::Result<std::optional<std::string>> LineReceiver::receive() {
  char block[65536];
  std::size_t searched = 0;
  for (;;) {
    const auto end = buffer_.find('\n', searched);
    if (end <= line_bytes_max_) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return std::optional(std::move(line));
    }
    searched = buffer_.size();
    if (end != std::string::npos || buffer_.size() > line_bytes_max_) {
      return Error{ErrorCode::too_large,
                   "more than " + std::to_string(line_bytes_max_) + " bytes in one message",
                   {}};
    }
    const ssize_t size = ::recv(socket_, block, sizeof block, 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return broken(std::strerror(errno));
    if (size == 0 && buffer_.empty()) return std::optional<std::string>();
    if (size == 0) return broken("a message ended in the middle");
    buffer_.append(block, static_cast<std::size_t>(size));
  }
}

base::Result<AdminAddress> admin_address(const std::filesystem::path& data) {
  base::Descriptor folder = base::open_file(data, O_PATH | O_DIRECTORY);
  if (!folder) {
    const ErrorCode code = errno == ENOENT ? ErrorCode::not_found : ErrorCode::io;
    return Error{code, "cannot open " + data.string() + ": " + std::strerror(errno), {}};
  }
  std::string path = "/proc/self/fd/" + std::to_string(folder.get()) + "/";
  path += admin_socket_name;
  return AdminAddress{std::move(folder), std::move(path)};
}

}  // namespace codelog::site
