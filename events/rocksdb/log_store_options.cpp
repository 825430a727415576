#include "events/rocksdb/log_store_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>

#include <array>
#include <memory>

namespace codelog::events {
namespace {

constexpr std::array<const char*, families_count> family_names = {
    "default", "commits", "streams", "stream_heads", "idempotency", "merkle"};

constexpr std::size_t block_cache_bytes = 64u << 20;

rocksdb::ColumnFamilyOptions family_options(Family family, std::size_t memory_bytes,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  table.block_cache = cache;
  table.block_size = 16u << 10;
  rocksdb::ColumnFamilyOptions options;
  options.force_consistency_checks = true;
  options.paranoid_file_checks = true;
  options.compression = rocksdb::kZSTD;
  options.bottommost_compression = rocksdb::kZSTD;
  options.level_compaction_dynamic_level_bytes = true;
  options.write_buffer_size = memory_bytes / 4;
  switch (family) {
    case Family::commits:
      // Large blocks compress best. Keys come in order, so tables move down the levels without
      // being rewritten. Nobody asks for a missing position, so filters would be useless.
      table.block_size = 64u << 10;
      options.write_buffer_size = memory_bytes;
      break;
    case Family::merkle:
      options.compression = rocksdb::kNoCompression;  // Hashes do not compress.
      options.bottommost_compression = rocksdb::kNoCompression;
      break;
    case Family::streams:
    case Family::stream_heads:
    case Family::idempotency:
      table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
      break;
    case Family::meta:
      break;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace

const char* name_of(Family family) { return family_names[static_cast<std::size_t>(family)]; }

rocksdb::DBOptions database_options(const LogOptions& options, rocksdb::Env* environment) {
  rocksdb::DBOptions database;
  database.env = environment;
  database.create_if_missing = options.create_if_missing;
  database.create_missing_column_families = true;
  // After a flipped byte in the middle of the WAL, the default mode opens without the records
  // behind it.
  database.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // This option raises false alarms in this release of RocksDB; check_dense and the witness replace
  // it.
  database.track_and_verify_wals_in_manifest = false;
  database.avoid_flush_during_recovery = true;
  database.paranoid_checks = true;
  // Errors latch: RocksDB must not retry by itself. TableSpace says so for full volumes, which this
  // option does not cover.
  database.max_bgerror_resume_count = 0;
  database.manual_wal_flush = false;
  database.enable_pipelined_write = false;
  database.unordered_write = false;
  database.wal_compression = rocksdb::kNoCompression;
  database.recycle_log_file_num = 0;
  // A column family with little data is flushed when the WAL reaches this size, so that old WAL
  // files can be removed.
  database.max_total_wal_size = 2 * options.memory_bytes;
  database.max_background_jobs = 2;
  database.max_file_opening_threads =
      2;  // RocksDB starts threads for each family, with or without files.
  database.info_log_level = rocksdb::WARN_LEVEL;
  database.keep_log_file_num = 4;
  database.max_log_file_size = 4u << 20;
  return database;
}

std::vector<rocksdb::ColumnFamilyDescriptor> describe_families(const LogOptions& options) {
  const auto cache = rocksdb::NewLRUCache(block_cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (std::size_t i = 0; i < families_count; ++i) {
    families.emplace_back(family_names[i],
                          family_options(static_cast<Family>(i), options.memory_bytes, cache));
  }
  return families;
}

}  // namespace codelog::events
