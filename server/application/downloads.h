// The CSV files of a version, as OpenCodelists writes them: the same bytes for the same codes.
//
// Pure reads of the views and of the version's release; a few milliseconds for 10,000 codes.
#pragma once

#include <string>

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
  bool fixed_headers = false;     // of a table: `code` and `term` only
  bool omit_mapped_vmps = false;  // dm+d tables only
};

// New style: code and term of every included code. Old style: the table as it was uploaded, or with
// fixed headers. Errors: invalid ("Codelist is not downloadable"; a table with a row that has no
// code), unavailable (what needs dm+d mappings), and those of opening the release.
Result<std::string> download_csv(const commands::Site& site, const Views& views,
                                 const CodelistRecord& codelist, const VersionRecord& version,
                                 const DownloadOptions& options);

// The decided codes as a tree, depth first, siblings by term: code, term, + or -.
// Errors: invalid ("This codelist version does not have a codeset."), too_large, and those of
// opening the release.
Result<std::string> definition_csv(const commands::Site& site, const Views& views,
                                   const CodelistRecord& codelist, const VersionRecord& version);

// "test-org-statins-2024-01": owner, slug, and tag or hash.
std::string download_name(const CodelistRecord& codelist, const VersionRecord& version);

}  // namespace codelog::application
