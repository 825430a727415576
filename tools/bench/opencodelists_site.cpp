#include "tools/bench/opencodelists_site.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

#include "server/migration/source_schema.h"

namespace codelog::tools::bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* made_at = "2024-03-01 10:20:30.123456";

struct Reference {
  std::string_view column;
  std::string_view table;
};
// Those of the large tables. OpenCodelists has an index on each, too.
constexpr std::array references = {
    Reference{"codelist_id", "codelists_codelist"},
    Reference{"version_id", "codelists_codelistversion"},
    Reference{"code_obj_id", "codelists_codeobj"}, Reference{"search_id", "codelists_search"},
    Reference{"coding_system_release_id", "versioning_codingsystemrelease"}};

void make_table(SQLite::Database& database, const migration::SourceTable& table) {
  const std::string name(table.name);
  std::istringstream columns{std::string(table.columns)};
  std::string all;
  std::string indexes;
  for (std::string column; columns >> column;) {
    all += (all.empty() ? "\"" : ", \"") + column + "\"";
    if (column == "id") all += " integer PRIMARY KEY AUTOINCREMENT";
    const auto reference = std::ranges::find(references, column, &Reference::column);
    if (reference == references.end()) continue;
    all += " REFERENCES " + std::string(reference->table) + "(id)";
    indexes += "CREATE INDEX " + name + "_" + column + " ON " + name + " (" + column + ");";
  }
  database.exec("CREATE TABLE " + name + " (" + all + ");" + indexes);
}

class SiteWriter {
 public:
  SiteWriter(SQLite::Database& database, const OpenCodelistsSite& site)
      : database_(database),
        site_(site),
        codelist_(database,
                  "INSERT INTO codelists_codelist (coding_system_id, "
                  "created_at, updated_at, is_private) VALUES ('snomedct', ?, ?, 0)"),
        handle_(database,
                "INSERT INTO codelists_handle (name, slug, is_current, created_at, "
                "updated_at, codelist_id, organisation_id) VALUES (?, ?, 1, ?, ?, ?, ?)"),
        version_(database,
                 "INSERT INTO codelists_codelistversion (codelist_id, created_at, "
                 "updated_at, status, author_id, coding_system_release_id, cached_csv_data) "
                 "VALUES (?, ?, ?, ?, 'ada', 1, '{}')"),
        table_(database, "UPDATE codelists_codelistversion SET csv_data = ? WHERE id = ?"),
        code_(database,
              "INSERT INTO codelists_codeobj (code, status, version_id) VALUES (?, ?, ?)"),
        search_(database,
                "INSERT INTO codelists_search (term, slug, version_id) VALUES ('a', 'a', ?)"),
        result_(database,
                "INSERT INTO codelists_searchresult (code_obj_id, search_id) VALUES (?, ?)") {
    csv_data_ = "code\n";
    for (const std::string& code : site.codes) csv_data_ += code + "\n";
  }

  void add_accounts() {
    database_.exec(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('codelists', "
        "'0001_initial', '" +
        std::string(made_at) +
        "');"
        "INSERT INTO opencodelists_user (password, username, name, email, is_active, "
        "is_admin) VALUES ('pbkdf2_sha256$1$a$b', 'ada', 'Ada', 'ada@example.org', 1, "
        "0)");
    insert(
        "INSERT INTO opencodelists_organisation (slug, name, url) VALUES (?, 'Former', "
        "'https://former.example.org')",
        site_.owner);
    insert(
        "INSERT INTO versioning_codingsystemrelease (id, coding_system, release_name, "
        "valid_from, import_timestamp, import_ref, database_alias, state) VALUES (1, "
        "'snomedct', 'former', '2024-01-01', '" +
            std::string(made_at) + "', '', ?, 'ready')",
        site_.release_alias);
  }

  void add_codelist(std::size_t number) {
    const std::string name = "List " + std::to_string(number);
    const std::int64_t codelist = run(codelist_, made_at, made_at);
    run(handle_, name, "list-" + std::to_string(number), made_at, made_at, codelist, site_.owner);
    const bool has_tables = site_.tables_every > 0 && number % site_.tables_every == 0;
    for (const char* status : {"published", "draft"}) {
      add_version(codelist, status, has_tables);
    }
  }

 private:
  void insert(const std::string& sql, const std::string& value) {
    SQLite::Statement statement(database_, sql);
    run(statement, value);
  }

  // Returns the id of the inserted row.
  template <class... Values>
  std::int64_t run(SQLite::Statement& statement, const Values&... values) {
    statement.reset();
    int index = 0;
    (statement.bind(++index, values), ...);
    statement.exec();
    return database_.getLastInsertRowid();
  }

  void add_version(std::int64_t codelist, const std::string& status, bool has_table) {
    const std::int64_t version = run(version_, codelist, made_at, made_at, status);
    if (has_table) {
      run(table_, csv_data_, version);
      return;
    }
    const std::int64_t search = run(search_, version);
    bool is_result = false;
    for (const std::string& code : site_.codes) {
      const std::int64_t row = run(code_, code, is_result ? "+" : "-", version);
      if (is_result) run(result_, row, search);
      is_result = !is_result;
    }
  }

  SQLite::Database& database_;
  const OpenCodelistsSite& site_;
  SQLite::Statement codelist_;
  SQLite::Statement handle_;
  SQLite::Statement version_;
  SQLite::Statement table_;
  SQLite::Statement code_;
  SQLite::Statement search_;
  SQLite::Statement result_;
  std::string csv_data_;
};

void make_database(const OpenCodelistsSite& site) {
  SQLite::Database database((site.storage / "db.sqlite3").string(),
                            SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  SQLite::Transaction transaction(database);
  for (const auto& table : migration::source_tables()) make_table(database, table);
  SiteWriter writer(database, site);
  writer.add_accounts();
  for (std::size_t i = 1; i <= site.codelists_count; ++i) writer.add_codelist(i);
  transaction.commit();
}

}  // namespace

base::Result<void> make_opencodelists_site(const OpenCodelistsSite& site) {
  try {
    const fs::path releases = site.storage / "coding_systems" / "snomedct";
    fs::create_directories(releases);
    if (!site.release_file.empty()) {
      fs::copy_file(site.release_file, releases / (site.release_alias + ".sqlite3"));
    }
    make_database(site);
  } catch (const std::exception& exception) {
    return base::Error{base::ErrorCode::io, site.storage.string() + ": " + exception.what(), {}};
  }
  return {};
}

}  // namespace codelog::tools::bench
