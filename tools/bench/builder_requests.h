// What the builder asks the server for: the tree of a draft, its terms and statuses, and decisions
// that are answered with a checksum. Part of measure_server().
#pragma once

#include "tools/bench/bench.h"
#include "tools/bench/site.h"

namespace codelog::tools::bench {

base::Result<void> measure_builder_requests(Bench& bench, Researcher& researcher);

}  // namespace codelog::tools::bench
