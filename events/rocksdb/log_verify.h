// Computes everything in a log again from its commits and compares. See LogMaintenance::verify().
#pragma once

#include <filesystem>
#include <vector>

#include "events/log.h"
#include "events/rocksdb/log_store.h"

namespace codelog::events {

base::Result<std::vector<Finding>> verify_log(const LogStore& store, const Head& head,
                                              const MerkleTree& edge,
                                              const std::filesystem::path& witness_file,
                                              const VerifyProgress& progress);

}  // namespace codelog::events
