#include "server/application/receipts.h"

#include "server/history/deeds.h"

namespace codelog::application {

using base::Error;
using base::ErrorCode;

base::Result<http::Response> receipt_of(Application& application, const projections::Views& views,
                                        const projections::VersionRecord& version,
                                        const std::string& filename) {
  if (version.status == events::VersionStatus::draft) {
    return Error{ErrorCode::conflict, "a draft has no receipt: save it for review first", {}};
  }
  const proofs::SignedLog* log = application.options().signed_log;
  if (log == nullptr) return Error{ErrorCode::unavailable, "this site signs no checkpoints", {}};
  const auto place = application.begin_long_read();
  if (!place) return place.error();
  // The last change of a finished version is the one that finished it.
  const auto commit = application.site().log.read(version.changed_at);
  if (!commit) return commit.error();
  if (!history::readable_codelist(views, *commit)) {
    return Error{
        ErrorCode::not_found, "the commit of this version has parts that you may not read", {}};
  }
  auto text = log->receipt(version.changed_at);
  if (!text) return text.error();
  http::Response response = http::content(200, "text/plain; charset=utf-8", *std::move(text));
  response.add("Cache-Control", "private, no-cache");
  if (!filename.empty()) {
    response.add("Content-Disposition", "attachment; filename=\"" + filename + "\"");
  }
  return response;
}

}  // namespace codelog::application
