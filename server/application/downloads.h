// The CSV files of a version, as OpenCodelists writes them: the same bytes for the same codes.
//
// Pure reads of the views and of the version's release; a few milliseconds for 10,000 codes.
#pragma once

#include <string>
#include <vector>

#include "server/commands/executor.h"

namespace codelog::application {

using base::Result;
using projections::CodelistRecord;
using projections::VersionRecord;
using projections::Views;

// Everything but drafts and tables without a column that the coding system knows as its code.
bool is_downloadable(const Views& views, const CodelistRecord& codelist,
                     const VersionRecord& version);

struct DownloadOptions {
  bool fixed_headers = false;        // of a table: `code` and `term` only
  bool omit_mapped_vmps = false;     // of a dm+d table
  bool include_mapped_vmps = false;  // of new-style dm+d, where OpenCodelists never adds them
};

// New style: code and term of every included code. Old style: the table as it was uploaded, or with
// fixed headers; in dm+d with code and term first, and with the VMPs that came before or after its
// codes. Errors: invalid ("Codelist is not downloadable"; a table with a row that has no code),
// unavailable (the mapping of VMPs cannot be opened), and those of opening the release.
Result<std::string> download_csv(const commands::Site& site, const Views& views,
                                 const CodelistRecord& codelist, const VersionRecord& version,
                                 const DownloadOptions& options);

// The decided codes as a tree, depth first, siblings by term: code, term, + or -.
// Errors: invalid ("This codelist version does not have a codeset."), too_large, and those of
// opening the release.
Result<std::string> definition_csv(const commands::Site& site, const Views& views,
                                   const CodelistRecord& codelist, const VersionRecord& version);

// Which dm+d products a BNF version stands for, by the most recent dm+d release. Errors: invalid
// (not a BNF codelist), unavailable (no mapping, no dm+d release, or one that cannot be opened).
Result<std::string> dmd_download_csv(const commands::Site& site, const Views& views,
                                     const CodelistRecord& codelist, const VersionRecord& version);

// The digests by which a study's check recognises its copy of the version as up to date; see
// download_shas.h. As in OpenCodelists, a table without a column of codes has them too. Errors:
// invalid (a draft), and those of download_csv.
Result<std::vector<std::string>> valid_shas(const commands::Site& site, const Views& views,
                                            const CodelistRecord& codelist,
                                            const VersionRecord& version);

// "test-org-statins-2024-01": owner, slug, and tag or hash.
std::string download_name(const CodelistRecord& codelist, const VersionRecord& version);

}  // namespace codelog::application
