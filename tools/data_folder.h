// The site on disk: everything that lives in one data folder, opened in order and let go in the
// reverse. This is where the program's parts are put together; whoever has a DataFolder is the only
// one who has the folder open.
//
// Thread-safe as its parts are. Layout: docs in tools/README.md.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/versioning/releases.h"
#include "events/log.h"
#include "mappings/files/mappings.h"
#include "projections/projections.h"
#include "server/accounts/key_ring.h"
#include "server/commands/executor.h"
#include "tools/admin_protocol.h"

namespace codelog::tools {

// The folder below the data folder for views that are only compared; each check has one in it.
inline constexpr std::string_view check_views_folder = "projections.check";

// Looking at the log must be possible where views cannot be built from it.
enum class OpenViews { yes, no };

struct DataFolderOptions {
  std::filesystem::path data = "data";
  // The log's head witness; empty: DATA/keys/head-witness. Better on another volume.
  std::filesystem::path witness_file = {};
  // Only for the control of the power-loss tests.
  bool sync = true;
  OpenViews views = OpenViews::yes;
  // Opens a log whose witness is missing, and makes a new one: for ops who know that the log is
  // whole.
  bool accept_missing_witness = false;
};

// The right to open a data folder, held by one process at a time; ends with the process, however
// that ends.
class FolderLock {
 public:
  // Makes the folder where it is missing. Nothing when another process has the lock. Errors: io.
  static base::Result<std::optional<FolderLock>> try_take(const std::filesystem::path& data);

 private:
  explicit FolderLock(Descriptor file) : file_(std::move(file)) {}
  Descriptor file_;
};

class DataFolder {
 public:
  // Reports on the catching up of views. Errors: those of its parts: io, corrupt, unavailable.
  static base::Result<std::unique_ptr<DataFolder>> open(const DataFolderOptions& options,
                                                        FolderLock lock,
                                                        const ReportProgress& report = {});

  const std::filesystem::path& path() const { return data_; }
  events::EventLog& log() { return *log_; }
  bool has_views() const { return projections_ != nullptr; }
  projections::Projections& projections();
  accounts::KeyRing& keys() { return *keys_; }
  coding_systems::Releases& releases() { return releases_; }
  mappings::Mappings& mappings() { return mappings_; }
  // What there is to say of imports that did not come to their end, for the server's log.
  const std::vector<std::string>& unfinished_imports() const { return unfinished_imports_; }
  // Users who have not been erased and whose data do not open, for the server's log.
  const std::vector<std::string>& unreadable_users() const { return unreadable_users_; }
  // What commands work with; good as long as this is.
  commands::Site site();

  // Only while they are not open; lets them catch up with the log.
  base::Result<void> open_views(const ReportProgress& report);
  // Throws the views away and builds them anew from the log. Only while they are not open.
  base::Result<void> rebuild_views(const ReportProgress& report);
  // The same, when the folder is opened next.
  base::Result<void> rebuild_views_at_next_open();

 private:
  DataFolder(const DataFolderOptions& options, FolderLock lock);
  base::Result<void> open_log(const DataFolderOptions& options);
  base::Result<void> open_and_settle(const ReportProgress& report);
  base::Result<void> finish_erasures();
  base::Result<void> register_unknown_releases();
  void settle_imports();
  void check_user_keys();
  std::optional<base::Sha256> registered_digest(std::string_view alias) const;
  std::string_view release_state(std::string_view alias) const;
  commands::MappingOpeners mapping_openers();
  template <class Opened>
  base::Result<Opened> without_place(base::Result<Opened> opened) const;

  const std::filesystem::path data_;
  // Destroyed in the reverse order: the views let go of the log, and the lock goes last.
  FolderLock lock_;
  base::SystemClock clock_;
  std::unique_ptr<accounts::KeyRing> keys_;
  std::unique_ptr<events::EventLog> log_;
  std::unique_ptr<projections::Projections> projections_;
  coding_systems::Releases releases_;
  mappings::Mappings mappings_;
  std::vector<std::string> unfinished_imports_;
  std::vector<std::string> unreadable_users_;
};

}  // namespace codelog::tools
