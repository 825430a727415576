// Proofs for people: the receipt of a finished version, and the proof of any commit about
// codelists. Both hold the commit's bytes, its path to the root, and the checkpoint
// (c2sp.org/tlog-proof).
#pragma once

#include "server/application/application.h"

namespace codelog::application {

// As text/plain; `filename` makes it a download. The receipt shows the whole commit, so whoever may
// not read everything in it gets none. A commit may have 64 MB, so receipts count as long reads.
// Errors: not_found, conflict (a draft), unavailable (no signing key, too many long reads),
// corrupt, io.
base::Result<http::Response> receipt_of(Application& application, const projections::Views& views,
                                        const projections::VersionRecord& version,
                                        const std::string& filename);

// The same for a commit. Errors: as above, but conflict.
base::Result<http::Response> proof_of_commit(Application& application,
                                             const projections::Views& views,
                                             base::Position position);

}  // namespace codelog::application
