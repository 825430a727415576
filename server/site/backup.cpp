#include "server/site/backup.h"

#include <algorithm>
#include <map>

#include "events/archive/archive_writer.h"
#include "events/archive/object_names.h"
#include "events/base/file.h"
#include "server/archive/key_bundle.h"
#include "server/site/site_files.h"

namespace codelog::site {
namespace {

namespace fs = std::filesystem;
using archive::ArchivedFile;
using archive::NamedObject;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr const char* secret_files[] = {"site-secret", "log-signing", "log-cosigners"};

Error backup_stopped() { return {ErrorCode::unavailable, "the backup was stopped", {}}; }

// A backup under way.
class Backup {
 public:
  Backup(DataFolder& folder, const BackupRequest& request, const ReportProgress& progress)
      : folder_(folder),
        request_(request),
        progress_(progress),
        writer_(request.destination, {folder.log(), folder.log()},
                {log_origin(folder), archive::process_owner_token(), folder.site().clock}) {}

  Result<BackupReport> run() {
    if (const auto opened = writer_.open(); !opened) return opened.error();
    const base::Position before = writer_.manifest().head().position;
    if (const auto shipped = ship(); !shipped) return shipped.error();
    const archive::Manifest& manifest = writer_.manifest();
    if (manifest.segments.empty()) {
      return Error{ErrorCode::invalid, "the log is empty: there is nothing to back up", {}};
    }
    archive::RestorePoint& point = report_.point;
    point.position = manifest.head().position;
    point.root = manifest.head().root;
    point.last_time = manifest.last_time();
    report_.new_commits_count = point.position.value() - before.value();
    if (const auto done = add_files(); !done) return done.error();
    if (const auto done = add_keys(); !done) return done.error();
    point.made_at = folder_.site().clock.now();
    if (const auto done = name_point(); !done) return done.error();
    const archive::Manifest& changed = writer_.manifest();
    report_.segments_count = changed.segments.size();
    for (const auto& segment : changed.segments) {
      report_.segments_bytes += segment.object.size_bytes;
    }
    report_.raw_bytes = changed.raw_bytes();
    return std::move(report_);
  }

 private:
  Result<void> ship() {
    return writer_.ship([&](base::Position done, base::Position head) {
      return progress_({"archiving commits", done.value(), head.value()});
    });
  }

  // --- Files of releases and mappings

  Result<void> add_files() {
    const std::vector<SiteFile> files = registered_files(folder_.projections().views());
    const std::map<base::Sha256, NamedObject> archived = archived_files();
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (!progress_({"archiving releases", i, files.size()})) return backup_stopped();
      ArchivedFile file{files[i].path.string(), files[i].digest, std::nullopt};
      const auto known = archived.find(file.digest);
      if (known != archived.end()) {
        file.object = known->second;
      } else if (request_.with_files) {
        if (const auto copied = copy_file(file); !copied) return copied;
      }
      report_.point.files.push_back(std::move(file));
    }
    return {};
  }

  std::map<base::Sha256, NamedObject> archived_files() const {
    std::map<base::Sha256, NamedObject> archived;
    for (const archive::RestorePoint& point : writer_.manifest().restore_points) {
      for (const ArchivedFile& file : point.files) {
        if (file.object) archived.emplace(file.digest, *file.object);
      }
    }
    return archived;
  }

  // A file that cannot be read, or is not the registered one, is told in the report.
  Result<void> copy_file(ArchivedFile& file) {
    const fs::path path = folder_.path() / file.path;
    const auto digest = base::sha256_file(path);
    std::error_code error;
    const std::uint64_t size_bytes = digest ? fs::file_size(path, error) : 0;
    if (!digest || error || *digest != file.digest) {
      const std::string problem = digest ? "it is not the registered one" : "it cannot be read";
      report_.files_missing.push_back(file.path + ": " + problem);
      return {};
    }
    const NamedObject object{writer_.new_name(archive::files_prefix, file.digest), size_bytes,
                             file.digest};
    if (const auto announced = announce(object.name); !announced) return announced;
    const auto put = request_.destination.put_file(object.name, path);
    if (!put) return put;
    file.object = object;
    report_.files_copied.push_back(file.path);
    return {};
  }

  // --- Keys

  Result<void> add_keys() {
    if (!request_.passphrase) return {};
    auto files = read_keys();
    if (!files) return files.error();
    const auto sealed = archive::seal_keys(*files, *request_.passphrase);
    archive::forget(*files);
    if (!sealed) return sealed.error();
    const base::Sha256 digest = base::sha256(*sealed);
    const NamedObject object{writer_.new_name(archive::keys_prefix, digest), sealed->size(),
                             digest};
    if (const auto announced = announce(object.name); !announced) return announced;
    if (const auto put = request_.destination.put(object.name, *sealed); !put) return put;
    report_.point.keys = object;
    return {};
  }

  // A key that is destroyed meanwhile belongs to a user who is being erased.
  Result<archive::KeyFiles> read_keys() const {
    archive::KeyFiles files;
    const fs::path keys = folder_.path() / "keys";
    std::vector<std::string> names(std::begin(secret_files), std::end(secret_files));
    std::error_code error;
    for (fs::directory_iterator file(keys / "users", error), end; !error && file != end;
         file.increment(error)) {
      if (file->path().extension() != ".key") continue;
      names.push_back("users/" + file->path().filename().string());
    }
    if (error) return Error{ErrorCode::io, "cannot read the folder of keys", {}};
    for (const std::string& name : names) {
      auto bytes = base::read_file(keys / name);
      if (!bytes && bytes.error().code == ErrorCode::not_found) continue;
      if (!bytes) return bytes.error();
      files.emplace(name, *std::move(bytes));
    }
    return files;
  }

  // --- The manifest

  Result<void> announce(const std::string& name) {
    announced_.push_back(name);
    return writer_.announce({name});
  }

  Result<void> name_point() {
    return writer_.change([&](archive::Manifest& manifest) {
      std::erase_if(manifest.spared, [&](const archive::SparedObject& spared) {
        return std::ranges::find(announced_, spared.name) != announced_.end();
      });
      manifest.restore_points.push_back(report_.point);
    });
  }

  DataFolder& folder_;
  const BackupRequest& request_;
  const ReportProgress& progress_;
  archive::ArchiveWriter writer_;
  std::vector<std::string> announced_;
  BackupReport report_;
};

}  // namespace

std::string log_origin(const DataFolder& folder) {
  const auto keys = folder.signed_log().keys();
  return keys.empty() ? "" : keys.front().verifier.name;
}

Result<BackupReport> back_up(DataFolder& folder, const BackupRequest& request,
                             const ReportProgress& report) {
  return Backup(folder, request, report).run();
}

}  // namespace codelog::site
