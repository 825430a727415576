// The concepts of a pseudo-BNF release in memory, as an import collects them. See import.h for the
// rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coding_systems/importing/import_progress.h"

namespace codelog::coding_systems::bnf {

struct ConceptRow {
  std::string code;
  std::string name;
  std::optional<std::string> parent;
  std::size_t level = 0;  // index into levels

  auto operator<=>(const ConceptRow&) const = default;
};

struct Tables {
  std::string source_name;           // for errors
  std::vector<ConceptRow> concepts;  // in the order of storing
  std::uint64_t source_bytes = 0;
  std::vector<std::string> notices = {};
};

// Errors: not_found, invalid with file and line, io, unavailable (asked to stop).
base::Result<Tables> read_tables(const ImportRequest& request, ImportStages& stages);

}  // namespace codelog::coding_systems::bnf
