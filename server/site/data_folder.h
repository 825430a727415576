// The site on disk: all parts that live in one data folder, opened in order and closed in the
// reverse order. Here the program's parts are put together. Only one DataFolder at a time has the
// folder open.
//
// Thread-safe as its parts are. Layout: tools/README.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/versioning/releases.h"
#include "events/base/file.h"
#include "events/base/mutex.h"
#include "events/rocksdb/rocks_log.h"
#include "mappings/files/mappings.h"
#include "projections/projections.h"
#include "server/accounts/key_ring.h"
#include "server/accounts/last_uses.h"
#include "server/commands/executor.h"
#include "server/proofs/signed_log.h"
#include "server/site/progress.h"
#include "server/site/verification_ledger.h"

namespace codelog::site {

// The subfolder for views that are built only for comparison; each check has a folder in it.
inline constexpr std::string_view check_views_folder = "projections.check";

// Reading the log must be possible even if it cannot rebuild the views.
enum class OpenViews { yes, no };

struct DataFolderOptions {
  std::filesystem::path data = "data";
  // The log's head witness; empty: DATA/keys/head-witness. Preferably on another volume.
  std::filesystem::path witness_file = {};
  // False only in the control of the power-loss tests.
  bool sync = true;
  // The log refuses writes while its volume has less room.
  std::uint64_t free_bytes_min = events::LogOptions().free_bytes_min;
  OpenViews views = OpenViews::yes;
  // Opens a log without its witness and makes a new one. Only for operators who know that the log
  // is whole.
  bool accept_missing_witness = false;
  // Set by a restore: the epoch of the new log. Other openings refuse a folder whose restore has
  // not ended.
  std::optional<std::uint64_t> restored_epoch = {};
  // The time of commits; by default the system's. Outlives the folder. Only for a site that is made
  // up: its history may then be older than the site.
  const base::Clock* clock = nullptr;
};

// The right to open a data folder, held by one process at a time. Ends with the process, even if it
// is killed.
class FolderLock {
 public:
  // Creates the folder if it is missing. Returns nothing if another process has the lock. Errors:
  // io.
  static base::Result<std::optional<FolderLock>> try_take(const std::filesystem::path& data);
  // The same right for another holder in this process; it ends with the last of them. Errors: io.
  base::Result<FolderLock> share() const;

 private:
  explicit FolderLock(base::Descriptor file) : file_(std::move(file)) {}
  base::Descriptor file_;
};

class DataFolder {
 public:
  // Reports progress while the views catch up. Errors: those of its parts: io, corrupt,
  // unavailable.
  static base::Result<std::unique_ptr<DataFolder>> open(const DataFolderOptions& options,
                                                        FolderLock lock,
                                                        const ReportProgress& report = {});

  // The folders in a data folder, readable only by its owner. Errors: io.
  static base::Result<void> make_folders(const std::filesystem::path& data);
  static events::LogOptions log_options(const DataFolderOptions& options);

  const std::filesystem::path& path() const { return data_; }
  events::EventLog& log() { return *log_; }
  bool has_views() const { return projections_ != nullptr; }
  projections::Projections& projections();
  accounts::KeyRing& keys() { return *keys_; }
  // Why no changes are taken, and since when: call it every few seconds. Thread-safe.
  std::optional<commands::ReadOnly> read_only();
  // Has no key before the first start of a server.
  proofs::SignedLog& signed_log() { return *signed_log_; }
  const proofs::SignedLog& signed_log() const { return *signed_log_; }
  // Writes down when tokens and sessions were last used. Errors: io.
  base::Result<void> save_last_uses();
  coding_systems::Releases& releases() { return releases_; }
  mappings::Mappings& mappings() { return mappings_; }
  VerificationLedger& verifications() { return verifications_; }
  const std::filesystem::path& witness_file() const { return witness_file_; }
  // With less room on its volume, the log refuses writes.
  std::uint64_t free_bytes_min() const { return free_bytes_min_; }
  // Notices about interrupted imports, for the server's log.
  const std::vector<std::string>& unfinished_imports() const { return unfinished_imports_; }
  // Users, not erased, whose data cannot be opened, for the server's log.
  const std::vector<std::string>& unreadable_users() const { return unreadable_users_; }
  // The services for commands; valid as long as this object.
  commands::Site site();

  // Call only while the views are not open; lets them catch up with the log.
  base::Result<void> open_views(const ReportProgress& report);
  // Deletes the views and builds them again from the log. Call only while they are not open.
  base::Result<void> rebuild_views(const ReportProgress& report);
  // As above, at the next opening of the folder.
  base::Result<void> rebuild_views_at_next_open();

 private:
  DataFolder(const DataFolderOptions& options, FolderLock lock);
  base::Result<void> open_log(const DataFolderOptions& options);
  base::Result<void> open_and_settle(const ReportProgress& report);
  base::Result<void> finish_erasures();
  base::Result<void> destroy_mails();
  base::Result<void> register_unknown_releases();
  void settle_imports();
  void check_user_keys();
  std::optional<base::Sha256> registered_digest(std::string_view alias) const;
  std::string_view release_state(std::string_view alias) const;
  commands::MappingOpeners mapping_openers();
  template <class Opened>
  base::Result<Opened> without_place(base::Result<Opened> opened) const;

  const std::filesystem::path data_;
  const std::filesystem::path witness_file_;
  const std::uint64_t free_bytes_min_;
  // Destroyed in reverse order: the views release the log, and the lock goes last.
  FolderLock lock_;
  base::SystemClock system_clock_;
  const base::Clock& clock_;
  std::unique_ptr<accounts::KeyRing> keys_;
  accounts::LastUses last_uses_;
  std::unique_ptr<events::EventLog> log_;
  std::unique_ptr<proofs::SignedLog> signed_log_;
  std::unique_ptr<projections::Projections> projections_;
  coding_systems::Releases releases_;
  mappings::Mappings mappings_;
  VerificationLedger verifications_;
  std::vector<std::string> unfinished_imports_;
  std::vector<std::string> unreadable_users_;
  base::Mutex read_only_mutex_;
  std::optional<commands::ReadOnly> read_only_ GUARDED_BY(read_only_mutex_);
};

}  // namespace codelog::site
