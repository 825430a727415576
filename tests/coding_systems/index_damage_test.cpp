// A damaged index file is never read as if its data were right.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "coding_systems/bnf/coding_system.h"
#include "coding_systems/index/code_search.h"
#include "coding_systems/index/release_files.h"
#include "coding_systems/index/release_index.h"
#include "coding_systems/index/text_fold.h"
#include "small_releases.h"

namespace codelog::tests::index_damage_test {
namespace {

using coding_systems::IndexFile;
using coding_systems::IndexOrigin;
using coding_systems::IndexSection;
using coding_systems::IndexSource;
using coding_systems::Node;
using coding_systems::ReleaseIndex;
using coding_systems::TextNumber;
using coding_systems::TextRole;

std::string small_index() {
  IndexSource source;
  source.set_root("1");
  for (int i = 1; i <= 90; ++i) {
    const auto code = std::to_string(i);
    source.add_concept(code, 1);
    source.add_text(code, TextRole::name, "Name of " + code + " (finding)");
    if (i % 3 == 0) source.add_text(code, TextRole::synonym, "Synonym " + code);
    if (i % 5 == 0) source.add_text(code, TextRole::display_name, "Shown " + code);
    if (i % 4 == 0) source.add_link(code, 1, "1");
    if (i > 1) source.add_edge(std::to_string(i / 2), code);
    if (i > 20) source.add_edge(std::to_string(i / 5), code);
  }
  auto bytes = coding_systems::build_release_index("test", source, {});
  REQUIRE(bytes);
  return *bytes;
}

// The sections of an index, for a test to change and write again with right checksums.
struct Parts {
  std::array<std::string, coding_systems::index_section_count> sections;
  std::uint32_t node_count = 0;
  std::optional<Node> root;

  std::string& section(IndexSection section) { return sections[static_cast<std::size_t>(section)]; }
};

Parts take_apart(const std::string& bytes) {
  const auto file = IndexFile::own(bytes, "test");
  REQUIRE(file);
  Parts parts{.sections = {}, .node_count = file->node_count(), .root = file->root()};
  for (std::size_t i = 0; i < parts.sections.size(); ++i) {
    parts.sections[i] = file->section_bytes(static_cast<IndexSection>(i));
  }
  return parts;
}

std::string put_together(const Parts& parts) {
  coding_systems::IndexContents contents{.system_id = "test",
                                         .built_from = {},
                                         .node_count = parts.node_count,
                                         .root = parts.root,
                                         .sections = {}};
  for (std::size_t i = 0; i < parts.sections.size(); ++i) {
    contents.sections[i] = std::as_bytes(std::span(parts.sections[i]));
  }
  return coding_systems::encode_index_file(contents);
}

bool is_refused(std::string bytes) {
  auto file = IndexFile::own(std::move(bytes), "test");
  if (!file) return file.error().code == base::ErrorCode::corrupt;
  return !ReleaseIndex::from(std::move(*file));
}

// Searches for words, phrases and codes in every mode besides "contains".
std::size_t search_in_every_mode(const ReleaseIndex& index) {
  const auto none = [](std::vector<TextNumber>& texts, const auto&) { texts.clear(); };
  std::size_t answers = 0;
  for (const auto& wanted :
       std::vector<std::vector<coding_systems::WantedWord>>{{{"n", true}},
                                                            {{"name", false}},
                                                            {{"name", false}, {"f", true}},
                                                            {{"of", false}, {"7", true}},
                                                            {{"zzzz", true}},
                                                            {{"", true}}}) {
    for (const auto text : index.tokens().texts_with_all(wanted, none)) {
      REQUIRE(text < index.text_count());
      ++answers;
    }
  }
  for (TextNumber text = 0; text < index.text_count(); ++text) {
    const auto folded = coding_systems::fold_text(index.text(text));
    for (const auto word : coding_systems::words_of(folded)) {
      const std::vector<coding_systems::WantedWord> wanted = {{std::string(word), false}};
      for (const auto found : index.tokens().texts_with_all(wanted, none)) {
        REQUIRE(found < index.text_count());
        ++answers;
      }
    }
  }
  const auto own_code = [&](Node node) { return index.code(node); };
  for (const auto& nodes : {coding_systems::find_code_prefix(index, "1", own_code),
                            coding_systems::find_code_range(index, {"2", "5"}, own_code)}) {
    for (const Node node : nodes) REQUIRE(node < index.node_count());
    answers += nodes.size();
  }
  return answers;
}

// Asks every possible question; only returning at all matters, not the answers.
std::size_t ask_everything(const ReleaseIndex& index) {
  std::size_t answers = 0;
  for (Node node = 0; node < index.node_count(); ++node) {
    answers += index.find(index.code(node)).has_value() ? 1 : 0;
    answers += index.find_ignoring_case(index.code(node)).has_value() ? 1 : 0;
    answers += index.name(node).value_or("").size() + index.synonyms(node).size();
    for (const auto& run : index.hierarchy().descendants_or_self(node)) {
      REQUIRE(run.after <= index.node_count());
    }
    answers += index.hierarchy().is_ancestor(0, node) ? 1 : 0;
    for (const auto& link : index.links(node)) REQUIRE(link.target < index.node_count());
  }
  for (const char* term : {"n", "na", "nam", "name of", "f 7", "synonym 3", "(finding)", "zzzz"}) {
    const auto nodes = index.terms().find_containing(term);
    for (const Node node : nodes) REQUIRE(node < index.node_count());
    answers += nodes.size();
  }
  for (coding_systems::TextNumber text = 0; text < index.text_count(); ++text) {
    answers += index.text(text).size() + (index.is_searched(text) ? 1 : 0);
    REQUIRE(index.node_of(text) < index.node_count());
  }
  for (const char* start : {"n", "name of", "synonym 3"}) {
    const auto texts = index.texts_that_start_with(start);
    for (const auto text : texts) REQUIRE(text < index.text_count());
    answers += texts.size();
  }
  return answers + search_in_every_mode(index);
}

}  // namespace

TEST_CASE("an index with any byte changed is refused", "[index][damage]") {
  const auto good = small_index();
  REQUIRE(!is_refused(good));
  CAPTURE(good.size());
  std::vector<std::size_t> accepted;
  for (std::size_t place = 0; place < good.size(); ++place) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      auto bytes = good;
      bytes[place] = static_cast<char>(bytes[place] ^ flip);
      if (!is_refused(std::move(bytes))) accepted.push_back(place);
    }
  }
  CHECK(accepted.empty());
}

TEST_CASE("an index cut off anywhere, or with extra bytes at its end, is refused",
          "[index][damage]") {
  const auto good = small_index();
  std::vector<std::size_t> accepted;
  for (std::size_t size = 0; size < good.size(); ++size) {
    if (!is_refused(good.substr(0, size))) accepted.push_back(size);
  }
  CHECK(accepted.empty());
  CHECK(is_refused(good + std::string(1, '\0')));
  CHECK(is_refused(good + std::string(64, '\0')));
  CHECK(is_refused(good + good));
}

TEST_CASE("an index with wrong contents under right checksums is refused or harmless",
          "[index][damage][property]") {
  const auto good = take_apart(small_index());
  std::mt19937 generator(20240101);
  const auto random = [&] { return static_cast<std::uint32_t>(generator()); };
  std::array<int, 2> outcomes{};  // harmless, refused
  for (int round = 0; round < 6000; ++round) {
    CAPTURE(round);
    auto parts = good;
    auto& lying = parts.sections[random() % parts.sections.size()];
    if (random() % 8 == 0) {
      lying.resize(random() % (lying.size() + 20));
    } else if (!lying.empty()) {
      const std::uint32_t value = random() % 2 == 0 ? random() : random() % 256;
      const std::size_t bytes = std::min<std::size_t>(1 + random() % 4, lying.size());
      std::memcpy(lying.data() + random() % (lying.size() - bytes + 1), &value, bytes);
    }
    if (random() % 50 == 0) parts.node_count = random() % 200;
    if (random() % 50 == 0) parts.root = random() % 200;
    auto lie = IndexFile::own(put_together(parts), "test");
    REQUIRE(lie);
    const auto index = ReleaseIndex::from(std::move(*lie));
    ++outcomes[index ? 0 : 1];
    if (index) CHECK(ask_everything(*index) > 0);
  }
  CHECK(outcomes[0] > 500);
  CHECK(outcomes[1] > 500);
}

TEST_CASE("an index on which a search or a walk would never end is refused", "[index][damage]") {
  const auto good = take_apart(small_index());
  REQUIRE(!is_refused(put_together(good)));

  // 64 codes in 64 slots: a look-up of any other code finds no free slot.
  IndexSource source;
  for (int i = 0; i < 64; ++i) source.add_concept(std::to_string(i), 1);
  auto full = take_apart(*coding_systems::build_release_index("test", source, {}));
  full.section(IndexSection::code_slots).clear();
  for (std::uint64_t slot = 1; slot <= 64; ++slot) {
    full.section(IndexSection::code_slots).append(reinterpret_cast<const char*>(&slot), 8);
  }
  CHECK(is_refused(put_together(full)));

  auto own_parent = good;
  const Node last = good.node_count - 1;
  auto& parents = own_parent.section(IndexSection::parents);
  std::memcpy(parents.data() + parents.size() - sizeof last, &last, sizeof last);
  CHECK(is_refused(put_together(own_parent)));
}

TEST_CASE("an index in which a node is not its own descendant is refused", "[index][damage]") {
  // The last node's run goes to the node before it.
  auto parts = take_apart(small_index());
  auto& offsets = parts.section(IndexSection::run_offsets);
  const std::uint32_t size = parts.node_count;
  std::uint32_t runs_count = 0;
  std::memcpy(&runs_count, offsets.data() + std::size_t{4} * size, 4);
  std::memcpy(offsets.data() + std::size_t{4} * (size - 1), &runs_count, 4);
  CHECK(is_refused(put_together(parts)));
}

TEST_CASE("a gram's list with a stated length that is too short hides nothing", "[index][damage]") {
  auto parts = take_apart(small_index());
  const auto codes_with = [&](const char* term) {
    auto file = IndexFile::own(put_together(parts), "test");
    REQUIRE(file);
    const auto index = ReleaseIndex::from(std::move(*file));
    REQUIRE(index);
    std::vector<std::string> codes;
    for (const Node node : index->terms().find_containing(term)) {
      codes.emplace_back(index->code(node));
    }
    return codes;
  };
  const std::vector<std::string> found = {"77"};
  REQUIRE(codes_with("name of 77") == found);
  // "ame", which is in every name, claims to be the rarest gram: rarer grams have another kind of
  // list.
  auto& grams = parts.section(IndexSection::grams);
  for (std::size_t at = 0; at < grams.size(); at += sizeof(coding_systems::GramEntry)) {
    coding_systems::GramEntry entry;
    std::memcpy(&entry, grams.data() + at, sizeof entry);
    if (entry.key != 0x03616d65) continue;
    entry.count = 0;
    std::memcpy(grams.data() + at, &entry, sizeof entry);
  }
  CHECK(codes_with("name of 77") == found);
}

TEST_CASE("a damaged index file is built again", "[index][damage][files]") {
  const TemporaryFolder data;
  const auto files = unpack_small_release(data.path(), "bnf");
  const auto open = [&] {
    return coding_systems::open_release_index(files, "bnf", coding_systems::bnf::read_index_source);
  };
  REQUIRE(open());
  const auto good = read_bytes(files.index);
  const auto is_built_anew = [&](const std::string& bytes) {
    write_bytes(files.index, bytes);
    const auto opened = open();
    REQUIRE(opened);
    CHECK(!opened->note.empty());
    return opened->origin == IndexOrigin::built && read_bytes(files.index) == good;
  };
  CHECK(is_built_anew(""));
  CHECK(is_built_anew("not an index"));
  CHECK(is_built_anew(std::string(4096, '\0')));
  CHECK(is_built_anew(good.substr(0, 511)));
  CHECK(is_built_anew(good.substr(0, good.size() / 2)));
  for (const std::size_t place :
       std::vector{std::size_t{8}, std::size_t{100}, good.size() / 2, good.size() - 1}) {
    auto bytes = good;
    bytes[place] = static_cast<char>(bytes[place] ^ 4);
    CAPTURE(place);
    CHECK(is_built_anew(bytes));
  }
  CHECK(open()->origin == IndexOrigin::mapped);
}

}  // namespace codelog::tests::index_damage_test
