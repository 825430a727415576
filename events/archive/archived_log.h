// An archive as a log that is only read, so that a site can be restored from it as from a data
// folder. Reading from the first position on checks every commit against the Merkle root of its
// segment before the commit is returned; reading from a later one checks digests alone.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "events/archive/manifest_store.h"
#include "events/archive/segment_pipeline.h"
#include "events/rocksdb/stored_log.h"

namespace codelog::archive {

class ArchivedLog final : public events::StoredLog {
 public:
  // Reads the manifest alone. The destination must outlive this object. Errors: those of
  // load_manifest().
  static base::Result<std::unique_ptr<ArchivedLog>> open(Destination& destination);

  const Manifest& manifest() const { return manifest_; }

  const events::Head& head() const override { return head_; }
  const events::WitnessedEnd& witnessed() const override { return witnessed_; }
  std::unique_ptr<BytesReader> read_bytes(base::Position first) const override;
  // Known at the end of each segment, and within the one that was read last from the first position
  // on.
  std::optional<base::Sha256> root(std::uint64_t size) const override;

 private:
  class Reader;
  // The tree up to the segment that was read last, and that segment's leaves.
  struct Edge {
    events::MerkleTree tree;
    std::vector<events::Hash> leaves;
  };

  ArchivedLog(Destination& destination, Manifest manifest);

  const Manifest manifest_;
  const events::Head head_;
  const events::WitnessedEnd witnessed_;
  mutable SegmentReader reader_;
  mutable std::optional<Edge> edge_;
};

// The order of segments from position 1 on: each must lead to its root.
class RootCheck {
 public:
  // False if the commits do not lead to the segment's root, or if an earlier segment is missing.
  // Adds them to the tree.
  bool take(const ArchivedSegment& segment, const std::vector<events::Hash>& leaves);
  void skip() { is_broken_ = true; }
  bool is_broken() const { return is_broken_; }
  const events::MerkleTree& tree() const { return tree_; }

 private:
  events::MerkleTree tree_;
  bool is_broken_ = false;
};

}  // namespace codelog::archive
