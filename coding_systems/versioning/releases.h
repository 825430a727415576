// The open releases of a data folder.
//
// A release is opened on first use and stays open; every reader shares it. An open release never
// changes: after a re-import, reload() opens the new file for later readers, and earlier ones keep
// what they hold until they let go.
//
// A file is used only if it has the bytes that were registered. Opening compares size, time and
// inode with those that the index was made at; verify() reads the whole file. A file that was found
// to be another is refused until it is exchanged.
//
// Safe from any thread. Opening one release (which may build its index, seconds for a large one)
// keeps others who want the same waiting, and nobody else.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/base/release.h"
#include "coding_systems/base/release_files.h"
#include "events/base/digest.h"
#include "events/base/mutex.h"
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

// The digest that was registered for a release; nothing for one that is not registered.
using FindDigest = std::function<std::optional<base::Sha256>(std::string_view alias)>;

// What is known of a release's file.
enum class FileState {
  unchecked,  // not looked at yet
  good,
  changed,  // it has other bytes than those that were registered
  missing,
};

class Releases {
 public:
  // The openers must outlive it. Without `find_digest` every file is taken as it is.
  Releases(std::filesystem::path data_folder, std::span<const ReleaseOpener> openers,
           FindDigest find_digest = {});

  // The release as it was opened first; opens it if need be. A cached one costs two stats. Errors:
  // invalid: the system has no release files, or the alias is none of its; not_found, naming the
  // file that is missing, also when it was open before (when it returns, it is opened anew);
  // unavailable: the file is not the one that was registered, or is being written; corrupt, io.
  // Only a file that is another is remembered, until its size, time or inode changes.
  base::Result<std::shared_ptr<const Release>> open(std::string_view system_id,
                                                    std::string_view alias);

  // Opens the file anew if its bytes are others than those that are open, for after an import: the
  // file must have this digest. Errors as open(), and conflict (it has another one); the old
  // release then stays for those who hold it, and the next open() tries again.
  base::Result<std::shared_ptr<const Release>> reload(std::string_view system_id,
                                                      std::string_view alias,
                                                      const base::Sha256& digest);

  // Reads the file and compares it with what was registered; a release that is open is let go of if
  // its file has changed. Nothing is done while an import of it is under way. Errors: invalid, as
  // open(); io.
  base::Result<FileState> verify(std::string_view system_id, std::string_view alias,
                                 const std::stop_token& stop = {});
  // The same where size, time and inode are others than when the file was looked at last; costs a
  // stat otherwise.
  base::Result<FileState> verify_if_touched(std::string_view system_id, std::string_view alias,
                                            const std::stop_token& stop = {});
  // As it was found last.
  FileState state_of(std::string_view alias) const;
  // The aliases of those that were found in this state last, sorted.
  std::vector<std::string> in_state(FileState state) const;

  // Those that are open now, by alias; for /metrics.
  std::vector<std::shared_ptr<const Release>> open_releases() const;

 private:
  struct Place {
    base::Mutex opening;                     // held while opening, taken before mutex_
    std::shared_ptr<const Release> release;  // guarded by mutex_
    FileState state = FileState::unchecked;  // guarded by mutex_
    FileStamp looked_at;                     // the stamp that the state is of; guarded by mutex_
  };
  struct Found {
    const ReleaseOpener* opener = nullptr;
    ReleaseFiles files;
    FileStamp stamp;
    std::shared_ptr<Place> place;  // shared with places_, which others may change meanwhile
    std::shared_ptr<const Release> release;
    FileState state = FileState::unchecked;
    bool is_touched = false;  // the stamp is another one than looked_at
  };

  base::Result<Found> find(std::string_view system_id, std::string_view alias);
  std::shared_ptr<const Release> release_in(const Place& place) const;
  void put(Place& place, std::shared_ptr<const Release> release);
  void note(Place& place, FileState state, const FileStamp& stamp);
  std::optional<base::Sha256> digest_of(std::string_view alias) const;

  const std::filesystem::path data_folder_;
  const std::span<const ReleaseOpener> openers_;
  const FindDigest find_digest_;
  mutable base::Mutex mutex_;
  std::map<std::string, std::shared_ptr<Place>, std::less<>> places_
      GUARDED_BY(mutex_);  // by alias
};

}  // namespace codelog::coding_systems
