// Views whose bytes differ from those written, and views that cannot be written.
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <thread>

#include "tests/projections/random_history.h"

namespace codelog::tests::damage_test {

namespace fs = std::filesystem;
namespace base = codelog::base;
namespace events = codelog::events;
namespace projections = codelog::projections;
using codelog::tests::RandomHistory;
using codelog::tests::TemporaryFolder;
using codelog::tests::TestSite;

namespace {

constexpr std::size_t codes_count = 50;
constexpr unsigned seed = 5;

// A folder whose views are in tables, not in RocksDB's log; returns their digest.
base::Sha256 fill(const fs::path& folder) {
  {
    TestSite site(folder, seed, codes_count);
    RandomHistory history(site, seed);
    history.set_up();
    for (int i = 0; i < 400; ++i) history.step();
  }
  fs::remove_all(folder / "projections");
  TestSite site(folder, seed, codes_count);
  return site.projections().digest();
}

void flip_bit(const fs::path& file, std::uintmax_t at) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(static_cast<std::streamoff>(at));
  const auto byte = static_cast<char>(bytes.get() ^ 1);
  bytes.seekp(static_cast<std::streamoff>(at));
  bytes.put(byte);
}

// The largest table, which starts with records.
fs::path table_in(const fs::path& folder) {
  fs::path largest;
  for (const auto& entry : fs::directory_iterator(folder / "projections")) {
    if (entry.path().extension() != ".sst") continue;
    if (largest.empty() || entry.file_size() > fs::file_size(largest)) largest = entry.path();
  }
  return largest;
}

class FullFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FullFile(std::unique_ptr<rocksdb::FSWritableFile> file, const std::atomic<bool>& is_full)
      : FSWritableFileOwnerWrapper(std::move(file)), is_full_(is_full) {}
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    if (is_full_) return rocksdb::IOStatus::NoSpace("injected");
    return target()->Append(data, options, debug);
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo&,
                           rocksdb::IODebugContext* debug) override {
    return Append(data, options, debug);
  }

 private:
  const std::atomic<bool>& is_full_;
};

class FailingFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  FailingFile(std::unique_ptr<rocksdb::FSRandomAccessFile> file, const std::atomic<bool>& fails)
      : FSRandomAccessFileOwnerWrapper(std::move(file)), fails_(fails) {}
  rocksdb::IOStatus Read(std::uint64_t offset, std::size_t size, const rocksdb::IOOptions& options,
                         rocksdb::Slice* result, char* scratch,
                         rocksdb::IODebugContext* debug) const override {
    if (fails_) return rocksdb::IOStatus::IOError("While pread", std::strerror(EIO));
    return target()->Read(offset, size, options, result, scratch, debug);
  }

 private:
  const std::atomic<bool>& fails_;
};

// A volume that is full, or cannot be read, on request.
class Volume final : public rocksdb::FileSystemWrapper {
 public:
  Volume() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "Volume"; }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override {
    const auto made = target()->NewWritableFile(name, options, result, debug);
    if (made.ok()) *result = std::make_unique<FullFile>(std::move(*result), is_full);
    return made;
  }

  rocksdb::IOStatus NewRandomAccessFile(const std::string& name,
                                        const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                                        rocksdb::IODebugContext* debug) override {
    const auto opened = target()->NewRandomAccessFile(name, options, result, debug);
    if (opened.ok()) *result = std::make_unique<FailingFile>(std::move(*result), fails_reads);
    return opened;
  }

  std::atomic<bool> is_full = false;
  std::atomic<bool> fails_reads = false;
};

events::CommitDraft user_added(const std::string& name, std::uint64_t version) {
  events::CommitDraft draft;
  draft.command = "Test";
  draft.streams = {{events::Stream("accounts"), base::StreamVersion(version)}};
  draft.events = {events::UserAdded{name, {}, false}};
  return draft;
}

std::vector<fs::path> write_ahead_logs(const fs::path& folder) {
  std::vector<fs::path> logs;
  for (const auto& entry : fs::directory_iterator(folder / "projections")) {
    if (entry.path().extension() == ".log") logs.push_back(entry.path());
  }
  std::ranges::sort(logs);
  return logs;
}

}  // namespace

TEST_CASE("views without some of what RocksDB's own log held catch up") {
  const TemporaryFolder original;
  for (unsigned life = 0; life < 3; ++life) {
    TestSite site(original.path(), seed, codes_count);
    RandomHistory history(site, seed + life);
    if (life == 0) history.set_up();
    for (int i = 0; i < 30; ++i) history.step();
  }
  base::Sha256 expected;
  {
    const TemporaryFolder rebuilt;
    fs::copy(original.path(), rebuilt.path(), fs::copy_options::recursive);
    fs::remove_all(rebuilt.path() / "projections");
    expected = TestSite(rebuilt.path(), seed, codes_count).projections().digest();
  }
  const auto logs = write_ahead_logs(original.path());
  REQUIRE_FALSE(logs.empty());
  for (const fs::path& log : logs) {
    for (const bool is_removed : {false, true}) {
      CAPTURE(log.filename(), is_removed);
      const TemporaryFolder copy;
      fs::copy(original.path(), copy.path(), fs::copy_options::recursive);
      const fs::path lost = copy.path() / "projections" / log.filename();
      is_removed ? void(fs::remove(lost)) : fs::resize_file(lost, 0);
      CHECK(TestSite(copy.path(), seed, codes_count).projections().digest() == expected);
    }
  }
}

TEST_CASE("damaged views fail every read and are made again at the next open", "[damage]") {
  const TemporaryFolder folder;
  const base::Sha256 before = fill(folder.path());
  const fs::path table = table_in(folder.path());
  REQUIRE_FALSE(table.empty());
  flip_bit(table, 100);
  {
    TestSite site(folder.path(), seed, codes_count);
    CHECK_THROWS_AS(site.projections().digest(), projections::DamagedViews);
    CHECK_FALSE(site.projections().failure().empty());
    CHECK_THROWS_AS(site.projections().views(), projections::DamagedViews);
    // Commands do not use damaged views.
    const auto refused = codelog::commands::AccountCommands(site.executor())
                             .add_user({codelog::commands::Actor::system(), std::nullopt},
                                       {"new", "New", "new@example.org", std::nullopt, false});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == base::ErrorCode::unavailable);
    CHECK(refused.error().detail.find(folder.path().string()) == std::string::npos);
  }
  TestSite site(folder.path(), seed, codes_count);
  CHECK(site.projections().failure().empty());
  CHECK(site.projections().digest() == before);
}

TEST_CASE("a flipped bit anywhere in the views is noticed, repaired or without effect",
          "[damage]") {
  const TemporaryFolder folder;
  const base::Sha256 before = fill(folder.path());
  const fs::path good = folder.path() / "good";
  fs::copy(folder.path() / "projections", good, fs::copy_options::recursive);
  for (const auto& entry : fs::directory_iterator(good)) {
    if (entry.file_size() == 0 || entry.path().filename() == "LOG") continue;
    const std::uintmax_t step = entry.file_size() / 7 + 1;
    for (std::uintmax_t at = 0; at < entry.file_size(); at += step) {
      CAPTURE(entry.path().filename().string(), at);
      fs::remove_all(folder.path() / "projections");
      fs::remove(folder.path() / "projections.rebuild");
      fs::copy(good, folder.path() / "projections", fs::copy_options::recursive);
      flip_bit(folder.path() / "projections" / entry.path().filename(), at);
      for (int opened = 0; opened < 2; ++opened) {
        TestSite site(folder.path(), seed, codes_count);
        base::Sha256 now = before;
        try {
          now = site.projections().digest();
        } catch (const projections::DamagedViews&) {
          REQUIRE(opened == 0);
        }
        REQUIRE(now == before);
      }
    }
  }
}

namespace {

// Views on a volume of their own.
struct OnVolume {
  void open_views() {
    auto opened =
        projections::Projections::open(folder.path() / "views", *log, {}, environment.get());
    REQUIRE(opened);
    views = *std::move(opened);
  }
  // Waits for the condition, at most a minute.
  template <class Condition>
  static bool in_time(Condition condition) {
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition() && std::chrono::steady_clock::now() < patience) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return condition();
  }

  TemporaryFolder folder;
  std::unique_ptr<events::EventLog> log = open_log(folder);
  std::shared_ptr<Volume> volume = std::make_shared<Volume>();  // shared with the environment
  std::unique_ptr<rocksdb::Env> environment = rocksdb::NewCompositeEnv(volume);
  std::unique_ptr<projections::Projections> views;
};

}  // namespace

TEST_CASE_METHOD(OnVolume, "views on a full volume continue by themselves when there is room",
                 "[damage]") {
  open_views();
  std::atomic<std::uint64_t> heard = 0;
  views->set_listener([&](std::span<const events::Commit> commits) { heard += commits.size(); });
  REQUIRE(log->append(user_added("one", 0)));
  volume->is_full = true;
  REQUIRE(log->append(user_added("two", 1)));
  CHECK_FALSE(views->failure().empty());
  REQUIRE(log->append(user_added("three", 2)));
  CHECK(views->checkpoint() == base::Position(1));
  CHECK(views->views().users().size() == 1);

  volume->is_full = false;
  CHECK(in_time([&] { return views->failure().empty(); }));
  CHECK(views->views().users().size() == 3);
  CHECK(heard == 3);
  REQUIRE(log->append(user_added("four", 3)));
  CHECK(views->views().users().size() == 4);
}

TEST_CASE_METHOD(OnVolume, "a failed read of the views is no damage", "[damage]") {
  // More users than fit into the block of the table that opening the views reads.
  events::CommitDraft draft = user_added("one", 0);
  for (int i = 0; i < 1'000; ++i) {
    draft.events.emplace_back(events::UserAdded{"user" + std::to_string(i), {}, false});
  }
  REQUIRE(log->append(draft));
  // The views are in a table from the start, because they were caught up.
  open_views();
  volume->fails_reads = true;
  base::Error error;
  try {
    (void)views->views().user("user500");
  } catch (const base::ThrownError& thrown) {
    error = thrown.error();
  }
  CHECK(error.code == base::ErrorCode::unavailable);
  CHECK(error.detail == "the views cannot be read now; try again");
  volume->fails_reads = false;
  CHECK(views->failure().empty());
  CHECK(views->views().user("user500"));
  CHECK_FALSE(fs::exists(folder.path() / "views.rebuild"));
}

TEST_CASE_METHOD(OnVolume, "a recovery that finds a commit that does not fit is the last one",
                 "[damage]") {
  open_views();
  volume->is_full = true;
  REQUIRE(log->append(user_added("one", 0)));
  events::CommitDraft misfit = user_added("two", 1);
  misfit.events = {events::TokenSet{"nobody", {}}};
  REQUIRE(log->append(misfit));
  CHECK(views->failure().find("nobody") == std::string::npos);
  volume->is_full = false;
  CHECK(in_time([&] { return views->failure().find("no user nobody") != std::string::npos; }));
}

TEST_CASE("only a lock that another process holds is reported as in use", "[damage]") {
  const TemporaryFolder folder;
  const fs::path block = folder.path() / "block" / "lock";
  {
    const auto first = projections::RocksStore::open(block);
    REQUIRE(first);
    const auto second = projections::RocksStore::open(block);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == base::ErrorCode::unavailable);
  }
  // A file in place of RocksDB's folder: an error of another kind, on a path that contains that
  // word.
  const fs::path file = folder.path() / "block" / "file";
  std::ofstream(file) << "no folder";
  const auto opened = projections::RocksStore::open(file);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code != base::ErrorCode::unavailable);
}

}  // namespace codelog::tests::damage_test
