#include "events/rocksdb/idle_tables.h"

#include <rocksdb/db.h>

#include <functional>
#include <thread>
#include <vector>

#include "tests/events/log_fixture.h"

namespace codelog::events::idle_tables_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A database with two families, of which only the second is written.
class Database {
 public:
  Database() {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* db = nullptr;
    REQUIRE(rocksdb::DB::Open(options, folder_.path().string(), &db).ok());
    db_.reset(db);
    rocksdb::ColumnFamilyHandle* family = nullptr;
    REQUIRE(db_->CreateColumnFamily({}, "commits", &family).ok());
    family_ = {family, [db](auto* handle) { (void)db->DestroyColumnFamilyHandle(handle); }};
  }

  void write(std::size_t bytes) {
    const std::string key = std::to_string(++last_key_);
    REQUIRE(db_->Put({}, family_.get(), key, std::string(bytes, 'x')).ok());
  }

  bool look(steady_clock::time_point now) {
    return idle_tables_.look(*db_, {db_->DefaultColumnFamily(), family_.get()}, now);
  }

  std::uint64_t tables_count() const {
    std::uint64_t count = 0;
    std::vector<rocksdb::LiveFileMetaData> tables;
    db_->GetLiveFilesMetaData(&tables);
    for (const auto& table : tables) count += table.num_entries > 0 ? 1 : 0;
    return count;
  }
  std::uint64_t bytes_in_memory() const {
    std::uint64_t bytes = 0;
    REQUIRE(db_->GetAggregatedIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables, &bytes));
    return bytes;
  }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<rocksdb::DB> db_;
  std::unique_ptr<rocksdb::ColumnFamilyHandle, std::function<void(rocksdb::ColumnFamilyHandle*)>>
      family_;
  IdleTables idle_tables_;
  int last_key_ = 0;
};

}  // namespace

TEST_CASE("new data leaves the memory once nobody writes") {
  Database database;
  const auto start = steady_clock::now();
  database.write(IdleTables::bytes_min);
  CHECK_FALSE(database.look(start));
  CHECK_FALSE(database.look(start + milliseconds(4'900)));
  // Another write: the writers do not rest.
  database.write(1);
  CHECK_FALSE(database.look(start + milliseconds(5'100)));
  CHECK_FALSE(database.look(start + milliseconds(10'000)));
  CHECK(database.look(start + milliseconds(10'100)));
  const auto end = steady_clock::now() + std::chrono::seconds(60);
  while (database.bytes_in_memory() >= IdleTables::bytes_min && steady_clock::now() < end) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  CHECK(database.bytes_in_memory() < IdleTables::bytes_min);
  CHECK(database.tables_count() == 1);
  CHECK_FALSE(database.look(start + milliseconds(20'000)));
}

TEST_CASE("a little new data stays in memory, and makes no table") {
  Database database;
  const auto start = steady_clock::now();
  database.write(1'000);
  CHECK_FALSE(database.look(start));
  CHECK_FALSE(database.look(start + std::chrono::hours(1)));
  CHECK(database.tables_count() == 0);
}

}  // namespace codelog::events::idle_tables_test
