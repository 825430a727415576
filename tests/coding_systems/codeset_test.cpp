// Codesets by example: the worked examples of the rules, boundary cases, and sizes that break
// recursion.
#include "coding_systems/algebra/codeset.h"

#include <catch2/catch.hpp>
#include <map>

#include "coding_systems/algebra/codeset_definition.h"
#include "coding_systems/algebra/search_expansion.h"
#include "tests/coding_systems/codeset_fake_release.h"

namespace codelog::tests::codeset_test {

namespace base = codelog::base;
namespace coding_systems = codelog::coding_systems;
using base::CodeChange;
using base::CodeStatus;
using base::CodeWithStatus;
using codelog::tests::FakeRelease;
using coding_systems::Codeset;
using coding_systems::CodeUniverse;
using coding_systems::Edge;
using coding_systems::ExtendedHierarchy;
using coding_systems::Node;
using coding_systems::NodeDefinition;
using coding_systems::NodeSet;
using coding_systems::SearchExpansion;

namespace {

// R is above A and B; D, below both, is above F.
std::shared_ptr<const coding_systems::Release> graph_g() {
  return std::make_shared<FakeRelease>(
      FakeRelease::Edges{
          {"R", "A"}, {"R", "B"}, {"A", "C"}, {"A", "D"}, {"B", "D"}, {"B", "E"}, {"D", "F"}},
      std::vector<std::string>{"old"}, "R");
}

// "A B" as codes.
std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> found(1);
  for (const char letter : text) {
    if (letter == ' ') {
      found.emplace_back();
    } else {
      found.back() += letter;
    }
  }
  if (found.back().empty()) found.pop_back();
  return found;
}

// "A:+ C:(+)" as codes with their statuses, and back.
std::vector<CodeWithStatus> parsed(const std::string& text) {
  std::vector<CodeWithStatus> codes;
  for (const auto& word : words(text)) {
    const auto colon = word.find(':');
    codes.push_back(
        {word.substr(0, colon), base::parse_code_status(word.substr(colon + 1)).value()});
  }
  return codes;
}

std::string text_of(const Codeset& codeset) {
  std::string text;
  for (const auto& [code, status] : codeset.codes()) {
    text += (text.empty() ? "" : " ") + code + ":" + std::string(base::to_string(status));
  }
  return text;
}

std::string walk_of(const Codeset& codeset) {
  const auto rows = codeset.walk_definition(&CodeUniverse::code);
  REQUIRE(rows);
  std::string text;
  for (const auto& row : *rows) {
    text += (text.empty() ? "" : " ") + row.code + std::string(base::to_string(row.sign));
  }
  return text;
}

coding_systems::OrderedHierarchy chain(Node size) {
  std::vector<Edge> edges;
  for (Node node = 1; node < size; ++node) edges.push_back({node - 1, node});
  auto ordered = coding_systems::order_hierarchy(size, edges, Node{0});
  REQUIRE(ordered);
  return std::move(*ordered);
}

NodeSet every_second(Node size) {
  NodeSet even(size);
  for (Node node = 0; node < size; node += 2) even.add(node);
  return even;
}

std::string after_updates(const std::string& start, const std::string& updates) {
  auto codeset = Codeset::make(graph_g(), parsed(start));
  codeset.apply(codeset.changes_if_updated(parsed(updates)));
  return text_of(codeset);
}

}  // namespace

TEST_CASE("the closest decided codes above a code decide, by any path") {
  const auto statuses = [](const std::string& included, const std::string& excluded) {
    return text_of(Codeset::from_definition(graph_g(), {words(included), words(excluded)}));
  };
  CHECK(statuses("A", "B") == "A:+ B:- C:(+) D:! E:(-) F:!");
  CHECK(statuses("R", "A") == "A:- B:(+) C:(-) D:(-) E:(+) F:(-) R:+");
  CHECK(statuses("A D", "B") == "A:+ B:- C:(+) D:+ E:(-) F:(+)");
  CHECK(statuses("R", "A B") == "A:- B:- C:(-) D:(-) E:(-) F:(-) R:+");
  CHECK(statuses("R D", "A B") == "A:- B:- C:(-) D:+ E:(-) F:(+) R:+");
  CHECK(statuses("A B", "D") == "A:+ B:+ C:(+) D:- E:(+) F:(-)");
  CHECK(statuses("", "") == "");
  CHECK(statuses("A", "A B") == "A:+ B:- C:! D:! E:(-) F:!");
}

TEST_CASE("the smallest definition of a flat set") {
  const auto definition = [](const std::string& codes) {
    return Codeset::from_codes(graph_g(), words(codes)).definition();
  };
  using coding_systems::Definition;
  CHECK(definition("F") == Definition{{"F"}, {}});
  CHECK(definition("A C") == Definition{{"A"}, {"D"}});
  CHECK(definition("A C D F") == Definition{{"A"}, {}});
  CHECK(definition("C E") == Definition{{"C", "E"}, {}});
  CHECK(definition("R A B C E") == Definition{{"R"}, {"D"}});
  CHECK(definition("R B E") == Definition{{"R"}, {"A"}});
  CHECK(definition("A D F") == Definition{{"A"}, {"C"}});
  CHECK(definition("R D") == Definition{{"D", "R"}, {"A", "B", "F"}});
  CHECK(definition("") == Definition{});
  CHECK(text_of(Codeset::from_codes(graph_g(), words("R D"))) == "A:- B:- C:(-) D:+ E:(-) F:- R:+");
  CHECK(text_of(Codeset::from_codes(graph_g(), words("A C"))) == "A:+ C:(+) D:- F:(-)");
}

TEST_CASE("the defining tree repeats a code in each branch, and has a limit of rows") {
  const auto codeset = Codeset::from_codes(graph_g(), words("R D"));
  CHECK(walk_of(codeset) == "R+ A- D+ F- B- D+ F-");
  // B first.
  const auto rows = codeset.walk_definition([](const CodeUniverse& universe, Node node) {
    return universe.code(node) == "B" ? std::string_view() : universe.code(node);
  });
  REQUIRE(rows);
  CHECK((*rows)[0] == coding_systems::DefiningCode{"R", CodeStatus::included, 0});
  CHECK((*rows)[1] == coding_systems::DefiningCode{"B", CodeStatus::excluded, 1});
  CHECK((*rows)[3] == coding_systems::DefiningCode{"F", CodeStatus::excluded, 3});
  CHECK(walk_of(Codeset::from_definition(graph_g(), {words("A D"), {}})) == "A+");
  CHECK(walk_of(Codeset::from_definition(graph_g(), {words("A"), words("B E")})) == "A+");
  CHECK(codeset.walk_definition(&CodeUniverse::code, 7));
  const auto refused = codeset.walk_definition(&CodeUniverse::code, 6);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::ErrorCode::too_large);
}

TEST_CASE("an update decides again about the code and its descendants only") {
  const std::string start = "A:+ C:(+) D:! F:! B:- E:(-)";
  CHECK(after_updates(start, "D:+") == "A:+ B:- C:(+) D:+ E:(-) F:(+)");
  CHECK(after_updates(start, "B:?") == "A:+ B:? C:(+) D:(+) E:? F:(+)");
  CHECK(after_updates(start, "A:-") == "A:- B:- C:(-) D:(-) E:(-) F:(-)");
  CHECK(after_updates(start, "F:- D:+") == "A:+ B:- C:(+) D:+ E:(-) F:-");
  // R has no entry: it counts while the update is decided, but A and B keep their statuses.
  CHECK(after_updates(start, "R:+") == "A:+ B:- C:(+) D:! E:(-) F:!");
  CHECK(after_updates("C:? E:?", "R:+") == "C:(+) E:(+)");
  CHECK(after_updates(start, "B:! B:+") == "A:+ B:+ C:(+) D:(+) E:(+) F:(+)");
  CHECK(after_updates(start, "B:+ B:(-)") == "A:+ B:? C:(+) D:(+) E:? F:(+)");
  // Stale statuses elsewhere stay as stored.
  CHECK(after_updates("A:+ C:? D:? F:?", "C:+") == "A:+ C:+ D:? F:?");
  CHECK(after_updates(start, "unknown:+") == "A:+ B:- C:(+) D:! E:(-) F:!");
  CHECK(after_updates(start, "") == "A:+ B:- C:(+) D:! E:(-) F:!");
}

TEST_CASE("changes list the differing codes with status before and after, by code") {
  const auto codeset = Codeset::make(graph_g(), parsed("A:+ C:(+) D:! F:! B:- E:(-)"));
  CHECK(codeset.changes_if_updated(parsed("B:?")) ==
        std::vector<CodeChange>{{"B", CodeStatus::excluded, CodeStatus::unresolved},
                                {"D", CodeStatus::in_conflict, CodeStatus::included_by_ancestor},
                                {"E", CodeStatus::excluded_by_ancestor, CodeStatus::unresolved},
                                {"F", CodeStatus::in_conflict, CodeStatus::included_by_ancestor}});
  CHECK(codeset.changes_if_updated(parsed("A:+")).empty());
  CHECK(codeset.changes_if_added(words("A Z Z R")) ==
        std::vector<CodeChange>{{"R", std::nullopt, CodeStatus::unresolved},
                                {"Z", std::nullopt, CodeStatus::unresolved}});
  CHECK(codeset.changes_if_removed(words("Z A A")) ==
        std::vector<CodeChange>{{"A", CodeStatus::included, std::nullopt}});
  CHECK(codeset.status_of("B") == CodeStatus::excluded);
  CHECK_FALSE(codeset.status_of("R").has_value());
  CHECK_FALSE(codeset.status_of("Z").has_value());
  CHECK(codeset.counts() == std::array<std::size_t, 6>{0, 2, 1, 1, 1, 1});
}

TEST_CASE("reapplying computes every status again from the decided ones") {
  auto codeset = Codeset::make(graph_g(), parsed("A:+ C:? D:? B:(-) E:! Z:(+)"));
  codeset.apply(codeset.changes_if_reapplied());
  CHECK(text_of(codeset) == "A:+ B:? C:(+) D:(+) E:? Z:?");
}

TEST_CASE("codes without edges hang under the root if the root is a node") {
  auto codeset = Codeset::make(graph_g(), parsed("R:? old:? gone:?"));
  codeset.apply(codeset.changes_if_updated(parsed("R:+")));
  CHECK(text_of(codeset) == "R:+ gone:(+) old:(+)");
  CHECK(codeset.deciders_of("gone") == parsed("R:+"));
  CHECK(codeset.without_included_ancestor(words("gone old R")).empty());
  CHECK(codeset.ultimate_ancestors(words("gone R other")) == words("R"));
  CHECK(codeset.missing_descendants() == words("A B C D E F"));
  CHECK(Codeset::from_codes(graph_g(), words("gone R")).definition() ==
        coding_systems::Definition{{"R"}, {"A", "B"}});

  const std::shared_ptr<const coding_systems::Release> rootless = std::make_shared<FakeRelease>(
      FakeRelease::Edges{{"01", "0101"}}, std::vector<std::string>{"old"}, "");
  codeset = Codeset::make(rootless, parsed("01:+ old:? gone:?"));
  CHECK(codeset.changes_if_reapplied().empty());
  CHECK(codeset.ultimate_ancestors(words("gone old 01 0101")) == words("01 gone old"));
}

TEST_CASE("clean-up keeps codes that are included or below an included code") {
  const auto codeset = Codeset::make(graph_g(), parsed("A:+ C:(+) D:- F:(-) B:? E:? Z:-"));
  CHECK(codeset.without_included_ancestor(words("A C D F B E Z unknown")) == words("B E Z"));
  CHECK(codeset.missing_descendants().empty());
  CHECK(Codeset::make(graph_g(), parsed("B:? D:+")).missing_descendants() == words("E F"));
}

TEST_CASE("a code given twice has its last status, and copies are independent") {
  auto codeset = Codeset::make(graph_g(), parsed("A:+ Z:? A:- Z:+"));
  CHECK(text_of(codeset) == "A:- Z:+");
  const auto copy = codeset;
  codeset.apply(std::vector<CodeChange>{{"A", CodeStatus::excluded, std::nullopt},
                                        {"Y", std::nullopt, CodeStatus::unresolved},
                                        {"Z", CodeStatus::included, CodeStatus::excluded},
                                        {"X", std::nullopt, std::nullopt}});
  CHECK(text_of(codeset) == "Y:? Z:-");
  CHECK(text_of(copy) == "A:- Z:+");
}

TEST_CASE("a universe numbers strangers after the release and keeps the numbers") {
  const auto release = graph_g();
  const CodeUniverse universe(release);
  CHECK(universe.size() == 8);
  const std::vector<std::string_view> codes = {"Z", "A", "Y", "Z"};
  const auto [extended, nodes] = universe.extended_by(codes);
  CHECK(nodes == std::vector<Node>{8, *release->find("A"), 9, 8});
  CHECK(extended.size() == 10);
  CHECK(extended.code(9) == "Y");
  CHECK(extended.is_stranger(9));
  CHECK_FALSE(extended.is_stranger(nodes[1]));
  CHECK(extended.find("Z") == Node{8});
  CHECK_FALSE(universe.find("Z").has_value());
  CHECK_FALSE(extended.find("X").has_value());
  const std::vector<std::string_view> more = {"X"};
  const auto further = extended.extended_by(more).universe;
  CHECK(further.find("Y") == Node{9});
  CHECK(further.find("X") == Node{10});
  CHECK(further.hierarchy().is_ancestor(*release->hierarchy().root(), 10));
  CHECK(further.code(8).data() == extended.code(8).data());  // shared, not copied
}

TEST_CASE("a search brings its topmost matches and all their descendants") {
  const std::shared_ptr<const coding_systems::Release> release = std::make_shared<FakeRelease>(
      FakeRelease::Edges{
          {"root", "heart"}, {"heart", "heart/valve"}, {"heart/valve", "mitral"}, {"root", "lung"}},
      std::vector<std::string>{"old heart"}, "root");
  const auto found = SearchExpansion::of_nodes(release, release->search_by_term("heart"));
  CHECK(found.matching_codes() == std::vector<std::string>{"heart", "heart/valve", "old heart"});
  CHECK(found.ancestor_codes() == std::vector<std::string>{"heart", "old heart"});
  CHECK(found.all_codes() ==
        std::vector<std::string>{"heart", "heart/valve", "mitral", "old heart"});
  CHECK(found.all_codes_count() == 4);
  const auto none = SearchExpansion::of_nodes(release, release->search_by_term("kidney"));
  CHECK(none.matching_codes().empty());
  CHECK(none.ancestor_codes().empty());
  CHECK(none.all_codes().empty());
  CHECK(SearchExpansion::of_matches(release, release->search_by_code("heart/valve")).all_codes() ==
        std::vector<std::string>{"heart/valve", "mitral"});
  CHECK(SearchExpansion::of_matches(release, release->search_by_code("typed")).all_codes() ==
        std::vector<std::string>{"typed"});
}

TEST_CASE("a chain of a million codes needs no recursion and is walked only once") {
  constexpr Node size = 1'000'000;
  const auto ordered = chain(size);
  const ExtendedHierarchy hierarchy(ordered.arrays.view());
  // Every second code is in the set, so every code is decided, alternately.
  const auto even = every_second(size);
  const auto alternating = coding_systems::minimal_definition(hierarchy, even);
  CHECK(alternating.included == even);
  CHECK(alternating.excluded.count() == size / 2);
  const auto statuses = coding_systems::statuses_from_definition(hierarchy, alternating);
  CHECK(statuses.count() == size);
  CHECK(statuses[size - 1] == CodeStatus::excluded);
  const std::vector<coding_systems::NodeUpdate> last = {{size - 1, CodeStatus::included}};
  CHECK(coding_systems::changes_of_updates(hierarchy, statuses, last).size() == 1);
}

TEST_CASE("a definition of a hundred thousand levels is walked, and cleared at once") {
  constexpr Node size = 100'000;
  const auto ordered = chain(size);
  const ExtendedHierarchy hierarchy(ordered.arrays.view());
  const auto alternating = coding_systems::minimal_definition(hierarchy, every_second(size));
  const auto rows = coding_systems::walk_definition(
      hierarchy, alternating, [](Node) { return std::string_view(); }, size);
  REQUIRE(rows);
  CHECK(rows->size() == size);
  CHECK(rows->back() == coding_systems::DefiningNode{size - 1, CodeStatus::excluded, size - 1});

  std::vector<coding_systems::NodeUpdate> all_but_first;
  for (Node node = 1; node < size; ++node) {
    all_but_first.push_back({node, CodeStatus::unresolved});
  }
  const auto statuses = coding_systems::statuses_from_definition(hierarchy, alternating);
  const auto changes = coding_systems::changes_of_updates(hierarchy, statuses, all_but_first);
  CHECK(changes.size() == size - 1);
  CHECK(changes.back().after == CodeStatus::included_by_ancestor);
}

TEST_CASE("a code below thousands of decided codes that agree or not") {
  // One parent for each of 2,000 tops, and 100 codes below all of them.
  constexpr Node tops = 2'000;
  constexpr Node leaves = 100;
  std::vector<Edge> edges;
  for (Node top = 0; top < tops; ++top) {
    for (Node leaf = 0; leaf < leaves; ++leaf) edges.push_back({top, tops + leaf});
  }
  const auto ordered = coding_systems::order_hierarchy(tops + leaves, edges, std::nullopt);
  REQUIRE(ordered);
  const ExtendedHierarchy hierarchy(ordered->arrays.view());
  NodeDefinition definition{NodeSet(hierarchy.size()), NodeSet(hierarchy.size())};
  for (Node top = 0; top < tops; ++top) definition.included.add(ordered->new_number[top]);
  const auto leaf = ordered->new_number[tops];
  CHECK(statuses_from_definition(hierarchy, definition)[leaf] == CodeStatus::included_by_ancestor);
  const auto deciders = coding_systems::deciders_of(hierarchy, definition, leaf);
  CHECK(deciders.size() == tops);
  definition.included.remove(ordered->new_number[7]);
  definition.excluded.add(ordered->new_number[7]);
  CHECK(statuses_from_definition(hierarchy, definition)[leaf] == CodeStatus::in_conflict);
}

}  // namespace codelog::tests::codeset_test
