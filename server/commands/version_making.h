// The content of a new version of a codelist, from codes, an expression or a table: the slow part
// of creating it. Pure.
#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "server/commands/version_commands.h"

namespace codelog::commands {

// Codes for a version, and what to do with them.
struct FromCodes {
  const std::vector<std::string>& codes;
  const CodesRules& rules;
  bool always_create_new_version;
  bool should_publish;
};

// A version without ids, tag and release. Slow to make: each code is looked up.
struct MadeVersion {
  // Nothing, if the codes equal the newest version's and no new version is wanted.
  std::optional<events::VersionCreated> version;
  std::vector<std::string> unfound;  // codes
};
// A made version depends on these, besides the command: the release and the newest version before.
using MadeFrom = std::tuple<ReleasePointer, std::optional<VersionId>, Position>;
using PreparedVersion = Prepared<MadeFrom, Result<MadeVersion>>;

MadeFrom made_from(const Views& views, CodelistId codelist, const ChosenRelease& release);

// Errors: invalid, naming "codes": there are none; the release has no file; contents_of_codes().
Result<MadeVersion> version_from_codes(const Views& views, const ChosenRelease& release,
                                       const projections::CodelistRecord& codelist,
                                       const FromCodes& wanted);

// Errors: invalid, if the command has not exactly one of codes, expression and table.
Result<void> check_one_source(const CreateVersion& command);

// For a command that check_one_source() accepts. Errors: version_from_codes(), contents_of_csv();
// invalid, naming "ecl" (not an expression); invalid, if the version would equal the newest one.
Result<MadeVersion> make_version(const Views& views, const ChosenRelease& release,
                                 const projections::CodelistRecord& codelist,
                                 const CreateVersion& command);

}  // namespace codelog::commands
