// The golden release of ICD-10 was made from parsed records. The test turns the records back into
// ClaML documents; importing these must give what OpenCodelists made from the records.
#include <zlib.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "claml_support.h"
#include "coding_systems/icd10/coding_system.h"
#include "coding_systems/icd10/import.h"
#include "coding_systems/index/release_files.h"

namespace codelog::tests::icd10_golden_test {
namespace {

using Json = nlohmann::json;

Json read_records() {
  const auto path = std::string(CODELOG_TESTS_DIR) + "/golden/releases/icd10_small.json.gz";
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
  return Json::parse(text);
}

std::string text_of(const Json& record, const char* field) {
  return record.at(field).is_null() ? "" : record.at(field).get<std::string>();
}

std::string term_of(const Json& record) {
  const std::string long_term = text_of(record, "description_long");
  return long_term.empty() ? text_of(record, "description") : long_term;
}

// Expects A..Z and digits; adds the dot after the third character, as in ClaML.
std::string dotted(const std::string& code) {
  const bool is_longer_category = code.size() > 3 && code.find('-') == std::string::npos &&
                                  code.find_first_of("0123456789") != std::string::npos;
  return is_longer_category ? code.substr(0, 3) + "." + code.substr(3) : code;
}

// One edition's records as a document.
class ClamlOfRecords {
 public:
  explicit ClamlOfRecords(const Json& records) : records_(records) {
    for (const Json& record : records_) by_code_[record.at("code")] = &record;
    for (const Json& record : records_) {
      if (!record.at("term_modifier").is_null()) take_modified(record);
    }
  }

  // Codes of modifiers whose name does not start with the name of the code before the modifier. In
  // a document it always does.
  const std::set<std::string>& inexpressible() const { return inexpressible_; }

  std::vector<std::string> elements() const {
    std::vector<std::string> elements;
    for (const auto& [modifier, labels] : labels_) {
      for (const auto& [digit, label] : labels) {
        elements.push_back(claml_character(modifier, digit, escape_xml(label)));
      }
    }
    for (const Json& record : records_) {
      if (record.at("term_modifier").is_null()) elements.push_back(element_of(record));
    }
    return elements;
  }

  // The list of the class browser: each code by itself.
  std::vector<std::string> nhs_elements() const {
    std::vector<std::string> elements;
    for (const Json& record : records_) {
      if (inexpressible_.contains(record.at("code"))) continue;
      std::string name = text_of(record, "description");
      const std::string modifier = text_of(record, "term_modifier");
      if (!modifier.empty()) name += " (" + modifier + ")";
      elements.push_back(
          claml_class(dotted(record.at("code")), text_of(record, "parent"), escape_xml(name)));
    }
    return elements;
  }

 private:
  void take_modified(const Json& record) {
    const std::string code = record.at("code");
    const std::string parent = record.at("parent");
    const std::string digit = code.substr(code.size() - 1);
    REQUIRE(code == parent + (parent.size() == 3 ? "X" : "") + digit);
    if (term_of(record) != term_of(*by_code_.at(parent))) {
      inexpressible_.insert(code);
      return;
    }
    const std::string modifier = parent.size() == 3 ? "S01A00_5" : "S02A00_5";
    labels_[modifier][digit] = record.at("term_modifier");
    digits_[parent] += digit;
  }

  std::string element_of(const Json& record) const {
    const std::string code = record.at("code");
    const std::string usage = text_of(record, "usage");
    ClamlParts parts;
    std::string name = escape_xml(text_of(record, "description"));
    if (!usage.empty()) {
      parts.attributes = " usage=\"" + usage + "\"";
      for (const std::string partner : record.at("usage_pair_codes")) {
        name += partner_reference(usage == "dagger" ? "aster" : "dagger", dotted(partner));
      }
    }
    if (const auto digits = digits_.find(code); digits != digits_.end()) {
      parts.inside += modified_by(code.size() == 3 ? "S01A00_5" : "S02A00_5", digits->second);
    }
    if (const auto long_term = text_of(record, "description_long"); !long_term.empty()) {
      parts.inside += claml_rubric("preferredLong", escape_xml(long_term));
    }
    return claml_class(dotted(code), text_of(record, "parent"), name, parts);
  }

  const Json& records_;
  std::map<std::string, const Json*> by_code_;
  std::set<std::string> inexpressible_;
  std::map<std::string, std::map<std::string, std::string>> labels_;  // by modifier and digit
  std::map<std::string, std::string> digits_;                         // by code
};

// Rows without those to leave out; the first two columns are a code and an edition.
std::vector<Row> without(std::vector<Row> rows,
                         const std::map<std::string, std::set<std::string>>& left_out) {
  std::erase_if(rows, [&](const Row& row) { return left_out.at(row[1]).contains(row[0]); });
  return rows;
}

// Prints only the first differing rows, since there are thousands.
void check_equal(const std::vector<Row>& rows, const std::vector<Row>& expected) {
  CHECK(rows.size() == expected.size());
  const auto [row, other] =
      std::mismatch(rows.begin(), rows.end(), expected.begin(), expected.end());
  const bool are_equal = row == rows.end() && other == expected.end();
  if (!are_equal && row != rows.end() && other != expected.end()) CHECK(*row == *other);
  CHECK(are_equal);
}

}  // namespace

TEST_CASE("importing ClaML gives what OpenCodelists makes of the same records", "[icd10][golden]") {
  const Json records = read_records();
  const ClamlOfRecords older(records.at("2016"));
  const ClamlOfRecords newer(records.at("2019"));
  ClamlImport import;
  import.write_2016(older.elements());
  import.write_2019(newer.elements());
  import.write_nhs(older.nhs_elements());
  REQUIRE(import.run() == "");

  TemporaryFolder folder;
  const auto golden = unpack_small_release(folder.path(), "icd10").database;
  const std::string schema = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name";
  CHECK(query(import.file, schema) == query(golden, schema));
  const std::string migrations = "SELECT id, app, name FROM django_migrations";
  CHECK(query(import.file, migrations) == query(golden, migrations));
  const std::string editions = "SELECT * FROM icd10_edition ORDER BY id";
  CHECK(query(import.file, editions) == query(golden, editions));

  const std::map<std::string, std::set<std::string>> left_out = {{"2016", older.inexpressible()},
                                                                 {"2019", newer.inexpressible()}};
  CHECK(left_out.at("2016").size() + left_out.at("2019").size() < 700);
  const std::string codes =
      "SELECT e.concept_id, e.edition_id, c.parent_id, e.kind, e.usage, e.term, e.term_modifier, "
      "e.modifier_position FROM icd10_conceptedition e "
      "JOIN icd10_concept c ON c.code = e.concept_id ORDER BY e.id";
  const auto imported_codes = query(import.file, codes);
  CHECK(imported_codes.size() > 20'000);
  check_equal(imported_codes, without(query(golden, codes), left_out));
  CHECK(query(import.file,
              "SELECT count(*) FROM icd10_concept c WHERE NOT EXISTS (SELECT 1 FROM "
              "icd10_conceptedition e WHERE e.concept_id = c.code)") == std::vector<Row>{{"0"}});

  const std::string pairs =
      "SELECT r.dagger_code, r.asterisk_code, d.concept_id, d.edition_id, a.concept_id, "
      "a.edition_id FROM icd10_daggerasteriskrelation r "
      "LEFT JOIN icd10_conceptedition d ON d.id = r.dagger_concept_id "
      "LEFT JOIN icd10_conceptedition a ON a.id = r.asterisk_concept_id ORDER BY r.id";
  const auto imported_pairs = query(import.file, pairs);
  CHECK(imported_pairs.size() == 420);
  check_equal(imported_pairs, query(golden, pairs));
  CHECK(query(import.file, "PRAGMA foreign_key_check").empty());
  CHECK(query(import.file, "PRAGMA integrity_check") == std::vector<Row>{{"ok"}});

  const auto index = std::filesystem::path(import.file).replace_extension("index");
  const auto imported_bytes = read_bytes(index);
  std::filesystem::remove(index);
  REQUIRE(coding_systems::open_release_index({import.file, index}, "icd10",
                                             coding_systems::icd10::read_index_source));
  CHECK(read_bytes(index) == imported_bytes);
}

}  // namespace codelog::tests::icd10_golden_test
