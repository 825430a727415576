// Opens the log's RocksDB directly, to damage it or to give it a certain shape.
#pragma once

#include <rocksdb/db.h>
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "events/rocksdb/log_store.h"

namespace codelog::events {

class RawLog {
 public:
  explicit RawLog(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    REQUIRE(rocksdb::DB::ListColumnFamilies({}, folder.string(), &names).ok());
    REQUIRE(names.size() == families_count);
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    for (const std::string& name : names) {
      rocksdb::ColumnFamilyOptions options;
      options.compression = rocksdb::kNoCompression;
      descriptors.emplace_back(name, options);
    }
    rocksdb::DBOptions options;
    options.avoid_flush_during_recovery = true;
    rocksdb::DB* db = nullptr;
    REQUIRE(rocksdb::DB::Open(options, folder.string(), descriptors, &families_, &db).ok());
    db_.reset(db);
  }
  ~RawLog() {
    for (auto* family : families_) CHECK(db_->DestroyColumnFamilyHandle(family).ok());
  }
  RawLog(const RawLog&) = delete;
  RawLog& operator=(const RawLog&) = delete;

  // Moves commits from the WAL into table files.
  void flush() {
    for (auto* family : families_) REQUIRE(db_->Flush({}, family).ok());
  }
  void put(Family family, std::string_view key, std::string_view value) {
    REQUIRE(db_->Put(durable(), handle(family), slice(key), slice(value)).ok());
  }
  void remove(Family family, std::string_view key) {
    REQUIRE(db_->Delete(durable(), handle(family), slice(key)).ok());
  }
  std::string get(Family family, std::string_view key) {
    std::string value;
    REQUIRE(db_->Get({}, handle(family), slice(key), &value).ok());
    return value;
  }
  // The table files of a family, by first key.
  std::vector<std::filesystem::path> tables(Family family) {
    std::vector<rocksdb::LiveFileMetaData> files;
    db_->GetLiveFilesMetaData(&files);
    std::erase_if(files, [&](const auto& file) {
      return file.column_family_name != handle(family)->GetName();
    });
    std::ranges::sort(files, {}, [](const auto& file) { return file.smallestkey; });
    std::vector<std::filesystem::path> paths;
    for (const auto& file : files) paths.emplace_back(file.db_path + file.name);
    return paths;
  }

 private:
  static rocksdb::WriteOptions durable() {
    rocksdb::WriteOptions options;
    options.sync = true;
    return options;
  }
  // Families were created in this order.
  rocksdb::ColumnFamilyHandle* handle(Family family) {
    return families_[static_cast<std::size_t>(family)];
  }

  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

inline void flip_byte(const std::filesystem::path& path, std::uint64_t offset) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  REQUIRE(file);
  file.seekg(static_cast<std::streamoff>(offset));
  const char byte = static_cast<char>(file.get() ^ 0x10);
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(byte);
}

// The write-ahead log in use: the file that was written to last.
inline std::filesystem::path newest_wal(const std::filesystem::path& folder) {
  std::filesystem::path newest;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const bool is_wal = entry.path().extension() == ".log" && entry.file_size() > 0;
    if (is_wal && (newest.empty() || entry.path() > newest)) newest = entry.path();
  }
  REQUIRE_FALSE(newest.empty());
  return newest;
}

}  // namespace codelog::events
