// A moment of the past, as people and programs name it.
#pragma once

#include "projections/past.h"
#include "server/commands/executor.h"

namespace codelog::commands {

using projections::Moment;

// A position, a time (RFC 3339) or a day (its beginning). Errors: invalid, naming "as_of": none of
// these forms, or after the end of the log, where views may still change.
Result<Moment> parse_moment(const Site& site, std::string_view text,
                            std::string_view field = "as_of");

}  // namespace codelog::commands
