// Makes a new log out of the stored commits of another one, in bulk: several times as fast as
// appending, because nothing is durable, and nobody can open the log, before finish().
//
// Not thread-safe. Memory: the names of all streams, and RocksDB's buffers.
#pragma once

#include <memory>
#include <string_view>

#include "events/base/result.h"
#include "events/rocksdb/rocks_log.h"

namespace codelog::events {

class LogLoader {
 public:
  // Makes the log. Uses the options' folder, witness, least epoch and reserve of free space.
  // Errors: conflict (there is a log in the folder), unavailable (too little space), io.
  static base::Result<std::unique_ptr<LogLoader>> make(const LogOptions& options);
  virtual ~LogLoader() = default;

  // The id that the log will have.
  virtual const std::string& id() const = 0;
  // Adds the next commit exactly as another log stored it, and returns it. `bytes` are aligned for
  // decoding. Errors: corrupt (it cannot be read, or does not follow the earlier commits of its
  // streams), unavailable (too little space), io. After an error, the log is of no use.
  virtual base::Result<Commit> add(std::string_view bytes) = 0;
  // Makes everything durable, with the witness. The log can be opened when this object is gone.
  virtual base::Result<Head> finish() = 0;
};

}  // namespace codelog::events
