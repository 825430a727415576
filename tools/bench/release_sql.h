// What SQL on a release's SQLite file answers to the questions that the index answers: what
// searches and descendants are measured beside.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/base/release.h"
#include "coding_systems/base/sqlite_file.h"
#include "events/base/result.h"

namespace codelog::tools::bench {

struct SystemSql;  // the statements of a coding system

// Belongs to one thread. Errors of its functions: corrupt, io.
class ReleaseSql {
 public:
  // With as much cache as OpenCodelists gives it, and warm.
  static base::Result<ReleaseSql> open(std::string_view system_id,
                                       const std::filesystem::path& database);

  // Codes with a text that is like all of the patterns, in any order.
  base::Result<std::vector<std::string>> codes_like(const std::vector<std::string>& patterns) const;
  // These codes and what is below them, in any order.
  base::Result<std::vector<std::string>> descendants(const std::vector<std::string>& codes) const;

 private:
  ReleaseSql(const SystemSql& statements, coding_systems::SqliteFile file)
      : statements_(&statements), file_(std::move(file)) {}
  base::Result<std::vector<std::string>> first_column(const std::string& query) const;

  const SystemSql* statements_;  // never null, one of a table that stays
  coding_systems::SqliteFile file_;
};

// The text as a pattern of LIKE with ESCAPE '\', for a place in quotes; the second for what
// contains it.
std::string escaped(std::string_view text);
std::string containing(std::string_view text);

bool are_same_codes(const coding_systems::Release& release,
                    const std::vector<coding_systems::Node>& nodes, std::vector<std::string> codes);

}  // namespace codelog::tools::bench
