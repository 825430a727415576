// The entries of a commit in the log's RocksDB: its record, its index entries, and the tiles that
// it completes. Appending and loading both make them here. record.h describes the bytes.
#pragma once

#include <rocksdb/write_batch.h>

#include <span>
#include <string>
#include <string_view>

#include "events/commit.h"
#include "events/merkle.h"
#include "events/rocksdb/log_store.h"

namespace codelog::events {

struct CommitEntries {
  base::Position position;
  std::string_view payload;                    // the encoded commit
  std::span<const StreamExpectation> streams;  // each before the commit
  std::string_view idempotency_key;            // as idempotency_key() makes it; empty: none
  base::Sha256 request_digest{};
};

// Everything but the heads of the streams.
void put_commit(rocksdb::WriteBatch& batch, const LogStore& store, const CommitEntries& commit);
void put_stream_head(rocksdb::WriteBatch& batch, const LogStore& store, const std::string& stream,
                     StreamVersion version);
void put_tile(rocksdb::WriteBatch& batch, const LogStore& store, const Tile& tile);

}  // namespace codelog::events
