// The addresses under /log/, as c2sp.org/tlog-tiles has them, and what Codelog adds:
//   GET  /log/checkpoint             the newest checkpoint, a signed note
//   GET  /log/cosigned-checkpoint    the last one with cosignatures
//   GET  /log/tile/LEVEL/INDEX       hashes; /log/tile/entries/INDEX: commitments; both [.p/WIDTH]
//   GET  /log/verifier-key           the keys whose signatures count, newest first, one a line
//   POST /log/add-cosignature        a checkpoint with cosignatures of trusted cosigners
#pragma once

#include "server/http/router.h"
#include "server/proofs/signed_log.h"

namespace codelog::proofs {

// The log must outlive the router.
void add_log_routes(http::Router& router, SignedLog& log);

}  // namespace codelog::proofs
