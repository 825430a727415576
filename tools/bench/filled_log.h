// Logs to measure on: the histories of drafts, each decided click by click.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "events/commit.h"
#include "events/rocksdb/rocks_log.h"
#include "tools/bench/bench.h"

namespace codelog::tools::bench {

inline constexpr std::uint32_t codes_per_draft = 100;

// The code with this number, counted from 0.
std::string click_code(std::uint32_t number);

// Each draft is created with its codelist, then decided click by click.
class DraftHistory {
 public:
  explicit DraftHistory(std::uint32_t id, std::uint32_t codes_count = codes_per_draft)
      : id_(id), codes_count_(codes_count) {}
  events::CommitDraft next();

 private:
  void add_creation(events::CommitDraft& draft) const;
  events::StatusesChanged click() const;

  std::uint32_t id_;
  std::uint32_t codes_count_;  // at the beginning
  std::uint32_t version_ = 0;
};

// The log in this folder, made if there is none; its witness is FOLDER.witness. Without `sync`,
// appends do not wait for the disk.
base::Result<std::unique_ptr<events::EventLog>> open_log(const std::filesystem::path& folder,
                                                         bool sync);

// Fills a log with small commits, mostly clicks; returns their number. Does not wait for the disk.
base::Result<std::uint64_t> fill_log(Bench& bench, const std::filesystem::path& folder,
                                     std::uint64_t commits_count);

}  // namespace codelog::tools::bench
