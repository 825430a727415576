// Measures requests with many codes, as builders of codelists send them.
#pragma once

#include "tools/bench/bench.h"
#include "tools/bench/servers.h"
#include "tools/bench/site.h"

namespace codelog::tools::bench {

// Code sets, and new versions through both APIs, of 965 and of 10,260 codes; fewer if no concept of
// the release has so many descendants.
base::Result<void> measure_code_requests(Bench& bench, const RunningServer& server,
                                         Researcher& researcher);

}  // namespace codelog::tools::bench
