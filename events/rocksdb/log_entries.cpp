#include "events/rocksdb/log_entries.h"

#include <array>

#include "events/rocksdb/record.h"

namespace codelog::events {

void put_commit(rocksdb::WriteBatch& batch, const LogStore& store, const CommitEntries& commit) {
  const auto key = big_endian(commit.position.value());
  const auto header = record_header(commit.position, commit.payload);
  const rocksdb::Slice key_slice(key.data(), key.size());
  const std::array<rocksdb::Slice, 2> value = {rocksdb::Slice(header.data(), header.size()),
                                               slice(commit.payload)};
  must(batch.Put(store.handle(Family::commits), rocksdb::SliceParts(&key_slice, 1),
                 rocksdb::SliceParts(value.data(), static_cast<int>(value.size()))));
  const std::string place = number_value(commit.position.value());
  for (const StreamExpectation& stream : commit.streams) {
    must(batch.Put(store.handle(Family::streams),
                   slice(stream_key(stream.stream.name(), stream.version.next())), slice(place)));
  }
  if (commit.idempotency_key.empty()) return;
  must(batch.Put(store.handle(Family::idempotency), slice(commit.idempotency_key),
                 slice(idempotency_value({commit.position, commit.request_digest}))));
}

void put_stream_head(rocksdb::WriteBatch& batch, const LogStore& store, const std::string& stream,
                     StreamVersion version) {
  must(batch.Put(store.handle(Family::stream_heads), slice(stream),
                 slice(number_value(version.value()))));
}

void put_tile(rocksdb::WriteBatch& batch, const LogStore& store, const Tile& tile) {
  const std::string_view hashes(reinterpret_cast<const char*>(tile.hashes.data()),
                                tile.hashes.size() * sizeof(Hash));
  must(batch.Put(store.handle(Family::merkle), slice(tile_key(tile.id.level, tile.id.index)),
                 slice(hashes)));
}

}  // namespace codelog::events
