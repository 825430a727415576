// The trees of versions, ready for clients: made once for a version's codes, and kept while these
// stay the same, so that a click on a draft costs no new tree. Thread-safe; bounded in memory.
#pragma once

#include <array>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/base/mutex.h"
#include "server/commands/draft_commands.h"
#include "server/trees/code_tree.h"

namespace codelog::trees {

// A version's codes at one moment.
struct VersionCodes {
  base::VersionId version;
  base::Position position;  // of the last commit that changed them
  commands::ReleasePointer release;
  std::shared_ptr<const coding_systems::Codeset> codeset;  // shared with the draft's workspace
  std::shared_ptr<const commands::Searches> searches;      // shared with it, too
  std::vector<std::string> assumed = {};                   // sorted
};

// From the views of any moment. A table has the statuses that a version converted from it would
// have; its entries that are no codes are left out. Errors: invalid (the release has no file),
// those of opening it, and corrupt (a stored table that cannot be read).
base::Result<VersionCodes> read_codes(const commands::Site& site, const projections::Views& views,
                                      const projections::VersionRecord& version);
// The same for the present; codes of a draft come from its workspace.
base::Result<VersionCodes> codes_now(commands::DraftCommands& drafts,
                                     const projections::Views& views,
                                     const projections::VersionRecord& version);

// The state of a draft in two words: clients compare it with their own.
struct Checksums {
  std::string shape;         // of the tree
  std::string statuses_crc;  // of its statuses
};

class Trees {
 public:
  explicit Trees(std::size_t bytes_max = std::size_t{64} << 20) : bytes_max_(bytes_max) {}

  std::shared_ptr<const CodeTree> tree_of(const VersionCodes& codes);
  // By ordinal.
  static std::string flags_of(const CodeTree& tree, const VersionCodes& codes);
  Checksums checksums_of(const VersionCodes& codes);

  // The checksums after a commit, for the answer to its writer.
  void note(base::VersionId version, base::Position commit, Checksums checksums);
  std::optional<Checksums> noted(base::VersionId version, base::Position commit) const;

 private:
  static constexpr std::size_t notes_max = 4096;
  using Entries = std::list<std::pair<base::VersionId, std::shared_ptr<const CodeTree>>>;

  const std::size_t bytes_max_;
  mutable base::Mutex mutex_;
  Entries recent_ GUARDED_BY(mutex_);  // the tree used last comes first
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
  std::map<std::pair<base::Position, base::VersionId>, Checksums> notes_ GUARDED_BY(mutex_);
};

}  // namespace codelog::trees
