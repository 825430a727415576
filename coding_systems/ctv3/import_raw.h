// Streams the official release of CTV3 from its archive into the release file.
#pragma once

#include <array>
#include <cstdint>

#include "coding_systems/importing/background_rows.h"
#include "coding_systems/importing/id_map.h"
#include "coding_systems/importing/import_notices.h"
#include "coding_systems/importing/import_progress.h"
#include "coding_systems/index/index_source.h"

namespace codelog::coding_systems::ctv3 {

struct RawMembers {
  ZipMember concepts, terms, descriptions, hierarchy;

  std::uint64_t size_bytes() const {
    return concepts.size_bytes + terms.size_bytes + descriptions.size_bytes + hierarchy.size_bytes;
  }
};

// V3/Concept.v3, V3/Terms.v3, V3/Descrip.v3 and V3/V3hier.v3. Errors: invalid, naming the missing
// file.
base::Result<RawMembers> find_raw_members(const ZipArchive& archive);

struct RawImport {
  const ZipArchive& archive;
  const RawMembers& members;
  const IdMap& tpp_codes;  // packed codes of TPP's dictionary
  BackgroundRows& rows;
  IndexSource& source;  // receives the terms
  CountedNotices& notices;
  ImportStages& stages;
  std::uint64_t bytes_before = 0;  // bytes read earlier, for the progress
};

struct RawCounts {
  std::uint64_t bytes = 0;
  std::uint64_t descriptions = 0;
};

// Rows are stored in their order. Rows of Descrip.v3 and V3hier.v3 with a code that neither
// Concept.v3 nor TPP has, or with a missing term, are left out and counted in the notices, as are
// missing other codes of Concept.v3, whose rows stay. Memory holds terms and codes. Errors: invalid
// with member and line, io, unavailable (asked to stop).
base::Result<RawCounts> import_raw_tables(const RawImport& import);

}  // namespace codelog::coding_systems::ctv3
