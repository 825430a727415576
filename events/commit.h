// A commit: the outcome of one command, appended as a whole or not at all.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "events/base/clock.h"
#include "events/base/digest.h"
#include "events/base/strong.h"
#include "events/event.h"
#include "events/stream.h"

namespace codelog::events {

using base::StreamVersion;

// A stream that a commit touches, e.g. "codelist/17", and the number of commits that had touched
// the stream when the command was decided. The log accepts the commit only if this number is still
// right; the commit then adds one to it.
struct StreamExpectation {
  Stream stream;
  StreamVersion version;
  bool operator==(const StreamExpectation&) const = default;
};

// A client's key for one write. The same key by the same actor never acts twice: with the same
// request digest the log returns the first commit, with another digest an error (unprocessable).
struct IdempotencyKey {
  std::string key;  // at most idempotency_key_bytes_max
  base::Sha256 request_digest{};
  bool operator==(const IdempotencyKey&) const = default;
};

inline constexpr std::size_t idempotency_key_bytes_max = 200;

// Limits of one commit. Bytes are those of the encoded form.
inline constexpr std::size_t commit_bytes_max = 64u << 20;
inline constexpr std::size_t commit_events_max = 100'000;

// The content of a commit that a command wants to append.
struct CommitDraft {
  base::Timestamp time;
  std::string actor;    // username; "" for the system itself (an operator at the command line)
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
