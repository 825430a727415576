// The log on RocksDB. One process may open a folder. Appends of many threads are committed in
// groups from a bounded queue, one fsync and one group at a time; a full queue makes append() wait.
// A committer thread commits the groups, or a writer that finds nobody committing.
//
// While the volume has little room, append() refuses, and the log continues by itself later. After
// the first failed write the log latches: every later append fails with `unavailable` until the
// process is restarted, because a failed fsync must never be retried (the kernel may have dropped
// the dirty pages).
//
// Layout, options and the fault model: README.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "events/base/result.h"
#include "events/log.h"

namespace codelog::events {

struct LogOptions {
  std::filesystem::path folder;        // DATA/log
  std::filesystem::path witness_file;  // preferably on another volume; empty: <folder>.witness
  bool create_if_missing = true;
  // Opens a non-empty log without its witness and makes a new one. Only for operators who know that
  // the log is whole.
  bool accept_missing_witness = false;
  // The least epoch of the log. A restore passes one more than the epoch it restored from.
  std::uint64_t epoch_min = 1;
  std::size_t queue_commits_max = 4096;
  std::size_t queue_bytes_max = 256u << 20;
  // Commits up to this size stay in memory and in the write-ahead log before they become a table
  // file. The next open reads up to twice as much again.
  std::size_t memory_bytes = 64u << 20;
  // append() refuses while the volume has less free space. RocksDB may still have to write tables
  // of all that is in memory, up to twice `memory_bytes`; the rest is for other programs that write
  // between a look at the free space and the log's own write.
  std::uint64_t free_bytes_min = 192u << 20;
  // The longest wait of append() and find_idempotent() for the disk. A writer that commits on its
  // own thread waits until the disk answers.
  std::chrono::milliseconds append_wait_max{30'000};
  // The longest delay between the log's sync and the witness's. A crash of the process alone loses
  // no witness record.
  std::chrono::milliseconds witness_sync_interval{250};
  // False only in the control of the power-loss test: acknowledges before the disk has the commit.
  bool sync = true;
};

// Errors: not_found (no log there, and options forbid making one), unavailable (another process has
// it open), io, and corrupt. The detail of corrupt says what to do; the log is damaged, ends before
// its witness, or has another root. A damaged commit among the last 255 opens the log latched: it
// can be read, but not appended to.
base::Result<std::unique_ptr<EventLog>> open_log(LogOptions options);

}  // namespace codelog::events
