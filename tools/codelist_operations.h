// The operations on codelists, drafts and releases that OpenCodelists has commands and scripts for:
// - draft.update {version} -> {version, changes: [{code, before, after}], searches, position}
// - draft.create {version, author, release?} -> {version, page, …as draft.update}
// - codelist.convert {codelist} -> {version, page, codes, position}
// - codelist.convert_bnf {version} -> {version, page, position}
// - release.compatible {} -> {releases: [{alias, compatible: [{version, codelist}]}]}
// - mapping.unmapped {after?} -> {codes: [{code, term}], next}
// Versions are named by their hashes, codelists as in their pages' addresses.
#pragma once

#include <optional>
#include <string_view>

#include "server/application/application.h"
#include "server/site/progress.h"
#include "tools/json.h"

namespace codelog::tools {

// Nothing, if this is not one of these operations. Throws base::ThrownError.
std::optional<base::Result<Json>> run_codelist_operation(application::Application& application,
                                                         std::string_view operation,
                                                         const Json& arguments,
                                                         const site::ReportProgress& report);

// Waits for the report on a release, and makes it if there is none. Errors: as UpgradeReports;
// unavailable (`report` has returned false).
base::Result<void> wait_for_upgrade_report(application::Application& application,
                                           const std::string& alias,
                                           const site::ReportProgress& report);

}  // namespace codelog::tools
