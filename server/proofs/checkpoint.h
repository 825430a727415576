// Checkpoints (c2sp.org/tlog-checkpoint): the size and root of a log, as the text of a signed note.
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "events/base/result.h"
#include "events/merkle.h"

namespace codelog::proofs {

struct Checkpoint {
  std::string origin;  // the log's name
  std::uint64_t size = 0;
  events::Hash root{};
  bool operator==(const Checkpoint&) const = default;

  // Three lines.
  std::string text() const;
};

// Lines after the third are left out. Errors: invalid.
base::Result<Checkpoint> parse_checkpoint(std::string_view text);

}  // namespace codelog::proofs
