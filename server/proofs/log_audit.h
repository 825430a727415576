// Checks a log from outside, by what it serves (c2sp.org/tlog-tiles): the checkpoint's signature,
// every commitment and every tile up to it, and that it continues the log that was seen before.
// Needs memory for one bundle of entries.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "events/base/result.h"
#include "server/proofs/checkpoint.h"
#include "server/proofs/signed_note.h"

namespace codelog::proofs {

// Gets what is at an address below the log's prefix, such as "checkpoint". Errors: not_found,
// unavailable.
using FetchPart = std::function<base::Result<std::string>(const std::string& path)>;

struct SignedCheckpoint {
  Checkpoint checkpoint;
  SignedNote note;
};
// The newest checkpoint. Errors: corrupt (not a checkpoint that `key` signed), and those of
// `fetch`.
base::Result<SignedCheckpoint> fetch_checkpoint(const FetchPart& fetch, const VerifierKey& key);

struct AuditOptions {
  std::optional<Checkpoint> seen = {};
  // Reads the commitments from the first on; otherwise from those seen on.
  bool is_full = false;
  // Commitments read, and all; returns false to stop.
  std::function<bool(std::uint64_t done, std::uint64_t total)> progress = {};
};

// Checks the log up to this checkpoint of it. Returns how many commitments were read. Errors:
// corrupt (the log does not prove what it says), and those of `fetch`; unavailable (stopped).
base::Result<std::uint64_t> audit_log(const FetchPart& fetch, const Checkpoint& checkpoint,
                                      const AuditOptions& options);

}  // namespace codelog::proofs
