#include "tools/remote_log.h"

#include <cstdlib>

#include "events/base/file.h"
#include "tools/json.h"
#include "tools/web_client.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// More than any bundle of entries can have (256 of 64 KiB).
constexpr std::size_t part_bytes_max = 20u << 20;
constexpr unsigned seen_file_mode = 0600;

std::string prefix_of(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url.ends_with("/log") ? url + "/" : url + "/log/";
}

proofs::FetchPart fetch_from(const std::string& prefix) {
  return [prefix](const std::string& path) -> Result<std::string> {
    auto answer = fetch({.url = prefix + path}, part_bytes_max);
    if (!answer) {
      return Error{answer.error().code, prefix + path + ": " + answer.error().detail, {}};
    }
    if (answer->status == 200) return std::move(answer->body);
    const auto code = answer->status == 404 ? ErrorCode::not_found : ErrorCode::unavailable;
    return Error{code, prefix + path + " answers with " + std::to_string(answer->status), {}};
  };
}

Result<std::optional<proofs::Checkpoint>> read_seen(const std::filesystem::path& file) {
  const auto bytes = base::read_file(file);
  if (!bytes) {
    if (bytes.error().code == ErrorCode::not_found) return std::optional<proofs::Checkpoint>();
    return bytes.error();
  }
  const auto note = proofs::parse_note(*bytes);
  const auto checkpoint =
      note ? proofs::parse_checkpoint(note->text) : Result<proofs::Checkpoint>(note.error());
  if (checkpoint) return std::optional(*checkpoint);
  return Error{ErrorCode::corrupt,
               "the file " + file.string() +
                   " does not hold the checkpoint that was seen last: remove it if you know why",
               {}};
}

Result<void> remember(const std::filesystem::path& file, const proofs::SignedNote& note) {
  std::error_code ignored;
  std::filesystem::create_directories(file.parent_path(), ignored);
  return base::write_file_durably(file, note.bytes(), seen_file_mode);
}

// Keeps the checkpoint that was refused: the log's own signature is the evidence.
Error with_evidence(const RemoteLog& log, const proofs::SignedNote& refused, Error error) {
  const std::string file = log.seen.string() + ".fork";
  const auto kept = remember(file, refused);
  error.detail += kept ? "; the checkpoint seen before is in " + log.seen.string() +
                             ", and the one refused now in " + file
                       : "; the checkpoint refused now cannot be kept: " + kept.error().detail;
  return error;
}

}  // namespace

std::filesystem::path seen_file(const std::string& origin) {
  std::filesystem::path state;
  if (const char* folder = std::getenv("XDG_STATE_HOME"); folder != nullptr && *folder == '/') {
    state = folder;
  } else if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
    state = std::filesystem::path(home) / ".local" / "state";
  } else {
    return {};
  }
  std::string name = origin;
  for (char& c : name) {
    if (c == '/') c = '_';
  }
  // Two origins may differ only there.
  constexpr std::size_t digits = 8;
  return state / "codelog" / "logs" /
         (name + "-" + base::to_hex(base::sha256(origin)).substr(0, digits));
}

Result<RemoteAudit> audit_remote(
    const RemoteLog& log, bool is_full,
    const std::function<bool(std::uint64_t done, std::uint64_t total)>& progress) {
  const auto fetch_part = fetch_from(prefix_of(log.url));
  const auto seen = read_seen(log.seen);
  if (!seen) return seen.error();
  auto now = proofs::fetch_checkpoint(fetch_part, log.key);
  if (!now) return now.error();
  const auto read_count = proofs::audit_log(
      fetch_part, now->checkpoint, {.seen = *seen, .is_full = is_full, .progress = progress});
  if (!read_count) {
    if (read_count.error().code != ErrorCode::corrupt || !*seen) return read_count.error();
    return with_evidence(log, now->note, read_count.error());
  }
  if (const auto kept = remember(log.seen, now->note); !kept) return kept.error();
  return RemoteAudit{*std::move(now), *read_count, *seen};
}

Result<void> send_cosignature(const RemoteLog& log, const proofs::SignedNote& note) {
  const auto answer = fetch({.method = "POST",
                             .url = prefix_of(log.url) + "add-cosignature",
                             .headers = {"Content-Type: text/plain; charset=utf-8"},
                             .body = note.bytes()},
                            part_bytes_max);
  if (!answer) return answer.error();
  if (answer->status == 200) return {};
  const Json problem = Json::parse(answer->body, nullptr, false);
  const std::string why =
      problem.is_object() ? problem.value("detail", std::string()) : std::string();
  return Error{ErrorCode::forbidden,
               "the log did not take the cosignature (" + std::to_string(answer->status) +
                   (why.empty() ? "" : ": " + why) + ")",
               {}};
}

}  // namespace codelog::tools
