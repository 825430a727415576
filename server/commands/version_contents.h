// The contents of a new version: its release, its codes with their statuses, or its table.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/commands/executor.h"
#include "server/commands/uploaded_table.h"

namespace codelog::commands {

using ReleasePointer = std::shared_ptr<const coding_systems::Release>;

// Whether codes can be looked up in a release. Always true, except for systems that OpenCodelists
// accepts only as tables: their releases have a file if they were imported ("null" never).
bool has_release_file(const Views& views, std::string_view coding_system, const std::string& alias);

// The term of a code as in OpenCodelists' downloads: "Unknown" if the release has no name for it.
std::string_view term_of(const coding_systems::Release& release, std::string_view code);
// As term_of(), but a concept without a name is shown by its first synonym: a concept of SNOMED CT
// may have an inactive fully specified name and active synonyms.
std::string_view shown_term(const coding_systems::Release& release, coding_systems::Node node);
std::string_view shown_term_of(const coding_systems::Release& release, std::string_view code);

// A release for a version. `open` is empty if the release has no file.
struct ChosenRelease {
  projections::ReleaseRecord record;
  ReleasePointer open;
};

// The ready release with this alias, or the most recent ready one of the system. Errors: invalid
// (unknown system; not the alias of a ready release of the system, in OpenCodelists' words), and
// those of opening the file.
Result<ChosenRelease> choose_release(const Site& site, const Views& views,
                                     const std::string& coding_system,
                                     const std::optional<std::string>& alias);

struct CodesContents {
  // sorted by code, including excluded ones below included ones
  std::vector<events::CodeWithStatus> codes;
  std::vector<std::string> unfound;  // sorted; only if unknown codes are ignored
};

struct CodesRules {
  // Ignores codes that the release does not have, in any form, and lists them.
  bool ignores_unfound = false;
  // Codes must be spelled as in the release; otherwise they may be spelled as people type them.
  bool takes_exact_only = false;
  KnownCodes known = KnownCodes::concepts;  // other codes are errors
};

// Errors: invalid, naming "codes": an empty code; codes that the release does not have, which are
// listed (unless they are ignored).
Result<CodesContents> contents_of_codes(const coding_systems::Release& release,
                                        const std::vector<std::string>& codes,
                                        const CodesRules& rules);
// For a table already stored, whatever its content.
CodesContents contents_of_table(const coding_systems::Release& release,
                                const std::vector<std::string>& codes);

// The codes in the release's spelling, sorted and unique; codes that it does not have stay
// unchanged.
std::vector<std::string> codes_in_release(const coding_systems::Release& release,
                                          const std::vector<std::string>& codes);

// The paragraph that replaces the methodology in OpenCodelists when codes were left out. Errors:
// invalid, naming "codes", if it cannot be a methodology (check_prose).
Result<std::string> unfound_codes_methodology(const coding_systems::CodingSystemInfo& system,
                                              const std::vector<std::string>& unfound);

// The codes of the version's table in their spelling there, sorted and unique. Errors: as
// codes_of_csv.
Result<std::vector<std::string>> table_codes(const Views& views,
                                             const projections::VersionRecord& version);

// Throws base::ThrownError (unavailable) if this program does not know the coding system, because a
// newer one has made the codelist.
const coding_systems::CodingSystemInfo& system_of(const projections::CodelistRecord& codelist);

// The included codes of a version of either style, sorted. The codes of a table count only if the
// release has a file.
Result<std::vector<std::string>> included_codes(const Views& views,
                                                const projections::VersionRecord& version);

}  // namespace codelog::commands
