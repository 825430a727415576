// The codes of a draft. They come from searches, from the draft's source, and by being decided;
// they leave with the last search that found them, unless something holds them.
#include <catch2/catch.hpp>

#include <map>

#include "server/commands/draft_making.h"
#include "tests/coding_systems/codeset_fake_release.h"
#include "tests/projections/random_history.h"

namespace codelog::tests::draft_rules_test {
namespace {

using base::CodeStatus;
using base::ErrorCode;
using base::VersionId;

// root has asthma and elbow; asthma has allergic and exercise; allergic has pollen and dust.
std::shared_ptr<const coding_systems::Release> small_release() {
  const FakeRelease::Edges edges = {
      {"root", "asthma"},     {"root", "elbow"},    {"asthma", "allergic"}, {"asthma", "exercise"},
      {"allergic", "pollen"}, {"allergic", "dust"}, {"elbow", "tennis"}};
  return std::make_shared<FakeRelease>(edges, std::vector<std::string>{"lone"},
                                       "root");  // as commands share it
}

commands::ChangeStatuses of(std::vector<events::CodeWithStatus> updates) {
  commands::ChangeStatuses command;
  command.updates = std::move(updates);
  return command;
}

using Statuses = std::map<std::string, std::string>;

struct Fixture {
  TemporaryFolder folder;
  TestSite site{folder.path(), small_release()};
  commands::CodelistCommands codelists{site.executor()};
  commands::VersionCommands versions{site.executor()};
  commands::DraftCommands drafts{site.executor()};
  const commands::Write alice{commands::Actor{.username = "user1"}, std::nullopt};

  Fixture() { RandomHistory(site, 1).set_up(); }

  projections::Views views() { return site.projections().views(); }

  VersionId draft_of(std::vector<std::string> codes) {
    commands::CreateCodelist command;
    command.owner = {events::OwnerKind::user, "user1"};
    command.name = "A list";
    command.coding_system = "bnf";
    if (!codes.empty()) command.codes = std::move(codes);
    const auto commit = codelists.create(alice, command);
    REQUIRE(commit);
    return std::get<events::VersionCreated>(commit->content.events.at(1)).version;
  }

  base::Result<events::Commit> decide(VersionId draft, const std::string& code, CodeStatus status) {
    return drafts.change_statuses(alice, draft, of({{code, status}}));
  }

  base::SearchId search(VersionId draft, const std::string& term) {
    const auto outcome = drafts.add_search(alice, draft, {events::SearchKind::term, term});
    REQUIRE(outcome);
    return outcome->id;
  }

  Statuses statuses(VersionId draft) {
    Statuses all;
    for (const auto& code : views().codes(draft)) all[code.code] = base::to_string(code.status);
    return all;
  }
};

constexpr auto plus = CodeStatus::included;
constexpr auto minus = CodeStatus::excluded;
constexpr auto cleared = CodeStatus::unresolved;

}  // namespace

TEST_CASE_METHOD(Fixture, "a draft made from codes keeps them, whatever is decided about them",
                 "[draft]") {
  const auto draft = draft_of({"asthma", "allergic", "exercise", "pollen"});
  const Statuses made = {
      {"asthma", "+"}, {"allergic", "(+)"}, {"exercise", "(+)"}, {"pollen", "(+)"}, {"dust", "-"}};
  REQUIRE(statuses(draft) == made);
  SECTION("taken back and given again in requests of their own") {
    REQUIRE(decide(draft, "asthma", cleared));
    CHECK(
        statuses(draft) ==
        Statuses{
            {"asthma", "?"}, {"allergic", "?"}, {"exercise", "?"}, {"pollen", "?"}, {"dust", "-"}});
    REQUIRE(decide(draft, "asthma", plus));
    CHECK(statuses(draft) == made);
  }
  SECTION("an excluded leaf stays, and can be decided again") {
    REQUIRE(decide(draft, "asthma", cleared));
    REQUIRE(decide(draft, "pollen", minus));
    CHECK(statuses(draft).at("pollen") == "-");
    REQUIRE(decide(draft, "pollen", plus));
    CHECK(statuses(draft).at("pollen") == "+");
  }
  SECTION("a search that finds them removes none of them when it is removed") {
    const auto found = search(draft, "asthma");
    search(draft, "tennis");
    REQUIRE(decide(draft, "asthma", cleared));
    const Statuses before = statuses(draft);
    REQUIRE(drafts.remove_search(alice, draft, found));
    CHECK(statuses(draft) == before);
  }
  SECTION("also after the workspace is made again") {
    commands::DraftCommands others(site.executor());
    REQUIRE(others.change_statuses(alice, draft, of({{"asthma", cleared}})));
    CHECK(statuses(draft).size() == made.size());
    REQUIRE(others.change_statuses(alice, draft, of({{"asthma", plus}})));
    CHECK(statuses(draft) == made);
  }
}

TEST_CASE_METHOD(Fixture, "an excluded leaf of a draft made from one code stays", "[draft]") {
  const auto draft = draft_of({"pollen"});
  REQUIRE(decide(draft, "pollen", minus));
  CHECK(statuses(draft) == Statuses{{"pollen", "-"}});
  REQUIRE(decide(draft, "pollen", cleared));
  CHECK(statuses(draft) == Statuses{{"pollen", "?"}});
  REQUIRE(decide(draft, "pollen", plus));
  CHECK(statuses(draft) == Statuses{{"pollen", "+"}});
}

TEST_CASE_METHOD(Fixture, "an operator's step is another user's too", "[draft]") {
  const auto draft = draft_of({"pollen"});
  const commands::Write operators{commands::Actor::system(), std::nullopt};
  const auto step = drafts.change_statuses(operators, draft, of({{"dust", plus}}));
  REQUIRE(step);
  const auto refused = drafts.undo(alice, draft);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::ErrorCode::conflict);
  CHECK_THAT(refused.error().detail, Catch::Contains("was made by an operator of the site"));
  CHECK(drafts.undo(alice, draft, step->position));
  CHECK_FALSE(drafts.redo(operators, draft));
  CHECK(drafts.redo(alice, draft));
}

TEST_CASE_METHOD(Fixture, "any code of the release may be decided, and brings its descendants",
                 "[draft]") {
  const auto draft = draft_of({});
  REQUIRE(decide(draft, "allergic", plus));
  const Statuses brought = {{"allergic", "+"}, {"pollen", "(+)"}, {"dust", "(+)"}};
  CHECK(statuses(draft) == brought);
  REQUIRE(decide(draft, "elbow", minus));
  CHECK(statuses(draft).at("elbow") == "-");
  CHECK(statuses(draft).at("tennis") == "(-)");
  REQUIRE(decide(draft, "lone", plus));
  CHECK(statuses(draft).at("lone") == "+");
  SECTION("undoing takes it away again, and redoing brings it back") {
    const Statuses all = statuses(draft);
    for (int i = 0; i < 3; ++i) REQUIRE(drafts.undo(alice, draft));
    CHECK(statuses(draft).empty());
    for (int i = 0; i < 3; ++i) REQUIRE(drafts.redo(alice, draft));
    CHECK(statuses(draft) == all);
  }
  SECTION("cleared codes leave, and come back when decided again") {
    REQUIRE(decide(draft, "dust", minus));
    REQUIRE(decide(draft, "allergic", cleared));
    CHECK(statuses(draft) ==
          Statuses{{"dust", "-"}, {"elbow", "-"}, {"tennis", "(-)"}, {"lone", "+"}});
    // Clearing an undecided code is not an error: the first of two quick clicks may have cleared
    // it.
    CHECK(decide(draft, "allergic", cleared));
    REQUIRE(decide(draft, "allergic", plus));
    CHECK(statuses(draft).at("pollen") == "(+)");
    CHECK(statuses(draft).at("dust") == "-");
  }
  SECTION("of one request, the last decision on a code counts") {
    REQUIRE(drafts.change_statuses(alice, draft, of({{"exercise", plus}, {"exercise", cleared}})));
    CHECK_FALSE(statuses(draft).contains("exercise"));
  }
  SECTION("but a code unknown to both draft and release is refused") {
    const auto refused = decide(draft, "nonsense", plus);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::invalid);
    CHECK(refused.error().fields.at(0).field == "updates[0]");
  }
}

TEST_CASE_METHOD(Fixture, "a decision takes a code as typed, and records it as spelled",
                 "[draft]") {
  const auto draft = draft_of({"asthma", "allergic"});
  const auto commit = decide(draft, " pollen\t|Pollen|", minus);
  REQUIRE(commit);
  const auto& changed = std::get<events::StatusesChanged>(commit->content.events.at(0));
  CHECK(changed.updates.at(0).code == "pollen");
  CHECK(statuses(draft).at("pollen") == "-");
  REQUIRE(drafts.change_statuses(alice, draft, of({{"dust", plus}, {"dust ", minus}})));
  CHECK(statuses(draft).at("dust") == "-");
  const auto refused = decide(draft, "nonsense ", plus);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().fields.at(0).field == "updates[0]");
}

TEST_CASE_METHOD(Fixture, "another user's last decision counts, however the code is typed",
                 "[draft]") {
  const auto draft = draft_of({"asthma", "allergic"});
  const auto codelist = views().version(draft)->codelist;
  REQUIRE(codelists.add_collaborator(alice, codelist, "user2"));
  const auto seen = site.log().head().position;
  REQUIRE(drafts.change_statuses(alice, draft, of({{"pollen", plus}, {"pollen ", minus}})));
  const commands::Write other{commands::Actor{.username = "user2"}, std::nullopt};
  auto command = of({{" pollen", plus}});
  command.base_position = seen;
  const auto refused = drafts.change_statuses(other, draft, command);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(refused.error().fields == std::vector<base::FieldError>{{"pollen", "-"}});
  // Once the other has replaced that decision, it is their own again.
  command.base_position = site.log().head().position;
  REQUIRE(drafts.change_statuses(other, draft, command));
  auto late = of({{"pollen", cleared}});
  late.base_position = seen;
  CHECK(drafts.change_statuses(other, draft, late));
}

TEST_CASE_METHOD(Fixture, "the codes of a search leave with it, unless something holds them",
                 "[draft]") {
  const auto draft = draft_of({});
  const auto found = search(draft, "asthma");
  REQUIRE(statuses(draft).size() == 5);
  SECTION("nothing is decided: all of it leaves") {
    REQUIRE(drafts.remove_search(alice, draft, found));
    CHECK(statuses(draft).empty());
  }
  SECTION("it stays below an included code, until that is taken back; decisions below outlive it") {
    REQUIRE(decide(draft, "asthma", plus));
    REQUIRE(decide(draft, "dust", minus));
    REQUIRE(drafts.remove_search(alice, draft, found));
    const Statuses kept = {{"asthma", "+"},
                           {"allergic", "(+)"},
                           {"exercise", "(+)"},
                           {"pollen", "(+)"},
                           {"dust", "-"}};
    CHECK(statuses(draft) == kept);
    REQUIRE(decide(draft, "asthma", cleared));
    CHECK(statuses(draft) == Statuses{{"dust", "-"}});
    REQUIRE(decide(draft, "asthma", plus));
    CHECK(statuses(draft) == kept);
  }
  SECTION("excluded instead, it stays, excluded") {
    REQUIRE(decide(draft, "asthma", plus));
    REQUIRE(drafts.remove_search(alice, draft, found));
    REQUIRE(decide(draft, "asthma", minus));
    CHECK(statuses(draft).at("asthma") == "-");
    CHECK(statuses(draft).at("pollen") == "(-)");
  }
}

TEST_CASE_METHOD(Fixture, "a draft made from a draft has the same codes of its own", "[draft]") {
  const auto source = draft_of({"asthma", "allergic", "exercise", "pollen", "dust"});
  search(source, "elbow");
  const auto commit = versions.create_draft(alice, source, std::nullopt);
  REQUIRE(commit);
  const auto& made = std::get<events::VersionCreated>(commit->content.events.at(0));
  REQUIRE(decide(made.version, "asthma", cleared));
  CHECK(statuses(made.version).size() == 7);
  REQUIRE(drafts.remove_search(alice, made.version, made.searches.at(0).id));
  CHECK(statuses(made.version).size() == 5);
  CHECK_FALSE(statuses(made.version).contains("tennis"));
}

TEST_CASE_METHOD(Fixture, "a draft has a limit of searches", "[draft]") {
  const auto draft = draft_of({});
  for (std::size_t i = 0; i < commands::searches_max; ++i) {
    search(draft, "asthma" + std::to_string(i));
  }
  const auto refused = drafts.add_search(alice, draft, {events::SearchKind::term, "elbow"});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::too_large);
  CHECK(refused.error().fields.at(0).field == "term");
  // Repeating an existing search still works, and removing one makes room.
  CHECK(drafts.add_search(alice, draft, {events::SearchKind::term, "asthma0"}));
  REQUIRE(drafts.remove_search(alice, draft, views().searches(draft).front().search.id));
  CHECK(drafts.add_search(alice, draft, {events::SearchKind::term, "elbow"}));
}

}  // namespace codelog::tests::draft_rules_test
