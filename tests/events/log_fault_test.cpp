// The n-th write or sync of the database fails, for every n: acknowledged commits stay, and the log
// latches. A volume that is nearly full makes the log refuse commits, and not latch.
#include <fcntl.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <set>

#include "events/rocksdb/log_internal.h"
#include "log_fixture.h"

namespace codelog::events::log_fault_test {
namespace {

using base::ErrorCode;
using base::Position;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

enum class Fault { append, torn_append, sync };

// Counts the calls of one kind, and makes one of them fail, or that one and all later ones.
class FaultPlan {
 public:
  void start(Fault fault, int number, bool for_ever) {
    fault_ = fault;
    number_ = number;
    for_ever_ = for_ever;
    calls_ = 0;
  }
  void stop() { number_ = 0; }
  bool reached() const { return number_ > 0 && calls_ >= number_; }

  bool strikes(Fault called) {
    const bool same = called == fault_ || (called == Fault::append && fault_ == Fault::torn_append);
    if (number_ == 0 || !same) return false;
    const int call = ++calls_;
    return call == number_ || (for_ever_ && call > number_);
  }
  bool torn() const { return fault_ == Fault::torn_append; }

  std::atomic<bool> has_room_for_tables = true;

 private:
  std::atomic<Fault> fault_ = Fault::append;
  std::atomic<int> number_ = 0;
  std::atomic<int> calls_ = 0;
  std::atomic<bool> for_ever_ = false;
};

class FaultyFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyFile(std::unique_ptr<rocksdb::FSWritableFile> file, const std::string& name,
             FaultPlan& plan)
      : FSWritableFileOwnerWrapper(std::move(file)),
        is_table_(name.ends_with(".sst")),
        plan_(plan) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    if (is_table_ && !plan_.has_room_for_tables) return IOStatus::NoSpace("injected");
    if (!plan_.strikes(Fault::append)) return target()->Append(data, options, debug);
    if (plan_.torn()) {
      const IOStatus half = target()->Append(Slice(data.data(), data.size() / 2), options, debug);
      if (!half.ok()) return half;
    }
    return IOStatus::IOError("injected: append");
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    if (plan_.strikes(Fault::sync)) return IOStatus::IOError("injected: sync");
    return target()->Sync(options, debug);
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    if (plan_.strikes(Fault::sync)) return IOStatus::IOError("injected: fsync");
    return target()->Fsync(options, debug);
  }

 private:
  const bool is_table_;
  FaultPlan& plan_;
};

class FaultyFileSystem : public rocksdb::FileSystemWrapper {
 public:
  FaultyFileSystem(const std::shared_ptr<rocksdb::FileSystem>& base, FaultPlan& plan)
      : FileSystemWrapper(base), plan_(plan) {}
  const char* Name() const override { return "FaultyFileSystem"; }

  IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           IODebugContext* debug) override {
    const IOStatus made = target()->NewWritableFile(name, options, result, debug);
    if (made.ok()) *result = std::make_unique<FaultyFile>(std::move(*result), name, plan_);
    return made;
  }

 private:
  FaultPlan& plan_;
};

// Reading still works; appending is refused for good.
void check_latched(EventLog& log, const std::set<std::uint64_t>& acknowledged) {
  CHECK(log.latched());
  const auto refused = log.append(step("other", 0));
  CHECK(error_of(refused) == ErrorCode::unavailable);
  CHECK(refused.error().detail.find("injected") == std::string::npos);
  REQUIRE(log.refusal());
  CHECK(log.refusal()->cause.find("injected") != std::string::npos);
  for (const std::uint64_t position : acknowledged) CHECK(log.read(Position(position)));
  CHECK(log.head().position.value() == acknowledged.size());
  CHECK(log.stream_version(Stream("a")).value() == acknowledged.size());
}

void check_reopened(const LogOptions& options, rocksdb::Env* environment,
                    const std::set<std::uint64_t>& acknowledged) {
  const auto reopened = open_log(options, environment);
  if (!reopened) FAIL(reopened.error().detail);
  EventLog& log = **reopened;
  // One more commit may be there: it was written, and its writer was told that the result is
  // unknown.
  CHECK(log.head().position.value() >= acknowledged.size());
  CHECK(log.head().position.value() <= acknowledged.size() + 1);
  CHECK(log.verify({})->empty());
  const auto again = log.append(step("a", log.head().position.value()));
  REQUIRE(again);
}

// A volume whose free space the test sets.
class Volume {
 public:
  static constexpr std::uint64_t roomy = std::uint64_t{1} << 40;

  std::unique_ptr<EventLog> open(const LogOptions& options) {
    auto log = open_log(options, rocksdb::Env::Default(), [this] { return ask(); });
    if (!log) FAIL(log.error().detail);
    return *std::move(log);
  }
  void fill() { free_bytes_ = 0; }
  void make_room() { free_bytes_ = roomy; }

 private:
  std::optional<std::uint64_t> ask() const { return free_bytes_.load(); }

  std::atomic<std::uint64_t> free_bytes_ = roomy;
};

// A commit of about 100 kB.
CommitDraft large_step(const std::string& stream, std::uint64_t version) {
  CommitDraft draft = step(stream, version);
  auto& changed = std::get<StatusesChanged>(draft.events.front());
  for (int i = 0; i < 2'000; ++i) {
    changed.changes.push_back(
        {std::to_string(1'000'000 + i), CodeStatus::unresolved, CodeStatus::included});
  }
  return draft;
}

}  // namespace

TEST_CASE("a failed write or sync latches the log and loses nothing acknowledged", "[log][fault]") {
  const auto fault = GENERATE(Fault::append, Fault::torn_append, Fault::sync);
  const bool for_ever = GENERATE(false, true);
  constexpr std::uint64_t commits_count = 5;
  int latched_count = 0;
  bool reached = true;
  for (int number = 1; reached; ++number) {
    CAPTURE(static_cast<int>(fault), for_ever, number);
    const TemporaryFolder folder;
    const LogOptions options = options_in(folder);
    const std::unique_ptr<rocksdb::Env> memory(rocksdb::NewMemEnv(rocksdb::Env::Default()));
    FaultPlan plan;
    const auto faulty =
        rocksdb::NewCompositeEnv(std::make_shared<FaultyFileSystem>(memory->GetFileSystem(), plan));
    std::set<std::uint64_t> acknowledged;
    // Making the log is not part of the test.
    { REQUIRE(open_log(options, faulty.get())); }
    {
      const auto log = open_log(options, faulty.get());
      REQUIRE(log);
      plan.start(fault, number, for_ever);
      for (std::uint64_t i = 0; i < commits_count; ++i) {
        const auto appended = (*log)->append(step("a", i));
        if (!appended) {
          CHECK(error_of(appended) == ErrorCode::unconfirmed);
          break;
        }
        acknowledged.insert(appended->commit.position.value());
      }
      reached = plan.reached();
      if (reached) {
        check_latched(**log, acknowledged);
        ++latched_count;
      } else {
        CHECK(acknowledged.size() == commits_count);
      }
    }
    plan.stop();
    check_reopened(options, faulty.get(), acknowledged);
  }
  // Every commit appends and syncs at least once, so the loop reached each of them.
  CHECK(latched_count >= static_cast<int>(commits_count));
}

TEST_CASE("a witness that cannot be written latches the log; durable commits are acknowledged",
          "[log][fault]") {
  const TemporaryFolder folder;
  LogOptions options = options_in(folder);
  options.witness_file = std::filesystem::canonical(folder.path()) / "witness";
  {
    const auto log = open_or_fail(options);
    REQUIRE(log->append(step("a", 0)));
    // Puts a full device in place of the open file.
    const int full = ::open("/dev/full", O_RDWR | O_CLOEXEC);
    REQUIRE(full >= 0);
    int replaced = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code closed;
      if (std::filesystem::read_symlink(entry.path(), closed) != options.witness_file) continue;
      REQUIRE(::dup2(full, std::stoi(entry.path().filename().string())) >= 0);
      ++replaced;
    }
    ::close(full);
    REQUIRE(replaced == 1);
    CHECK(log->append(step("a", 1)));
    const auto refused = log->append(step("a", 2));
    CHECK(error_of(refused) == ErrorCode::unavailable);
    CHECK(log->refusal()->cause.find("head witness") != std::string::npos);
    CHECK(log->latched());
    CHECK(log->head().position == Position(2));
  }
  const auto log = open_or_fail(options);
  CHECK(log->head().position == Position(2));
  CHECK(log->append(step("a", 2)));
}

TEST_CASE("a commit that has lost its room is refused, and the log continues when there is room",
          "[log][fault]") {
  const TemporaryFolder folder;
  Volume volume;
  {
    const auto log = volume.open(options_in(folder));
    // The free space that this append has seen is still remembered when the next one comes.
    REQUIRE(log->append(step("a", 0)));
    volume.fill();
    for (const char* stream : {"a", "b"}) {
      const std::uint64_t version = log->stream_version(Stream(stream)).value();
      const auto refused = log->append(step(stream, version, "key"));
      CHECK(error_of(refused) == ErrorCode::unavailable);
      CHECK_THAT(refused.error().detail, Catch::Contains("MiB left"));
      CHECK_FALSE(log->latched());
      CHECK(log->refusal());
      CHECK(log->stream_version(Stream(stream)).value() == version);
      CHECK(log->head().position == Position(1));
    }
    volume.make_room();
    CHECK_FALSE(log->refusal());
    const auto accepted = log->append(step("a", 1, "key"));
    REQUIRE(accepted);
    CHECK_FALSE(accepted->duplicate);
    CHECK(accepted->commit.position == Position(2));
    CHECK(log->verify({})->empty());
  }
  const auto log = open_or_fail(options_in(folder));
  CHECK(log->head().position == Position(2));
  CHECK(log->verify({})->empty());
}

TEST_CASE("commits that wait for the disk while the volume fills up are refused together",
          "[log][fault]") {
  const TemporaryFolder folder;
  Volume volume;
  std::promise<void> held, release;
  const auto log = volume.open(options_in(folder));
  const auto following =
      log->follow(Position(0), [&, is_first = true](std::span<const Commit>) mutable {
        if (!std::exchange(is_first, false)) return;
        held.set_value();
        release.get_future().wait();
      });
  auto first = std::async(std::launch::async, [&] { return log->append(step("a", 0)); });
  held.get_future().wait();
  std::vector<std::future<base::Result<Appended>>> waiting;
  for (std::uint64_t i = 0; i < 3; ++i) {
    std::promise<void> sequenced;
    waiting.push_back(std::async(std::launch::async, [&] {
      CodelistCreated made;
      made.codelist = log->next_ids().codelist;
      CommitDraft draft = step("b", i);
      draft.events.emplace_back(made);
      return log->append(draft, {.sequenced = [&] { sequenced.set_value(); }});
    }));
    sequenced.get_future().wait();
  }
  volume.fill();
  release.set_value();
  CHECK(first.get());
  for (auto& writer : waiting) CHECK(error_of(writer.get()) == ErrorCode::unavailable);
  CHECK_FALSE(log->latched());
  CHECK(log->stream_version(Stream("b")) == StreamVersion(0));
  CHECK(log->next_ids() == NextIds());
  volume.make_room();
  const auto accepted = log->append(step("b", 0));
  REQUIRE(accepted);
  CHECK(accepted->commit.position == Position(2));
  CHECK(log->verify({})->empty());
}

TEST_CASE("a table that does not fit on the volume makes the log wait for room", "[log][fault]") {
  const TemporaryFolder folder;
  LogOptions options = options_in(folder);
  options.memory_bytes = 1u << 20;
  // A disk can tell its free space, so RocksDB would wait for room by itself there.
  const bool is_disk = GENERATE(true, false);
  CAPTURE(is_disk);
  const std::unique_ptr<rocksdb::Env> memory(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  FaultPlan plan;
  const auto below = (is_disk ? rocksdb::Env::Default() : memory.get())->GetFileSystem();
  const auto faulty = rocksdb::NewCompositeEnv(std::make_shared<FaultyFileSystem>(below, plan));
  std::uint64_t appended_count = 0;
  {
    const auto log = open_log(options, faulty.get());
    REQUIRE(log);
    CHECK_FALSE((*log)->refusal());
    plan.has_room_for_tables = false;
    constexpr std::uint64_t commits_max = 1'000;  // far more than fit into memory
    std::optional<base::Error> refusal;
    while (!refusal && appended_count < commits_max) {
      const auto appended = (*log)->append(large_step("a", appended_count));
      if (!appended) refusal = appended.error();
      if (appended) ++appended_count;
    }
    REQUIRE(refusal);
    CHECK(refusal->code == ErrorCode::unavailable);
    CHECK_THAT(refusal->detail, Catch::Contains("when there is room"));
    CHECK_FALSE((*log)->latched());
    CHECK((*log)->refusal());
    // Still full.
    CHECK(error_of((*log)->append(step("b", 0))) == ErrorCode::unavailable);
    CHECK_FALSE((*log)->latched());
    plan.has_room_for_tables = true;
    for (int i = 0; i < 30; ++i) REQUIRE((*log)->append(large_step("a", appended_count++)));
    CHECK((*log)->verify({})->empty());
  }
  const auto reopened = open_log(options, faulty.get());
  REQUIRE(reopened);
  CHECK((*reopened)->head().position.value() == appended_count);
  CHECK((*reopened)->verify({})->empty());
}

}  // namespace codelog::events::log_fault_test
