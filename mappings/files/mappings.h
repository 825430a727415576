// The mappings of a data folder: their files, and the open mappings.
//
// A mapping is opened at its first use and then shared. When another release of the mapping is
// asked for, it replaces the open one; earlier readers keep theirs. Safe from any thread. While a
// mapping is opened (a second for a large one), other callers for the same mapping wait.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/index/release_files.h"
#include "events/base/digest.h"
#include "events/base/mutex.h"
#include "events/base/result.h"
#include "mappings/bnfdmd/mapping.h"
#include "mappings/ctv3sctmap2/mapping.h"
#include "mappings/dmdvmpprevmap/previous_vmps.h"

namespace codelog::mappings {

inline constexpr std::array<std::string_view, 3> all_mappings = {bnfdmd_id, ctv3sctmap2_id,
                                                                 dmdvmpprevmap_id};
bool is_mapping(std::string_view id);

// The file name of a release without its extension: the slug of its name ("41.0.0" gives "4100").
// Errors: invalid, for a name without letters or digits.
base::Result<std::string> mapping_file_stem(std::string_view release_name);
// DATA/mappings/<mapping>/<stem>.sqlite3. Both must be slugs (checked).
std::filesystem::path mapping_file(const std::filesystem::path& data_folder,
                                   std::string_view mapping, std::string_view stem);

// The file of a mapping, and its registered facts.
struct MappingFile {
  std::string release_name;
  base::Sha256 digest{};
};

class Mappings {
 public:
  explicit Mappings(std::filesystem::path data_folder) : data_folder_(std::move(data_folder)) {}

  // Errors: not_found (naming the file), unavailable (its bytes differ from the registered ones,
  // and the file kept by an import is not there), corrupt, io.
  base::Result<std::shared_ptr<const BnfDmdMapping>> bnfdmd(const MappingFile& file);
  base::Result<std::shared_ptr<const Ctv3SnomedMapping>> ctv3sctmap2(const MappingFile& file);
  base::Result<std::shared_ptr<const PreviousVmps>> dmdvmpprevmap(const MappingFile& file);

  // Reads the file and compares it with its registered digest; with `only_if_touched`, only if its
  // size, time or inode has changed since the last reading, failed or not. Does nothing while the
  // mapping is being imported, or if the file is gone. Errors: invalid (the release's name).
  enum class Reading { always, only_if_touched };
  base::Result<void> verify(std::string_view mapping, const MappingFile& file, Reading reading,
                            const std::stop_token& stop);
  // The mappings whose files differ from the registered ones, as "mapping/stem".
  std::vector<std::string> changed() const;
  // The mappings whose last reading failed.
  std::vector<coding_systems::UnreadableFile> unreadable() const;

 private:
  template <class Mapping>
  struct Place {
    base::Mutex mutex;
    base::Sha256 digest GUARDED_BY(mutex){};
    std::shared_ptr<const Mapping> open GUARDED_BY(mutex);  // shared with its readers
  };
  template <class Mapping>
  base::Result<std::shared_ptr<const Mapping>> open(Place<Mapping>& place, std::string_view id,
                                                    const MappingFile& file);

  enum class State { good, changed, unreadable };
  struct Verified {
    coding_systems::FileStamp stamp;
    State state = State::good;
    std::string cause;  // of the state `unreadable`
  };

  const std::filesystem::path data_folder_;
  mutable base::Mutex verified_mutex_;
  std::map<std::string, Verified> verified_ GUARDED_BY(verified_mutex_);  // by "mapping/stem"
  Place<BnfDmdMapping> bnfdmd_;
  Place<Ctv3SnomedMapping> ctv3sctmap2_;
  Place<PreviousVmps> dmdvmpprevmap_;
};

}  // namespace codelog::mappings
