// The values of the log's contract (log.h).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "events/base/digest.h"
#include "events/base/result.h"
#include "events/commit.h"
#include "events/next_ids.h"

namespace codelog::events {

// The end of the log: position of the last commit, root of the Merkle tree over all commits, and
// epoch. The epoch counts how often a log folder was taken into use; a restore raises it, so that
// two histories are never mixed up.
struct Head {
  base::Position position;
  base::Sha256 root{};
  std::uint64_t epoch = 1;
  bool operator==(const Head&) const = default;
};

struct Appended {
  Commit commit;           // as stored; the earlier commit when `duplicate`
  bool duplicate = false;  // an earlier commit has this idempotency key; nothing was appended
};

struct AppendTerms {
  // The next ids that the commit was decided on, if it gives ids. The log accepts the commit only
  // if they are still free, as with the versions of streams.
  std::optional<NextIds> next_ids = std::nullopt;
  // Called on the caller's thread when the commit has its place, before it is durable; must not
  // throw. If the commit is then refused for lack of space, so are all that have come after it by
  // then. Not called if nothing is appended (an error; a duplicate).
  std::function<void()> sequenced = {};
};

enum class Direction { forward, backward };

// Reads commits one after the other, up to the head at its construction. Not thread-safe. Must not
// outlive its log. May be kept for any time: a reader holds no snapshot and blocks nothing.
class CommitReader {
 public:
  virtual ~CommitReader() = default;
  // Reads the next commit into reused memory (twice as fast as next() for many small commits).
  // Returns false at the end. A damaged record gives an Error (corrupt) naming its position; the
  // next call continues after it, so a caller that continues after errors reaches the end.
  virtual base::Result<bool> next_into(Commit& commit) = 0;
  // Returns the next commit as a new value; nothing at the end.
  std::optional<base::Result<Commit>> next();
};

using Follower = std::function<void(std::span<const Commit>)>;

// Ends the calls of a follower when it is destroyed, and waits for a call that is under way. Must
// not outlive its log.
class Following {
 public:
  virtual ~Following() = default;
};

enum class RefusalKind : std::uint8_t {
  disk_full,     // ends when there is room
  write_failed,  // ends when the server is started again
};

// Why a log refuses commits at the moment.
struct Refusal {
  RefusalKind kind = RefusalKind::disk_full;
  std::string reason;  // for clients: names no file
  std::string cause;   // for the server's log; may be empty
};

// A part of a log that differs from the bytes written; position 0 if it concerns no single commit.
struct Finding {
  base::Position position;
  std::string detail;
};

using VerifyProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

}  // namespace codelog::events
