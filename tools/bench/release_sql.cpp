#include "tools/bench/release_sql.h"

#include <algorithm>
#include <array>
#include <span>

#include "events/base/check.h"

namespace codelog::tools::bench {

using base::Result;
using coding_systems::SqliteFile;
using coding_systems::SqliteRow;

// Texts of a release: the columns of a table that a term search reads.
struct TextColumns {
  const char* codes;  // the statement up to the condition on the texts
  std::vector<const char*> columns;
};

struct SystemSql {
  std::string_view system_id;
  std::vector<TextColumns> texts;
  std::vector<const char*> steps_down;  // from the codes of "below" to their children
};

namespace {

// The queries of OpenCodelists, so that both sides find the same codes.
const std::array<SystemSql, 7>& all_systems() {
  static const std::array<SystemSql, 7> systems = {{
      {"snomedct",
       {{"SELECT DISTINCT concept_id FROM snomedct_description WHERE active AND ", {"term"}}},
       {"SELECT source_id FROM snomedct_relationship JOIN below ON destination_id = below.id "
        "WHERE active AND type_id = '116680003'"}},
      {"bnf",
       {{"SELECT code FROM bnf_concept WHERE ", {"name"}}},
       {"SELECT code FROM bnf_concept JOIN below ON parent_id = below.id"}},
      {"dmd",
       {{"SELECT vtmid FROM dmd_vtm WHERE ", {"nm", "abbrevnm"}},
        {"SELECT vpid FROM dmd_vmp WHERE ", {"nm", "abbrevnm", "nmprev"}},
        {"SELECT apid FROM dmd_amp WHERE ", {"nm", "abbrevnm", "descr", "nm_prev"}},
        {"SELECT vpid FROM dmd_vpi JOIN dmd_ing i USING (isid) WHERE ", {"i.nm"}},
        {"SELECT vtmid FROM dmd_vmp JOIN dmd_vpi USING (vpid) JOIN dmd_ing i USING (isid) "
         "WHERE vtmid IS NOT NULL AND ",
         {"i.nm"}}},
       {"SELECT vpid FROM dmd_vmp JOIN below ON vtmid = below.id",
        "SELECT apid FROM dmd_amp JOIN below ON vpid = below.id"}},
      {"icd10",
       {{"SELECT DISTINCT concept_id FROM icd10_conceptedition WHERE kind = 'category' AND ",
         {"term"}}},
       {"SELECT code FROM icd10_concept JOIN below ON parent_id = below.id"}},
      {"ctv3",
       {{"SELECT read_code FROM ctv3_tppconcept WHERE ", {"description"}},
        {"SELECT concept_id FROM ctv3_rawconcepttermmapping JOIN ctv3_rawterm USING (term_id) "
         "WHERE ",
         {"name_1", "name_2", "name_3"}}},
       {"SELECT descendant_id FROM ctv3_tpprelationship JOIN below ON ancestor_id = below.id "
        "WHERE distance = 1"}},
      {"readv2",
       {{"SELECT code FROM readv2_concept WHERE ", {"term"}},
        {"SELECT concept_id FROM readv2_synonym WHERE ", {"term"}}},
       {"SELECT code FROM readv2_concept JOIN below ON parent_id = below.id"}},
      {"opcs4",
       {{"SELECT code FROM opcs4_concept WHERE ", {"term"}}},
       {"SELECT code FROM opcs4_concept JOIN below ON parent_id = below.id"}},
  }};
  return systems;
}

std::string is_like_all(const char* column, const std::vector<std::string>& patterns) {
  std::string condition;
  for (const std::string& pattern : patterns) {
    if (!condition.empty()) condition += " AND ";
    condition.append(column).append(" LIKE '").append(pattern).append("' ESCAPE '\\'");
  }
  return condition;
}

}  // namespace

Result<ReleaseSql> ReleaseSql::open(std::string_view system_id,
                                    const std::filesystem::path& database) {
  const auto statements = std::ranges::find(all_systems(), system_id, &SystemSql::system_id);
  CODELOG_CHECK(statements != all_systems().end(), "every system that is measured has its SQL");
  auto file = SqliteFile::open(database);
  if (!file) return file.error();
  ReleaseSql sql(*statements, std::move(*file));
  if (const auto set = sql.first_column("PRAGMA cache_size = -262144"); !set) return set.error();
  if (const auto warm = sql.codes_like({"%warm%"}); !warm) return warm.error();
  return sql;
}

Result<std::vector<std::string>> ReleaseSql::codes_like(
    const std::vector<std::string>& patterns) const {
  std::string query;
  for (const TextColumns& texts : statements_->texts) {
    std::string condition;
    for (const char* const column : texts.columns) {
      condition += (condition.empty() ? "(" : " OR ") + is_like_all(column, patterns);
    }
    query += (query.empty() ? "" : " UNION ") + std::string(texts.codes) + condition + ")";
  }
  return first_column(query);
}

Result<std::vector<std::string>> ReleaseSql::descendants(
    const std::vector<std::string>& codes) const {
  std::string list;
  for (const std::string& code : codes) list += (list.empty() ? "\"" : ",\"") + code + "\"";
  std::string query = "WITH RECURSIVE below(id) AS (SELECT value FROM json_each('[" + list + "]')";
  for (const char* const step : statements_->steps_down) query += " UNION " + std::string(step);
  return first_column(query + ") SELECT id FROM below");
}

Result<std::vector<std::string>> ReleaseSql::first_column(const std::string& query) const {
  std::vector<std::string> values;
  const auto done = file_.for_each_row(query, [&](const SqliteRow& row) -> Result<void> {
    values.emplace_back(row.text(0));
    return {};
  });
  if (!done) return done.error();
  return values;
}

std::string escaped(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    if (c == '\'') pattern += '\'';
    pattern += c;
  }
  return pattern;
}

std::string containing(std::string_view text) { return "%" + escaped(text) + "%"; }

bool are_same_codes(const coding_systems::Release& release,
                    const std::vector<coding_systems::Node>& nodes,
                    std::vector<std::string> codes) {
  std::vector<std::string> own;
  own.reserve(nodes.size());
  for (const coding_systems::Node node : nodes) own.emplace_back(release.code(node));
  std::ranges::sort(own);
  std::ranges::sort(codes);
  return own == codes;
}

}  // namespace codelog::tools::bench
