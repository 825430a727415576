// The effect of a newer release on a version: each kind of change alone, and the draft on the
// release.
#include "server/commands/upgrade.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>

#include "server/commands/draft_making.h"
#include "tests/server/made_release.h"

namespace codelog::tests::upgrade_test {
namespace {

using base::CodeStatus;
using base::CodeWithStatus;
using coding_systems::IndexSource;
using coding_systems::ReleaseComparison;
using commands::CodeUpgrade;
using commands::ReleasePointer;
using commands::Upgrade;
using commands::VersionContent;

constexpr auto plus = CodeStatus::included;
constexpr auto minus = CodeStatus::excluded;
constexpr auto plus_inherited = CodeStatus::included_by_ancestor;
constexpr auto minus_inherited = CodeStatus::excluded_by_ancestor;
constexpr auto unresolved = CodeStatus::unresolved;

// R has A and B; A has C and D; B has D and E; D has F.
IndexSource graph() { return made_source({"R A", "R B", "A C", "A D", "B D", "B E", "D F"}); }

// A is included, with all its descendants.
VersionContent below_a() {
  return {{{"A", plus}, {"C", plus_inherited}, {"D", plus_inherited}, {"F", plus_inherited}}, {}};
}

Upgrade compare(const VersionContent& version, const ReleasePointer& older,
                const ReleasePointer& newer) {
  ReleaseComparison releases(older, newer);
  commands::SearchReruns searches(newer);
  return compare_version(version, releases, searches);
}

const CodeUpgrade* find(const Upgrade& upgrade, const std::string& code) {
  const auto found = std::ranges::find(upgrade.codes, code, &CodeUpgrade::code);
  return found == upgrade.codes.end() ? nullptr : &*found;
}

std::optional<CodeStatus> status_after(const Upgrade& upgrade, const std::string& code) {
  const auto found = std::ranges::find(upgrade.statuses, code, &CodeWithStatus::code);
  return found == upgrade.statuses.end() ? std::nullopt : std::optional(found->status);
}

events::SearchWithResults search_for(const std::string& term, std::vector<std::string> codes) {
  return {base::SearchId(7), events::SearchKind::term, term, term, std::move(codes)};
}

}  // namespace

TEST_CASE("the same release again changes nothing, and is compatible", "[upgrade]") {
  const auto release = made_release(graph());
  const Upgrade upgrade = compare(below_a(), release, release);
  CHECK(upgrade.codes.empty());
  CHECK(upgrade.counts == events::UpgradeCounts());
  CHECK(upgrade.outcome() == events::UpgradeOutcome::unchanged);
  CHECK(upgrade.is_compatible);
  CHECK(upgrade.statuses == below_a().codes);
  CHECK(upgrade.assumed().empty());
}

TEST_CASE("a version is compatible with its own release whatever its content", "[upgrade]") {
  const auto release = made_release(graph());
  VersionContent version = below_a();
  version.searches = {search_for("name of nothing", {"A"})};
  CHECK(compare(version, release, release).is_compatible);
}

TEST_CASE("a change elsewhere in the release does not affect the version", "[upgrade]") {
  auto source = graph();
  source.add_edge("E", "G");
  source.add_text("G", coding_systems::TextRole::name, "name of G");
  const Upgrade upgrade = compare(below_a(), made_release(graph()), made_release(source));
  CHECK(upgrade.outcome() == events::UpgradeOutcome::unchanged);
  CHECK(upgrade.is_compatible);
}

TEST_CASE("a new code below an included one is assumed to be included", "[upgrade]") {
  auto source = graph();
  source.add_concept("G", made_active);
  source.add_text("G", coding_systems::TextRole::name, "name of G");
  source.add_edge("C", "G");
  const Upgrade upgrade = compare(below_a(), made_release(graph()), made_release(source));
  REQUIRE(upgrade.codes.size() == 1);
  const CodeUpgrade& code = upgrade.codes.front();
  CHECK(code.code == "G");
  CHECK(code.new_descendant);
  CHECK_FALSE(code.newly_matched);
  CHECK_FALSE(code.before.has_value());
  CHECK(code.after == plus_inherited);
  CHECK(upgrade.assumed() == std::vector<std::string>{"G"});
  CHECK(upgrade.counts == events::UpgradeCounts{.new_descendants = 1});
  CHECK(upgrade.outcome() == events::UpgradeOutcome::affected);
  CHECK_FALSE(upgrade.is_compatible);
}

TEST_CASE("a code moved below an excluded one is assumed to be excluded", "[upgrade]") {
  // D, which was below A and B, is now only below B.
  const auto source = made_source({"R A", "R B", "A C", "B D", "B E", "D F"});
  VersionContent version = below_a();
  version.codes = {{"A", plus},
                   {"B", minus},
                   {"C", plus_inherited},
                   {"D", CodeStatus::in_conflict},
                   {"E", minus_inherited},
                   {"F", CodeStatus::in_conflict}};
  const Upgrade upgrade = compare(version, made_release(graph()), made_release(source));
  const CodeUpgrade* code = find(upgrade, "D");
  REQUIRE(code != nullptr);
  CHECK(code->fate.moved);
  CHECK(code->status_changed());
  CHECK(code->after == minus_inherited);
  CHECK(status_after(upgrade, "F") == minus_inherited);
  CHECK(upgrade.assumed() == std::vector<std::string>{"D", "F"});
  CHECK(upgrade.counts == events::UpgradeCounts{.moved = 1, .status_changed = 2});
}

TEST_CASE("decisions stay, wherever their codes moved", "[upgrade]") {
  const auto source = made_source({"R A", "R B", "A C", "B D", "B E", "D F"});
  VersionContent version;
  version.codes = {{"A", plus}, {"C", plus_inherited}, {"D", minus}, {"F", minus_inherited}};
  const Upgrade upgrade = compare(version, made_release(graph()), made_release(source));
  CHECK(status_after(upgrade, "D") == minus);
  CHECK(status_after(upgrade, "F") == minus_inherited);
  CHECK(upgrade.assumed().empty());
}

TEST_CASE("an inactive code is named with its successors, a removed one is kept", "[upgrade]") {
  // D is inactive and outside the hierarchy; F is removed.
  auto source = made_source({"R A", "R B", "A C", "B E", "A G"});
  source.add_concept("D", made_inactive);
  source.add_text("D", coding_systems::TextRole::name, "name of D");
  source.add_link("D", made_replaced_by, "G");
  source.add_link("D", made_seen_with, "E");
  const auto newer = made_release(source);
  const auto older = made_release(graph());
  const Upgrade upgrade = compare(below_a(), older, newer);
  const CodeUpgrade* inactive = find(upgrade, "D");
  REQUIRE(inactive != nullptr);
  CHECK(inactive->fate.inactive);
  CHECK_FALSE(inactive->fate.moved);
  CHECK(inactive->after == unresolved);  // no decided code is above it any longer
  const CodeUpgrade* removed = find(upgrade, "F");
  REQUIRE(removed != nullptr);
  CHECK(removed->fate.removed);
  CHECK(status_after(upgrade, "F") == unresolved);
  CHECK(status_after(upgrade, "G") == plus_inherited);
  CHECK(upgrade.counts.inactive == 1);
  CHECK(upgrade.counts.removed == 1);
  CHECK(upgrade.counts.new_descendants == 1);
  ReleaseComparison releases(older, newer);
  CHECK(releases.successors_of("D") ==
        std::vector<coding_systems::Successor>{{"replaced by", "G", "D", true}});
  CHECK(releases.successors_of("C").empty());
}

TEST_CASE("successors say whether they are active, and chains are followed to their active ends",
          "[upgrade]") {
  using coding_systems::Successor;
  IndexSource source = graph();
  for (const char* code : {"P", "Q", "S", "T", "U"}) source.add_concept(code, made_inactive);
  source.add_link("P", made_replaced_by, "Q");  // P, Q (inactive), then C and D
  source.add_link("P", made_replaced_by, "A");
  source.add_link("P", made_seen_with, "B");
  source.add_link("Q", made_replaced_by, "C");
  source.add_link("Q", made_replaced_by, "D");
  source.add_link("C", made_replaced_by, "F");  // C is active: its own successors are not asked for
  source.add_link("S", made_replaced_by, "T");  // a cycle, and a link to a missing code
  source.add_link("T", made_replaced_by, "U");
  source.add_link("U", made_replaced_by, "S");
  source.add_link("U", made_replaced_by, "U");
  source.add_link("U", made_replaced_by, "E");
  ReleaseComparison releases(nullptr, made_release(source));
  // By the code that each is given for.
  const auto successors_of = [&](const char* code,
                                 const coding_systems::FindSuccessors& find_more = {}) {
    auto successors = releases.successors_of(code, find_more);
    std::ranges::sort(successors, {}, [](const Successor& successor) {
      return std::pair(successor.instead_of, successor.code);
    });
    return successors;
  };
  CHECK(successors_of("P") == std::vector<Successor>{{"replaced by", "A", "P", true},
                                                     {"replaced by", "Q", "P", false},
                                                     {"replaced by", "C", "Q", true},
                                                     {"replaced by", "D", "Q", true}});
  CHECK(successors_of("S") == std::vector<Successor>{{"replaced by", "T", "S", false},
                                                     {"replaced by", "U", "T", false},
                                                     {"replaced by", "E", "U", true}});
  // A source beside the release: it knows a code that the release lacks, and a successor more of
  // one that it has.
  const auto find_more = [](std::string_view code) {
    std::vector<std::pair<std::string, std::string>> found;
    if (code == "gone") found = {{"has new id", "later"}, {"has new id", "gone"}};
    if (code == "later") found = {{"has new id", "Q"}, {"has new id", "gone"}};
    return found;
  };
  CHECK(successors_of("gone", find_more) ==
        std::vector<Successor>{{"replaced by", "C", "Q", true},
                               {"replaced by", "D", "Q", true},
                               {"has new id", "later", "gone", false},
                               {"has new id", "Q", "later", false}});
  CHECK(releases.successors_of("gone").empty());
}

TEST_CASE("a code with another name is renamed", "[upgrade]") {
  auto source = graph();
  source.add_text("C", coding_systems::TextRole::name, "another name");
  const Upgrade upgrade = compare(below_a(), made_release(graph()), made_release(source));
  REQUIRE(upgrade.codes.size() == 1);
  CHECK(upgrade.codes.front().fate == coding_systems::CodeFate{.renamed = true});
  CHECK(upgrade.is_compatible);  // the codes and their hierarchy are the same
}

TEST_CASE("searches are run again: their new matches, and the lost ones", "[upgrade]") {
  auto source = graph();
  source.add_text("E", coding_systems::TextRole::name, "green");
  source.add_text("C", coding_systems::TextRole::synonym, "red");
  auto older_source = graph();
  older_source.add_text("A", coding_systems::TextRole::synonym, "green");
  VersionContent version = below_a();
  version.searches = {search_for("green", {"A", "C", "D", "F"})};
  const Upgrade upgrade = compare(version, made_release(older_source), made_release(source));
  const CodeUpgrade* found = find(upgrade, "E");
  REQUIRE(found != nullptr);
  CHECK(found->newly_matched);
  CHECK_FALSE(found->new_descendant);
  CHECK(found->after == unresolved);
  CHECK_FALSE(found->is_assumed);
  const CodeUpgrade* lost = find(upgrade, "A");
  REQUIRE(lost != nullptr);
  CHECK(lost->no_longer_matched);
  CHECK(upgrade.counts.newly_matched == 1);
  CHECK(upgrade.counts.no_longer_matched == 4);
  REQUIRE(upgrade.searches.size() == 1);
  CHECK(upgrade.searches.front().search.codes == std::vector<std::string>{"E"});
  CHECK(upgrade.searches.front().codes_before == 4);
  CHECK_FALSE(upgrade.is_compatible);
}

TEST_CASE("a search that finds too much now is left out of the draft and listed in it",
          "[upgrade]") {
  auto source = graph();
  for (std::size_t i = 0; i <= commands::search_codes_max; ++i) {
    source.add_text("leaf" + std::to_string(i), coding_systems::TextRole::name, "crowd");
  }
  VersionContent version = below_a();
  version.searches = {search_for("crowd", {"C"}), search_for("name of C", {"C"})};
  const Upgrade upgrade = compare(version, made_release(graph()), made_release(source));
  CHECK(upgrade.counts == events::UpgradeCounts{.searches_left_out = 1});
  projections::VersionRecord source_version;
  source_version.id = base::VersionId(3);
  const auto draft = commands::draft_of(source_version, upgrade);
  REQUIRE(draft.searches_left_out.size() == 1);
  CHECK(draft.searches_left_out.front().text == "crowd");
  CHECK(draft.searches_left_out.front().codes_count == commands::search_codes_max + 1);
  CHECK(draft.searches_left_out.front().problem.empty());
  REQUIRE(draft.searches.size() == 1);
  CHECK(draft.searches.front().text == "name of C");
  CHECK(draft.codes == below_a().codes);
  CHECK(draft.source == base::VersionId(3));
}

TEST_CASE("searches whose time is used up are left out, and say why", "[upgrade]") {
  std::chrono::nanoseconds worked{0};
  commands::SearchReruns searches(made_release(graph()), std::chrono::seconds(5),
                                  [&] { return worked; });
  const auto first = search_for("name of C", {"C"});
  CHECK(searches.run(first).codes == std::vector<std::string>{"C"});
  worked = std::chrono::seconds(5);
  CHECK(searches.is_exhausted());
  const auto& late = searches.run(search_for("name of A", {"A"}));
  CHECK(late.too_many == 0);
  CHECK(late.codes.empty());
  CHECK(late.problem ==
        "was not run: the searches before it took more than 5 seconds; add it to the draft again");
  CHECK(searches.run(first).problem.empty());  // as it was found in time
}

TEST_CASE("without the older release, moves and new names are not detected, but other changes are",
          "[upgrade]") {
  auto source = made_source({"R A", "R B", "A C", "B E", "A G", "B D"});
  source.add_text("C", coding_systems::TextRole::name, "another name");
  const Upgrade upgrade = compare(below_a(), nullptr, made_release(source));
  CHECK(upgrade.counts.removed == 1);  // F
  CHECK(upgrade.counts.new_descendants == 1);
  CHECK(upgrade.counts.moved == 0);
  CHECK(upgrade.counts.renamed == 0);
  CHECK(status_after(upgrade, "D") == unresolved);
  CHECK_FALSE(upgrade.is_compatible);
}

}  // namespace codelog::tests::upgrade_test
