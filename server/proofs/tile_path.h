// The addresses of tiles and bundles of entries below a log's prefix, as c2sp.org/tlog-tiles has
// them: "tile/0/x001/234", "tile/1/000.p/17", "tile/entries/000". Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/merkle.h"

namespace codelog::proofs {

struct TileAddress {
  bool is_entries = false;  // a bundle of entries; its level is 0
  events::TileId id;
  std::size_t width = events::tile_hashes_count;
  bool operator==(const TileAddress&) const = default;

  std::string path() const;
};

// The part after "tile/". Nothing for others than path() gives.
std::optional<TileAddress> parse_tile_path(std::string_view path);

}  // namespace codelog::proofs
