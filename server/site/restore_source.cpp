#include "server/site/restore_source.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <ranges>

#include "coding_systems/index/previous_file.h"
#include "events/archive/archived_log.h"
#include "events/base/check.h"
#include "events/base/file.h"
#include "server/archive/key_bundle.h"
#include "server/site/restore_target.h"

namespace codelog::site {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;
using base::Result;

// --- A data folder

// Makes the file a second name of the other, or a copy where that is impossible.
Result<void> link_or_copy(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::remove(to, error);
  fs::create_hard_link(from, to, error);
  if (!error) return {};
  fs::copy_file(from, to, error);
  if (error) return Error{ErrorCode::io, error.message(), {}};
  const base::Descriptor file = base::open_file(to, O_RDONLY);
  if (!file || ::fdatasync(file.get()) != 0) return base::system_error("cannot sync", to);
  return {};
}

class FolderSource final : public RestoreSource {
 public:
  FolderSource(fs::path folder, fs::path witness)
      : folder_(std::move(folder)), given_witness_(std::move(witness)) {}

  Result<std::unique_ptr<events::StoredLog>> open_log() override {
    if (is_unfinished_restore(folder_)) {
      return Error{
          ErrorCode::conflict,
          folder_.string() + " holds a restore that has not ended: restore from its source again",
          {}};
    }
    std::error_code ignored;
    if (!given_witness_.empty() && !fs::exists(given_witness_, ignored)) {
      return Error{ErrorCode::not_found, "there is no head witness " + given_witness_.string(), {}};
    }
    return events::StoredLog::open(folder_ / "log", witness());
  }

  // Opening a log again may take seconds. A witness that was up to date tells whether to.
  bool may_have_grown(const events::StoredLog& log) const override {
    const auto& witnessed = log.witnessed().head;
    if (!witnessed || witnessed->position != log.head().position) return true;
    const auto end = events::StoredLog::witnessed_end(witness());
    return !end || end->position > log.head().position;
  }

  Result<void> bring_key(accounts::KeyRing& keys, const std::string& username) override {
    return keys.take_key(folder_ / "keys" / "users", username);
  }

  Result<std::string> key_file(const std::string& name) override {
    return base::read_file(folder_ / "keys" / name);
  }

  std::string bring_file(const SiteFile& file, const fs::path& to) override {
    const fs::path from = folder_ / file.path;
    std::string problem = "it is not in the source";
    std::error_code error;
    // While the release is imported again, the registered file has the second name.
    for (const fs::path& candidate : {from, coding_systems::previous_path(from)}) {
      if (!fs::exists(candidate, error)) continue;
      const auto brought = link_or_copy(candidate, to);
      const auto found = brought ? base::sha256_file(to) : brought.error();
      if (found && *found == file.digest) return "";
      problem = found ? "it is not the registered one" : found.error().detail;
      fs::remove(to, error);
    }
    return problem;
  }

  void bring_index(const SiteFile& file, const fs::path& to) override {
    (void)link_or_copy(folder_ / file.index, to);
  }

 private:
  fs::path witness() const {
    return given_witness_.empty() ? folder_ / "keys" / "head-witness" : given_witness_;
  }

  const fs::path folder_;
  const fs::path given_witness_;
};

// --- An archive

class ArchiveSource final : public RestoreSource {
 public:
  ArchiveSource(archive::Destination& destination, std::optional<std::string> passphrase)
      : destination_(destination), passphrase_(std::move(passphrase)) {}

  ~ArchiveSource() override {
    archive::forget(keys_);
    if (passphrase_) archive::forget(*passphrase_);
  }

  Result<std::unique_ptr<events::StoredLog>> open_log() override {
    auto log = archive::ArchivedLog::open(destination_);
    if (!log) return log.error();
    manifest_ = (*log)->manifest();
    return std::unique_ptr<events::StoredLog>(std::move(*log));
  }

  bool may_have_grown(const events::StoredLog& log) const override {
    const auto now = archive::load_manifest(destination_);
    return !now || now->manifest.head().position > log.head().position;
  }

  // Of the newest backup that has keys: it has those of everybody who was not erased before.
  Result<void> open_keys() override {
    if (!passphrase_) return {};
    CODELOG_CHECK(manifest_.has_value(), "the log is opened first");
    for (const archive::RestorePoint& point : std::views::reverse(manifest_->restore_points)) {
      if (!point.keys) continue;
      const auto object = archive::read_object(destination_, *point.keys, "keys");
      if (!object) return object.error();
      auto files = archive::open_keys(*object, *passphrase_);
      if (!files) return files.error();
      keys_ = *std::move(files);
      return {};
    }
    return Error{ErrorCode::not_found,
                 "no backup in " + destination_.describe() +
                     " has keys: they are archived only with --with-keys",
                 {}};
  }

  Result<void> bring_key(accounts::KeyRing& keys, const std::string& username) override {
    const auto bytes = key_file("users/" + accounts::KeyRing::file_name(username));
    if (!bytes) return bytes.error();
    return keys.take_key_bytes(username, *bytes);
  }

  Result<std::string> key_file(const std::string& name) override {
    const auto found = keys_.find(name);
    if (found != keys_.end()) return found->second;
    return Error{ErrorCode::not_found, "the archived keys have no " + name, {}};
  }

  std::string bring_file(const SiteFile& file, const fs::path& to) override {
    CODELOG_CHECK(manifest_.has_value(), "the log is opened first");
    const archive::NamedObject* object = nullptr;
    for (const archive::RestorePoint& point : manifest_->restore_points) {
      for (const archive::ArchivedFile& archived : point.files) {
        if (archived.object && archived.digest == file.digest) object = &*archived.object;
      }
    }
    if (object == nullptr) return "the archive has no copy of it";
    const auto fetched = destination_.get_file(object->name, to);
    const auto found = fetched ? base::sha256_file(to) : fetched.error();
    if (found && *found == file.digest) return "";
    std::error_code ignored;
    fs::remove(to, ignored);
    return found ? "its copy in the archive is damaged" : found.error().detail;
  }

  // Is made again at the first use.
  void bring_index(const SiteFile&, const fs::path&) override {}

 private:
  archive::Destination& destination_;
  std::optional<std::string> passphrase_;
  std::optional<archive::Manifest> manifest_;
  archive::KeyFiles keys_;
};

}  // namespace

std::unique_ptr<RestoreSource> make_folder_source(fs::path folder, fs::path witness) {
  return std::make_unique<FolderSource>(std::move(folder), std::move(witness));
}

std::unique_ptr<RestoreSource> make_archive_source(archive::Destination& destination,
                                                   std::optional<std::string> passphrase) {
  return std::make_unique<ArchiveSource>(destination, std::move(passphrase));
}

}  // namespace codelog::site
