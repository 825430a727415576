// How a command reaches the site on a data folder: through the running server where there is one,
// otherwise by opening the folder itself. Commands do not know which.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

#include "tools/admin_operations.h"
#include "tools/admin_protocol.h"
#include "tools/data_folder.h"

namespace codelog::tools {

// Opens the folder in this process, for a server. Errors: conflict (a server has it); otherwise as
// SiteAccess::open.
base::Result<std::unique_ptr<DataFolder>> open_folder_here(
    const DataFolderOptions& options, const ReportProgress& report,
    std::chrono::milliseconds patience = std::chrono::seconds(15));

class SiteAccess {
 public:
  // Waits for a moment when another command has the folder, or a server is starting on it.
  // Errors: unavailable (it is still busy), and those of DataFolder::open.
  static base::Result<SiteAccess> open(
      const DataFolderOptions& options, const ReportProgress& report = {},
      std::chrono::milliseconds patience = std::chrono::seconds(15));

  base::Result<Json> run(std::string_view operation, const Json& arguments,
                         const ReportProgress& report = {});

 private:
  SiteAccess() = default;

  std::filesystem::path data_;
  // All empty when a server runs; the last two also when the views were left closed.
  std::unique_ptr<DataFolder> folder_;
  std::unique_ptr<application::Application> application_;
  std::unique_ptr<AdminOperations> operations_;
};

// Sends one operation to the server on this data folder; nothing where none answers.
// Errors: what the operation says; unavailable (the connection broke: whether it acted is not
// known).
std::optional<base::Result<Json>> run_remotely(const std::filesystem::path& data,
                                               std::string_view operation, const Json& arguments,
                                               const ReportProgress& report);

}  // namespace codelog::tools
