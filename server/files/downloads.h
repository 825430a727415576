// The CSV files of a version, byte for byte as OpenCodelists writes them.
//
// Pure reads of the views and of the version's release; a few milliseconds for 10,000 codes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/commands/executor.h"
#include "server/commands/version_download.h"

namespace codelog::files {

using base::Result;
using projections::CodelistRecord;
using projections::VersionRecord;
using projections::Views;

// False for drafts, and for tables without a column that the coding system recognises as its code.
bool is_downloadable(const Views& views, const CodelistRecord& codelist,
                     const VersionRecord& version);

using commands::DownloadOptions;

// As commands::make_download(). Errors: invalid ("Codelist is not downloadable"), and those of
// opening the release and of make_download().
Result<std::string> download_csv(const commands::Site& site, const Views& views,
                                 const CodelistRecord& codelist, const VersionRecord& version,
                                 const DownloadOptions& options);

// The decided codes as a tree, depth first, siblings sorted by term: code, term, + or -. Errors:
// invalid ("This codelist version does not have a codeset."), too_large, and those of opening the
// release.
Result<std::string> definition_csv(const commands::Site& site, const Views& views,
                                   const CodelistRecord& codelist, const VersionRecord& version);

// The decided codes as a tree, with their terms and signs.
struct DefiningRow {
  std::string code;
  std::string_view term;                               // of the release
  base::CodeStatus sign = base::CodeStatus::included;  // or excluded
  std::size_t depth = 0;
};
struct VersionDefinition {
  commands::ReleasePointer release;
  std::vector<DefiningRow> rows;
};
// Errors: as definition_csv().
Result<VersionDefinition> definition_of(const commands::Site& site, const Views& views,
                                        const CodelistRecord& codelist,
                                        const VersionRecord& version);

// The dm+d products of a BNF version, from the most recent dm+d release. Errors: invalid (not a BNF
// codelist), unavailable (no mapping, no dm+d release, or one of them fails to open).
Result<std::string> dmd_download_csv(const commands::Site& site, const Views& views,
                                     const CodelistRecord& codelist, const VersionRecord& version);

// The digests that show a study's copy of the version to be up to date; see download_shas.h. As in
// OpenCodelists, tables without a column of codes have them too. Errors: invalid (a draft), and
// those of download_csv.
Result<std::vector<std::string>> valid_shas(const commands::Site& site, const Views& views,
                                            const CodelistRecord& codelist,
                                            const VersionRecord& version);

// "test-org-statins-2024-01": owner, slug, and tag or hash.
std::string download_name(const CodelistRecord& codelist, const VersionRecord& version);

}  // namespace codelog::files
