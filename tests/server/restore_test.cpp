// Restoring a site from its log: to every position of a random history, from damaged logs, and with
// people who were erased since.
#include "server/site/restore.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <thread>

#include "events/base/check.h"
#include "server/accounts/personal_data.h"
#include "tests/projections/random_history.h"
#include "tests/server/restored_site.h"

namespace codelog::tests::restore_test {
namespace {

namespace fs = std::filesystem;
using base::Position;
using site::DataFolder;
using site::RestoreReport;
using site::RestoreRequest;

constexpr std::size_t codes_count = 60;

RestoreReport restore(const RestoreRequest& request) {
  auto report = site::restore_site(request, go_on);
  if (!report) FAIL(report.error().detail);
  return *std::move(report);
}

// A site with a random history, still open.
struct Source {
  QuickFolder folder;
  TestSite site{folder.path() / "source", 5, codes_count};
  RandomHistory history{site, 5};

  explicit Source(int steps_count) {
    history.set_up();
    for (int i = 0; i < steps_count; ++i) history.step();
  }

  RestoreRequest request(std::optional<projections::Moment> moment = {}) const {
    return {.source = folder.path() / "source",
            .source_witness = folder.path() / "source" / "witness",
            .target = folder.path() / "restored",
            .moment = moment};
  }
  Position head() { return site.log().head().position; }
};

TEST_CASE("a site is restored to every position of a random history", "[restore]") {
  Source source(450);
  REQUIRE(source.head() > Position(200));
  REQUIRE(source.history.accepted().contains("EraseUser"));
  std::uint64_t erased_count = 0;
  for (Position position(1); position <= source.head(); position = position.next()) {
    CAPTURE(position.value());
    const RestoreRequest request = source.request(position);
    const RestoreReport report = restore(request);
    REQUIRE(report.plan.position == position);
    REQUIRE(report.is_root_compared);
    REQUIRE(report.root == *source.site.event_log().root(position.value()));
    REQUIRE(report.users_without_key.empty());
    erased_count += report.erased_again.size();

    auto restored = open_folder(request.target);
    const events::Head head = restored->log().head();
    REQUIRE(head.epoch == 2);
    // The new commits erase people; the folder's opening registers releases, at early positions.
    REQUIRE(head.position >= Position(position.value() + report.erased_again.size()));
    REQUIRE(*restored->log().root(position.value()) == report.root);
    REQUIRE(restored->projections().failure().empty());
    REQUIRE(content_of(*restored->projections().snapshot()) ==
            views_of(source.site.log(), position, restored->log()));
    REQUIRE(restored->unreadable_users().empty());
    restored.reset();
    fs::remove_all(request.target);
  }
  CHECK(erased_count > 0);
}

TEST_CASE("a site is restored to a time, beside the process that has it open", "[restore]") {
  Source source(120);
  const Position middle(source.head().value() / 2);
  const auto commit = source.site.log().read(middle);
  REQUIRE(commit);
  const base::Timestamp time = commit->content.time;
  CHECK(restore(source.request(time)).plan.position == middle);
  fs::remove_all(source.request().target);
  CHECK(restore(source.request(base::Timestamp{time.unix_us - 1})).plan.position ==
        Position(middle.value() - 1));
  fs::remove_all(source.request().target);
  const RestoreReport all = restore(source.request(base::Timestamp{time.unix_us * 2}));
  CHECK(all.plan.position == source.head());
  CHECK(all.plan.left_out_count == 0);
  CHECK(all.root == source.site.log().head().root);
}

TEST_CASE("a restored site continues, and can be restored from again", "[restore]") {
  Source source(60);
  const RestoreRequest request = source.request();
  restore(request);
  {
    const auto folder = open_folder(request.target);
    commands::Executor executor(folder->site());
    commands::AccountCommands accounts(executor);
    REQUIRE(accounts.set_token({commands::Actor::system(), std::nullopt}, "user0"));
    const auto findings = folder->log().verify({});
    REQUIRE(findings);
    CHECK(findings->empty());
  }
  const RestoreReport again =
      restore({.source = request.target, .target = source.folder.path() / "again"});
  CHECK(again.epoch == 3);
  CHECK(again.plan.position > source.head());
}

TEST_CASE("people who were erased since stay erased in a restored site", "[restore]") {
  Source source(0);
  commands::AccountCommands accounts(source.site.executor());
  const commands::Write system{commands::Actor::system(), std::nullopt};
  const Position before = source.head();
  REQUIRE(accounts.erase_user(system, "user1"));
  const RestoreRequest request = source.request(before);
  const RestoreReport report = restore(request);
  CHECK(report.erased_again == std::vector<std::string>{"user1"});
  const auto folder = open_folder(request.target);
  const auto user = folder->projections().views().user("user1");
  REQUIRE(user);
  CHECK(user->is_erased);
  const auto data = accounts::open_sealed(folder->keys(), "user1", user->personal);
  CHECK_FALSE(data);
  const auto other = folder->projections().views().user("user2");
  REQUIRE(other);
  const auto others_data = accounts::open_sealed(folder->keys(), "user2", other->personal);
  REQUIRE(others_data);
  CHECK(others_data->name == "User user2");
}

TEST_CASE("people who are erased during a restore stay erased in it", "[restore]") {
  Source source(0);
  commands::AccountCommands accounts(source.site.executor());
  const RestoreRequest request = source.request();
  bool is_erased = false;
  const auto report = site::restore_site(request, [&](const site::WorkProgress& work) {
    if (work.stage != "restoring commits" || is_erased) return true;
    is_erased = true;
    const commands::Write system{commands::Actor::system(), std::nullopt};
    return static_cast<bool>(accounts.erase_user(system, "user1"));
  });
  REQUIRE(report);
  CHECK(report->erased_again == std::vector<std::string>{"user1"});
  CHECK(report->users_without_key.empty());
  const auto folder = open_folder(request.target);
  CHECK(folder->projections().views().user("user1")->is_erased);
}

TEST_CASE("users whose keys the source lacks are named", "[restore]") {
  Source source(0);
  const RestoreRequest request = source.request();
  fs::remove_all(request.source / "keys" / "users");
  const RestoreReport report = restore(request);
  CHECK(report.keys_count == 0);
  CHECK(report.users_without_key.size() == source.site.projections().views().users().size());
  CHECK(report.erased_again.empty());
  CHECK_FALSE(report.plan.may_have_erased_others);
  // They are as they were: the keys may be put back.
  CHECK_FALSE(open_folder(request.target)->projections().views().user("user1")->is_erased);
}

TEST_CASE("the new site's witness is put where it is asked for", "[restore]") {
  Source source(10);
  RestoreRequest request = source.request();
  request.target_witness = source.folder.path() / "new-witness";
  restore(request);
  CHECK(fs::exists(request.target_witness));
  CHECK_FALSE(fs::exists(request.target / "keys" / "head-witness"));
  auto lock = site::FolderLock::try_take(request.target);
  REQUIRE((lock && *lock));
  CHECK(DataFolder::open({.data = request.target, .witness_file = request.target_witness},
                         std::move(**lock)));
  // Nothing is overwritten, and nothing is begun.
  RestoreRequest again = request;
  again.target = source.folder.path() / "again";
  CHECK(site::restore_site(again, go_on).error().code == base::ErrorCode::conflict);
  again.target_witness = "/nowhere/witness";
  CHECK(site::restore_site(again, go_on).error().code == base::ErrorCode::not_found);
  CHECK_FALSE(fs::exists(again.target));
}

TEST_CASE("a restore tells what it would leave out, the latest change first", "[restore]") {
  Source source(150);
  const Position middle(source.head().value() / 2);
  const auto plan = site::plan_restore(source.request(middle), go_on);
  REQUIRE(plan);
  CHECK(plan->position == middle);
  CHECK(plan->left_out_count == source.head().value() - middle.value());
  CHECK_FALSE(fs::exists(source.request().target));
  REQUIRE(plan->left_out.size() > 2);
  CHECK(plan->left_out.front().last_position == source.head());
  CHECK(std::ranges::is_sorted(plan->left_out, std::ranges::greater(),
                               &site::LeftOut::last_position));
  // Every commit is under each of its streams, but those that keep names apart.
  std::uint64_t expected_count = 0;
  const auto reader = source.site.log().read_all(middle.next(), events::Direction::forward);
  while (const auto commit = reader->next()) {
    for (const auto& stream : (*commit)->content.streams) {
      if (!stream.stream.is_about_names()) ++expected_count;
    }
  }
  std::uint64_t count = 0;
  for (const site::LeftOut& left_out : plan->left_out) count += left_out.commits_count;
  CHECK(count == expected_count);
  const bool names_codelist = std::ranges::any_of(plan->left_out, [](const auto& left_out) {
    return left_out.subject.find("codelist ") == 0 && left_out.subject.find("/list-") > 0;
  });
  CHECK(names_codelist);
}

TEST_CASE("a restore is refused, and leaves nothing", "[restore]") {
  Source source(40);
  RestoreRequest request = source.request();
  std::string expected;
  SECTION("beyond the end of the log") {
    request.moment = Position(source.head().value() + 1);
    expected = "the log ends at position " + std::to_string(source.head().value());
  }
  SECTION("before the first commit") {
    request.moment = base::Timestamp{0};
    expected = "the first commit of the log is later";
  }
  SECTION("without a log") {
    request.source = source.folder.path();
    expected = "there is no log in ";
  }
  SECTION("from a restore that has not ended") {
    std::ofstream(source.folder.path() / "source" / "unfinished-restore") << "x";
    expected = "holds a restore that has not ended";
  }
  SECTION("with a witness that is not there") {
    request.source_witness = "/nowhere/witness";
    expected = "there is no head witness /nowhere/witness";
  }
  SECTION("when it is stopped") {
    const auto report = site::restore_site(
        request, [](const site::WorkProgress& work) { return work.stage != "restoring commits"; });
    REQUIRE_FALSE(report);
    CHECK(report.error().detail == "the restore was stopped");
    CHECK_FALSE(fs::exists(request.target));
    return;
  }
  const auto report = site::restore_site(request, go_on);
  REQUIRE_FALSE(report);
  CHECK_THAT(report.error().detail, Catch::Contains(expected));
  CHECK_FALSE(fs::exists(request.target));
}

TEST_CASE("without a usable witness, a restore to the end needs a position", "[restore]") {
  Source source(20);
  RestoreRequest request = source.request();
  request.source_witness = source.folder.path() / "another-witness";
  std::ofstream(request.source_witness) << "nonsense";
  const auto refused = site::restore_site(request, go_on);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().detail,
             Catch::Contains("is damaged") &&
                 Catch::Contains("--at " + std::to_string(source.head().value())));
  // A time with later commits, or a position, needs none.
  const Position middle(source.head().value() / 2);
  const auto commit = source.site.log().read(middle);
  REQUIRE(commit);
  request.moment = commit->content.time;
  CHECK(restore(request).plan.position == middle);
  fs::remove_all(request.target);
  request.moment = source.head();
  CHECK(restore(request).plan.position == source.head());
  // One that is not in its place is only reported.
  fs::remove_all(request.target);
  request.source_witness.clear();
  request.moment.reset();
  const RestoreReport report = restore(request);
  CHECK_FALSE(report.plan.has_witness);
  CHECK(report.plan.position == source.head());
}

TEST_CASE("two restores into one folder do not disturb each other", "[restore]") {
  Source source(60);
  const RestoreRequest request = source.request();
  std::atomic<bool> is_inside = false;
  std::atomic<bool> may_go_on = false;
  std::jthread first([&] {
    const auto report = site::restore_site(request, [&](const site::WorkProgress& work) {
      if (work.stage != "restoring commits") return true;
      is_inside = true;
      while (!may_go_on) std::this_thread::yield();
      return true;
    });
    CODELOG_CHECK(static_cast<bool>(report), report ? "" : report.error().detail);
  });
  while (!is_inside) std::this_thread::yield();
  const auto second = site::restore_site(request, go_on);
  may_go_on = true;
  first.join();
  REQUIRE_FALSE(second);
  CHECK_THAT(second.error().detail, Catch::Contains("is in use"));
  CHECK(open_folder(request.target)->log().head().position >= source.head());
}

TEST_CASE("a restore never touches a folder that holds something else", "[restore]") {
  Source source(10);
  const RestoreRequest request = source.request();
  fs::create_directories(request.target);
  std::ofstream(request.target / "thesis.txt") << "three years";
  const auto report = site::restore_site(request, go_on);
  REQUIRE_FALSE(report);
  CHECK(report.error().code == base::ErrorCode::conflict);
  CHECK(fs::file_size(request.target / "thesis.txt") == 11);
  // Onto a site neither.
  RestoreRequest onto_itself = request;
  onto_itself.target = request.source;
  CHECK(site::restore_site(onto_itself, go_on).error().code == base::ErrorCode::conflict);
}

TEST_CASE("a folder whose restore has not ended is no site, and is restored into again",
          "[restore]") {
  Source source(10);
  const RestoreRequest request = source.request();
  fs::create_directories(request.target / "log");
  std::ofstream(request.target / "unfinished-restore") << "x";
  std::ofstream(request.target / "log" / "CURRENT") << "half of it";
  {
    auto lock = site::FolderLock::try_take(request.target);
    REQUIRE((lock && *lock));
    const auto opened = DataFolder::open({.data = request.target}, std::move(**lock));
    REQUIRE_FALSE(opened);
    CHECK_THAT(opened.error().detail, Catch::Contains("has not ended"));
  }
  restore(request);
  CHECK(open_folder(request.target)->log().head().position >= source.head());
}

}  // namespace
}  // namespace codelog::tests::restore_test
