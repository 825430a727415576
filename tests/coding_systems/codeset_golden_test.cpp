// Compares the codeset algebra with OpenCodelists' own answers on 2,000 random graphs.
#include <zlib.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "coding_systems/algebra/codeset.h"
#include "coding_systems/algebra/codeset_definition.h"
#include "tests/coding_systems/codeset_fake_release.h"

namespace codelog::tests::codeset_golden_test {

namespace base = codelog::base;
namespace coding_systems = codelog::coding_systems;
using base::CodeStatus;
using base::CodeWithStatus;
using codelog::tests::FakeRelease;
using coding_systems::Codeset;

namespace {

using Statuses = std::map<std::string, std::string>;
using Walk = std::vector<std::pair<std::string, std::string>>;

nlohmann::json read_golden_cases() {
  const auto path = std::string(CODELOG_TESTS_DIR) + "/golden/03_dags.json.gz";
  const auto file = gzopen(path.c_str(), "rb");
  REQUIRE(file != nullptr);
  std::string text;
  std::vector<char> block(1 << 16);
  int count = 0;
  while ((count = gzread(file, block.data(), static_cast<unsigned>(block.size()))) > 0) {
    text.append(block.data(), static_cast<std::size_t>(count));
  }
  gzclose(file);
  REQUIRE(count == 0);
  return nlohmann::json::parse(text).at("cases");
}

const nlohmann::json& golden_cases() {
  static const auto cases = read_golden_cases();
  return cases;
}

std::string code_name(std::size_t number) {
  return (number < 10 ? "n0" : "n") + std::to_string(number);
}

std::shared_ptr<const coding_systems::Release> release_of(const nlohmann::json& golden) {
  FakeRelease::Edges edges;
  for (const auto& edge : golden.at("edges")) {
    edges.emplace_back(code_name(edge[0]), code_name(edge[1]));
  }
  return std::make_shared<FakeRelease>(edges, std::vector<std::string>(), golden.at("root"));
}

Statuses statuses_of(const Codeset& codeset) {
  Statuses statuses;
  for (const auto& [code, status] : codeset.codes()) statuses[code] = base::to_string(status);
  return statuses;
}

Walk walk_of(const Codeset& codeset) {
  const auto rows = codeset.walk_definition(&coding_systems::CodeUniverse::code);
  REQUIRE(rows);
  Walk walk;
  for (const auto& row : *rows) walk.emplace_back(row.code, base::to_string(row.sign));
  return walk;
}

std::vector<CodeWithStatus> updates_of(const nlohmann::json& golden) {
  std::vector<CodeWithStatus> updates;
  for (const auto& update : golden) {
    const auto status = base::parse_code_status(update[1].get<std::string>());
    REQUIRE(status.has_value());
    updates.push_back({update[0], *status});
  }
  return updates;
}

// The reference adds codes reached by an update to its map (without storing them); this does the
// same.
void add_reached(Codeset& codeset, const std::vector<CodeWithStatus>& updates) {
  std::vector<std::string> codes;
  for (const auto& update : updates) codes.push_back(update.code);
  codeset.apply(codeset.changes_if_added(codes));
  auto reached = Codeset::make(codeset.universe(), updates);
  codeset.apply(codeset.changes_if_added(reached.missing_descendants()));
}

}  // namespace

TEST_CASE("node statuses, definitions and walks equal the reference's") {
  const auto& cases = golden_cases();
  REQUIRE(cases.size() == 2000);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    CAPTURE(i);
    const auto& golden = cases[i];
    const auto release = release_of(golden);
    const std::vector<std::string> included = golden.at("included");
    const std::vector<std::string> excluded = golden.at("excluded");
    const std::string statuses = golden.at("node_status");
    const coding_systems::NodeDefinition definition = [&] {
      coding_systems::NodeDefinition result{coding_systems::NodeSet(release->hierarchy().size()),
                                            coding_systems::NodeSet(release->hierarchy().size())};
      for (const auto& code : included) result.included.add(release->find(code).value());
      for (const auto& code : excluded) result.excluded.add(release->find(code).value());
      return result;
    }();
    REQUIRE(statuses.size() == release->hierarchy().size());
    const std::map<std::string, char> letters = {{"?", '?'}, {"!", '!'},   {"+", '+'},
                                                 {"-", '-'}, {"(+)", 'p'}, {"(-)", 'm'}};
    std::string found;
    for (std::size_t node = 0; node < statuses.size(); ++node) {
      found += letters.at(std::string(base::to_string(coding_systems::node_status(
          release->hierarchy(), definition, release->find(code_name(node)).value()))));
    }
    CHECK(found == statuses);

    auto direct = included;
    direct.insert(direct.end(), excluded.begin(), excluded.end());
    CHECK(Codeset(release).ultimate_ancestors(direct) ==
          golden.at("ultimate").get<std::vector<std::string>>());
    const auto codeset = Codeset::from_definition(
        release,
        {golden.at("from_definition").at("included"), golden.at("from_definition").at("excluded")});
    CHECK(statuses_of(codeset) == golden.at("from_definition").at("statuses").get<Statuses>());
    CHECK(walk_of(codeset) == golden.at("from_definition").at("walk").get<Walk>());
  }
}

TEST_CASE("sequences of updates equal the reference's") {
  std::size_t updates_count = 0;
  for (const auto& golden : golden_cases()) {
    auto codeset = Codeset::from_definition(
        release_of(golden),
        {golden.at("from_definition").at("included"), golden.at("from_definition").at("excluded")});
    for (const auto& step : golden.at("update_sequence")) {
      CAPTURE(updates_count, step.dump());
      const auto updates = updates_of(step.at("updates"));
      add_reached(codeset, updates);
      codeset.apply(codeset.changes_if_updated(updates));
      CHECK(statuses_of(codeset) == step.at("statuses").get<Statuses>());
      ++updates_count;
    }
  }
  CHECK(updates_count > 5000);
}

TEST_CASE("minimal definitions and reapplied statuses equal the reference's") {
  std::size_t reapplied_count = 0;
  for (const auto& golden : golden_cases()) {
    const auto release = release_of(golden);
    for (const auto& step : golden.at("from_codes")) {
      CAPTURE(step.dump());
      const std::vector<std::string> codes = step.at("codes");
      auto codeset = Codeset::from_codes(release, codes);
      CHECK(statuses_of(codeset) == step.at("statuses").get<Statuses>());
      CHECK(walk_of(codeset) == step.at("walk").get<Walk>());
      CHECK(codeset.included_codes() == codes);
      if (!step.contains("reapply")) continue;
      codeset.apply(codeset.changes_if_reapplied());
      CHECK(statuses_of(codeset) == step.at("reapply").get<Statuses>());
      ++reapplied_count;
    }
  }
  CHECK(reapplied_count == 2000);
}

}  // namespace codelog::tests::codeset_golden_test
