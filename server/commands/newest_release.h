// The default release of a coding system. A pure read of the views.
#pragma once

#include <optional>
#include <string_view>

#include "projections/views.h"

namespace codelog::commands {

// The ready release with the latest first day; of several, the one imported last, because it was
// made to replace the other.
std::optional<projections::ReleaseRecord> newest_release(const projections::Views& views,
                                                         std::string_view coding_system);

}  // namespace codelog::commands
