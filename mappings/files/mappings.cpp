#include "mappings/files/mappings.h"

#include <algorithm>
#include <utility>

#include "coding_systems/index/previous_file.h"
#include "coding_systems/index/release_files.h"
#include "events/base/check.h"
#include "events/base/text.h"

namespace codelog::mappings {

bool is_mapping(std::string_view id) {
  return std::ranges::find(all_mappings, id) != all_mappings.end();
}

base::Result<std::string> mapping_file_stem(std::string_view release_name) {
  std::string stem = base::is_utf8(release_name) ? base::slugify(release_name) : std::string();
  if (stem.empty() || stem.size() > coding_systems::alias_bytes_max) {
    return base::field_error(base::ErrorCode::invalid, "release_name",
                             "must have at least one letter or digit, and 200 characters at most");
  }
  return stem;
}

std::filesystem::path mapping_file(const std::filesystem::path& data_folder,
                                   std::string_view mapping, std::string_view stem) {
  CODELOG_CHECK(is_mapping(mapping), "the file of a mapping that does not exist");
  CODELOG_CHECK(!stem.empty() && stem == base::slugify(stem), "a mapping's file name is a slug");
  return data_folder / "mappings" / mapping / (std::string(stem) + ".sqlite3");
}

template <class Mapping>
base::Result<std::shared_ptr<const Mapping>> Mappings::open(Place<Mapping>& place,
                                                            std::string_view id,
                                                            const MappingFile& file) {
  const auto stem = mapping_file_stem(file.release_name);
  if (!stem) return stem.error();
  const base::Lock lock(place.mutex);
  if (place.open != nullptr && place.digest == file.digest) return place.open;
  const auto path = mapping_file(data_folder_, id, *stem);
  // If an import is not registered yet, or was killed, the previous file is the registered one.
  for (const auto& candidate : {path, coding_systems::previous_path(path)}) {
    const auto digest = base::sha256_file(candidate);
    if (!digest && candidate == path) return digest.error();
    if (!digest) break;
    if (*digest != file.digest) continue;
    auto opened = Mapping::open(candidate);
    if (!opened) return opened.error();
    place.open = std::make_shared<const Mapping>(std::move(*opened));  // shared with its readers
    place.digest = file.digest;
    return place.open;
  }
  const std::string owner = "mapping " + std::string(id) + "/" + *stem;
  return base::Error{
      base::ErrorCode::unavailable, coding_systems::differs_from_registered(owner), {}};
}

base::Result<void> Mappings::verify(std::string_view mapping, const MappingFile& file,
                                    Reading reading, const std::stop_token& stop) {
  const auto stem = mapping_file_stem(file.release_name);
  if (!stem) return stem.error();
  const std::string name = std::string(mapping) + "/" + *stem;
  const auto path = mapping_file(data_folder_, mapping, *stem);
  std::error_code error;
  if (std::filesystem::exists(coding_systems::previous_path(path), error) || error) return {};
  const auto stamp = coding_systems::stamp_of(path);
  if (!stamp) {
    const bool is_missing = stamp.error().code == base::ErrorCode::not_found;
    const base::Lock lock(verified_mutex_);
    if (is_missing) verified_.erase(name);
    if (!is_missing) verified_[name] = {{}, State::unreadable, stamp.error().detail};
    return {};
  }
  if (reading == Reading::only_if_touched) {
    const base::Lock lock(verified_mutex_);
    const auto known = verified_.find(name);
    if (known != verified_.end() && known->second.stamp == *stamp) return {};
  }
  const auto identified = coding_systems::identify(path, stop);
  const bool is_unreadable = !identified && identified.error().code == base::ErrorCode::io;
  if (!identified && !is_unreadable) return {};
  const base::Lock lock(verified_mutex_);
  if (is_unreadable) {
    verified_[name] = {*stamp, State::unreadable, identified.error().detail};
  } else {
    const bool is_good = identified->digest == file.digest;
    verified_[name] = {coding_systems::stamp_of(*identified),
                       is_good ? State::good : State::changed, ""};
  }
  return {};
}

std::vector<std::string> Mappings::changed() const {
  const base::Lock lock(verified_mutex_);
  std::vector<std::string> names;
  for (const auto& [name, verified] : verified_) {
    if (verified.state == State::changed) names.push_back(name);
  }
  return names;
}

std::vector<coding_systems::UnreadableFile> Mappings::unreadable() const {
  const base::Lock lock(verified_mutex_);
  std::vector<coding_systems::UnreadableFile> files;
  for (const auto& [name, verified] : verified_) {
    if (verified.state == State::unreadable) files.push_back({name, verified.cause});
  }
  return files;
}

base::Result<std::shared_ptr<const BnfDmdMapping>> Mappings::bnfdmd(const MappingFile& file) {
  return open(bnfdmd_, bnfdmd_id, file);
}

base::Result<std::shared_ptr<const Ctv3SnomedMapping>> Mappings::ctv3sctmap2(
    const MappingFile& file) {
  return open(ctv3sctmap2_, ctv3sctmap2_id, file);
}

base::Result<std::shared_ptr<const PreviousVmps>> Mappings::dmdvmpprevmap(const MappingFile& file) {
  return open(dmdvmpprevmap_, dmdvmpprevmap_id, file);
}

}  // namespace codelog::mappings
