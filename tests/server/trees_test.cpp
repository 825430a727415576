// The tree of a version's codes: its order, its two forms, and that statuses computed over it by
// the client's rule are the server's.
#include <rapidcheck/catch.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "server/trees/tree_forms.h"
#include "server/trees/trees.h"
#include "tests/coding_systems/codeset_fake_release.h"

namespace codelog::tests::trees_test {
namespace {

using base::CodeStatus;
using base::CodeWithStatus;
using coding_systems::Codeset;
using nlohmann::json;
using trees::CodeTree;
using trees::Ordinal;

// What the release says of a code: its term, its title, and whether it is active.
struct Said {
  std::string term;
  std::string title;
  bool is_active = true;
};

class SpokenRelease final : public FakeRelease {
 public:
  SpokenRelease(const Edges& edges, std::map<std::string, Said> said, bool sorts_by_term = true)
      : FakeRelease(edges, keys(said), "root"), said_(std::move(said)) {
    system_.sorts_by_term = sorts_by_term;
  }

  const coding_systems::CodingSystemInfo& system() const override { return system_; }
  std::optional<std::string_view> name(coding_systems::Node node) const override {
    return of(node).term;
  }
  std::string_view term(coding_systems::Node node) const override { return of(node).term; }
  std::vector<std::string> type_titles(coding_systems::Node node) const override {
    return {of(node).title};
  }
  bool is_active(coding_systems::Node node) const override { return of(node).is_active; }

 private:
  static std::vector<std::string> keys(const std::map<std::string, Said>& said) {
    std::vector<std::string> codes;
    for (const auto& [code, what] : said) codes.push_back(code);
    return codes;
  }
  const Said& of(coding_systems::Node node) const { return said_.at(std::string(code(node))); }

  std::map<std::string, Said> said_;
  coding_systems::CodingSystemInfo system_{
      .id = "fake", .name = "Fake", .short_name = "Fake", .code_headers = {}, .term_headers = {}};
};

Codeset codeset_of(const commands::ReleasePointer& release,
                   const std::vector<CodeWithStatus>& codes) {
  return Codeset::make(coding_systems::CodeUniverse(release), codes);
}

std::vector<std::string> codes_of(const CodeTree& tree) {
  std::vector<std::string> codes;
  for (Ordinal i = 0; i < tree.size(); ++i) codes.emplace_back(tree.code(i));
  return codes;
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

// Asthma and its neighbours: several parents, two sections, a code between two others, an inactive
// one, and one that the release does not have.
struct Small {
  commands::ReleasePointer release = std::make_shared<SpokenRelease>(
      FakeRelease::Edges{{"100", "200"},
                         {"100", "300"},
                         {"200", "400"},
                         {"300", "400"},
                         {"300", "500"},
                         {"500", "600"},
                         {"700", "800"}},
      std::map<std::string, Said>{{"100", {"Lung disorder", "Disorder"}},
                                  {"200", {"Chronic lung disorder", "Disorder"}},
                                  {"300", {"Asthma", "Disorder"}},
                                  {"400", {"Chronic asthma", "Disorder"}},
                                  {"500", {"Occupational asthma", "Disorder"}},
                                  {"600", {"Bakers’ asthma", "Disorder"}},
                                  {"700", {"Wheeze", "Finding"}},
                                  {"800", {"Nocturnal\nwheeze", "Finding"}},
                                  {"900", {"Asthma, old", "Disorder", false}}});
  Codeset codeset = codeset_of(release, {{"100", CodeStatus::included},
                                         {"200", CodeStatus::excluded},
                                         {"300", CodeStatus::included_by_ancestor},
                                         {"400", CodeStatus::in_conflict},
                                         {"600", CodeStatus::included_by_ancestor},
                                         {"700", CodeStatus::unresolved},
                                         {"800", CodeStatus::unresolved},
                                         {"900", CodeStatus::unresolved},
                                         {"x1", CodeStatus::unresolved}});
  CodeTree tree{release, codeset};
  trees::VersionCodes codes{base::VersionId(1),
                            base::Position(7),
                            release,
                            std::make_shared<Codeset>(codeset),
                            searches(),
                            {"400"}};

  static std::shared_ptr<const commands::Searches> searches() {
    auto searches = std::make_shared<commands::Searches>();
    events::SearchWithResults wheeze;
    wheeze.codes = {"700", "800"};
    searches->records.push_back({base::VersionId(1), wheeze});
    return searches;
  }
};

}  // namespace

TEST_CASE_METHOD(Small, "codes stand where the walk by section and term comes first", "[trees]") {
  CHECK(codes_of(tree) == std::vector<std::string>{"900", "100", "300", "400", "500", "600", "200",
                                                   "700", "800", "x1"});
  CHECK(tree.types() == std::vector<std::string>{"Disorder", "Finding", "[unknown]"});
  CHECK(tree.sections() == std::vector<trees::TreeSection>{
                               {"Disorder", 0, 2}, {"Finding", 2, 1}, {"[unknown]", 3, 1}});
  CHECK(tree.tops() == std::vector<Ordinal>{0, 1, 7, 9});
  CHECK(tree.children() == std::vector<Ordinal>{2, 6, 3, 4, 5, 3, 8});
  const std::string flags = trees::Trees::flags_of(tree, codes);
  CHECK(hex(flags) == "00010105110101030308");
  CHECK(trees::terms_text(tree, 7, 10) == "Wheeze\nNocturnal wheeze\nUnknown");
}

TEST_CASE("children are sorted by code where the system sorts so", "[trees]") {
  const std::map<std::string, Said> said = {
      {"a", {"Top", "T"}}, {"b", {"Zebra", "T"}}, {"c", {"Ape", "T"}}};
  const FakeRelease::Edges edges = {{"a", "b"}, {"a", "c"}};
  for (const bool by_term : {true, false}) {
    const auto release = std::make_shared<SpokenRelease>(edges, said, by_term);
    const CodeTree tree(release, codeset_of(release, {{"a", CodeStatus::unresolved},
                                                      {"b", CodeStatus::unresolved},
                                                      {"c", CodeStatus::unresolved}}));
    CHECK(tree.code(1) == (by_term ? "c" : "b"));
    const json head = json::parse(trees::tree_json(tree, tree.fixed_flags()));
    CHECK(head.at("sort") == (by_term ? "term" : "code"));
  }
}

// Clients decode these bytes in tests of their own.
TEST_CASE_METHOD(Small, "the octets of a small tree are those of the golden file", "[trees]") {
  const std::string flags = trees::Trees::flags_of(tree, codes);
  const json made = {{"octets", hex(trees::tree_octets(tree, flags))},
                     {"tree", json::parse(trees::tree_json(tree, flags))},
                     {"terms", trees::terms_text(tree, 0, static_cast<Ordinal>(tree.size()))},
                     {"statuses_octets", hex(tree.statuses_of(codeset))},
                     {"statuses_crc", trees::crc32_text(tree.statuses_of(codeset))}};
  const std::filesystem::path file =
      std::filesystem::path(CODELOG_TESTS_DIR) / "golden" / "web" / "tree_small.json";
  std::ifstream stream(file);
  const json golden = json::parse(stream, nullptr, false);
  INFO(made.dump(1));
  CHECK(golden == made);
}

TEST_CASE("an empty draft has an empty tree", "[trees]") {
  const auto release =
      std::make_shared<SpokenRelease>(FakeRelease::Edges{}, std::map<std::string, Said>{});
  const CodeTree tree(release, codeset_of(release, {}));
  CHECK(tree.size() == 0);
  CHECK(tree.shape() == "00000000");
  CHECK(trees::terms_blocks_count(tree) == 1);
  CHECK(json::parse(trees::tree_json(tree, "")).at("codes").empty());
}

TEST_CASE_METHOD(Small, "a tree is kept while the codes stay the same", "[trees]") {
  trees::Trees kept;
  const auto first = kept.tree_of(codes);
  codes.codeset = std::make_shared<Codeset>(codeset_of(release, {{"700", CodeStatus::excluded}}));
  const auto smaller = kept.tree_of(codes);
  CHECK(first != smaller);
  CHECK(smaller->size() == 1);
  Codeset clicked = *codes.codeset;
  clicked.apply(
      clicked.changes_if_updated(std::vector<CodeWithStatus>{{"700", CodeStatus::included}}));
  codes.codeset = std::make_shared<Codeset>(clicked);
  CHECK(kept.tree_of(codes) == smaller);
  // The release is at the same place of the hierarchy, but other strangers are not the same codes.
  const auto with_stranger = [&](const char* stranger) {
    codes.codeset =
        std::make_shared<Codeset>(codeset_of(release, {{stranger, CodeStatus::unresolved}}));
    return kept.tree_of(codes)->codes_text();
  };
  CHECK(with_stranger("x1") == "x1");
  CHECK(with_stranger("x2") == "x2");
  trees::Trees tiny(1);
  CHECK(tiny.tree_of(codes) != nullptr);
}

namespace {

// The client's rule (web app, statuses): parents first, a code's deciders are its decided parents
// and the deciders of the others, without those that are above another.
class Client {
 public:
  Client(const json& tree, std::vector<int> decisions)
      : children_(tree.at("children")), direct_(std::move(decisions)), deciders_(size()) {
    std::vector<std::size_t> waiting_for(size());
    parents_.resize(size());
    for (std::size_t i = 0; i < size(); ++i) {
      for (const std::size_t child : children_[i]) {
        parents_[child].push_back(i);
        ++waiting_for[child];
      }
    }
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < size(); ++i) {
      if (waiting_for[i] == 0) ready.push_back(i);
    }
    while (!ready.empty()) {
      const std::size_t code = ready.back();
      ready.pop_back();
      decide(code);
      for (const std::size_t child : children_[code]) {
        if (--waiting_for[child] == 0) ready.push_back(child);
      }
    }
  }

  CodeStatus status(std::size_t code) const {
    if (direct_[code] != 0) {
      return direct_[code] > 0 ? CodeStatus::included : CodeStatus::excluded;
    }
    bool plus = false;
    bool minus = false;
    for (const std::size_t decider : deciders_[code]) {
      (direct_[decider] > 0 ? plus : minus) = true;
    }
    if (plus && minus) return CodeStatus::in_conflict;
    if (plus) return CodeStatus::included_by_ancestor;
    return minus ? CodeStatus::excluded_by_ancestor : CodeStatus::unresolved;
  }

 private:
  std::size_t size() const { return children_.size(); }

  void decide(std::size_t code) {
    std::set<std::size_t> found;
    for (const std::size_t parent : parents_[code]) {
      if (direct_[parent] != 0) {
        found.insert(parent);
      } else {
        found.insert(deciders_[parent].begin(), deciders_[parent].end());
      }
    }
    for (const std::size_t decider : found) {
      const bool is_above = std::ranges::any_of(found, [&](std::size_t other) {
        return other != decider && is_ancestor(decider, other);
      });
      if (!is_above) deciders_[code].insert(decider);
    }
  }

  bool is_ancestor(std::size_t above, std::size_t below) const {
    return std::ranges::any_of(parents_[below], [&](std::size_t parent) {
      return parent == above || is_ancestor(above, parent);
    });
  }

  std::vector<std::vector<std::size_t>> children_;
  std::vector<std::vector<std::size_t>> parents_;
  std::vector<int> direct_;
  std::vector<std::set<std::size_t>> deciders_;
};

std::string name_of(std::size_t number) { return "c" + std::to_string(100 + number); }

}  // namespace

TEST_CASE("statuses by the client's rule over the tree are the server's", "[trees][property]") {
  rc::prop("on random graphs, with codes left out in between", [] {
    const auto size = *rc::gen::inRange<std::size_t>(1, 14);
    FakeRelease::Edges edges;
    std::vector<std::string> known;
    for (std::size_t child = 0; child < size; ++child) {
      known.push_back(name_of(child));
      const auto parents = *rc::gen::inRange<std::size_t>(0, 4);
      for (std::size_t i = 0; i < parents && child > 0; ++i) {
        edges.emplace_back(name_of(*rc::gen::inRange<std::size_t>(0, child)), name_of(child));
      }
    }
    // The root is a node, so that codes without edges hang below it.
    const auto release = std::make_shared<FakeRelease>(edges, known, name_of(0));
    known.push_back("stranger");
    std::vector<CodeWithStatus> codes;
    std::vector<CodeWithStatus> decisions;
    for (const std::string& code : known) {
      if (*rc::gen::inRange(0, 4) == 0) continue;
      if (code == name_of(0) && edges.empty()) continue;  // cannot hang below itself
      codes.push_back({code, CodeStatus::unresolved});
      const auto sign = *rc::gen::inRange(0, 3);
      if (sign == 0) continue;
      decisions.push_back({code, sign == 1 ? CodeStatus::included : CodeStatus::excluded});
    }
    Codeset codeset = Codeset::make(
        coding_systems::CodeUniverse(std::static_pointer_cast<const FakeRelease>(release)), codes);
    codeset.apply(codeset.changes_if_updated(decisions));
    const CodeTree tree(release, codeset);
    const std::string octets = tree.statuses_of(codeset);
    std::vector<int> direct;
    for (const char octet : octets) {
      const auto status = static_cast<CodeStatus>(octet);
      direct.push_back(status == CodeStatus::included   ? 1
                       : status == CodeStatus::excluded ? -1
                                                        : 0);
    }
    const Client client(json::parse(trees::tree_json(tree, tree.fixed_flags())), direct);
    std::size_t own_count = 0;
    for (Ordinal i = 0; i < tree.size(); ++i) {
      RC_ASSERT(client.status(i) == static_cast<CodeStatus>(octets[i]));
      const auto own = codeset.status_of(tree.code(i));
      RC_ASSERT(own.has_value() == ((tree.fixed_flags()[i] & trees::flag_between) == 0));
      own_count += own ? 1 : 0;
      if (own) RC_ASSERT(*own == static_cast<CodeStatus>(octets[i]));
    }
    RC_ASSERT(own_count == codeset.count());
  });
}

}  // namespace codelog::tests::trees_test
