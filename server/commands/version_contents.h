// What a new version is made of: its release, its codes with their statuses, or its table.
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

// Whether codes can be looked up in a release: always, but for the systems that OpenCodelists takes
// only as tables, of which a release has a file where it was imported (and "null" never).
bool has_release_file(const Views& views, std::string_view coding_system, const std::string& alias);

// The term of a code as OpenCodelists' downloads show it: "Unknown" where the release has no name
// for it.
std::string_view term_of(const coding_systems::Release& release, std::string_view code);
// As term_of(), but a concept that has lost its name is shown by its first synonym: a concept of
// SNOMED CT may have an inactive fully specified name and active synonyms.
std::string_view shown_term(const coding_systems::Release& release, coding_systems::Node node);
std::string_view shown_term_of(const coding_systems::Release& release, std::string_view code);

// A release that a version can be made on. `open` is empty where it has no file.
struct ChosenRelease {
  projections::ReleaseRecord record;
  ReleasePointer open;
};

// The ready release with this alias, or the most recent ready one of the system. Errors: invalid
// (unknown system; an alias that is not a ready release of it, in OpenCodelists' words), and those
// of opening the file.
Result<ChosenRelease> choose_release(const Site& site, const Views& views,
                                     const std::string& coding_system,
                                     const std::optional<std::string>& alias);

struct CodesContents {
  std::vector<events::CodeWithStatus> codes;  // by code, the excluded ones below included ones too
  std::vector<std::string> unfound;           // sorted; only where they were to be ignored
};

struct CodesRules {
  // Codes that the release does not have are left out, and listed, whatever they look like.
  bool ignores_unfound = false;
  // Codes must be written as the release writes them; otherwise as a person types them.
  bool takes_exact_only = false;
  KnownCodes known = KnownCodes::concepts;  // other codes are errors
};

// Errors: invalid, naming "codes": an empty code; codes that the release does not have, which are
// listed (unless they are to be ignored).
Result<CodesContents> contents_of_codes(const coding_systems::Release& release,
                                        const std::vector<std::string>& codes,
                                        const CodesRules& rules);
// Of a table that is stored already, whatever is in it.
CodesContents contents_of_table(const coding_systems::Release& release,
                                const std::vector<std::string>& codes);

// The codes as the release writes them, sorted and unique; those that it does not have stay as they
// are.
std::vector<std::string> codes_in_release(const coding_systems::Release& release,
                                          const std::vector<std::string>& codes);

// The paragraph that OpenCodelists puts in place of the methodology when codes were left out.
std::string unfound_codes_methodology(const coding_systems::CodingSystemInfo& system,
                                      const std::vector<std::string>& unfound);

// The codes of the version's table as they stand in it, sorted and unique. Errors as codes_of_csv.
Result<std::vector<std::string>> table_codes(const Views& views,
                                             const projections::VersionRecord& version);

// The included codes of a version, whatever its style, sorted. Those of a table count as codes only
// where the release has a file.
Result<std::vector<std::string>> included_codes(const Views& views,
                                                const projections::VersionRecord& version);

}  // namespace codelog::commands
