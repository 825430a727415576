#include "server/site/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>

#include "coding_systems/index/previous_file.h"
#include "events/base/file.h"
#include "server/accounts/personal_data.h"
#include "server/commands/release_commands.h"
#include "server/site/restore_target.h"
#include "server/site/site_files.h"

namespace codelog::site {
namespace {

namespace fs = std::filesystem;

constexpr mode_t folder_mode = 0700;  // people's keys are below it

base::Result<void> make_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return {};
  if (const fs::path parent = folder.parent_path(); !parent.empty() && !fs::exists(parent, error)) {
    fs::create_directories(parent, error);
  }
  // Files below the folder are durable only if the folder's own name is.
  if (::mkdir(folder.c_str(), folder_mode) == 0) return base::sync_folder(folder.parent_path());
  if (errno == EEXIST) return {};
  return base::system_error("cannot make the folder", folder);
}

}  // namespace

base::Result<std::optional<FolderLock>> FolderLock::try_take(const fs::path& data) {
  if (const auto made = make_folder(data); !made) return made.error();
  const fs::path path = data / "codelog.lock";
  base::Descriptor file = base::open_file(path, O_RDWR | O_CREAT, 0600);
  if (!file) return base::system_error("cannot open", path);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) {
    return std::optional(FolderLock(std::move(file)));
  }
  if (errno == EWOULDBLOCK) return std::optional<FolderLock>();
  return base::system_error("cannot lock", path);
}

base::Result<FolderLock> FolderLock::share() const {
  base::Descriptor file(::fcntl(file_.get(), F_DUPFD_CLOEXEC, 0));
  if (!file) return base::Error{base::ErrorCode::io, "cannot share the lock of a data folder", {}};
  return FolderLock(std::move(file));
}

DataFolder::DataFolder(const DataFolderOptions& options, FolderLock lock)
    : data_(options.data),
      witness_file_(log_options(options).witness_file),
      free_bytes_min_(options.free_bytes_min),
      lock_(std::move(lock)),
      clock_(options.clock == nullptr ? system_clock_ : *options.clock),
      last_uses_(data_ / "last-uses"),
      releases_(options.data, coding_systems::release_openers(),
                [this](std::string_view alias) { return registered_digest(alias); }),
      mappings_(options.data),
      verifications_(options.data / "verification.json") {}

base::Result<std::unique_ptr<DataFolder>> DataFolder::open(const DataFolderOptions& options,
                                                           FolderLock lock,
                                                           const ReportProgress& report) {
  if (!options.restored_epoch && is_unfinished_restore(options.data)) {
    return base::Error{base::ErrorCode::conflict,
                       "a restore into " + options.data.string() +
                           " has not ended: run it again, or remove the folder",
                       {}};
  }
  std::unique_ptr<DataFolder> folder(new DataFolder(options, std::move(lock)));
  if (const auto opened = folder->open_log(options); !opened) return opened.error();
  if (options.views == OpenViews::no) return folder;
  auto settled = folder->open_and_settle(report);
  const bool is_damaged = folder->has_views() && !folder->projections().failure().empty();
  if (!settled && is_damaged) {
    // The views are damaged; opening them a second time makes them again.
    folder->projections_.reset();
    folder->signed_log_.reset();
    folder->log_.reset();
    if (const auto opened = folder->open_log(options); !opened) return opened.error();
    settled = folder->open_and_settle(report);
  }
  if (!settled) return settled.error();
  return folder;
}

base::Result<void> DataFolder::open_and_settle(const ReportProgress& report) {
  if (const auto opened = open_views(report); !opened) return opened;
  try {
    if (const auto finished = finish_erasures(); !finished) return finished;
    check_user_keys();
    if (const auto there = register_unknown_releases(); !there) return there;
    settle_imports();
    return {};
  } catch (const base::ThrownError& thrown) {
    return thrown.error();
  }
}

base::Result<void> DataFolder::make_folders(const fs::path& data) {
  for (const char* name : {"keys", "coding_systems", "mappings"}) {
    if (const auto made = make_folder(data / name); !made) return made;
  }
  return {};
}

events::LogOptions DataFolder::log_options(const DataFolderOptions& options) {
  events::LogOptions log;
  log.folder = options.data / "log";
  log.witness_file =
      options.witness_file.empty() ? options.data / "keys" / "head-witness" : options.witness_file;
  log.sync = options.sync;
  log.free_bytes_min = options.free_bytes_min;
  log.epoch_min = options.restored_epoch.value_or(1);
  log.accept_missing_witness = options.accept_missing_witness;
  return log;
}

base::Result<void> DataFolder::open_log(const DataFolderOptions& options) {
  if (const auto made = make_folders(data_); !made) return made;
  // Files left by a killed check of the views: no other process can be checking now.
  std::error_code ignored;
  fs::remove_all(data_ / check_views_folder, ignored);
  auto keys = accounts::KeyRing::open(data_ / "keys" / "users");
  if (!keys) return keys.error();
  keys_ = std::move(*keys);
  auto log = events::open_log(log_options(options));
  if (!log) return log.error();
  log_ = std::move(*log);
  auto signed_log =
      proofs::SignedLog::open(*log_, {.keys = data_ / "keys", .cosigned = data_ / "log-cosigned"});
  if (!signed_log) return signed_log.error();
  signed_log_ = std::move(*signed_log);
  return {};
}

base::Result<void> DataFolder::open_views(const ReportProgress& report) {
  CODELOG_CHECK(!has_views(), "views are opened once");
  auto views = projections::Projections::open(
      data_ / "projections", *log_, [&](base::Position done, base::Position head) {
        if (report) report({"rebuilding views", done.value(), head.value()});
      });
  if (!views) return views.error();
  projections_ = std::move(*views);
  return {};
}

base::Result<void> DataFolder::destroy_mails() {
  std::error_code error;
  for (const auto& mail : fs::directory_iterator(data_ / "mail", error)) {
    if (mail.path().extension() != ".eml") continue;
    if (auto destroyed = base::destroy_file(mail.path()); !destroyed) return destroyed;
  }
  return {};
}

// An erasure is first an event, and then destroyed mails and a destroyed key; this completes one
// that a crash interrupted.
base::Result<void> DataFolder::finish_erasures() {
  for (const projections::UserRecord& user : projections_->views().users()) {
    if (!user.is_erased) continue;
    if (accounts::open_sealed(*keys_, user.username, user.personal)) {
      if (const auto destroyed = destroy_mails(); !destroyed) return destroyed;
    }
    if (const auto erased = keys_->erase(user.username); !erased) return erased;
  }
  return {};
}

// If the folder takes no writes now, it opens without these releases; a later start adds them.
base::Result<void> DataFolder::register_unknown_releases() {
  commands::Executor executor(site());
  const auto registered = commands::ReleaseCommands(executor).register_unknown_releases(
      {commands::Actor::system(), std::nullopt});
  if (registered) return {};
  const base::ErrorCode code = registered.error().code;
  if (code == base::ErrorCode::unavailable || code == base::ErrorCode::unconfirmed) return {};
  return registered.error();
}

// An import is first a file and then an event; this undoes one that a crash interrupted.
void DataFolder::settle_imports() {
  // A killed migration left this; it holds password hashes of the old site.
  std::error_code ignored;
  if (fs::remove_all(data_ / "migration", ignored) > 0) {
    unfinished_imports_.emplace_back(
        "a migration was interrupted: run it again, since this site may lack a part of the old "
        "one");
  }
  for (const SiteFile& registered : registered_files(projections_->views())) {
    const fs::path file = data_ / registered.path;
    const auto put_back = coding_systems::settle_previous_file(file, registered.digest);
    if (!put_back) unfinished_imports_.push_back(put_back.error().detail);
    if (!put_back || !*put_back) continue;
    unfinished_imports_.push_back("an import of " + file.string() +
                                  " was not registered: the file before it is in its place again");
  }
}

std::optional<base::Sha256> DataFolder::registered_digest(std::string_view alias) const {
  if (!has_views()) return std::nullopt;
  const auto record = projections_->views().release(alias);
  if (!record || record->file_digest == base::Sha256{}) return std::nullopt;
  return record->file_digest;
}

void DataFolder::check_user_keys() {
  unreadable_users_.clear();
  for (const projections::UserRecord& user : projections_->views().users()) {
    if (user.is_erased) continue;
    const auto problem = accounts::problem_with_key(*keys_, user.username, user.personal);
    if (problem) unreadable_users_.push_back(*problem);
  }
}

// Tells clients which file is faulty, but not where the server keeps it.
template <class Opened>
base::Result<Opened> DataFolder::without_place(base::Result<Opened> opened) const {
  if (opened) return opened;
  base::Error error = opened.error();
  const std::string place = data_.string() + "/";
  for (std::size_t at = 0; (at = error.detail.find(place, at)) != std::string::npos;) {
    error.detail.erase(at, place.size());
  }
  return error;
}

base::Result<void> DataFolder::save_last_uses() {
  const projections::Views views = projections().views();
  return last_uses_.save([&](const base::Sha256& digest) {
    return views.user_by_token(digest) || views.user_by_session(digest);
  });
}

commands::Site DataFolder::site() {
  return {*log_,
          projections(),
          [this](std::string_view system, const std::string& alias) {
            return without_place(releases_.open(system, alias));
          },
          *keys_,
          clock_,
          mapping_openers(),
          [this](const std::string& alias) { return release_state(alias); },
          &last_uses_,
          [this] { return read_only(); },
          [this] { return destroy_mails(); }};
}

std::optional<commands::ReadOnly> DataFolder::read_only() {
  std::string reason;
  if (const auto refusal = log_->refusal()) {
    const bool is_full = refusal->kind == events::RefusalKind::disk_full;
    reason = is_full ? "disk full" : "the log cannot be written";
  } else if (projections_ && !projections_->failure().empty()) {
    reason = "the server has a fault";
  }
  const base::Lock lock(read_only_mutex_);
  if (reason.empty()) {
    read_only_.reset();
  } else if (!read_only_ || read_only_->reason != reason) {
    read_only_ = commands::ReadOnly{std::move(reason), clock_.now()};
  }
  return read_only_;
}

std::string_view DataFolder::release_state(std::string_view alias) const {
  switch (releases_.state_of(alias)) {
    case coding_systems::FileState::changed:
      return "changed";
    case coding_systems::FileState::missing:
      return "missing";
    case coding_systems::FileState::unchecked:
    case coding_systems::FileState::good:
    case coding_systems::FileState::unreadable:  // an open release can still be used
      return "ready";
  }
  return "ready";
}

commands::MappingOpeners DataFolder::mapping_openers() {
  using projections::MappingRecord;
  const auto file_of = [](const MappingRecord& record) {
    return mappings::MappingFile{record.name, record.file_digest};
  };
  return {.bnfdmd =
              [this, file_of](const MappingRecord& record) {
                return without_place(mappings_.bnfdmd(file_of(record)));
              },
          .ctv3sctmap2 =
              [this, file_of](const MappingRecord& record) {
                return without_place(mappings_.ctv3sctmap2(file_of(record)));
              },
          .dmdvmpprevmap =
              [this, file_of](const MappingRecord& record) {
                return without_place(mappings_.dmdvmpprevmap(file_of(record)));
              }};
}

projections::Projections& DataFolder::projections() {
  CODELOG_CHECK(has_views(), "the views are not open");
  return *projections_;
}

base::Result<void> DataFolder::rebuild_views(const ReportProgress& report) {
  CODELOG_CHECK(!has_views(), "open views cannot be thrown away");
  if (const auto marked = rebuild_views_at_next_open(); !marked) return marked;
  return open_views(report);
}

base::Result<void> DataFolder::rebuild_views_at_next_open() {
  return projections::mark_for_rebuild(data_ / "projections");
}

}  // namespace codelog::site
