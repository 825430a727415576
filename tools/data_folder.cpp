#include "tools/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "coding_systems/base/previous_file.h"
#include "coding_systems/versioning/alias.h"
#include "events/base/files.h"
#include "server/commands/release_commands.h"

namespace codelog::tools {
namespace {

namespace fs = std::filesystem;

constexpr mode_t folder_mode = 0700;  // people's keys are below it

base::Error system_error(const std::string& what, const fs::path& path) {
  return {base::ErrorCode::io, what + " " + path.string() + ": " + std::strerror(errno), {}};
}

fs::path rebuild_marker(const fs::path& data) { return data / "projections.rebuild"; }

base::Result<void> make_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return {};
  if (const fs::path parent = folder.parent_path(); !parent.empty() && !fs::exists(parent, error)) {
    fs::create_directories(parent, error);
  }
  // What is written below it is durable only if its own name is.
  if (::mkdir(folder.c_str(), folder_mode) == 0) return base::sync_folder(folder.parent_path());
  if (errno == EEXIST) return {};
  return system_error("cannot make the folder", folder);
}

base::Result<void> remove_views(const fs::path& data) {
  std::error_code error;
  fs::remove_all(data / "projections", error);
  if (!error) fs::remove(rebuild_marker(data), error);
  if (!error) return {};
  return base::Error{base::ErrorCode::io, "cannot remove the old views: " + error.message(), {}};
}

}  // namespace

base::Result<std::optional<FolderLock>> FolderLock::try_take(const fs::path& data) {
  if (const auto made = make_folder(data); !made) return made.error();
  const fs::path path = data / "codelog.lock";
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file) return system_error("cannot open", path);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) {
    return std::optional(FolderLock(std::move(file)));
  }
  if (errno == EWOULDBLOCK) return std::optional<FolderLock>();
  return system_error("cannot lock", path);
}

DataFolder::DataFolder(const DataFolderOptions& options, FolderLock lock)
    : data_(options.data),
      lock_(std::move(lock)),
      releases_(options.data, coding_systems::release_openers()),
      mappings_(options.data) {}

base::Result<std::unique_ptr<DataFolder>> DataFolder::open(const DataFolderOptions& options,
                                                           FolderLock lock,
                                                           const ReportProgress& report) {
  std::unique_ptr<DataFolder> folder(new DataFolder(options, std::move(lock)));
  if (const auto opened = folder->open_log(options); !opened) return opened.error();
  if (options.views == OpenViews::no) return folder;
  if (const auto opened = folder->open_views(report); !opened) return opened.error();
  if (const auto finished = folder->finish_erasures(); !finished) return finished.error();
  if (const auto there = folder->register_unknown_releases(); !there) return there.error();
  folder->settle_imports();
  return folder;
}

base::Result<void> DataFolder::open_log(const DataFolderOptions& options) {
  for (const char* name : {"keys", "coding_systems", "mappings"}) {
    if (const auto made = make_folder(data_ / name); !made) return made;
  }
  auto keys = accounts::KeyRing::open(data_ / "keys" / "users");
  if (!keys) return keys.error();
  keys_ = std::move(*keys);

  events::LogOptions log_options;
  log_options.folder = data_ / "log";
  log_options.witness_file =
      options.witness_file.empty() ? data_ / "keys" / "head-witness" : options.witness_file;
  log_options.sync = options.sync;
  log_options.accept_missing_witness = options.accept_missing_witness;
  auto log = events::EventLog::open(std::move(log_options));
  if (!log) return log.error();
  log_ = std::move(*log);
  return {};
}

base::Result<void> DataFolder::open_views(const ReportProgress& report) {
  CODELOG_CHECK(!has_views(), "views are opened once");
  std::error_code error;
  if (fs::exists(rebuild_marker(data_), error)) {
    if (const auto removed = remove_views(data_); !removed) return removed;
  }
  auto views = projections::Projections::open(
      data_ / "projections", *log_, [&](base::Position done, base::Position head) {
        if (report) report({"rebuilding views", done.value(), head.value()});
      });
  if (!views) return views.error();
  projections_ = std::move(*views);
  return {};
}

// An erasure is an event first and a destroyed key second; a crash in between is mended here.
base::Result<void> DataFolder::finish_erasures() {
  for (const projections::UserRecord& user : projections_->views().users()) {
    if (!user.is_erased) continue;
    if (const auto erased = keys_->erase(user.username); !erased) return erased;
  }
  return {};
}

// A folder that takes no writes now is opened without them, and gets them another time.
base::Result<void> DataFolder::register_unknown_releases() {
  commands::Executor executor(site());
  const auto registered = commands::ReleaseCommands(executor).register_unknown_releases(
      {commands::Actor::system(), std::nullopt});
  if (registered || registered.error().code == base::ErrorCode::unavailable) return {};
  return registered.error();
}

// An import is a file first and an event second; a crash in between is mended here.
void DataFolder::settle_imports() {
  const auto settle = [this](const fs::path& file, const base::Sha256& registered) {
    const auto put_back = coding_systems::settle_previous_file(file, registered);
    if (!put_back) unfinished_imports_.push_back(put_back.error().detail);
    if (!put_back || !*put_back) return;
    unfinished_imports_.push_back("an import of " + file.string() +
                                  " was not registered: the file before it is in its place again");
  };
  const auto views = projections_->views();
  for (const projections::ReleaseRecord& release : views.releases()) {
    const bool has_file = release.file_digest != base::Sha256{};
    if (!has_file || !coding_systems::is_alias(release.alias)) continue;
    settle(coding_systems::release_files(data_, release.coding_system, release.alias).database,
           release.file_digest);
  }
  for (const projections::MappingRecord& mapping : views.mappings()) {
    const auto stem = mappings::mapping_file_stem(mapping.name);
    if (!stem || !mappings::is_mapping(mapping.mapping)) continue;
    settle(mappings::mapping_file(data_, mapping.mapping, *stem), mapping.file_digest);
  }
}

// Clients are told which file there is something wrong with, and not where the server keeps it.
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

commands::Site DataFolder::site() {
  return {*log_,
          projections(),
          [this](std::string_view system, const std::string& alias) {
            return without_place(releases_.open(system, alias));
          },
          *keys_,
          clock_,
          mapping_openers()};
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
  if (const auto removed = remove_views(data_); !removed) return removed;
  return open_views(report);
}

base::Result<void> DataFolder::rebuild_views_at_next_open() {
  return base::write_file_durably(rebuild_marker(data_), "");
}

}  // namespace codelog::tools
