// The past of a codelist: the cost of reading it, and its content.
#include <catch2/catch.hpp>

#include "projections/memory_store.h"
#include "projections/past.h"
#include "tests/coding_systems/codeset_fake_release.h"
#include "tests/events/raw_log.h"
#include "tests/projections/random_history.h"

namespace codelog::tests::past_test {
namespace {

constexpr std::size_t codes_count = 3'000;

// Remembers the largest batch written to it.
class WatchedStore final : public projections::Store {
 public:
  std::unique_ptr<projections::StoreReader> reader() const override { return store_.reader(); }
  base::Result<void> write(const projections::Batch& batch, projections::WriteMode mode) override {
    largest_ = std::max(largest_, batch.changes().size());
    total_ += batch.changes().size();
    return store_.write(batch, mode);
  }
  base::Result<void> sync() override { return store_.sync(); }

  std::size_t largest() const { return largest_; }
  std::size_t total() const { return total_; }

 private:
  projections::MemoryStore store_;
  std::size_t largest_ = 0;
  std::size_t total_ = 0;
};

std::shared_ptr<const coding_systems::Release> flat_release() {
  FakeRelease::Edges edges;
  for (std::size_t i = 1; i < codes_count; ++i) {
    edges.emplace_back("c1000", "c" + std::to_string(1000 + i));
  }
  return std::make_shared<FakeRelease>(edges, std::vector<std::string>{},
                                       "c1000");  // as commands share it
}

struct Fixture {
  TemporaryFolder folder;
  TestSite site{folder.path(), flat_release()};
  commands::CodelistCommands codelists{site.executor()};
  commands::DraftCommands drafts{site.executor()};
  const commands::Write alice{commands::Actor{.username = "user1"}, std::nullopt};
  base::VersionId draft;
  base::CodelistId list;

  Fixture() {
    RandomHistory(site, 1).set_up();
    commands::CreateCodelist command;
    command.owner = {events::OwnerKind::user, "user1"};
    command.name = "A list";
    command.coding_system = "bnf";
    command.codes = {"c1001"};
    const auto commit = codelists.create(alice, command);
    REQUIRE(commit);
    draft = std::get<events::VersionCreated>(commit->content.events.at(1)).version;
    list = site.projections().views().version(draft)->codelist;
  }

  // Each click changes every code of the release.
  void click(int times) {
    for (int i = 0; i < times; ++i) {
      const auto status = i % 2 == 0 ? base::CodeStatus::included : base::CodeStatus::excluded;
      commands::ChangeStatuses command;
      command.updates = {{"c1000", status}};
      REQUIRE(drafts.change_statuses(alice, draft, command));
    }
  }

  projections::PastQuery now(std::optional<base::VersionId> contents_of) {
    return {{events::Stream::of_codelist(list)}, site.log().head().position, contents_of};
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "the past is replayed in portions, whatever the number of changes",
                 "[past]") {
  constexpr int clicks = 40;
  click(clicks);
  WatchedStore store;
  REQUIRE(projections::replay_past(store, site.log(), now(draft)));
  CHECK(store.total() >= clicks * (codes_count - 1));
  // Twenty thousand, and the changes of the commit that reached this number.
  CHECK(store.largest() < 20'000 + codes_count + 10);
  CHECK(projections::Views(store.reader()).codes(draft) == site.projections().views().codes(draft));
}

TEST_CASE_METHOD(Fixture, "a replay keeps only the requested codes", "[past]") {
  click(10);
  WatchedStore store;
  REQUIRE(projections::replay_past(store, site.log(), now(std::nullopt)));
  CHECK(store.total() < 100);
  const projections::Views then(store.reader());
  CHECK(then.version(draft) == site.projections().views().version(draft));
  CHECK(then.codelist(list) == site.projections().views().codelist(list));
  CHECK(then.codes(draft).empty());
}

TEST_CASE("a damaged commit hides only the past that it belongs to", "[past]") {
  const TemporaryFolder folder;
  {
    const auto log = open_log(folder);
    for (std::uint64_t i = 0; i < 5; ++i) {
      events::CommitDraft draft;
      draft.command = "Test";
      draft.streams = {{events::Stream::of_accounts(), base::StreamVersion(i)}};
      draft.events = {events::UserAdded{"user" + std::to_string(i), {}, false}};
      REQUIRE(log->append(draft));
    }
  }
  {
    events::RawLog raw(folder.path() / "log");
    const std::string key("\0\0\0\0\0\0\0\3", 8);
    std::string record = raw.get(events::Family::commits, key);
    record.back() = static_cast<char>(record.back() ^ 1);
    raw.put(events::Family::commits, key, record);
  }
  const auto log = open_log(folder);
  const auto before =
      projections::views_as_of(*log, {{events::Stream::of_accounts()}, base::Position(2)});
  REQUIRE(before);
  CHECK(projections::Views((*before)->reader()).users().size() == 2);
  for (const std::uint64_t last : {3u, 5u}) {
    const auto hidden =
        projections::views_as_of(*log, {{events::Stream::of_accounts()}, base::Position(last)});
    REQUIRE_FALSE(hidden);
    CHECK(hidden.error().code == base::ErrorCode::corrupt);
  }
}

}  // namespace codelog::tests::past_test
