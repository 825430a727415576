// The ways in which importers write rows into a release file: keys sorted at the end, and rows
// inserted by another thread.
#include <SQLiteCpp/SQLiteCpp.h>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

#include "coding_systems/importing/background_rows.h"
#include "coding_systems/importing/release_writer.h"
#include "events/base/digest.h"
#include "import_support.h"

namespace codelog::tests::import_rows_test {
namespace {

using coding_systems::BackgroundRows;
using coding_systems::ReleaseSchema;
using coding_systems::ReleaseWriter;

constexpr std::string_view tables_sql =
    "CREATE TABLE \"words\" (\"id\" varchar(18) NOT NULL PRIMARY KEY, \"word\" text NULL);"
    "CREATE TABLE \"it's\" (\"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT, \"n\" integer);"
    "CREATE TABLE \"one_each\" (\"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "
    "\"word_id\" varchar(18) NOT NULL UNIQUE REFERENCES \"words\" (\"id\"));"
    "CREATE TABLE \"both\" (\"id\" varchar(18) NOT NULL PRIMARY KEY, \"other\" text UNIQUE);"
    "CREATE TABLE \"pairs\" (\"a\" text NOT NULL, \"b\" text NOT NULL, PRIMARY KEY (\"a\", "
    "\"b\"));";
constexpr std::string_view indexes_sql = "CREATE INDEX \"words_word\" ON \"words\" (\"word\");";

ReleaseSchema schema(bool has_distinct_keys) {
  return {.application = "test",
          .migrations = {},
          .tables_sql = tables_sql,
          .indexes_sql = indexes_sql,
          .has_distinct_keys = has_distinct_keys};
}

std::unique_ptr<ReleaseWriter> make_writer(const TemporaryFolder& folder, const std::string& alias,
                                           bool has_distinct_keys = true) {
  auto writer = ReleaseWriter::create(folder.path(), alias, schema(has_distinct_keys));
  REQUIRE(writer);
  return std::move(*writer);
}

void publish(ReleaseWriter& writer) {
  REQUIRE(writer.seal());
  REQUIRE(writer.publish_without_index());
}

// The words that `insert` receives, in the order of their rows.
template <class Rows>
void insert_words(Rows&& rows, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    rows.text(1, word);
    if (word.size() % 3 == 0) {
      rows.null(2);
    } else {
      rows.text(2, std::string_view(word).substr(1));
    }
    REQUIRE(rows.insert());
  }
}

// A writer with these words.
std::unique_ptr<ReleaseWriter> writer_with(const TemporaryFolder& folder,
                                           const std::vector<std::string>& words) {
  auto writer = make_writer(folder, "test");
  auto rows = writer->table("words", "id, word");
  REQUIRE(rows);
  insert_words(*rows, words);
  return writer;
}

std::vector<std::string> distinct(std::vector<std::string> words) {
  std::vector<std::string> kept;
  for (std::string& word : words) {
    if (std::ranges::find(kept, word) == kept.end()) kept.push_back(std::move(word));
  }
  return kept;
}

const auto gen_words = [] {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(
                          rc::gen::nonEmpty(rc::gen::string<std::string>())),
                      distinct);
};

}  // namespace

TEST_CASE("keys sorted at the end equal those that SQLite makes row by row", "[import]") {
  TemporaryFolder folder;
  const std::string row_queries[] = {"SELECT rowid, * FROM words ORDER BY rowid",
                                     "SELECT id FROM words ORDER BY id",
                                     "SELECT rowid, * FROM \"both\"",
                                     "SELECT * FROM one_each",
                                     "SELECT * FROM pairs",
                                     "SELECT * FROM \"it's\""};
  // The visible content, without the order of the schema.
  const std::string schema_query =
      "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name";
  CHECK(rc::check([&] {
    auto words = *gen_words();
    for (std::string& word : words) std::erase(word, '\0');
    words = distinct(std::move(words));
    std::erase(words, "");
    const bool is_finished_early = *rc::gen::arbitrary<bool>();
    for (const bool is_sorted_later : {false, true}) {
      const auto writer =
          make_writer(folder, is_sorted_later ? "sorted" : "plain", is_sorted_later);
      insert_words(*writer->table("words", "id, word"), words);
      if (is_sorted_later && is_finished_early) REQUIRE(writer->finish_table("words"));
      {
        auto both = writer->table("both", "id, other");
        auto numbers = writer->table("it's", "n");
        auto pairs = writer->table("pairs", "a, b");
        REQUIRE((both && numbers && pairs));
        for (const std::string& word : words) {
          both->text(1, word);
          both->text(2, word);
          pairs->text(1, word);
          pairs->text(2, word);
          REQUIRE((both->insert() && pairs->insert()));
        }
        numbers->integer(1, 7);
        REQUIRE(numbers->insert());
      }
      publish(*writer);
    }
    const auto plain = folder.path() / "plain.sqlite3";
    const auto sorted = folder.path() / "sorted.sqlite3";
    RC_ASSERT(query(sorted, "PRAGMA integrity_check") == query(plain, "PRAGMA integrity_check"));
    RC_ASSERT(query(sorted, "PRAGMA integrity_check").at(0).at(0) == "ok");
    RC_ASSERT(query(sorted, schema_query) == query(plain, schema_query));
    for (const std::string& rows : row_queries)
      RC_ASSERT(query(sorted, rows) == query(plain, rows));
  }));
}

TEST_CASE("SQLite looks up rows by a key sorted at the end, and maintains it", "[import]") {
  TemporaryFolder folder;
  publish(*writer_with(folder, {"b", "a", "c"}));
  const auto file = folder.path() / "test.sqlite3";
  const auto plan = query(file, "EXPLAIN QUERY PLAN SELECT word FROM words WHERE id = 'a'");
  CHECK(plan.at(0).back() == "SEARCH words USING INDEX sqlite_autoindex_words_1 (id=?)");
  SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
  CHECK_THROWS_AS(database.exec("INSERT INTO words VALUES ('a', NULL)"), SQLite::Exception);
  CHECK(database.exec("INSERT INTO words VALUES ('d', NULL)") == 1);
  CHECK(database.execAndGet("PRAGMA integrity_check").getString() == "ok");
}

TEST_CASE("a repeated key in a schema with distinct keys fails the import", "[import]") {
  TemporaryFolder folder;
  const auto writer = writer_with(folder, {"b", "a", "b"});
  const auto sealed = writer->seal();
  REQUIRE(!sealed);
  CHECK(sealed.error().code == base::ErrorCode::io);
  CHECK(sealed.error().detail.find("UNIQUE constraint failed: words.id") != std::string::npos);
}

TEST_CASE("a table that is finished early has its indexes before other tables are written",
          "[import]") {
  TemporaryFolder folder;
  const auto writer = writer_with(folder, {"b", "a", "b"});
  const auto finished = writer->finish_table("words");
  REQUIRE(!finished);
  CHECK(finished.error().detail.find("UNIQUE constraint failed: words.id") != std::string::npos);

  const auto indexes_of = [&](bool is_finished_early) {
    const auto good = make_writer(folder, "good");
    insert_words(*good->table("words", "id, word"), {"b", "a"});
    if (is_finished_early) {
      REQUIRE(good->finish_table("words"));
      REQUIRE(good->finish_table("words"));  // nothing left to do
    }
    {
      auto both = good->table("both", "id, other");
      REQUIRE(both);
      const std::string filling(1000, 'x');
      for (int i = 0; i < 300; ++i) {
        const std::string id = std::to_string(i);
        const std::string other = id + filling;
        both->text(1, id);
        both->text(2, other);
        REQUIRE(both->insert());
      }
    }
    publish(*good);
    return query(folder.path() / "good.sqlite3",
                 "SELECT name, rootpage < (SELECT count(*) FROM dbstat WHERE name = 'both') FROM "
                 "sqlite_schema WHERE tbl_name = 'words' AND type = 'index' ORDER BY name");
  };
  CHECK(indexes_of(true) ==
        std::vector<Row>{{"sqlite_autoindex_words_1", "1"}, {"words_word", "1"}});
  CHECK(indexes_of(false) ==
        std::vector<Row>{{"sqlite_autoindex_words_1", "0"}, {"words_word", "0"}});
}

TEST_CASE("rows inserted by another thread make the same file", "[import]") {
  TemporaryFolder folder;
  // More than the threads hold between them, and texts longer than the first batch.
  std::vector<std::string> words;
  for (int i = 0; i < 30'000; ++i) words.push_back(std::to_string((i * 7919) % 30'011) + "abc");
  words.push_back(std::string(1'000'000, 'x'));
  const std::vector<std::string> more = {"q", "", "rr"};
  {
    const auto writer = make_writer(folder, "plain");
    {
      auto rows = writer->table("words", "id, word");
      REQUIRE(rows);
      insert_words(*rows, words);
      auto both = writer->table("both", "id, other");
      REQUIRE(both);
      both->text(1, "1");
      both->null(2);
      REQUIRE(both->insert());
      insert_words(*rows, more);
    }
    publish(*writer);
  }
  {
    const auto writer = make_writer(folder, "threads");
    {
      BackgroundRows background(*writer);
      auto rows = background.table("words", "id, word");
      REQUIRE(rows);
      insert_words(*rows, words);
      auto both = background.table("both", "id, other");
      REQUIRE(both);
      both->text(1, "1");
      both->null(2);
      REQUIRE(both->insert());
      insert_words(*rows, more);
      REQUIRE(background.finish());
    }
    publish(*writer);
  }
  CHECK(*base::sha256_file(folder.path() / "threads.sqlite3") ==
        *base::sha256_file(folder.path() / "plain.sqlite3"));
}

TEST_CASE("an error of the inserting thread is reported, and no thread waits for ever",
          "[import]") {
  TemporaryFolder folder;
  const auto writer = make_writer(folder, "test");
  {
    BackgroundRows background(*writer);
    auto rows = background.table("words", "id, word");
    REQUIRE(rows);
    rows->null(1);
    rows->null(2);
    REQUIRE(rows->insert());
    bool is_heard = false;
    for (int i = 0; i < 1'000'000 && !is_heard; ++i) {
      rows->text(1, std::to_string(i));
      rows->null(2);
      is_heard = !rows->insert();
    }
    CHECK(is_heard);
    const auto finished = background.finish();
    REQUIRE(!finished);
    CHECK(finished.error().detail.find("NOT NULL constraint failed: words.id") !=
          std::string::npos);
    CHECK(!background.table("both", "id, other"));
  }
  CHECK(writer->seal());  // the inserters are destroyed
}

TEST_CASE("abandoned rows do not block an import", "[import]") {
  TemporaryFolder folder;
  const auto writer = make_writer(folder, "test");
  {
    BackgroundRows background(*writer);
    auto rows = background.table("words", "id, word");
    REQUIRE(rows);
    for (int i = 0; i < 50'000; ++i) {
      rows->text(1, std::to_string(i));
      rows->null(2);
      REQUIRE(rows->insert());
    }
  }
  CHECK(writer->seal());
}

}  // namespace codelog::tests::import_rows_test
