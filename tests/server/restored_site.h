// Helpers of the tests that restore sites: opening them, and comparing their views.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "projections/keys.h"
#include "projections/memory_store.h"
#include "projections/projections.h"
#include "server/site/data_folder.h"

namespace codelog::tests {

namespace fs = std::filesystem;
using base::Position;

inline bool go_on(const site::WorkProgress&) { return true; }

inline std::unique_ptr<site::DataFolder> open_folder(const fs::path& data) {
  auto lock = site::FolderLock::try_take(data);
  REQUIRE(lock);
  REQUIRE(*lock);
  auto folder = site::DataFolder::open({.data = data}, std::move(**lock));
  if (!folder) FAIL(folder.error().detail);
  return *std::move(folder);
}

// Every key and value, but without the log that the views are made from: its id and epoch differ.
inline std::map<std::string, std::string> content_of(const projections::StoreReader& reader) {
  std::map<std::string, std::string> content;
  reader.scan("", [&](std::string_view key, std::string_view value) {
    content.emplace(key, value);
    return true;
  });
  std::string& meta = content.at(projections::keys::meta());
  auto decoded = projections::decode_meta(meta);
  decoded.log = {};
  meta = projections::encode(decoded);
  return content;
}

// The views of the first commits of one log and, behind them, of the rest of another one.
inline std::map<std::string, std::string> views_of(const events::Log& log, Position last,
                                                   const events::Log& rest) {
  projections::MemoryStore store;
  REQUIRE(projections::catch_up(store, log, {}, last));
  projections::Projector projector(store, {.mode = projections::WriteMode::live, .log = {}});
  const auto reader = rest.read_all(last.next(), events::Direction::forward);
  while (const auto commit = reader->next()) {
    REQUIRE(*commit);
    REQUIRE(projector.apply(**commit));
  }
  REQUIRE(projector.flush());
  return content_of(*store.reader());
}

// A folder in memory, where there is one: each restore syncs some files.
class QuickFolder {
 public:
  QuickFolder() {
    const fs::path place =
        fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
    std::string pattern = (place / "codelog_test_XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~QuickFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  QuickFolder(const QuickFolder&) = delete;
  QuickFolder& operator=(const QuickFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace codelog::tests
