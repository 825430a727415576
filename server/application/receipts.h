// The receipt of a finished version: the proof that the log has the commit which finished it.
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

}  // namespace codelog::application
