#include "server/migration/verification.h"

#include <algorithm>
#include <utility>

#include "server/api_v1/lists.h"
#include "server/migration/thrown.h"
#include "server/migration/verified_accounts.h"
#include "server/migration/verified_codelists.h"
#include "server/migration/verified_downloads.h"

namespace codelog::migration {

void Differences::add(const std::string& subject, const std::string& what) {
  ++report_.differences_count;
  if (report_.differences.size() < differences_max) {
    report_.differences.push_back(subject + ": " + what);
  }
}

VerificationReport verify_site(site::DataFolder& folder, const SourceDatabase& source,
                               const site::ReportProgress& progress) {
  VerificationReport report;
  Differences differences(report);
  const VerificationWork work{folder, source, folder.projections().views(), differences, report};
  verify_accounts(work);
  verify_releases(work);
  CodelistVerification codelists(work);
  DownloadVerification downloads(work);
  std::vector<base::CodelistId> ids;
  source.for_each("codelists_codelist",
                  "SELECT id FROM codelists_codelist AS codelist WHERE EXISTS (SELECT 1 FROM "
                  "codelists_handle AS handle WHERE handle.codelist_id = codelist.id) ORDER BY id",
                  [&](const SourceRow& row) { ids.emplace_back(row.id(0)); });
  for (const base::CodelistId id : ids) {
    if (progress && !progress({"comparing", report.codelists_count, ids.size()})) {
      throw_error(base::ErrorCode::unavailable, "the comparison was stopped");
    }
    ++report.codelists_count;
    codelists.compare(id);
    downloads.compare(id);
  }
  codelists.note_others(ids);
  return report;
}

}  // namespace codelog::migration
