// The full list on the page of a version: its first rows, or those that ?show=, ?q=, ?type=, ?sort=
// and ?page= choose. The island `full-list` goes on from there, with the same parameters. With
// ?rows=all, all of them are there, without the island: src/components/whole-list.ts prints these.
#pragma once

#include "server/commands/version_names.h"
#include "server/web/visit.h"

namespace codelog::web {

enum class ListIsland : std::uint8_t { none, full_list };

// Shows the list as {{FULL_LIST}}.
void add_full_list(const Visit& visit, pages::Section& page, const commands::NamedVersion& named,
                   ListIsland island);

// Shows the numbers by type as {{#COMPOSITION}}, if there are several types.
void add_composition(const Visit& visit, pages::Section& page,
                     const projections::VersionRecord& version);

}  // namespace codelog::web
