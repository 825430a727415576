// Readers over the store, up to a fixed head.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/log.h"
#include "events/log_store.h"

namespace codelog::events {

// One commit. Errors: corrupt (missing or damaged), io.
base::Result<void> read_commit(const LogStore& store, base::Position position, Commit& commit);
base::Result<std::string> read_commit_bytes(const LogStore& store, base::Position position);

// Where the commit is that made a stream so long. Errors: corrupt (no such entry, or damaged), io.
base::Result<base::Position> read_stream_position(const LogStore& store, const std::string& stream,
                                                  StreamVersion version);

// Stored bytes by position, batch by batch: no iterator lives longer than it takes to copy one
// batch, so that a slow reader pins neither files nor memory. Where a scan cannot go on (a missing
// record, a damaged block) each position is asked for by itself, until the next one that can be
// read.
class RecordScanner {
 public:
  RecordScanner(const LogStore& store, base::Position first, base::Position head,
                Direction direction);

  struct Record {
    base::Position position;
    std::string_view payload;  // aligned; valid until the next call
  };
  // Nothing at the end. Errors: corrupt and io, naming the position; the next call goes on behind
  // it.
  base::Result<std::optional<Record>> next();

 private:
  // Records one after the other, each placed so that its payload is aligned as FlatBuffers wants
  // it.
  class Batch {
   public:
    void clear();
    void add(std::string_view record);
    std::size_t size() const { return places_.size(); }
    std::size_t bytes() const { return words_used_ * sizeof(std::uint64_t); }
    std::string_view operator[](std::size_t i) const;

   private:
    struct Place {
      std::size_t begin;
      std::size_t size;
    };
    std::vector<std::uint64_t> words_;
    std::size_t words_used_ = 0;
    std::vector<Place> places_;
  };

  bool at_end() const { return next_ == base::Position(0) || next_ > head_; }
  base::Position step(base::Position position) const;
  void fill();

  const LogStore& store_;
  const base::Position head_;
  const Direction direction_;
  base::Position next_;
  Batch batch_;
  std::size_t taken_ = 0;  // of batch_; its next record is that of next_
  std::size_t batch_bytes_;
};

std::unique_ptr<CommitReader> make_log_reader(const LogStore& store, base::Position first,
                                              base::Position head, Direction direction);

// Of one stream, by point reads.
std::unique_ptr<CommitReader> make_stream_reader(const LogStore& store, std::string stream,
                                                 StreamVersion first, base::Position head,
                                                 Direction direction);

}  // namespace codelog::events
