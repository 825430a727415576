// Which release of a coding system is meant where none is named. A pure read of the views.
#pragma once

#include <optional>
#include <string_view>

#include "projections/views.h"

namespace codelog::commands {

// The ready release with the latest first day; of several, the one imported last: it was made to
// take the other's place.
std::optional<projections::ReleaseRecord> newest_release(const projections::Views& views,
                                                         std::string_view coding_system);

}  // namespace codelog::commands
