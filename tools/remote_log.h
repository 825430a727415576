// Another site's log, checked over HTTP, and what was seen of it the last time.
#pragma once

#include <filesystem>
#include <string>

#include "server/proofs/log_audit.h"

namespace codelog::tools {

// Where the last checkpoint of a log is remembered, by its key's name:
// $XDG_STATE_HOME/codelog/logs/NAME, by default ~/.local/state. Empty if there is no home.
std::filesystem::path seen_file(const std::string& origin);

struct RemoteLog {
  std::string url;  // of the site, or of its /log
  proofs::VerifierKey key;
  std::filesystem::path seen;  // the file that remembers
};

struct RemoteAudit {
  proofs::SignedCheckpoint now;
  std::uint64_t read_count = 0;            // commitments
  std::optional<proofs::Checkpoint> seen;  // before
};

// Audits the log from what was seen on, or from the start, and then remembers its checkpoint. If it
// does not continue what was seen, that stays remembered, and the signed checkpoint that was
// refused is kept beside it as evidence (".fork"). Errors: those of fetch_checkpoint() and
// audit_log(); io.
base::Result<RemoteAudit> audit_remote(
    const RemoteLog& log, bool is_full,
    const std::function<bool(std::uint64_t done, std::uint64_t total)>& progress);

// Sends a checkpoint with cosignatures. Errors: unavailable, forbidden (the site's words).
base::Result<void> send_cosignature(const RemoteLog& log, const proofs::SignedNote& note);

}  // namespace codelog::tools
