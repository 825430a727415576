// Gives commands access to the site on a data folder: through the running server if there is one,
// otherwise by opening the folder itself. Commands need not know which.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

#include "server/site/data_folder.h"
#include "tools/admin_operations.h"
#include "tools/json.h"

namespace codelog::tools {

// Opens the folder in this process, for a server. Errors: conflict (another server has it);
// otherwise as SiteAccess::open.
base::Result<std::unique_ptr<site::DataFolder>> open_folder_here(
    const site::DataFolderOptions& options, const site::ReportProgress& report,
    std::chrono::milliseconds patience = std::chrono::seconds(15));

class SiteAccess {
 public:
  // Waits a moment if another command has the folder or a server is starting on it. Errors:
  // unavailable (still busy), and those of DataFolder::open.
  static base::Result<SiteAccess> open(
      const site::DataFolderOptions& options, const site::ReportProgress& report = {},
      std::chrono::milliseconds patience = std::chrono::seconds(15));

  base::Result<Json> run(std::string_view operation, const Json& arguments,
                         const site::ReportProgress& report = {});

 private:
  SiteAccess() = default;

  std::filesystem::path data_;
  // All are empty while a server runs; the last two also if the views were not opened.
  std::unique_ptr<site::DataFolder> folder_;
  std::unique_ptr<application::Application> application_;
  std::unique_ptr<AdminOperations> operations_;
};

// Sends one operation to the server on this data folder; returns nothing if no server answers.
// Errors: those of the operation; unavailable (the connection broke; the operation may or may not
// have been executed).
std::optional<base::Result<Json>> run_remotely(const std::filesystem::path& data,
                                               std::string_view operation, const Json& arguments,
                                               const site::ReportProgress& report);

}  // namespace codelog::tools
