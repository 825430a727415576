// The codes of two versions compared: those of one only, of the other only, and of both. Each part
// is also listed as OpenCodelists' diff page shows it: its topmost codes, each with its descendants
// within the part.
//
// Pure reads of the views and of the versions' releases; 0.2 s for two lists of 150,000 codes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/commands/executor.h"
#include "server/commands/version_contents.h"

namespace codelog::files {

// The codes of one side.
struct DiffSide {
  commands::ReleasePointer release;  // null for tables on a release without a file
  std::vector<std::string> codes;    // sorted, unique; in the release's spelling if it has them
  // For codes of a table that the release does not know: "[Unknown] …", or the table's own term if
  // there is no release.
  std::vector<std::pair<std::string, std::string>> table_terms;  // by code, sorted
};

// Views into the sides.
struct DiffCode {
  std::string_view code;
  std::string_view term;
};
struct DiffGroup {
  DiffCode top;
  std::vector<DiffCode> descendants;  // by term; a code below several tops is repeated
};
struct DiffPart {
  std::vector<std::string_view> codes;  // sorted
  std::vector<DiffGroup> groups;        // by the term of the top
};

struct VersionDiff {
  // shared, so that moving a diff leaves its views valid
  std::shared_ptr<const DiffSide> left;
  std::shared_ptr<const DiffSide> right;
  DiffPart left_only;   // terms and hierarchy of the left side's release
  DiffPart right_only;  // of the right side's release
  DiffPart common;      // of the left side's release
};

// The included codes of a version. Errors: invalid ("Could not identify code columns": a table
// without a column of codes), and those of opening the release.
base::Result<std::shared_ptr<const DiffSide>> side_of(const commands::Site& site,
                                                      const projections::Views& views,
                                                      const projections::VersionRecord& version);
// The term of a code of the side.
std::string_view term_in(const DiffSide& side, std::string_view code);

inline constexpr std::size_t diff_rows_max = 1'000'000;

// Errors: invalid ("Could not identify code columns": a table without a column of codes),
// too_large (codes are repeated below more than diff_rows_max tops), and those of opening the
// releases.
base::Result<VersionDiff> diff_versions(const commands::Site& site, const projections::Views& views,
                                        const projections::VersionRecord& left,
                                        const projections::VersionRecord& right);

// The other version of a diff page's address: by its hash in any codelist, else by its tag: in the
// left version's codelist, or a tag that only one version of the site has. Nothing if there is
// none, or if it is of another coding system.
std::optional<projections::VersionRecord> find_other_version(const projections::Views& views,
                                                             const projections::VersionRecord& left,
                                                             std::string_view tag_or_hash);

}  // namespace codelog::files
