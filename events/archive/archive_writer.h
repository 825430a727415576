// Archives a log: adds segments of its new commits, online and incrementally. Only reads the log,
// and waits for none of its writers. Not thread-safe.
//
// Objects come first, the manifest that names them last; so a process may be killed at any moment,
// and the next one goes on from the last manifest. Memory: a segment, uncompressed and compressed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "events/archive/compression.h"
#include "events/archive/destination.h"
#include "events/archive/manifest_store.h"
#include "events/base/clock.h"
#include "events/log.h"

namespace codelog::archive {

// Returns false if the work should stop.
using ArchiveProgress = std::function<bool(base::Position done, base::Position head)>;

// A log with its proofs; both outlive their users.
struct ArchivedSource {
  const events::Log& log;
  const events::LogProofs& proofs;
};

class ArchiveWriter {
 public:
  struct Options {
    std::string origin;  // the log's name in its checkpoints; empty if it has none
    // Writers with the same token may work at the same time. Two processes must not.
    std::string owner_token;
    const base::Clock& clock;
  };

  // The destination must outlive this object.
  ArchiveWriter(Destination& destination, const ArchivedSource& source, Options options)
      : destination_(destination), source_(source), options_(std::move(options)) {}

  // Begins an archive, or takes over the one that is there. Errors: conflict (it is of another log,
  // or its commits are not those of this one), corrupt (the manifest), and those of Destination.
  base::Result<void> open();

  // Archives all commits up to the log's present head. Errors: conflict (another process archives
  // there since: this writer is of no use any longer), corrupt (the log's own commits), unavailable
  // (stopped), and those of Destination. What was archived before an error stays.
  base::Result<void> ship(const ArchiveProgress& goes_on);

  // Changes the manifest. `change` may be called again after another writer's change. Errors: as of
  // ship().
  base::Result<void> change(const std::function<void(Manifest&)>& change);

  // Lets pruning spare objects that are about to be written, and are named by change() afterwards.
  // Errors: as of ship().
  base::Result<void> announce(const std::vector<std::string>& names);
  // A name for a new object that no object ever had.
  std::string new_name(std::string_view prefix, const base::Sha256& digest) const;

  // As of the last call of this object.
  const Manifest& manifest() const { return stored_.manifest; }

 private:
  base::Result<void> take_over();
  base::Result<void> reload();
  base::Result<void> check_history() const;
  base::Result<void> settle_conflict();
  base::Result<void> write_segments(base::Position head, const ArchiveProgress& goes_on);
  base::Result<ArchivedSegment> write_segment(events::MerkleTree& tree, base::Position head);
  base::Result<events::MerkleTree> tree_at(std::uint64_t size) const;
  base::Result<const Dictionary*> newest_dictionary();
  base::Result<void> make_dictionary(base::Position head);
  void remove_spared();

  Destination& destination_;
  const ArchivedSource source_;
  const Options options_;
  StoredManifest stored_;
  std::unique_ptr<Dictionary> dictionary_;  // the one that is used
};

}  // namespace codelog::archive
