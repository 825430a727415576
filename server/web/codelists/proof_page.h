// The proof that a commit of a codelist is in the signed log, checked by the visitor's own browser.
#pragma once

#include "server/http/router.h"
#include "server/web/visit.h"

namespace codelog::web {

// The address of the proof of a codelist's commit.
std::string proof_path(const projections::Handle& handle, base::Position position);

void add_proof_pages(http::Router& router, application::Application& application);

}  // namespace codelog::web
