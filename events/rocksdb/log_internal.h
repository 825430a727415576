// For the log's own tests only.
#pragma once

#include <memory>

#include "events/rocksdb/free_space.h"
#include "events/rocksdb/rocks_log.h"

namespace rocksdb {
class Env;
}

namespace codelog::events {

// As open_log(options), over another file system (one that fails on demand), and with another
// answer about the free space if `ask` is not empty. `environment` must outlive the log.
base::Result<std::unique_ptr<EventLog>> open_log(LogOptions options, rocksdb::Env* environment,
                                                 AskFreeSpace ask = {});

}  // namespace codelog::events
