#include "tools/backup_operations.h"

#include "server/archive/key_bundle.h"
#include "server/archive/open_destination.h"
#include "server/site/backup.h"
#include "tools/admin_operations.h"

namespace codelog::tools {
namespace {

using base::Result;

Json report_to_json(const site::BackupReport& report) {
  Json json = point_to_json(report.point);
  json.update({{"new_commits", report.new_commits_count},
               {"segments", report.segments_count},
               {"archive_bytes", report.segments_bytes},
               {"raw_bytes", report.raw_bytes},
               {"files_copied", report.files_copied},
               {"files_missing", report.files_missing}});
  return json;
}

Result<Json> create_backup(site::DataFolder& folder, const Json& arguments,
                           const site::ReportProgress& report) {
  const auto place = text_argument(arguments, "destination");
  if (!place) return place.error();
  const auto destination = archive::open_destination(*place);
  if (!destination) return destination.error();
  site::BackupRequest request{**destination, flag_argument(arguments, "with_releases")};
  if (arguments.contains("passphrase")) {
    auto passphrase = text_argument(arguments, "passphrase");
    if (!passphrase) return passphrase.error();
    request.passphrase = *std::move(passphrase);
  }
  const auto made = site::back_up(folder, request, report);
  if (request.passphrase) archive::forget(*request.passphrase);
  if (!made) return made.error();
  return report_to_json(*made);
}

}  // namespace

Json point_to_json(const archive::RestorePoint& point) {
  Json files = Json::array();
  for (const archive::ArchivedFile& file : point.files) {
    files.push_back({{"path", file.path},
                     {"sha256", base::to_hex(file.digest)},
                     {"copied", file.object.has_value()}});
  }
  return {{"made_at", base::format_timestamp(point.made_at)},
          {"position", point.position.value()},
          {"last_time", base::format_timestamp(point.last_time)},
          {"root", base::to_hex(point.root)},
          {"keys", point.keys.has_value()},
          {"files", std::move(files)}};
}

std::optional<Result<Json>> run_backup_operation(site::DataFolder& folder,
                                                 std::string_view operation, const Json& arguments,
                                                 const site::ReportProgress& report) {
  if (operation == "backup.create") return create_backup(folder, arguments, report);
  return std::nullopt;
}

}  // namespace codelog::tools
