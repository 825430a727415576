// The open releases of a data folder.
//
// A release is opened at its first use and stays open; all readers share it. An open release never
// changes: after a re-import, reload() opens the new file for later readers, and earlier readers
// keep the old one as long as they need it.
//
// A file is used only if it is the registered one. Opening compares size, time and inode with those
// recorded in the index; verify() reads the whole file. A file found to differ is refused until it
// is replaced.
//
// Safe from any thread. While a release is opened (which may build its index, seconds for a large
// one), only other callers for the same release wait.
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
#include "coding_systems/index/release_files.h"
#include "events/base/digest.h"
#include "events/base/mutex.h"
#include "events/base/result.h"
#include "events/base/slots.h"

namespace codelog::coding_systems {

// How to open the releases of one coding system.
struct ReleaseOpener {
  std::string_view system_id;
  base::Result<std::shared_ptr<const Release>> (*open)(const ReleaseFiles& files,
                                                       std::string alias);
};

// The openers of the coding systems that can be searched and built.
std::span<const ReleaseOpener> release_openers();

// The registered digest of a release; nothing if the release is not registered.
using FindDigest = std::function<std::optional<base::Sha256>(std::string_view alias)>;

// The known state of a release's file.
enum class FileState {
  unchecked,  // not checked yet
  good,
  changed,     // the file differs from the registered one
  unreadable,  // the last reading failed; open() still tries
  missing,
};

class Releases {
 public:
  // The openers must outlive this object. Without `find_digest`, every file is accepted.
  Releases(std::filesystem::path data_folder, std::span<const ReleaseOpener> openers,
           FindDigest find_digest = {});

  // Returns the open release, or opens it. A cached one costs two stats. Errors: invalid (the
  // system has no release files, or the alias is not one of its releases); not_found, naming the
  // missing file, even if it was open before (when it returns, it is opened again); unavailable
  // (the file is not the registered one, is being written, is damaged, or cannot be read). Of the
  // errors, only a wrong file is remembered, until its size, time or inode changes.
  base::Result<std::shared_ptr<const Release>> open(std::string_view system_id,
                                                    std::string_view alias);

  // Opens the file again if it differs from the open one; for use after an import. The file must
  // have this digest. Errors: as open(), but corrupt and io as they are, and conflict (it has
  // another digest); the old release then stays for its users, and the next open() tries again.
  base::Result<std::shared_ptr<const Release>> reload(std::string_view system_id,
                                                      std::string_view alias,
                                                      const base::Sha256& digest);

  // Reads the file and compares it with its registered digest; closes the open release if its file
  // has changed. Does nothing while the release is being imported. A failed reading gives the state
  // `unreadable`. Errors: invalid, as open(); not_found (a file that is not registered).
  base::Result<FileState> verify(std::string_view system_id, std::string_view alias,
                                 const std::stop_token& stop = {});
  // As verify(), but only if size, time or inode have changed since the last check, failed or not;
  // otherwise costs one stat.
  base::Result<FileState> verify_if_touched(std::string_view system_id, std::string_view alias,
                                            const std::stop_token& stop = {});
  // The state at the last check.
  FileState state_of(std::string_view alias) const;
  // The aliases with this state at the last check, sorted.
  std::vector<std::string> in_state(FileState state) const;
  // The files in the state `unreadable`, by alias.
  std::vector<UnreadableFile> unreadable() const;

  // The open releases, by alias; for /metrics.
  std::vector<std::shared_ptr<const Release>> open_releases() const;

 private:
  struct Place {
    base::Mutex opening;                     // held while opening, taken before mutex_
    std::shared_ptr<const Release> release;  // guarded by mutex_
    FileState state = FileState::unchecked;  // guarded by mutex_
    std::string cause;                       // of the state `unreadable`; guarded by mutex_
    FileStamp looked_at;  // the stamp that the state belongs to; guarded by mutex_
  };
  struct Found {
    const ReleaseOpener* opener = nullptr;
    ReleaseFiles files;
    FileStamp stamp;
    std::shared_ptr<Place> place;  // shared with places_, which others may change meanwhile
    std::shared_ptr<const Release> release;
    FileState state = FileState::unchecked;
    bool is_touched = false;  // the stamp differs from looked_at
  };

  base::Result<Found> find(std::string_view system_id, std::string_view alias);
  std::shared_ptr<const Release> release_in(const Place& place) const;
  void put(Place& place, std::shared_ptr<const Release> release);
  void note(Place& place, FileState state, const FileStamp& stamp, std::string cause = "");
  std::optional<base::Sha256> digest_of(std::string_view alias) const;

  const std::filesystem::path data_folder_;
  const std::span<const ReleaseOpener> openers_;
  const FindDigest find_digest_;
  // Each caller that opens a release, or waits until another has, keeps a thread.
  base::Slots opening_{{.count = 32, .waiting_max = 0}};
  mutable base::Mutex mutex_;
  std::map<std::string, std::shared_ptr<Place>, std::less<>> places_
      GUARDED_BY(mutex_);  // by alias
};

}  // namespace codelog::coding_systems
