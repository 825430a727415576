// The n-th write or sync of the database fails, for every n: acknowledged commits stay, and the log
// latches.
#include <fcntl.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <unistd.h>

#include <atomic>
#include <set>

#include "events/log_internal.h"
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

 private:
  std::atomic<Fault> fault_ = Fault::append;
  std::atomic<int> number_ = 0;
  std::atomic<int> calls_ = 0;
  std::atomic<bool> for_ever_ = false;
};

class FaultyFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyFile(std::unique_ptr<rocksdb::FSWritableFile> file, FaultPlan& plan)
      : FSWritableFileOwnerWrapper(std::move(file)), plan_(plan) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
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
    if (made.ok()) *result = std::make_unique<FaultyFile>(std::move(*result), plan_);
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
  CHECK(log.stream_version("a").value() == acknowledged.size());
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
        if (!appended) break;
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

}  // namespace codelog::events::log_fault_test
