// Compares the codeset algebra on a whole release with the written rules on the reference's small
// graph of just the codes. Every code must get the same status, with orphans, strangers, multiple
// parents and the root among the codes.
#include <rapidcheck/catch.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "coding_systems/algebra/codeset.h"
#include "coding_systems/algebra/search_expansion.h"
#include "tests/coding_systems/codeset_fake_release.h"
#include "tests/coding_systems/codeset_oracle.h"

namespace codelog::tests::codeset_property_test {

namespace base = codelog::base;
namespace coding_systems = codelog::coding_systems;
namespace oracle = codelog::tests::oracle;
using base::CodeChange;
using base::CodeStatus;
using base::CodeWithStatus;
using codelog::tests::FakeRelease;
using coding_systems::Codeset;
using coding_systems::SearchExpansion;

namespace {

// A case takes a tenth of a millisecond, so there is time for more than RapidCheck's hundred.
const int more_cases = setenv("RC_PARAMS", "max_success=500", 0);

std::string code_name(std::size_t number) {
  return (number < 10 ? "c0" : "c") + std::to_string(number);
}

// A release: c00 is its root code, often also a node. Some codes have no edges, and c90.. are
// strangers.
struct World {
  oracle::Edges edges;
  std::shared_ptr<const coding_systems::Release> release;
  std::vector<std::string> known;
  std::vector<std::string> all;
  std::vector<std::string> updatable;  // all codes, and the root if it is a node
  std::string root = code_name(0);

  std::vector<std::string> some_of(const std::vector<std::string>& codes) const {
    std::vector<std::string> some;
    const auto density = *rc::gen::inRange(0, 5);
    for (const auto& code : codes) {
      if (*rc::gen::inRange(0, 4) < density) some.push_back(code);
    }
    return some;
  }
  // The reference's graph of these codes.
  oracle::Graph graph(const std::vector<std::string>& codes) const {
    return oracle::graph_of_codes(edges, {codes.begin(), codes.end()}, root);
  }
};

World random_world() {
  World world;
  const auto size = *rc::gen::inRange<std::size_t>(2, 16);
  const auto edges_count = *rc::gen::inRange<std::size_t>(0, 3 * size);
  for (std::size_t i = 0; i < edges_count; ++i) {
    const auto child = *rc::gen::inRange<std::size_t>(1, size);
    const auto parent = *rc::gen::inRange<std::size_t>(0, child);
    world.edges.emplace_back(code_name(parent), code_name(child));
  }
  const bool root_has_edges =
      std::ranges::any_of(world.edges, [&](const auto& edge) { return edge.first == world.root; });
  const bool root_is_node = root_has_edges || *rc::gen::arbitrary<bool>();
  for (std::size_t i = 0; i < size; ++i) world.known.push_back(code_name(i));
  if (!root_is_node) world.known.erase(world.known.begin());
  world.release = std::make_shared<FakeRelease>(world.edges, world.known, world.root);
  world.updatable = world.known;
  // A root without edges cannot be requested: in the reference's graph it would hang under itself.
  if (root_is_node && !root_has_edges) world.known.erase(world.known.begin());
  world.all = world.known;
  for (const auto* stranger : {"c90", "c91", "c92"}) {
    world.all.push_back(stranger);
    world.updatable.push_back(stranger);
  }
  return world;
}

CodeStatus any_status() {
  return *rc::gen::element(CodeStatus::unresolved, CodeStatus::in_conflict, CodeStatus::included,
                           CodeStatus::included_by_ancestor, CodeStatus::excluded,
                           CodeStatus::excluded_by_ancestor);
}

oracle::Statuses statuses_of(const Codeset& codeset) {
  oracle::Statuses statuses;
  for (const auto& [code, status] : codeset.codes()) statuses[code] = status;
  return statuses;
}

Codeset codeset_of(const World& world, const oracle::Statuses& statuses) {
  std::vector<CodeWithStatus> codes;
  for (const auto& [code, status] : statuses) codes.push_back({code, status});
  return Codeset::make(world.release, codes);
}

// The entries of `before` with their status in `after`; the reference stores no others.
std::vector<CodeChange> changes_of(const oracle::Statuses& before, const oracle::Statuses& after) {
  std::vector<CodeChange> changes;
  for (const auto& [code, status] : before) {
    if (after.at(code) != status) changes.push_back({code, status, after.at(code)});
  }
  return changes;
}

oracle::Codes set_of(const std::vector<std::string>& codes) { return {codes.begin(), codes.end()}; }

std::vector<std::string> list_of(const oracle::Codes& codes) {
  return {codes.begin(), codes.end()};
}

std::vector<oracle::Signed> walk_of(const Codeset& codeset) {
  const auto rows = codeset.walk_definition(&coding_systems::CodeUniverse::code);
  RC_ASSERT(static_cast<bool>(rows));
  std::vector<oracle::Signed> walk;
  for (const auto& row : *rows) walk.emplace_back(row.code, row.sign);
  return walk;
}

// A draft with any statuses, including stale and impossible ones.
oracle::Statuses random_draft(const World& world) {
  oracle::Statuses draft;
  for (const auto& code : world.some_of(world.all)) draft[code] = any_status();
  return draft;
}

oracle::Graph graph_of_draft(const World& world, const oracle::Statuses& draft) {
  std::vector<std::string> codes;
  for (const auto& [code, status] : draft) codes.push_back(code);
  return world.graph(codes);
}

}  // namespace

TEST_CASE("definitions give every code its status by the rules", "[property]") {
  rc::prop("from a definition", [] {
    const auto world = random_world();
    const auto included = world.some_of(world.all);
    const auto excluded = world.some_of(world.all);
    auto codes = included;
    codes.insert(codes.end(), excluded.begin(), excluded.end());
    const auto graph = world.graph(codes);
    oracle::Definition definition{set_of(included), set_of(excluded)};
    const auto codeset = Codeset::from_definition(world.release, {included, excluded});
    RC_ASSERT(statuses_of(codeset) == oracle::statuses_of_definition(graph, definition));
    // A code in both lists is included only.
    for (const auto& code : included) definition.excluded.erase(code);
    RC_ASSERT(walk_of(codeset) == oracle::walk(graph, definition));
    RC_ASSERT(codeset.definition().included == included);
    RC_ASSERT(codeset.definition().excluded == list_of(definition.excluded));
  });
  rc::prop("from a flat set", [] {
    const auto world = random_world();
    const auto codes = world.some_of(world.all);
    const auto graph = world.graph(codes);
    const auto definition = oracle::minimal_definition(graph, set_of(codes));
    const auto codeset = Codeset::from_codes(world.release, codes);
    RC_ASSERT(statuses_of(codeset) == oracle::statuses_of_definition(graph, definition));
    RC_ASSERT(codeset.definition().included == list_of(definition.included));
    RC_ASSERT(codeset.definition().excluded == list_of(definition.excluded));
    RC_ASSERT(walk_of(codeset) == oracle::walk(graph, definition));
    RC_ASSERT(codeset.included_codes() == codes);
  });
  rc::prop("the deciders explain the status", [] {
    const auto world = random_world();
    const auto draft = random_draft(world);
    const auto graph = graph_of_draft(world, draft);
    const auto definition = oracle::definition_of(draft);
    const auto codeset = codeset_of(world, draft);
    for (const auto& [code, status] : draft) {
      bool any_included = false, any_excluded = false, decided = false;
      for (const auto& decider : codeset.deciders_of(code)) {
        decided |= decider.code == code;
        any_included |= decider.status == CodeStatus::included;
        any_excluded |= decider.status == CodeStatus::excluded;
        RC_ASSERT(decided || oracle::ancestors(graph, code).contains(decider.code));
      }
      const auto expected = oracle::node_status(graph, definition, code);
      RC_ASSERT(decided == is_direct(expected));
      RC_ASSERT(any_included == (is_included(expected) || expected == CodeStatus::in_conflict));
      RC_ASSERT((any_included || any_excluded) == (expected != CodeStatus::unresolved));
    }
  });
}

TEST_CASE("steps on a draft change what the reference would store, and nothing else",
          "[property]") {
  rc::prop("a run of updates, of codes in the draft, outside it, above it and unknown", [] {
    const auto world = random_world();
    auto draft = random_draft(world);
    auto codeset = codeset_of(world, draft);
    for (int step = 0; step < 4; ++step) {
      std::vector<CodeWithStatus> updates;
      std::vector<oracle::Signed> oracle_updates;
      const auto count = *rc::gen::inRange(0, 5);
      for (int i = 0; i < count; ++i) {
        updates.push_back({*rc::gen::elementOf(world.updatable), any_status()});
        oracle_updates.emplace_back(updates.back().code, updates.back().status);
      }
      const auto after = oracle::update(graph_of_draft(world, draft), draft, oracle_updates);
      const auto changes = codeset.changes_if_updated(updates);
      RC_ASSERT(changes == changes_of(draft, after));
      RC_ASSERT(statuses_of(codeset) == draft);  // asking changes nothing
      codeset.apply(changes);
      for (auto& [code, status] : draft) status = after.at(code);
      RC_ASSERT(statuses_of(codeset) == draft);
    }
  });
  rc::prop("reapplying", [] {
    const auto world = random_world();
    const auto draft = random_draft(world);
    const auto after = oracle::reapply(graph_of_draft(world, draft), draft);
    RC_ASSERT(codeset_of(world, draft).changes_if_reapplied() == changes_of(draft, after));
  });
  rc::prop("adding, removing, applying and comparing agree", [] {
    const auto world = random_world();
    const auto before = random_draft(world);
    const auto after = random_draft(world);
    auto codeset = codeset_of(world, before);
    const auto changes = Codeset::changes_between(codeset, codeset_of(world, after));
    RC_ASSERT(std::ranges::is_sorted(changes, {}, &CodeChange::code));
    for (const auto& change : changes) {
      RC_ASSERT(change.before != change.after);
      const auto old = before.find(change.code);
      RC_ASSERT(change.before == (old == before.end() ? std::nullopt : std::optional(old->second)));
    }
    codeset.apply(changes);
    RC_ASSERT(statuses_of(codeset) == after);
    RC_ASSERT(codeset.count() == after.size());
    std::size_t total = 0;
    for (const auto count : codeset.counts()) total += count;
    RC_ASSERT(total == after.size());

    const auto codes = world.some_of(world.all);
    const auto removed = codeset.changes_if_removed(codes);
    codeset.apply(removed);
    for (const auto& code : codes) RC_ASSERT(!codeset.status_of(code));
    RC_ASSERT(codeset.count() == after.size() - removed.size());
    const auto added = codeset.changes_if_added(codes);
    RC_ASSERT(added.size() == set_of(codes).size());
    codeset.apply(added);
    for (const auto& code : codes) RC_ASSERT(codeset.status_of(code) == CodeStatus::unresolved);
  });
}

TEST_CASE("orphan clean-up, new descendants and tops follow the draft's graph", "[property]") {
  rc::prop("codes that no included code holds", [] {
    const auto world = random_world();
    const auto draft = random_draft(world);
    const auto graph = graph_of_draft(world, draft);
    const auto candidates = world.some_of(world.all);
    std::vector<std::string> expected;
    for (const auto& code : candidates) {
      if (!draft.contains(code)) continue;
      bool held = is_included(draft.at(code));
      for (const auto& ancestor : oracle::ancestors(graph, code)) {
        held |= draft.contains(ancestor) && is_included(draft.at(ancestor));
      }
      if (!held) expected.push_back(code);
    }
    RC_ASSERT(codeset_of(world, draft).without_included_ancestor(candidates) == expected);
  });
  rc::prop("descendants without an entry", [] {
    const auto world = random_world();
    auto draft = random_draft(world);
    auto codeset = codeset_of(world, draft);
    // Codes that were once in the draft must not show.
    const auto gone = world.some_of(world.all);
    codeset.apply(codeset.changes_if_removed(gone));
    for (const auto& code : gone) draft.erase(code);
    const auto graph = graph_of_draft(world, draft);
    oracle::Codes expected;
    for (const auto& [code, status] : draft) expected.merge(oracle::descendants(graph, code));
    for (const auto& [code, status] : draft) expected.erase(code);
    RC_ASSERT(codeset.missing_descendants() == list_of(expected));
  });
  rc::prop("ultimate ancestors of some codes", [] {
    const auto world = random_world();
    const auto codes = world.some_of(world.all);
    RC_ASSERT(Codeset(world.release).ultimate_ancestors(codes) ==
              list_of(oracle::ultimate_ancestors(world.graph(codes), set_of(codes))));
  });
  rc::prop("search expansion", [] {
    const auto world = random_world();
    const auto matches = world.some_of(world.all);
    const auto graph = world.graph(matches);
    const auto tops = oracle::ultimate_ancestors(graph, set_of(matches));
    auto all = tops;
    for (const auto& top : tops) all.merge(oracle::descendants(graph, top));
    const auto found = SearchExpansion::of_matches(world.release, matches);
    RC_ASSERT(found.matching_codes() == matches);
    RC_ASSERT(found.ancestor_codes() == list_of(tops));
    RC_ASSERT(found.all_codes() == list_of(all));
    RC_ASSERT(found.all_codes_count() == all.size());
  });
}

}  // namespace codelog::tests::codeset_property_test
