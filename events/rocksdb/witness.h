// The head witness: a small file beside the log that records where the log ended. RocksDB cannot
// tell a WAL that was cut short or deleted from one that ends there; the witness can.
//
// Format: two slots of 256 bytes. Each is one line of text (so that a person can read it), padded
// with spaces:
//     codelog-witness 1 log=<id> position=<n> epoch=<n> root=<64 hex> sum=<8 hex, CRC-32C of the
//     line up to here>
// A record goes to the slot that was *not* synced last. So a torn write never harms the last synced
// record, and records need not be synced one by one. The slot with the larger (epoch, position)
// counts.
//
// Not thread-safe: the committer owns it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "events/base/file.h"
#include "events/base/result.h"
#include "events/log.h"

namespace codelog::events {

struct WitnessRecord {
  std::string log_id;
  Head head;
  bool operator==(const WitnessRecord&) const = default;
};

class Witness {
 public:
  // Only reads. Returns nothing when there is no such file. Errors: io; corrupt when neither slot
  // is whole.
  static base::Result<std::optional<WitnessRecord>> read(const std::filesystem::path& path);
  // To continue it. As read().
  static base::Result<std::unique_ptr<Witness>> open(const std::filesystem::path& path);
  // Makes the file, durably, with this record in both slots; replaces an existing file.
  static base::Result<std::unique_ptr<Witness>> create(const std::filesystem::path& path,
                                                       const WitnessRecord& record);

  const WitnessRecord& newest() const { return newest_; }
  bool is_synced() const { return synced_; }

  // Hands the record to the kernel. The record survives a crash of this process, but perhaps not a
  // power cut.
  base::Result<void> record(const Head& head);
  base::Result<void> sync();

 private:
  Witness(std::filesystem::path path, base::Descriptor file)
      : path_(std::move(path)), file_(std::move(file)) {}

  std::filesystem::path path_;
  base::Descriptor file_;
  WitnessRecord newest_;
  unsigned safe_slot_ = 0;  // holds the last synced record
  bool synced_ = true;
};

}  // namespace codelog::events
