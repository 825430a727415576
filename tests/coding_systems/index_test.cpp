// The contents of an index, and opening it beside its release file.
#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "coding_systems/bnf/coding_system.h"
#include "coding_systems/index/release_files.h"
#include "coding_systems/index/release_index.h"
#include "coding_systems/snomedct/coding_system.h"
#include "coding_systems/snomedct/semantic_tag.h"
#include "small_releases.h"

namespace codelog::tests::index_test {
namespace {

using coding_systems::IndexFile;
using coding_systems::IndexOrigin;
using coding_systems::IndexSource;
using coding_systems::Node;
using coding_systems::ReleaseIndex;
using coding_systems::TextRole;

ReleaseIndex index_of(const IndexSource& source) {
  auto bytes = coding_systems::build_release_index("test", source, {});
  REQUIRE(bytes);
  auto file = IndexFile::own(std::move(*bytes), "test");
  REQUIRE(file);
  auto index = ReleaseIndex::from(std::move(*file));
  REQUIRE(index);
  return std::move(*index);
}

auto open_snomedct(const coding_systems::ReleaseFiles& files) {
  return coding_systems::open_release_index(files, "snomedct",
                                            coding_systems::snomedct::read_index_source);
}

auto open_bnf(const coding_systems::ReleaseFiles& files) {
  return coding_systems::open_release_index(files, "bnf", coding_systems::bnf::read_index_source);
}

}  // namespace

TEST_CASE("codes of concepts, of edges and of texts are all nodes, found by their exact text",
          "[index]") {
  IndexSource source;
  source.add_concept("concept", 3);
  source.add_edge("parent", "child");
  source.add_text("text only", TextRole::name, "a name");
  const auto index = index_of(source);
  REQUIRE(index.node_count() == 4);
  for (const char* code : {"concept", "parent", "child", "text only"}) {
    const auto node = index.find(code);
    REQUIRE(node);
    CHECK(index.code(*node) == code);
    CHECK(index.kind(*node) == (std::string(code) == "concept" ? 3 : 0));
    CHECK(index.name(*node).has_value() == (std::string(code) == "text only"));
  }
  for (const char* code : {"", "Concept", "concep", "concept ", "CHILD"}) {
    CHECK(!index.find(code));
  }
  CHECK(index.find_ignoring_case("cONCEPT") == index.find("concept"));
  CHECK(!index.find_ignoring_case("cONCEPTS"));
  const auto parent = *index.find("parent");
  CHECK(index.hierarchy().is_ancestor(parent, *index.find("child")));
}

TEST_CASE("many codes are found as each alone, in their order", "[index]") {
  IndexSource source;
  std::vector<std::string> known;
  for (int i = 0; i < 200; ++i) known.push_back("code" + std::to_string(i * i));
  for (const std::string& code : known) source.add_concept(code, 1);
  const auto index = index_of(source);
  // Fewer and more than are looked up at a time, with unknown and repeated ones.
  for (const std::size_t count : {0, 1, 7, 8, 24, 25, 500}) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) {
      texts.push_back(i % 3 == 2 ? "unknown" + std::to_string(i) : known[i * 7 % known.size()]);
    }
    const std::vector<std::string_view> codes(texts.begin(), texts.end());
    const auto found = index.find_all(codes);
    REQUIRE(found.size() == count);
    for (std::size_t i = 0; i < count; ++i) {
      CHECK(found[i] == index.find(codes[i]));
      CHECK(found[i].has_value() == (i % 3 != 2));
    }
  }
}

TEST_CASE("an exact match of a code is preferred to one in another case", "[index]") {
  IndexSource source;
  for (const char* code : {"ab", "Ab", "aB", "AB"}) source.add_concept(code, 1);
  const auto index = index_of(source);
  for (const char* code : {"ab", "Ab", "aB", "AB"}) {
    CHECK(index.code(*index.find_ignoring_case(code)) == code);
  }
}

TEST_CASE("the last name counts, synonyms keep their order and repeats, all texts are searched",
          "[index]") {
  IndexSource source;
  source.add_text("1", TextRole::synonym, "second word");
  source.add_text("1", TextRole::name, "old name");
  source.add_text("1", TextRole::synonym, "first word");
  source.add_text("1", TextRole::other, "definition");
  source.add_text("1", TextRole::name, "new name");
  source.add_text("1", TextRole::synonym, "second word");
  source.add_text("1", TextRole::synonym, "");
  source.add_text("2", TextRole::synonym, "nameless");
  source.add_text("3", TextRole::name, "");
  const auto index = index_of(source);
  const auto node = *index.find("1");
  CHECK(index.name(node) == "new name");
  CHECK(index.synonyms(node) ==
        std::vector<std::string_view>{"second word", "first word", "second word", ""});
  for (const char* term : {"old name", "new name", "FIRST", "definition", "d"}) {
    CAPTURE(term);
    CHECK(index.terms().find_containing(term) == std::vector<Node>{node});
  }
  CHECK(!index.name(*index.find("2")));
  CHECK(index.name(*index.find("3")) == "");
}

TEST_CASE("a display name is shown as the name and never searched", "[index]") {
  IndexSource source;
  source.add_text("1", TextRole::display_name, "old (AMP)");
  source.add_text("1", TextRole::name, "tablets");
  source.add_text("1", TextRole::display_name, "tablets (AMP)");
  source.add_text("1", TextRole::synonym, "tabs");
  source.add_text("2", TextRole::display_name, "shown only");
  source.add_text("3", TextRole::name, "named tablets");
  const auto index = index_of(source);
  const auto node = *index.find("1");
  CHECK(index.name(node) == "tablets (AMP)");
  CHECK(index.name(*index.find("2")) == "shown only");
  CHECK(index.synonyms(node) == std::vector<std::string_view>{"tabs"});
  CHECK(index.synonyms(*index.find("2")).empty());
  auto expected = std::vector<Node>{node, *index.find("3")};
  std::ranges::sort(expected);
  CHECK(index.terms().find_containing("tablets") == expected);
  // "tab" and "AMP)" are in a display name; some of their grams are in searched texts too.
  for (const char* term : {"(AMP)", "tablets (", "shown", "old"}) {
    CAPTURE(term);
    CHECK(index.terms().find_containing(term).empty());
  }
}

TEST_CASE("links are kept by kind and target, each once", "[index]") {
  IndexSource source;
  source.add_link("old", 2, "new");
  source.add_link("old", 1, "other");
  source.add_link("old", 2, "new");
  source.add_concept("alone", 1);
  const auto index = index_of(source);
  const auto links = index.links(*index.find("old"));
  REQUIRE(links.size() == 2);
  CHECK(links[0] == coding_systems::Link{1, *index.find("other")});
  CHECK(links[1] == coding_systems::Link{2, *index.find("new")});
  CHECK(index.links(*index.find("new")).empty());
  CHECK(index.links(*index.find("alone")).empty());
}

TEST_CASE("an empty index answers every question with nothing", "[index]") {
  const auto index = index_of(IndexSource());
  CHECK(index.node_count() == 0);
  CHECK(index.hierarchy().size() == 0);
  CHECK(!index.find("1"));
  CHECK(!index.find_ignoring_case(""));
  const std::vector<std::string_view> codes(20, "1");
  CHECK(index.find_all(codes) == std::vector<std::optional<Node>>(codes.size()));
  CHECK(index.terms().find_containing("a").empty());
  CHECK(index.terms().find_containing("longer").empty());
}

TEST_CASE("the order of a release's rows does not change its index", "[index]") {
  struct Row {
    std::string first, second;
  };
  std::vector<Row> concepts, edges, texts;
  for (int i = 0; i < 500; ++i) {
    const auto code = std::to_string(i * 7919 % 100'003);
    concepts.push_back({code, ""});
    texts.push_back({code, "name of " + code});
    if (i > 0) edges.push_back({concepts[static_cast<std::size_t>(i) / 3].first, code});
    if (i > 9) edges.push_back({concepts[static_cast<std::size_t>(i) / 7].first, code});
  }
  const auto build = [&] {
    IndexSource source;
    for (const auto& row : edges) source.add_edge(row.first, row.second);
    for (const auto& row : texts) source.add_text(row.first, TextRole::name, row.second);
    for (const auto& row : concepts) source.add_concept(row.first, 1);
    return *coding_systems::build_release_index("test", source, {});
  };
  const auto bytes = build();
  std::mt19937 random(4);
  for (int round = 0; round < 3; ++round) {
    std::ranges::shuffle(concepts, random);
    std::ranges::shuffle(edges, random);
    std::ranges::shuffle(texts, random);
    CHECK(build() == bytes);
  }
}

TEST_CASE("a release whose hierarchy has a cycle is refused, naming its codes", "[index]") {
  IndexSource source;
  source.add_edge("top", "a");
  source.add_edge("a", "b");
  source.add_edge("b", "c");
  source.add_edge("c", "a");
  source.add_edge("c", "below");
  const auto built = coding_systems::build_release_index("test", source, {});
  REQUIRE(!built);
  CHECK(built.error().code == base::ErrorCode::corrupt);
  const auto& detail = built.error().detail;
  CAPTURE(detail);
  CHECK((detail.ends_with("a -> b -> c -> a") || detail.ends_with("b -> c -> a -> b") ||
         detail.ends_with("c -> a -> b -> c")));

  IndexSource itself;
  itself.add_edge("self", "self");
  const auto refused = coding_systems::build_release_index("test", itself, {});
  REQUIRE(!refused);
  CHECK(refused.error().detail.ends_with("self -> self"));
}

TEST_CASE("a text with a byte that UTF-8 never has is refused, naming its code", "[index]") {
  for (const char* text : {"\xff", "a\xfe",
                           "\xfd"
                           "b"}) {
    IndexSource source;
    source.add_text("12345", TextRole::synonym, text);
    const auto built = coding_systems::build_release_index("test", source, {});
    REQUIRE(!built);
    CHECK(built.error().code == base::ErrorCode::corrupt);
    CHECK(built.error().detail.find("12345") != std::string::npos);
  }
}

TEST_CASE("an index is built once, and mapped as long as the release file stays the same",
          "[index][files]") {
  const TemporaryFolder data;
  const auto files = unpack_small_release(data.path(), "snomedct");
  const auto built = open_snomedct(files);
  REQUIRE(built);
  CHECK(built->origin == IndexOrigin::built);
  const auto bytes = read_bytes(files.index);
  CHECK(built->index.file().bytes() == bytes);
  CHECK(built->index.node_count() == 4915);

  const auto mapped = open_snomedct(files);
  REQUIRE(mapped);
  CHECK(mapped->origin == IndexOrigin::mapped);
  CHECK(mapped->note.empty());
  CHECK(mapped->index.file().built_from() == built->index.file().built_from());

  // Touched or copied: the digest is computed once, and the new time is recorded.
  std::filesystem::last_write_time(
      files.database, std::filesystem::file_time_type::clock::now() - std::chrono::hours(24));
  const auto confirmed = open_snomedct(files);
  REQUIRE(confirmed);
  CHECK(confirmed->origin == IndexOrigin::confirmed);
  CHECK(open_snomedct(files)->origin == IndexOrigin::mapped);
  CHECK(read_bytes(files.index).substr(512) == bytes.substr(512));

  // Other bytes: the index is built again, while the old mapping keeps its content.
  {
    SQLite::Database database(files.database.string(), SQLite::OPEN_READWRITE);
    database.exec("UPDATE snomedct_description SET term = 'Quokka' WHERE rowid = 1");
  }
  const auto rebuilt = open_snomedct(files);
  REQUIRE(rebuilt);
  CHECK(rebuilt->origin == IndexOrigin::built);
  CHECK(rebuilt->index.terms().find_containing("quokka").size() == 1);
  CHECK(confirmed->index.terms().find_containing("quokka").empty());
  CHECK(open_snomedct(files)->origin == IndexOrigin::mapped);
}

TEST_CASE("an index of another release or of another system is not used", "[index][files]") {
  const TemporaryFolder data;
  const auto files = unpack_small_release(data.path(), "snomedct");
  const auto other = unpack_small_release(data.path(), "bnf");
  REQUIRE(open_bnf(other));
  std::filesystem::copy_file(other.index, files.index);
  const auto opened = open_snomedct(files);
  REQUIRE(opened);
  CHECK(opened->origin == IndexOrigin::built);
  CHECK(opened->note == "the index file is one of bnf, not snomedct");
  CHECK(opened->index.node_count() == 4915);
}

TEST_CASE("where the index cannot be written, it is held in memory", "[index][files]") {
  const TemporaryFolder data;
  const auto files = unpack_small_release(data.path(), "bnf");
  std::filesystem::create_directories(files.index / "in the way");
  const auto opened = open_bnf(files);
  REQUIRE(opened);
  CHECK(opened->origin == IndexOrigin::unwritten);
  CHECK(!opened->note.empty());
  CHECK(opened->index.node_count() == 4160);
  std::size_t files_left = 0;
  for (const auto& entry : std::filesystem::directory_iterator(files.index.parent_path())) {
    files_left += entry.is_regular_file() ? 1 : 0;
  }
  CHECK(files_left == 1);  // the release, and nothing half-written
}

TEST_CASE("a file that is not a release is refused by name and leaves no index", "[index][files]") {
  const TemporaryFolder data;
  const auto files = unpack_small_release(data.path(), "bnf");
  const auto refused_with = [&](base::ErrorCode code, const std::string& detail) {
    const auto opened = open_snomedct(files);
    REQUIRE(!opened);
    CAPTURE(opened.error().detail);
    CHECK(opened.error().code == code);
    CHECK(opened.error().detail.find(detail) != std::string::npos);
    CHECK(opened.error().detail.find(files.database.string()) != std::string::npos);
    CHECK(!std::filesystem::exists(files.index));
  };
  refused_with(base::ErrorCode::corrupt, "has no table snomedct_concept");
  SECTION("a column is missing") {
    {
      SQLite::Database database(files.database.string(), SQLite::OPEN_READWRITE);
      database.exec("CREATE TABLE snomedct_concept (id)");
      // SQLite keeps the last writes to OpenCodelists' files in a second file until the database is
      // closed.
      refused_with(base::ErrorCode::unavailable, "-wal");
    }
    refused_with(base::ErrorCode::corrupt, "has no column active");
  }
  SECTION("a view with endless rows replaces a table") {
    {
      SQLite::Database database(files.database.string(), SQLite::OPEN_READWRITE);
      database.exec(
          "PRAGMA journal_mode = DELETE; CREATE VIEW snomedct_concept AS WITH RECURSIVE "
          "more(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM more) SELECT id, 1 AS active FROM "
          "more");
    }
    refused_with(base::ErrorCode::corrupt, "is not a plain table");
  }
  SECTION("it is not a SQLite file") {
    write_bytes(files.database, std::string(5000, 'x'));
    refused_with(base::ErrorCode::corrupt, "cannot read");
  }
  SECTION("it is empty") {
    write_bytes(files.database, "");
    refused_with(base::ErrorCode::corrupt, "has no table");
  }
  SECTION("a journal shows that it is being written") {
    write_bytes(files.database.string() + "-journal", "pages");
    refused_with(base::ErrorCode::unavailable, "-journal");
  }
  SECTION("it is gone") {
    std::filesystem::remove(files.database);
    refused_with(base::ErrorCode::not_found, "there is no file");
  }
}

TEST_CASE("a release file under a name with special characters is read", "[index][files]") {
  const TemporaryFolder data;
  auto files = unpack_small_release(data.path(), "bnf");
  const auto renamed = files.database.parent_path() / "100% of ? & # \xc3\xa9.sqlite3";
  std::filesystem::rename(files.database, renamed);
  files.database = renamed;
  const auto opened = open_bnf(files);
  REQUIRE(opened);
  CHECK(opened->index.node_count() == 4160);
}

TEST_CASE("a name's semantic tag is the one that OpenCodelists finds", "[index][snomedct]") {
  struct Case {
    std::string name, term, tag;  // an empty tag: none
  };
  const std::vector<Case> cases = {
      {"Fracture (disorder)", "Fracture", "disorder"},
      {"Fracture (open) (regime/therapy)", "Fracture (open)", "regime/therapy"},
      {"Fracture (a) (b_2)", "Fracture (a)", "b_2"},
      {" (tag)", "", "tag"},
      {"Maladie (trouble é)", "Maladie", "trouble é"},
      {"Line feed (tag)\n", "Line feed", "tag"},
      {"No tag", "No tag", ""},
      {"No space(tag)", "No space(tag)", ""},
      {"(tag)", "(tag)", ""},
      {"Empty ()", "Empty ()", ""},
      {"Other characters (a-b)", "Other characters (a-b)", ""},
      {"Other characters (a) (RT+CTV3)", "Other characters (a) (RT+CTV3)", ""},
      {"Not at the end (tag) ", "Not at the end (tag) ", ""},
      {"Two\nlines (tag)", "Two\nlines (tag)", ""},
      {"Double ((tag))", "Double ((tag))", ""},
      {"", "", ""},
  };
  for (const auto& [name, term, tag] : cases) {
    CAPTURE(name);
    const auto split = coding_systems::snomedct::split_tag(name);
    CHECK(split.term == term);
    CHECK(split.tag.value_or("") == tag);
    CHECK(split.tag.has_value() == !tag.empty());
  }
  using coding_systems::snomedct::to_title_case;
  CHECK(to_title_case("regime/therapy") == "Regime/Therapy");
  CHECK(to_title_case("core metadata CONCEPT") == "Core Metadata Concept");
  CHECK(to_title_case("b_2nd 3d") == "B_2Nd 3D");
  CHECK(to_title_case("état ÉTAT") == "État État");
}

}  // namespace codelog::tests::index_test
