// Undoing one's own steps among others': after any history, statuses are those that follow from the
// decisions.
#include <catch2/catch.hpp>
#include <random>

#include "tests/coding_systems/codeset_fake_release.h"
#include "tests/projections/random_history.h"

namespace codelog::tests::draft_reversal_test {
namespace {

using base::CodeStatus;
using base::VersionId;

std::shared_ptr<const coding_systems::Release> random_release(std::mt19937& random) {
  FakeRelease::Edges edges;
  for (std::size_t child = 1; child < 14; ++child) {
    const auto parents_count = 1 + random() % 3;
    for (std::size_t i = 0; i < parents_count; ++i) {
      edges.emplace_back("c" + std::to_string(random() % child), "c" + std::to_string(child));
    }
  }
  return std::make_shared<FakeRelease>(edges, std::vector<std::string>(), "c0");
}

// Two users on one draft: an owner, and the operator of the site.
class TwoUsers {
 public:
  explicit TwoUsers(unsigned seed)
      : random_(seed), release_(random_release(random_)), site_(folder_.path(), release_) {
    RandomHistory(site_, 1).set_up();
    commands::CreateCodelist command;
    command.owner = {events::OwnerKind::user, "user1"};
    command.name = "A list";
    command.coding_system = "bnf";
    const auto made = codelists_.create(user(0), command);
    REQUIRE(made);
    draft_ = std::get<events::VersionCreated>(made->content.events.at(1)).version;
    if (random_() % 2 == 0) {
      REQUIRE(drafts_.add_search(user(0), draft_, {events::SearchKind::code, "c0"}));
    }
  }

  // Returns whether it was allowed.
  bool move() {
    const commands::Write write = user(random_() % 2);
    const auto head = site_.log().head().position;
    switch (random_() % 5) {
      case 0:
      case 1: {
        commands::ChangeStatuses command;
        constexpr CodeStatus signs[] = {CodeStatus::included, CodeStatus::excluded,
                                        CodeStatus::unresolved};
        const std::string code = "c" + std::to_string(random_() % 14);
        command.updates = {{code, signs[random_() % 3]}};
        command.base_position = head;
        return static_cast<bool>(drafts_.change_statuses(write, draft_, command));
      }
      case 2:
      case 3:
        return static_cast<bool>(drafts_.undo_own(write, draft_));
      default:
        return static_cast<bool>(random_() % 2 == 0 ? drafts_.redo(write, draft_, head)
                                                    : drafts_.undo(write, draft_, head));
    }
  }

  void check() {
    const auto views = site_.projections().views();
    const auto codeset =
        coding_systems::Codeset::make(coding_systems::CodeUniverse(release_), views.codes(draft_));
    for (const base::CodeChange& change : codeset.changes_if_reapplied()) {
      FAIL_CHECK(change.code << " should be " << base::to_string(*change.after));
    }
    // The workspace that commands decide on has gone the same way.
    const auto version = views.version(draft_);
    const auto workspace = drafts_.workspace_of(views, *version);
    REQUIRE(workspace);
    CHECK((*workspace)->codeset->codes() == codeset.codes());
    std::size_t count = 0;
    for (const auto of_status : version->counts) count += of_status;
    CHECK(count == codeset.count());
  }

 private:
  static commands::Write user(std::size_t number) {
    return {number == 0 ? commands::Actor{.username = "user1"} : commands::Actor::system(),
            std::nullopt};
  }

  std::mt19937 random_;
  TemporaryFolder folder_;
  std::shared_ptr<const coding_systems::Release> release_;  // shared with the site
  TestSite site_;
  commands::CodelistCommands codelists_{site_.executor()};
  commands::DraftCommands drafts_{site_.executor()};
  VersionId draft_;
};

}  // namespace

TEST_CASE("undoing one's own steps leaves what follows from the decisions", "[draft][undo]") {
  const auto seed = GENERATE(range(1u, 13u));
  CAPTURE(seed);
  TwoUsers users(seed);
  int moves_count = 0;
  for (int i = 0; i < 60; ++i) {
    CAPTURE(i);
    if (!users.move()) continue;
    ++moves_count;
    users.check();
  }
  CHECK(moves_count > 20);
}

}  // namespace codelog::tests::draft_reversal_test
