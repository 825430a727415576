// A commit: one command's outcome, appended whole or not at all.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "events/base/clock.h"
#include "events/base/digest.h"
#include "events/base/strong.h"
#include "events/event.h"

namespace codelog::events {

using base::StreamVersion;

// A stream that a commit touches, e.g. "codelist/17", and how many commits had touched it when the
// command was decided. The commit is accepted only if that still holds; it then makes the stream
// one longer.
struct StreamExpectation {
  std::string stream;
  StreamVersion version;
  bool operator==(const StreamExpectation&) const = default;
};

// A client's key for one write. The same key by the same actor never acts twice: with the same
// request digest the first commit is returned again, with another digest it is an error
// (unprocessable).
struct IdempotencyKey {
  std::string key;  // at most idempotency_key_bytes_max
  base::Sha256 request_digest{};
  bool operator==(const IdempotencyKey&) const = default;
};

inline constexpr std::size_t idempotency_key_bytes_max = 200;

// Limits of one commit; bytes are counted on the encoded form.
inline constexpr std::size_t commit_bytes_max = 64u << 20;
inline constexpr std::size_t commit_events_max = 100'000;

// What a command wants appended.
struct CommitDraft {
  base::Timestamp time;
  std::string actor;    // username; "" for the system itself (ops at the command line)
  std::string command;  // e.g. "PublishVersion"
  std::optional<IdempotencyKey> idempotency;
  std::vector<StreamExpectation> streams;  // at least one, no stream twice
  std::vector<Event> events;               // at least one
  bool operator==(const CommitDraft&) const = default;
};

struct Commit {
  base::Position position;
  CommitDraft content;
  bool operator==(const Commit&) const = default;
};

}  // namespace codelog::events
