// How the log's RocksDB is set up; README.md gives the reasons. For log_store.cpp only.
#pragma once

#include <rocksdb/db.h>

#include <vector>

#include "events/rocksdb/log_store.h"
#include "events/rocksdb/rocks_log.h"

namespace codelog::events {

const char* name_of(Family family);
rocksdb::DBOptions database_options(const LogOptions& options, rocksdb::Env* environment);
std::vector<rocksdb::ColumnFamilyDescriptor> describe_families(const LogOptions& options);

}  // namespace codelog::events
