// The option --archive of `codelog serve`: shipping commits to an archive while the server runs.
#pragma once

#include <memory>
#include <string>

#include "server/archive/shipper.h"
#include "server/http/log.h"
#include "server/site/archive_status.h"
#include "server/site/data_folder.h"
#include "tools/command_line.h"

namespace codelog::tools {

void add_archive_option(Command command, std::string& destination);

// Nothing if `destination` is empty. The folder and the log must outlive the result. Errors:
// invalid (no such destination), and those of opening a store.
base::Result<std::unique_ptr<archive::ArchiveShipper>> start_shipping(
    const std::string& destination, site::DataFolder& folder, http::Log& log);

// Empty without a shipper, which must outlive the result.
site::FindArchiveStatus archive_status_of(const archive::ArchiveShipper* shipper);

}  // namespace codelog::tools
