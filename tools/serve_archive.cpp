#include "tools/serve_archive.h"

#include "server/archive/open_destination.h"
#include "server/site/backup.h"

namespace codelog::tools {

void add_archive_option(Command command, std::string& destination) {
  command
      .add_option("--archive", destination,
                  "Archive every commit within two seconds: to a folder, or s3://BUCKET/PREFIX")
      .type_name("DEST");
}

base::Result<std::unique_ptr<archive::ArchiveShipper>> start_shipping(
    const std::string& destination, site::DataFolder& folder, http::Log& log) {
  if (destination.empty()) return std::unique_ptr<archive::ArchiveShipper>();
  auto opened = archive::open_destination(destination);
  if (!opened) return opened.error();
  const auto on_change = [&log](const std::string& error) {
    if (error.empty()) {
      log.write(http::LogLevel::info, "archive_works_again", {});
    } else {
      log.write(http::LogLevel::error, "archive_failed", {{"detail", error}});
    }
  };
  return std::make_unique<archive::ArchiveShipper>(
      *std::move(opened), archive::ArchivedSource{folder.log(), folder.log()},
      archive::ArchiveShipper::Options{
          .writer = {site::log_origin(folder), archive::process_owner_token(), folder.site().clock},
          .on_change = on_change});
}

site::FindArchiveStatus archive_status_of(const archive::ArchiveShipper* shipper) {
  if (shipper == nullptr) return {};
  return [shipper]() -> site::ArchiveStatus {
    archive::ShippingState state = shipper->state();
    return {.is_configured = true,
            .destination = shipper->describe_destination(),
            .lag_commits = state.lag_commits,
            .lag_s = state.lag.count(),
            .last_shipped_at = state.last_shipped_at,
            .last_error = std::move(state.last_error)};
  };
}

}  // namespace codelog::tools
