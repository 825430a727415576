// Compares this site with the OpenCodelists site that it was migrated from, as their users see
// them: the entries of the JSON API, the bytes and digests of downloads, and the state of drafts.
//
// The old site's answers are computed from its database by SQL and by the rules of its API, not by
// the code that migrates. Downloads that the old site has cached are compared to the byte.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/migration/source_database.h"
#include "server/site/data_folder.h"
#include "server/site/progress.h"

namespace codelog::migration {

struct VerificationReport {
  std::uint64_t codelists_count = 0;
  std::uint64_t versions_count = 0;
  std::uint64_t downloads_count = 0;
  std::uint64_t digests_count = 0;
  std::uint64_t statuses_count = 0;
  std::uint64_t searches_count = 0;
  std::uint64_t users_count = 0;
  std::uint64_t differences_count = 0;
  // Sentences, at most differences_max.
  std::vector<std::string> differences;
  // Things that could not be compared, and why.
  std::vector<std::string> notices;
};
inline constexpr std::size_t differences_max = 1000;

// Throws base::ThrownError: unavailable, when nobody waits any longer, and those of reading.
VerificationReport verify_site(site::DataFolder& folder, const SourceDatabase& source,
                               const site::ReportProgress& progress);

}  // namespace codelog::migration
