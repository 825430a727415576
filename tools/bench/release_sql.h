// Answers the index's questions by SQL on a release's SQLite file; the baseline for searches and
// descendants.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/base/release.h"
#include "coding_systems/index/sqlite_file.h"
#include "events/base/result.h"

namespace codelog::tools::bench {

struct SystemSql;  // the statements of a coding system

// Belongs to one thread. Errors of its functions: corrupt, io.
class ReleaseSql {
 public:
  // Opens with as much cache as OpenCodelists uses, and warms it.
  static base::Result<ReleaseSql> open(std::string_view system_id,
                                       const std::filesystem::path& database);

  // Codes with a text that matches all the patterns, in any order.
  base::Result<std::vector<std::string>> codes_like(const std::vector<std::string>& patterns) const;
  // These codes and all their descendants, in any order.
  base::Result<std::vector<std::string>> descendants(const std::vector<std::string>& codes) const;

 private:
  ReleaseSql(const SystemSql& statements, coding_systems::SqliteFile file)
      : statements_(&statements), file_(std::move(file)) {}
  base::Result<std::vector<std::string>> first_column(const std::string& query) const;

  const SystemSql* statements_;  // never null; points into a static table
  coding_systems::SqliteFile file_;
};

// The text as a pattern of LIKE with ESCAPE '\', for use inside quotes; the second adds % at both
// ends.
std::string escaped(std::string_view text);
std::string containing(std::string_view text);

bool are_same_codes(const coding_systems::Release& release,
                    const std::vector<coding_systems::Node>& nodes, std::vector<std::string> codes);

}  // namespace codelog::tools::bench
