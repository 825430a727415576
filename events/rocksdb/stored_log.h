// A log that is only read, in whatever state it is: another process may be appending to it, and it
// may be damaged. For restoring from it: EventLog refuses such logs, or has to hold them alone.
//
// Shows the log as it was when it was opened. Writes nothing to its folder. Not thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "events/base/digest.h"
#include "events/base/result.h"
#include "events/log.h"

namespace codelog::events {

// The end of a log according to its witness.
struct WitnessedEnd {
  std::optional<Head> head;  // nothing if there is no witness, or none that can be used
  std::string problem;       // why there is none; empty if the file does not exist
};

class StoredLog {
 public:
  // Tries for a second until the log is whole: a log that is being written may remove a file
  // between two steps of an opening. Errors: not_found (there is no log), corrupt and io (nothing
  // of it can be read).
  static base::Result<std::unique_ptr<StoredLog>> open(const std::filesystem::path& folder,
                                                       const std::filesystem::path& witness_file);
  // The end of a log now, according to this witness; nothing if that cannot be used. Quick.
  static std::optional<Head> witnessed_end(const std::filesystem::path& witness_file);
  virtual ~StoredLog() = default;

  // The log's recorded end. Not every commit up to it may be readable.
  virtual const Head& head() const = 0;
  // As it was before the log was opened. If it is behind head(), acknowledged commits are missing.
  virtual const WitnessedEnd& witnessed() const = 0;

  // The stored bytes from `first` on, one after the other; each is compared with its leaf in the
  // log's Merkle tree, where the tile with this leaf can be read. Must not outlive its log.
  class BytesReader {
   public:
    virtual ~BytesReader() = default;
    // Valid until the next call, and aligned for decoding. Nothing at the end. Errors: corrupt and
    // io, naming the position; the next call continues after it.
    virtual base::Result<std::optional<std::string_view>> next() = 0;
  };
  virtual std::unique_ptr<BytesReader> read_bytes(base::Position first) const = 0;

  // The root over the first `size` commits, derived from the log's own tree, whose root the log's
  // head has. Nothing if the tree is damaged. `size` is at most the head's position.
  virtual std::optional<base::Sha256> root(std::uint64_t size) const = 0;
};

}  // namespace codelog::events
