// What a new version is made of: its release, its codes with their statuses, or its table.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/commands/executor.h"

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

// Which codes count as codes of a release.
enum class KnownCodes : std::uint8_t {
  concepts,  // every concept
  named,     // concepts with a name: OpenCodelists' rule, that of API v1
};
bool is_known(const coding_systems::Release& release, std::string_view code, KnownCodes known);

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

// Every code must be known, or is listed in an error (unless unfound ones are to be ignored).
Result<CodesContents> contents_of_codes(const ReleasePointer& release,
                                        std::vector<std::string> codes, KnownCodes known,
                                        bool ignore_unfound_codes);
// Of a table that is stored already, whatever is in it; `codes` sorted and unique.
CodesContents contents_of_table(const coding_systems::Release& release,
                                std::vector<std::string> codes, KnownCodes known);

// The paragraph that OpenCodelists puts in place of the methodology when codes were left out.
std::string unfound_codes_methodology(const coding_systems::CodingSystemInfo& system,
                                      const std::vector<std::string>& unfound);

// An uploaded table as it is stored (CRLF becomes LF). With a release, exactly one column `code` or
// `dmd_id` must be there, and each of its codes must be known; errors name line and code.
Result<std::string> contents_of_csv(const std::string& csv_data,
                                    const coding_systems::Release* release, KnownCodes known);

// The codes of an old-style table, sorted and unique; reference section 8 of the domain rules says
// which column. Errors: invalid, for a table whose rows do not reach the column.
Result<std::vector<std::string>> codes_of_csv(const std::string& csv_data,
                                              const std::string& codelist_slug);

// The codes of the version's table, sorted and unique. Errors as codes_of_csv.
Result<std::vector<std::string>> table_codes(const Views& views,
                                             const projections::VersionRecord& version);

// The included codes of a version, whatever its style, sorted. Those of a table count as codes only
// where the release has a file.
Result<std::vector<std::string>> included_codes(const Views& views,
                                                const projections::VersionRecord& version);

}  // namespace codelog::commands
