// How a version came about: who decided each of its codes, when and why, who searched for what, and
// who finished it. For the methods section of a paper.
//
// Reads the codelist's commits back to the version's beginning, and on to that of the version that
// it was made from, as long as this is one of the same codelist.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "events/log.h"
#include "projections/views.h"

namespace codelog::history {

// What one answer reads at most: about a second of a processor.
inline constexpr std::size_t traced_commits_max = 50'000;
inline constexpr std::size_t traced_codes_max = 2'000'000;

struct Act {
  base::Position position;
  base::Timestamp time;
  std::string actor;  // empty: the operators of the site
  bool operator==(const Act&) const = default;
};

struct Decision {
  Act act;
  std::string reason;
  base::VersionId version;  // in which it was decided
  // The code came with the beginning of a version (a list, a table, another codelist), so that
  // nobody decided it here.
  bool is_from_source = false;
};

struct Contribution {
  std::string actor;
  std::uint64_t decisions_count = 0;
  std::uint64_t searches_count = 0;
  base::Timestamp first;
  base::Timestamp last;
};

struct Provenance {
  std::map<std::string, Decision> decisions;  // by code
  std::map<std::string, Act> searches;        // by text: the first that added it
  std::vector<Contribution> contributions;    // those with most decisions first
  std::optional<Act> created;  // the version; in the commit that brought it back, if one did
  std::optional<Act> saved;
  std::optional<Act> published;
  // The version of another codelist from which the first one was made.
  std::optional<base::VersionId> foreign_source;
  bool is_complete = true;  // false: the history is too long to read for a page
};

// Errors: those of reading the log.
base::Result<Provenance> provenance_of(const events::Log& log, const projections::Views& views,
                                       const projections::VersionRecord& version);

}  // namespace codelog::history
