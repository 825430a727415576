// The path of all commands: the effects of many commands at once, and of failures below.
#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "tests/coding_systems/codeset_fake_release.h"
#include "tests/projections/random_history.h"

namespace codelog::tests::executor_test {

namespace base = codelog::base;
namespace coding_systems = codelog::coding_systems;
namespace commands = codelog::commands;
namespace events = codelog::events;
using base::ErrorCode;
using codelog::tests::RandomHistory;
using codelog::tests::TemporaryFolder;
using codelog::tests::TestSite;
using events::OwnerKind;

namespace {

struct Fixture {
  TemporaryFolder folder;
  TestSite site{folder.path(), 5, 120};
  commands::CodelistCommands codelists{site.executor()};
  commands::VersionCommands versions{site.executor()};
  commands::DraftCommands drafts{site.executor()};

  // user0 to user3, see RandomHistory::set_up.
  Fixture() { RandomHistory(site, 1).set_up(); }

  static commands::Write as(const std::string& username) {
    return {commands::Actor{.username = username, .is_admin = false}, std::nullopt};
  }
  base::Result<events::Commit> create(const std::string& owner, const std::string& name) {
    commands::CreateCodelist command;
    command.owner = {OwnerKind::user, owner};
    command.name = name;
    command.coding_system = "bnf";
    return codelists.create(as(owner), command);
  }
  base::VersionId draft(const std::string& owner, const std::string& name) {
    const auto commit = create(owner, name);
    REQUIRE(commit);
    return std::get<events::VersionCreated>(commit->content.events.at(1)).version;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "slow work keeps others neither from ids nor from the codelist",
                 "[executor]") {
  std::promise<void> may_end;
  std::atomic<int> calls = 0;
  std::atomic<int> missing = 0;
  const auto shared = draft("user2", "Shared");
  const auto list = site.projections().views().version(shared)->codelist;
  auto slow = std::async(std::launch::async, [&] {
    commands::Prepared<int, int> prepared;
    return site.executor().run(
        as("user1"), {.allocates_ids = true, .codelist = list, .preparation = &prepared},
        [&](const codelog::projections::Views&) -> base::Result<commands::Decision> {
          if (++calls == 1) may_end.get_future().wait();
          if (prepared.of(1, [] { return 2; }) == nullptr) ++missing;
          return commands::Decision{};
        });
  });
  while (calls == 0) std::this_thread::yield();
  auto other = std::async(std::launch::async, [&] {
    commands::ChangeDetails details;
    details.description = "while it is prepared";
    auto changed = codelists.change_details(as("user2"), list, details);
    return changed ? create("user2", "Quick") : std::move(changed);
  });
  const bool is_quick = other.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
  may_end.set_value();
  CHECK(is_quick);
  CHECK(other.get());
  CHECK(slow.get());
  CHECK(calls == 2);
  CHECK(missing == 1);  // before the turn, where it is made
}

namespace {

// The first look-up of several codes at a time waits for the test.
class SlowRelease final : public codelog::tests::FakeRelease {
 public:
  SlowRelease() : FakeRelease({{"A", "B"}}, {}, "A") {}
  std::vector<std::optional<coding_systems::Node>> find_all(
      std::span<const std::string_view> codes) const override {
    if (++calls == 1) may_end.get_future().wait();
    return FakeRelease::find_all(codes);
  }

  mutable std::atomic<int> calls = 0;
  mutable std::promise<void> may_end;
};

}  // namespace

TEST_CASE("codes are looked up before the turn of the command that stores them", "[executor]") {
  const auto release = std::make_shared<const SlowRelease>();  // as commands share it
  const TemporaryFolder folder;
  TestSite site{folder.path(), release};
  RandomHistory(site, 1).set_up();
  commands::CodelistCommands codelists{site.executor()};
  commands::VersionCommands versions{site.executor()};
  const std::vector<std::string> codes = {"A", "B"};
  const auto create = [&](const std::string& user, const std::string& name, bool has_codes) {
    commands::CreateCodelist command;
    command.owner = {OwnerKind::user, user};
    command.name = name;
    command.coding_system = "bnf";
    if (has_codes) command.codes = codes;
    return codelists.create(Fixture::as(user), command);
  };
  const auto made = create("user1", "List", false);
  REQUIRE(made);
  const auto list = std::get<events::CodelistCreated>(made->content.events.at(0)).codelist;
  const std::string command = GENERATE("create", "version", "update");
  CAPTURE(command);
  auto slow = std::async(std::launch::async, [&]() -> base::Result<events::Commit> {
    if (command == "create") return create("user1", "Slow", true);
    if (command == "update") {
      commands::UpdateCodelist update;
      update.name = "List";
      update.slug = "list";
      update.codes = codes;
      update.release = "bnf_fake_20240101";
      return versions.update_codelist(Fixture::as("user1"), list, update);
    }
    commands::CreateVersion version;
    version.codes = codes;
    version.release = "bnf_fake_20240101";
    return versions.create(Fixture::as("user1"), list, version);
  });
  while (release->calls == 0) std::this_thread::yield();
  auto other = std::async(std::launch::async, [&] { return create("user2", "Quick", false); });
  const bool is_quick = other.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
  release->may_end.set_value();
  CHECK(is_quick);
  CHECK(other.get());
  CHECK(slow.get());
  CHECK(release->calls == 1);
}

TEST_CASE_METHOD(Fixture, "outdated preparations are repeated, and not in the turn", "[executor]") {
  const auto version = draft("user1", "List");
  int made = 0;
  int in_turn = 0;
  commands::Prepared<base::Position, int> prepared;
  const auto list = site.projections().views().version(version)->codelist;
  const auto ran = site.executor().run(
      as("user1"), {.codelist = list, .preparation = &prepared},
      [&](const codelog::projections::Views& views) -> base::Result<commands::Decision> {
        const auto* value = prepared.of(views.checkpoint(), [&] {
          // Another command is quicker, twice.
          if (++made <= 2) REQUIRE(create("user2", "Quick " + std::to_string(made)));
          return made;
        });
        if (value != nullptr) in_turn = *value;
        return commands::Decision{};
      });
  CHECK(ran);
  CHECK(made == 3);
  CHECK(in_turn == 3);
}

TEST_CASE_METHOD(Fixture, "no command decides on views that have stopped following the log",
                 "[executor]") {
  const auto first = draft("user1", "One");
  const auto second = draft("user1", "Two");
  // A commit that does not fit, as after a disk error below the views.
  events::CommitDraft unfit;
  unfit.command = "Test";
  unfit.streams = {{events::Stream("nowhere"), base::StreamVersion(0)}};
  unfit.events = {events::VersionPublished{base::VersionId(999)}};
  REQUIRE(site.log().append(std::move(unfit)));
  REQUIRE_FALSE(site.projections().failure().empty());

  const auto head = site.log().head().position;
  const auto refused = versions.create_draft(as("user1"), first, std::nullopt);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::unavailable);
  CHECK_FALSE(versions.create_draft(as("user1"), second, std::nullopt));
  CHECK_FALSE(create("user2", "Three"));
  CHECK(site.log().head().position == head);
}

TEST_CASE_METHOD(Fixture, "commands that assign ids do not wait for each other's sync",
                 "[executor][concurrency]") {
  constexpr std::size_t count = 8;
  std::vector<base::VersionId> lists;
  for (std::size_t i = 0; i < count; ++i) {
    lists.push_back(draft("user1", "List " + std::to_string(i)));
  }
  // Holds the first group until all the other commits have their places after it.
  const base::Position before = site.log().head().position;
  std::promise<void> all_placed;
  std::atomic<int> groups = 0;
  site.projections().set_listener([&](std::span<const events::Commit>) {
    if (++groups == 1) all_placed.get_future().wait_for(std::chrono::seconds(60));
  });
  std::vector<std::optional<base::SearchId>> searches(count);
  bool placed_together = false;
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < count; ++i) {
      threads.emplace_back([&, i] {
        const auto added =
            drafts.add_search(as("user1"), lists[i], {events::SearchKind::code, "c1001"});
        if (added) searches[i] = added->id;
      });
    }
    threads.emplace_back([&] { (void)create("user2", "Another"); });
    threads.emplace_back([&] { (void)create("user3", "A third"); });
    const auto placed = [&](std::uint32_t id) {
      const auto stream = events::Stream::of_codelist(base::CodelistId(id));
      return site.log().stream_version(stream).value() > 0;
    };
    const auto all_there = [&] {
      for (std::uint32_t id = 1; id <= count; ++id) {
        const auto stream = events::Stream::of_codelist(base::CodelistId(id));
        if (site.log().stream_version(stream).value() < 2) return false;
      }
      return placed(9) && placed(10);
    };
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!all_there() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    placed_together = all_there();
    all_placed.set_value();
  }
  site.projections().set_listener({});
  CHECK(placed_together);
  CHECK(groups <= 2);  // one group if the first sync was slow enough for all to join it
  // Dense, without repeats, and in the order of the log.
  std::uint32_t next_search = 1;
  std::uint32_t next_codelist = count + 1;
  const auto reader = site.log().read_all(before.next(), events::Direction::forward);
  while (const auto commit = reader->next()) {
    REQUIRE(*commit);
    for (const events::Event& event : (*commit)->content.events) {
      if (const auto* added = std::get_if<events::SearchAdded>(&event)) {
        CHECK(added->search.id.value() == next_search++);
      }
      if (const auto* created = std::get_if<events::CodelistCreated>(&event)) {
        CHECK(created->codelist.value() == next_codelist++);
      }
    }
  }
  CHECK(next_search == count + 1);
  CHECK(next_codelist == count + 3);
  for (std::size_t i = 0; i < count; ++i) {
    REQUIRE(searches[i]);
    CHECK(site.projections().views().search(lists[i], *searches[i]));
  }
}

TEST_CASE_METHOD(Fixture, "ids follow the log without a gap, even with refusals in between",
                 "[executor][concurrency]") {
  constexpr int clients = 12;
  constexpr int rounds = 8;
  std::atomic<int> created = 0;
  std::atomic<int> failures = 0;
  {
    std::vector<std::jthread> threads;
    for (int client = 0; client < clients; ++client) {
      threads.emplace_back([&, client] {
        const std::string owner = "user" + std::to_string(client % 4);
        for (int round = 0; round < rounds; ++round) {
          // Several commands want each name; one gets it, and the others are refused.
          const auto commit = create(owner, "List " + std::to_string(round));
          if (!commit) continue;
          ++created;
          const auto version =
              std::get<events::VersionCreated>(commit->content.events.at(1)).version;
          // A command with an answer sees its result, and continues from there.
          const bool good =
              site.projections().views().version(version) &&
              drafts.add_search(as(owner), version, {events::SearchKind::code, "c1002"}) &&
              versions.create_draft(as(owner), version, std::nullopt);
          if (!good) ++failures;
        }
      });
    }
  }
  CHECK(failures == 0);
  CHECK(created == 4 * rounds);
  std::uint32_t next_codelist = 1;
  std::uint32_t next_version = 1;
  std::uint32_t next_search = 1;
  const auto reader = site.log().read_all(base::Position(1), events::Direction::forward);
  while (const auto commit = reader->next()) {
    REQUIRE(*commit);
    for (const events::Event& event : (*commit)->content.events) {
      if (const auto* codelist = std::get_if<events::CodelistCreated>(&event)) {
        CHECK(codelist->codelist.value() == next_codelist++);
      }
      if (const auto* version = std::get_if<events::VersionCreated>(&event)) {
        CHECK(version->version.value() == next_version++);
        for (const auto& search : version->searches) CHECK(search.id.value() == next_search++);
      }
      if (const auto* added = std::get_if<events::SearchAdded>(&event)) {
        CHECK(added->search.id.value() == next_search++);
      }
    }
  }
  CHECK(next_codelist == 4 * rounds + 1);
  CHECK(site.projections().failure().empty());
}

TEST_CASE_METHOD(Fixture, "the same request sent many times at once gets equal answers",
                 "[executor][concurrency]") {
  for (int round = 0; round < 10; ++round) {
    commands::CreateCodelist command;
    command.owner = {OwnerKind::user, "user1"};
    command.name = "List " + std::to_string(round);
    command.coding_system = "bnf";
    commands::Write write = as("user1");
    write.idempotency = events::IdempotencyKey{command.name, {}};
    std::vector<std::optional<base::Position>> answers(6);
    {
      std::vector<std::jthread> threads;
      for (auto& answer : answers) {
        threads.emplace_back([&] {
          const auto commit = codelists.create(write, command);
          if (commit) answer = commit->position;
        });
      }
    }
    for (const auto& answer : answers) CHECK(answer == site.log().head().position);
  }
}

}  // namespace codelog::tests::executor_test
