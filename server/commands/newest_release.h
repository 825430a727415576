// The default release of a coding system. Pure reads of the views and the log.
#pragma once

#include <optional>
#include <string_view>

#include "events/log.h"
#include "projections/views.h"

namespace codelog::commands {

// The ready release with the latest first day; of several, the one that was registered last,
// because it was made to replace the other. The log's order decides: the server's clock may have
// been set back in between. Reads the log only if several releases have that day.
std::optional<projections::ReleaseRecord> newest_release(const events::Log& log,
                                                         const projections::Views& views,
                                                         std::string_view coding_system);

}  // namespace codelog::commands
