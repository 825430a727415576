// The full list on the page of a version: its first rows, or those that ?show=, ?q=, ?type=, ?sort=
// and ?page= choose. The island `full-list` goes on from there, with the same parameters.
#pragma once

#include "server/web/visit.h"

namespace codelog::web {

enum class ListIsland : std::uint8_t { none, full_list };

// Shows the list as {{FULL_LIST}}.
void add_full_list(const Visit& visit, pages::Section& page,
                   const projections::VersionRecord& version, ListIsland island);

// Shows the numbers by type as {{#COMPOSITION}}, if there are several types.
void add_composition(const Visit& visit, pages::Section& page,
                     const projections::VersionRecord& version);

}  // namespace codelog::web
