#include "server/application/receipts.h"

#include "server/history/deeds.h"

namespace codelog::application {

using base::Error;
using base::ErrorCode;

namespace {

// `hidden` tells that the reader may not have the commit.
base::Result<http::Response> proof_at(Application& application, const projections::Views& views,
                                      base::Position position, const char* hidden) {
  const proofs::SignedLog* log = application.options().signed_log;
  if (log == nullptr) return Error{ErrorCode::unavailable, "this site signs no checkpoints", {}};
  const auto place = application.begin_long_read();
  if (!place) return place.error();
  const auto commit = application.site().log.read(position);
  if (!commit) return commit.error();
  if (!history::readable_codelist(views, *commit)) return Error{ErrorCode::not_found, hidden, {}};
  auto text = log->receipt(position);
  if (!text) return text.error();
  http::Response response = http::content(200, "text/plain; charset=utf-8", *std::move(text));
  response.add("Cache-Control", "private, no-cache");
  return response;
}

}  // namespace

base::Result<http::Response> receipt_of(Application& application, const projections::Views& views,
                                        const projections::VersionRecord& version,
                                        const std::string& filename) {
  if (version.status == events::VersionStatus::draft) {
    return Error{ErrorCode::conflict, "a draft has no receipt: save it for review first", {}};
  }
  // The last change of a finished version is the one that finished it.
  auto response = proof_at(application, views, version.changed_at,
                           "the commit of this version has parts that you may not read");
  if (response && !filename.empty()) {
    response->add("Content-Disposition", "attachment; filename=\"" + filename + "\"");
  }
  return response;
}

base::Result<http::Response> proof_of_commit(Application& application,
                                             const projections::Views& views,
                                             base::Position position) {
  return proof_at(application, views, position, "there is no such commit of a codelist");
}

}  // namespace codelog::application
