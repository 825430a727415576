// A log in memory: the contract in its simplest form, to compare others with and to test on.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "events/base/mutex.h"
#include "events/followers.h"
#include "events/log.h"
#include "events/merkle.h"

namespace codelog::events {

class MemoryLog final : public Log, public LogProofs {
 public:
  using Log::append;
  base::Result<Appended> append(CommitDraft draft, const AppendTerms& terms) override;
  base::Result<std::optional<Commit>> find_idempotent(const std::string& actor,
                                                      const IdempotencyKey& key) const override;
  base::StreamVersion stream_version(const Stream& stream) const override;
  NextIds next_ids() const override;

  std::string id() const override { return std::string(32, '0'); }
  Head head() const override;
  base::Result<Commit> read(base::Position position) const override;
  base::Result<std::string> read_bytes(base::Position position) const override;
  std::unique_ptr<CommitReader> read_all(base::Position first, Direction direction) const override;
  std::unique_ptr<CommitReader> read_stream(const Stream& stream, base::StreamVersion first,
                                            Direction direction) const override;
  base::Result<base::Position> stream_position(const Stream& stream,
                                               base::StreamVersion version) const override;

  base::Result<std::unique_ptr<Following>> follow(base::Position after, Follower follower) override;
  bool wait_for(base::Position position, std::chrono::milliseconds timeout) const override;

  base::Result<base::Sha256> root(std::uint64_t size) const override;
  base::Result<std::vector<base::Sha256>> inclusion_proof(base::Position position,
                                                          std::uint64_t size) const override;
  base::Result<std::vector<base::Sha256>> consistency_proof(std::uint64_t first_size,
                                                            std::uint64_t size) const override;
  base::Result<std::vector<base::Sha256>> tile(const TileId& id, std::size_t width) const override;

 private:
  struct Stored {
    Commit commit;
    std::string bytes;
  };
  using Key = std::pair<std::string, std::string>;  // of an actor

  base::Result<std::optional<Commit>> find_key(const std::string& actor,
                                               const IdempotencyKey& key) const REQUIRES(mutex_);
  base::Result<void> check(const CommitDraft& draft, const AppendTerms& terms) const
      REQUIRES(mutex_);
  void store(const Commit& commit, std::string bytes) REQUIRES(mutex_);
  std::unique_ptr<CommitReader> read_positions(const std::vector<std::uint64_t>& positions) const
      REQUIRES(mutex_);
  base::Result<void> check_size(std::uint64_t size) const REQUIRES(mutex_);
  SubtreeRoot subtree_roots() const REQUIRES(mutex_);

  base::Mutex appending_;  // one append after the other, with its followers
  Followers followers_;
  mutable base::Mutex mutex_;
  mutable base::Condition moved_;
  std::vector<Stored> commits_ GUARDED_BY(mutex_);
  std::vector<Hash> leaves_ GUARDED_BY(mutex_);
  std::map<Stream, std::vector<std::uint64_t>> streams_ GUARDED_BY(mutex_);  // positions
  std::map<Key, std::uint64_t> keys_ GUARDED_BY(mutex_);                     // positions
  NextIds next_ids_ GUARDED_BY(mutex_);
};

}  // namespace codelog::events
