// Readers over the stored commits, up to a fixed head.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/log.h"
#include "events/rocksdb/log_store.h"

namespace codelog::events {

// Reads one commit. Errors: corrupt (missing or damaged), io.
base::Result<void> read_commit(const LogStore& store, base::Position position, Commit& commit);
base::Result<std::string> read_commit_bytes(const LogStore& store, base::Position position);

// Finds the commit that gave a stream this version. Errors: corrupt (no such entry, or damaged),
// io.
base::Result<base::Position> read_stream_position(const LogStore& store, const std::string& stream,
                                                  StreamVersion version);

// Records one after the other, each placed so that its payload has the alignment of a FlatBuffer.
class RecordBatch {
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

// Gives stored bytes by position, batch by batch. An iterator lives only while one batch is copied,
// so that a slow reader pins neither files nor memory. Where a scan cannot continue (a missing
// record, a damaged block), the scanner asks for each position by itself until the next readable
// one.
class RecordScanner {
 public:
  RecordScanner(const LogStore& store, base::Position first, base::Position head,
                Direction direction);

  struct Record {
    base::Position position;
    std::string_view payload;  // aligned; valid until the next call
  };
  // Returns nothing at the end. Errors: corrupt and io, naming the position; the next call
  // continues with the position after it.
  base::Result<std::optional<Record>> next();

 private:
  bool at_end() const { return next_ == base::Position(0) || next_ > head_; }
  base::Position step(base::Position position) const;
  void fill();

  const LogStore& store_;
  const base::Position head_;
  const Direction direction_;
  base::Position next_;
  RecordBatch batch_;
  // records of batch_ already given out; the next one in batch_ is at next_
  std::size_t taken_ = 0;
  std::size_t batch_bytes_;
};

std::unique_ptr<CommitReader> make_log_reader(const LogStore& store, base::Position first,
                                              base::Position head, Direction direction);

// Reads the commits of one stream, in batches of at most 256 and about a megabyte.
std::unique_ptr<CommitReader> make_stream_reader(const LogStore& store, std::string stream,
                                                 StreamVersion first, base::Position head,
                                                 Direction direction);

}  // namespace codelog::events
