// Making a log out of another one's commits, in bulk.
#include "events/rocksdb/log_loader.h"

#include <fstream>

#include "events/codec.h"
#include "log_fixture.h"

namespace codelog::events::log_loader_test {
namespace {

using base::ErrorCode;
using base::Position;

std::unique_ptr<LogLoader> make_or_fail(const LogOptions& options) {
  auto loader = LogLoader::make(options);
  if (!loader) FAIL(loader.error().detail);
  return *std::move(loader);
}

// The first one also gives ids.
CommitDraft numbered(std::uint64_t i) {
  CommitDraft draft = step("s" + std::to_string(i % 3), i / 3, "key " + std::to_string(i));
  if (i == 0) {
    CodelistCreated made;
    made.codelist = base::CodelistId(7);
    draft.events.emplace_back(made);
  }
  return draft;
}

TEST_CASE("a loaded log is the log that it was loaded from, but for its id and epoch",
          "[log][load]") {
  const TemporaryFolder source_folder;
  const TemporaryFolder folder;
  LogOptions source_options = options_in(source_folder);
  source_options.sync = false;
  const auto source = open_or_fail(source_options);
  constexpr std::uint64_t count = 1000;
  for (std::uint64_t i = 0; i < count; ++i) REQUIRE(source->append(numbered(i)));
  LogOptions options = options_in(folder);
  options.epoch_min = 7;
  std::string id;
  {
    const auto loader = make_or_fail(options);
    id = loader->id();
    for (std::uint64_t i = 1; i <= count; ++i) {
      const auto added = loader->add(*source->read_bytes(Position(i)));
      REQUIRE(added);
      REQUIRE(*added == *source->read(Position(i)));
    }
    const auto head = loader->finish();
    REQUIRE(head);
    CHECK(head->root == source->head().root);
  }
  const auto log = open_or_fail(options);
  CHECK(log->id() == id);
  CHECK(log->id() != source->id());
  CHECK(log->head() == Head{Position(count), source->head().root, 7});
  const auto findings = log->verify({});
  REQUIRE(findings);
  CHECK(findings->empty());
  // It goes on where the other one ended, and knows what was done.
  CHECK(log->stream_version(Stream("s0")) == source->stream_version(Stream("s0")));
  CHECK(log->next_ids().codelist == base::CodelistId(8));
  const auto again = log->append(numbered(5));
  REQUIRE(again);
  CHECK(again->duplicate);
  CHECK(again->commit.position == Position(6));
  CHECK(log->append(numbered(count)));
  CHECK(log->verify({})->empty());
}

TEST_CASE("a commit that does not follow the others is not loaded", "[log][load]") {
  const TemporaryFolder folder;
  const auto loader = make_or_fail(options_in(folder));
  REQUIRE(loader->add(*encode(step("a", 0))));
  const auto gap = loader->add(*encode(step("a", 2)));
  REQUIRE_FALSE(gap);
  CHECK(gap.error().code == ErrorCode::corrupt);
  CHECK(gap.error().detail == "commit 2: stream a has 1 commits before it, not 2");
  const auto nonsense = loader->add("nonsense");
  REQUIRE_FALSE(nonsense);
  CHECK(nonsense.error().code == ErrorCode::corrupt);
}

TEST_CASE("a log is loaded only into a free place with room", "[log][load]") {
  const TemporaryFolder folder;
  LogOptions options = options_in(folder);
  SECTION("a log is there") {
    open_or_fail(options).reset();
    CHECK(LogLoader::make(options).error().code == ErrorCode::conflict);
  }
  SECTION("a witness is there") {
    options.witness_file = folder.path() / "witness";
    std::ofstream(options.witness_file) << "of another log";
    CHECK(LogLoader::make(options).error().code == ErrorCode::conflict);
  }
  SECTION("there is no room") {
    options.free_bytes_min = std::uint64_t{1} << 60;
    const auto loader = make_or_fail(options);
    REQUIRE(loader->add(*encode(step("a", 0))));
    const auto refused = loader->finish();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::unavailable);
  }
}

}  // namespace
}  // namespace codelog::events::log_loader_test
