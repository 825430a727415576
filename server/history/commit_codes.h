// The size of commits, for limits on what one request reads. Pure.
#pragma once

#include <cstddef>

#include "events/commit.h"

namespace codelog::history {

// How many codes the commit holds, in all its lists. (Other lists are short.)
std::size_t codes_count(const events::Commit& commit);

}  // namespace codelog::history
