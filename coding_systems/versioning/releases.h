// The open releases of a data folder.
//
// A release is opened on first use and stays open; every reader shares it. An open release never
// changes: after a re-import, reload() opens the new file for later readers, and earlier ones keep
// what they hold until they let go.
//
// Safe from any thread. Opening one release (which may build its index, seconds for a large one)
// keeps others who want the same waiting, and nobody else.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/base/release.h"
#include "coding_systems/base/release_files.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

// How the releases of one coding system are opened.
struct ReleaseOpener {
  std::string_view system_id;
  base::Result<std::shared_ptr<const Release>> (*open)(const ReleaseFiles& files,
                                                       std::string alias);
};

// Those of the coding systems that can be searched and built.
std::span<const ReleaseOpener> release_openers();

class Releases {
 public:
  // The openers must outlive it.
  Releases(std::filesystem::path data_folder, std::span<const ReleaseOpener> openers);

  // The release as it was opened first; opens it if need be. A cached one costs one stat of its
  // file. Errors: invalid: the system has no release files, or the alias is none of its; not_found,
  // naming the file that is missing, also when it was open before (when it returns, it is opened
  // anew); corrupt, unavailable, io. A failure is not remembered.
  base::Result<std::shared_ptr<const Release>> open(std::string_view system_id,
                                                    std::string_view alias);

  // Opens the file anew if its bytes are others than those that are open, for after an import.
  // Errors as open(); the old release then stays for those who hold it, and the next open() tries
  // again.
  base::Result<std::shared_ptr<const Release>> reload(std::string_view system_id,
                                                      std::string_view alias);

  // Those that are open now, by alias; for /metrics.
  std::vector<std::shared_ptr<const Release>> open_releases() const;

 private:
  struct Place {
    std::mutex opening;                      // held while opening, taken before mutex_
    std::shared_ptr<const Release> release;  // guarded by mutex_
  };
  struct Found {
    const ReleaseOpener* opener = nullptr;
    ReleaseFiles files;
    std::shared_ptr<Place> place;  // shared with places_, which others may change meanwhile
    std::shared_ptr<const Release> release;
  };

  base::Result<Found> find(std::string_view system_id, std::string_view alias);
  std::shared_ptr<const Release> release_in(const Place& place) const;
  void put(Place& place, std::shared_ptr<const Release> release);

  const std::filesystem::path data_folder_;
  const std::span<const ReleaseOpener> openers_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Place>, std::less<>>
      places_;  // by alias; guarded by mutex_
};

}  // namespace codelog::coding_systems
