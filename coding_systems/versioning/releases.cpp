#include "coding_systems/versioning/releases.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "coding_systems/bnf/coding_system.h"
#include "coding_systems/ctv3/coding_system.h"
#include "coding_systems/dmd/coding_system.h"
#include "coding_systems/icd10/coding_system.h"
#include "coding_systems/index/previous_file.h"
#include "coding_systems/opcs4/coding_system.h"
#include "coding_systems/readv2/coding_system.h"
#include "coding_systems/snomedct/coding_system.h"
#include "coding_systems/versioning/alias.h"
#include "events/base/waiting.h"

namespace codelog::coding_systems {
namespace {

base::Error missing(const ReleaseFiles& files) {
  const std::filesystem::path& file = files.database;
  const auto in_data_folder = "coding_systems" / file.parent_path().filename() / file.filename();
  return {base::ErrorCode::not_found, "there is no release file " + in_data_folder.string(), {}};
}

base::Error changed(std::string_view alias) {
  return {
      base::ErrorCode::unavailable, differs_from_registered("release " + std::string(alias)), {}};
}

}  // namespace

std::span<const ReleaseOpener> release_openers() {
  static constexpr std::array openers = {ReleaseOpener{snomedct::system_id, snomedct::open_release},
                                         ReleaseOpener{bnf::system_id, bnf::open_release},
                                         ReleaseOpener{dmd::system_id, dmd::open_release},
                                         ReleaseOpener{icd10::system_id, icd10::open_release},
                                         ReleaseOpener{ctv3::system_id, ctv3::open_release},
                                         ReleaseOpener{readv2::system_id, readv2::open_release},
                                         ReleaseOpener{opcs4::system_id, opcs4::open_release}};
  return openers;
}

Releases::Releases(std::filesystem::path data_folder, std::span<const ReleaseOpener> openers,
                   FindDigest find_digest)
    : data_folder_(std::move(data_folder)),
      openers_(openers),
      find_digest_(std::move(find_digest)) {}

std::optional<base::Sha256> Releases::digest_of(std::string_view alias) const {
  return find_digest_ ? find_digest_(alias) : std::nullopt;
}

base::Result<Releases::Found> Releases::find(std::string_view system_id, std::string_view alias) {
  const auto opener = std::ranges::find(openers_, system_id, &ReleaseOpener::system_id);
  if (opener == openers_.end()) {
    return base::Error{base::ErrorCode::invalid,
                       "the coding system " + std::string(system_id) + " has no release files",
                       {}};
  }
  if (!is_alias(alias) || !alias.starts_with(std::string(system_id) + "_")) {
    return base::Error{
        base::ErrorCode::invalid,
        std::string(alias) + " is not the alias of a release of " + std::string(system_id),
        {}};
  }
  Found found;
  found.opener = &*opener;
  found.files = release_files(data_folder_, system_id, alias);
  const auto stamp = stamp_of(found.files.database);
  const base::Lock lock(mutex_);
  auto place = places_.find(alias);
  if (!stamp) {
    // Aliases come from requests, so an unknown one must not leave an entry behind.
    const bool is_missing = stamp.error().code == base::ErrorCode::not_found;
    if (place != places_.end()) {
      place->second->release = nullptr;
      place->second->state = is_missing ? FileState::missing : FileState::unreadable;
      place->second->cause = is_missing ? "" : stamp.error().detail;
      place->second->looked_at = {};
    }
    return is_missing ? missing(found.files) : stamp.error();
  }
  if (place == places_.end()) {
    place = places_.emplace(std::string(alias), std::make_shared<Place>()).first;
  }
  found.stamp = *stamp;
  found.place = place->second;
  found.release = place->second->release;
  found.state = place->second->state;
  found.is_touched = place->second->looked_at != *stamp;
  return found;
}

std::shared_ptr<const Release> Releases::release_in(const Place& place) const {
  const base::Lock lock(mutex_);
  return place.release;
}

void Releases::put(Place& place, std::shared_ptr<const Release> release) {
  // Swapped, so that the old release is freed and unmapped after the lock is released.
  const base::Lock lock(mutex_);
  place.release.swap(release);
}

void Releases::note(Place& place, FileState state, const FileStamp& stamp, std::string cause) {
  const base::Lock lock(mutex_);
  place.state = state;
  place.cause = std::move(cause);
  place.looked_at = stamp;
}

base::Result<std::shared_ptr<const Release>> Releases::open(std::string_view system_id,
                                                            std::string_view alias) {
  auto found = find(system_id, alias);
  if (!found) return not_now(found.error());
  if (found->state == FileState::changed && !found->is_touched) return changed(alias);
  if (found->release != nullptr && found->release->is_whole()) return found->release;
  const auto slot = opening_.take();
  if (!slot) {
    return base::Error{base::ErrorCode::unavailable,
                       "many requests wait for release " + std::string(alias) +
                           " to be opened; try again in a moment",
                       {}};
  }
  // Reading the file or building its index may take minutes, so the processor is given to others.
  const base::Waiting waiting;
  const base::Lock lock(found->place->opening);
  if (auto release = release_in(*found->place); release && release->is_whole()) return release;
  found->files.digest = digest_of(alias);
  auto opened = found->opener->open(found->files, std::string(alias));
  if (opened) {
    put(*found->place, *opened);
    // An open release may have been taken from its index, without a reading of the file.
    const bool is_unreadable = found->state == FileState::unreadable && !found->is_touched;
    if (found->files.digest && !is_unreadable) note(*found->place, FileState::good, found->stamp);
    return opened;
  }
  put(*found->place, nullptr);
  if (opened.error().code != base::ErrorCode::conflict) return not_now(opened.error());
  note(*found->place, FileState::changed, found->stamp);
  return changed(alias);
}

base::Result<std::shared_ptr<const Release>> Releases::reload(std::string_view system_id,
                                                              std::string_view alias,
                                                              const base::Sha256& digest) {
  auto found = find(system_id, alias);
  if (!found) return found.error();
  const base::Lock lock(found->place->opening);
  found->files.digest = digest;
  auto opened = found->opener->open(found->files, std::string(alias));
  if (!opened) {
    put(*found->place, nullptr);
    return opened.error();
  }
  note(*found->place, FileState::good, found->stamp);
  auto current = release_in(*found->place);
  if (current != nullptr && current->file_digest() == digest) return current;
  put(*found->place, *opened);
  return opened;
}

base::Result<FileState> Releases::verify(std::string_view system_id, std::string_view alias,
                                         const std::stop_token& stop) {
  const auto registered = digest_of(alias);
  const auto found = find(system_id, alias);
  if (!found && found.error().code != base::ErrorCode::invalid && registered) {
    const bool is_missing = found.error().code == base::ErrorCode::not_found;
    const base::Lock lock(mutex_);
    auto& place = places_[std::string(alias)];
    if (place == nullptr) place = std::make_shared<Place>();
    place->cause = is_missing ? "" : found.error().detail;
    return place->state = is_missing ? FileState::missing : FileState::unreadable;
  }
  if (!found) return found.error();
  std::error_code error;
  const bool is_importing =
      std::filesystem::exists(previous_path(found->files.database), error) || error;
  if (!registered || is_importing) return found->state;
  const auto identified = identify(found->files.database, stop);
  if (!identified && identified.error().code == base::ErrorCode::io) {
    note(*found->place, FileState::unreadable, found->stamp, identified.error().detail);
    return FileState::unreadable;
  }
  // If the file was replaced meanwhile, the next call checks it again.
  if (!identified || digest_of(alias) != registered) return found->state;
  const FileState state = identified->digest == *registered ? FileState::good : FileState::changed;
  if (state == FileState::changed) put(*found->place, nullptr);
  note(*found->place, state, stamp_of(*identified));
  return state;
}

base::Result<FileState> Releases::verify_if_touched(std::string_view system_id,
                                                    std::string_view alias,
                                                    const std::stop_token& stop) {
  const auto found = find(system_id, alias);
  if (found && !found->is_touched) return found->state;
  return verify(system_id, alias, stop);
}

FileState Releases::state_of(std::string_view alias) const {
  const base::Lock lock(mutex_);
  const auto place = places_.find(alias);
  return place == places_.end() ? FileState::unchecked : place->second->state;
}

std::vector<std::string> Releases::in_state(FileState state) const {
  const base::Lock lock(mutex_);
  std::vector<std::string> aliases;
  for (const auto& [alias, place] : places_) {
    if (place->state == state) aliases.push_back(alias);
  }
  return aliases;
}

std::vector<UnreadableFile> Releases::unreadable() const {
  const base::Lock lock(mutex_);
  std::vector<UnreadableFile> files;
  for (const auto& [alias, place] : places_) {
    if (place->state == FileState::unreadable) files.push_back({alias, place->cause});
  }
  return files;
}

std::vector<std::shared_ptr<const Release>> Releases::open_releases() const {
  const base::Lock lock(mutex_);
  std::vector<std::shared_ptr<const Release>> open;
  for (const auto& [alias, place] : places_) {
    if (place->release != nullptr) open.push_back(place->release);
  }
  return open;
}

}  // namespace codelog::coding_systems
