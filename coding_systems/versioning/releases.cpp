#include "coding_systems/versioning/releases.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "coding_systems/bnf/coding_system.h"
#include "coding_systems/ctv3/coding_system.h"
#include "coding_systems/dmd/coding_system.h"
#include "coding_systems/icd10/coding_system.h"
#include "coding_systems/opcs4/coding_system.h"
#include "coding_systems/readv2/coding_system.h"
#include "coding_systems/snomedct/coding_system.h"
#include "coding_systems/versioning/alias.h"

namespace codelog::coding_systems {
namespace {

base::Error missing(const ReleaseFiles& files) {
  return {base::ErrorCode::not_found,
          "there is no release file " + files.database.filename().string(),
          {}};
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

Releases::Releases(std::filesystem::path data_folder, std::span<const ReleaseOpener> openers)
    : data_folder_(std::move(data_folder)), openers_(openers) {}

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
  Found found{&*opener, release_files(data_folder_, system_id, alias), nullptr, nullptr};
  std::error_code error;
  const bool present = std::filesystem::exists(found.files.database, error);
  const std::lock_guard lock(mutex_);
  auto place = places_.find(alias);
  if (!present) {
    // Aliases come from requests: a made-up one must not leave a place behind.
    if (place != places_.end()) place->second->release = nullptr;
    return missing(found.files);
  }
  if (place == places_.end()) {
    place = places_.emplace(std::string(alias), std::make_shared<Place>()).first;
  }
  found.place = place->second;
  found.release = place->second->release;
  return found;
}

std::shared_ptr<const Release> Releases::release_in(const Place& place) const {
  const std::lock_guard lock(mutex_);
  return place.release;
}

void Releases::put(Place& place, std::shared_ptr<const Release> release) {
  // Swapped, so that an old release is let go of, and unmapped, after the lock is.
  const std::lock_guard lock(mutex_);
  place.release.swap(release);
}

base::Result<std::shared_ptr<const Release>> Releases::open(std::string_view system_id,
                                                            std::string_view alias) {
  const auto found = find(system_id, alias);
  if (!found) return found.error();
  if (found->release != nullptr) return found->release;
  const std::lock_guard lock(found->place->opening);
  if (auto release = release_in(*found->place)) return release;
  auto opened = found->opener->open(found->files, std::string(alias));
  if (opened) put(*found->place, *opened);
  return opened;
}

base::Result<std::shared_ptr<const Release>> Releases::reload(std::string_view system_id,
                                                              std::string_view alias) {
  const auto found = find(system_id, alias);
  if (!found) return found.error();
  const std::lock_guard lock(found->place->opening);
  auto opened = found->opener->open(found->files, std::string(alias));
  if (!opened) {
    put(*found->place, nullptr);
    return opened.error();
  }
  auto current = release_in(*found->place);
  if (current != nullptr && current->file_digest() == (*opened)->file_digest()) return current;
  put(*found->place, *opened);
  return opened;
}

std::vector<std::shared_ptr<const Release>> Releases::open_releases() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<const Release>> open;
  for (const auto& [alias, place] : places_) {
    if (place->release != nullptr) open.push_back(place->release);
  }
  return open;
}

}  // namespace codelog::coding_systems
