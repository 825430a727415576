// The rows of the versions that people are reading, so that each page of a list costs no new sort.
// Thread-safe; bounded in memory.
#pragma once

#include <list>
#include <memory>

#include "events/base/mutex.h"
#include "server/files/code_rows.h"

namespace codelog::files {

class RecentRows {
 public:
  explicit RecentRows(std::size_t bytes_max = std::size_t{64} << 20) : bytes_max_(bytes_max) {}

  // As CodeRows::make(), with the version's release if its file is there. From views of the
  // present.
  base::Result<std::shared_ptr<const CodeRows>> rows_of(const commands::Site& site,
                                                        const projections::Views& views,
                                                        const projections::VersionRecord& version);

 private:
  struct Entry {
    base::VersionId version;
    base::Position changed_at;
    commands::ReleasePointer release;      // the rows differ with and without its file
    std::shared_ptr<const CodeRows> rows;  // others may be reading them
  };

  std::shared_ptr<const CodeRows> find(const Entry& wanted);
  void keep(Entry entry);

  const std::size_t bytes_max_;
  base::Mutex mutex_;
  std::list<Entry> recent_ GUARDED_BY(mutex_);  // the one used last comes first
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
};

// The version's release, open; null if it has no file, or the file is not there now.
commands::ReleasePointer release_if_there(const commands::Site& site,
                                          const projections::Views& views,
                                          const projections::VersionRecord& version);

}  // namespace codelog::files
