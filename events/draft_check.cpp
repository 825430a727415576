#include "events/draft_check.h"

#include <set>
#include <string>
#include <string_view>

namespace codelog::events {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t stream_name_bytes_max = 256;

}  // namespace

base::Result<void> check_draft(const CommitDraft& draft) {
  const auto invalid = [](std::string detail) {
    return Error{ErrorCode::invalid, std::move(detail), {}};
  };
  if (draft.events.empty()) return invalid("a commit needs at least one event");
  if (draft.streams.empty()) return invalid("a commit needs at least one stream");
  if (draft.actor.find('\0') != std::string::npos) return invalid("an actor contains NUL");
  std::set<std::string_view> names;
  for (const StreamExpectation& stream : draft.streams) {
    if (stream.stream.name().empty()) return invalid("a stream's name is empty");
    if (stream.stream.name().size() > stream_name_bytes_max) {
      return invalid("a stream's name has " + std::to_string(stream.stream.name().size()) +
                     " bytes; at most " + std::to_string(stream_name_bytes_max) + " are allowed");
    }
    if (!names.insert(stream.stream.name()).second) {
      return invalid("a commit names stream " + stream.stream.name() + " twice");
    }
  }
  if (!draft.idempotency) return {};
  if (draft.idempotency->key.empty()) return invalid("the idempotency key is empty");
  if (draft.idempotency->key.size() > idempotency_key_bytes_max) {
    return invalid("the idempotency key has " + std::to_string(draft.idempotency->key.size()) +
                   " bytes; at most " + std::to_string(idempotency_key_bytes_max) + " are allowed");
  }
  return {};
}

}  // namespace codelog::events
