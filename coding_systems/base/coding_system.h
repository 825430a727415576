// The fixed facts about a coding system, the same for every release.
#pragma once

#include <span>
#include <string_view>

namespace codelog::coding_systems {

// Whether releases of a system have a file, used to validate, search and build. Codelists on a
// release without a file are uploaded tables with unchecked content.
enum class ReleaseFileRule {
  always,
  where_imported,  // OpenCodelists has only one release of this system, without a file
  never,
};

struct CodingSystemInfo {
  std::string_view id;          // "snomedct": part of URLs, aliases and folder names
  std::string_view name;        // "SNOMED CT (UK Clinical Edition)"
  std::string_view short_name;  // "SNOMED CT"
  ReleaseFileRule release_file = ReleaseFileRule::always;
  // True: siblings are sorted by term. False: by code.
  bool sorts_by_term = true;
  // Column headers (lower case) for the code or the term in an uploaded table, best first.
  std::span<const std::string_view> code_headers;
  std::span<const std::string_view> term_headers;
};

// One of OpenCodelists' eight systems, by id; nullptr for any other id.
const CodingSystemInfo* find_coding_system(std::string_view id);
std::span<const CodingSystemInfo> all_coding_systems();

}  // namespace codelog::coding_systems
