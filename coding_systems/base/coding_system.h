// What is fixed about a coding system, whatever the release.
#pragma once

#include <span>
#include <string_view>

namespace codelog::coding_systems {

// Whether the releases of a system have a file, by which codes are validated, searched and built.
// Codelists on a release without one are tables that are uploaded, whatever is in them.
enum class ReleaseFileRule {
  always,
  where_imported,  // OpenCodelists knows nothing of the system but one release without a file
  never,
};

struct CodingSystemInfo {
  std::string_view id;          // "snomedct": in URLs, aliases and folders
  std::string_view name;        // "SNOMED CT (UK Clinical Edition)"
  std::string_view short_name;  // "SNOMED CT"
  ReleaseFileRule release_file = ReleaseFileRule::always;
  // Siblings are shown in the order of their terms; otherwise of their codes.
  bool sorts_by_term = true;
  // Column headers (lower case) that hold the code or the term in an uploaded table, best first.
  std::span<const std::string_view> code_headers;
  std::span<const std::string_view> term_headers;
};

// The eight systems of OpenCodelists, by id; nullptr for any other.
const CodingSystemInfo* find_coding_system(std::string_view id);
std::span<const CodingSystemInfo> all_coding_systems();

}  // namespace codelog::coding_systems
