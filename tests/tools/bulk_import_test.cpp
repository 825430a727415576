// Many codelists from one table: reading it, and the requests that follow from it.
#include "tools/bulk_import.h"

#include <catch2/catch.hpp>

namespace codelog::tools::test::bulk_import_test {
namespace {

BulkConfig config_of(const std::string& json) {
  const auto config = read_bulk_config(json);
  if (!config) FAIL(config.error().detail);
  return *config;
}

const char* const usual = R"({
  "organisation": "test-org", "tag": "20240101",
  "coding_systems": {"SNOMED CT": {"id": "snomedct", "release": "snomedct_1"},
                     "OPCS-4": {"id": "opcs4", "release": "opcs4_unknown_19000101"}},
  "column_aliases": {"Cluster_ID": "codelist_name", "code": "ConceptId"},
  "codelist_name_aliases": {"AST_COD": "Asthma"},
  "description_template": "From %s"})";

const char* const table =
    "Cluster_ID,ConceptId,term,coding_system,codelist_new_slug\n"
    "AST_COD, 1 ,One,SNOMED CT,asthma-codes\n"
    "\n"
    "Operations,A01,\"First, of all\",OPCS-4,\n"
    "AST_COD,2,Two,SNOMED CT,\n"
    "AST_COD,1,Again,SNOMED CT,\n";

base::Result<std::vector<BulkList>> read_lists(const std::string& text, char delimiter,
                                               const BulkConfig& config) {
  const auto rows = read_delimited_table(text, delimiter);
  if (!rows) return rows.error();
  return read_bulk_lists(*rows, config);
}

std::string refused_table(const std::string& text, const BulkConfig& config) {
  const auto lists = read_lists(text, ',', config);
  if (lists) FAIL("is read");
  return lists.error().detail;
}

std::vector<BulkRequest> plan(const Json& known, const BulkForce& force = {}) {
  const BulkConfig config = config_of(usual);
  const auto lists = read_lists(table, ',', config);
  if (!lists) FAIL(lists.error().detail);
  const auto requests = plan_bulk_import(config, *lists, known, force);
  if (!requests) FAIL(requests.error().detail);
  return *requests;
}

Json known(const Json& codelists) { return {{"codelists", codelists}}; }

}  // namespace

TEST_CASE("a table's rows become codelists, in their order", "[bulk]") {
  const auto lists = read_lists(table, ',', config_of(usual));
  REQUIRE(lists);
  REQUIRE(lists->size() == 2);
  const BulkList& asthma = lists->front();
  CHECK(asthma.name == "Asthma");
  CHECK(asthma.system.release == "snomedct_1");
  CHECK(asthma.new_slug == "asthma-codes");
  using Codes = std::vector<std::pair<std::string, std::string>>;
  CHECK(asthma.codes == Codes{{"1", "One"}, {"2", "Two"}});
  CHECK((*lists)[1].codes == Codes{{"A01", "First, of all"}});
}

TEST_CASE("other delimiters keep their commas", "[bulk]") {
  const BulkConfig config = config_of(
      R"({"organisation": "o", "coding_systems": {"S": {"id": "snomedct", "release": "r"}}})");
  const auto lists = read_lists("codelist_name\tcode\tterm\nA\t1\tOne, two\n", '\t', config);
  REQUIRE(lists);
  CHECK(lists->front().codes.front().second == "One, two");
}

TEST_CASE("only named codelists are taken if the configuration says so", "[bulk]") {
  BulkConfig config = config_of(usual);
  config.only_aliased_names = true;
  const auto lists = read_lists(table, ',', config);
  REQUIRE(lists);
  CHECK(lists->size() == 1);
}

TEST_CASE("a fault of the table is named with its row", "[bulk]") {
  const BulkConfig config = config_of(usual);
  const std::string header = "codelist_name,code,coding_system\n";
  CHECK(refused_table("", config) == "the table is empty");
  CHECK(refused_table("codelist_name,x,coding_system\n", config) == "the table has no column code");
  CHECK(refused_table("codelist_name,code\n", config) ==
        "the table has no column coding_system, and more than one is configured");
  CHECK(refused_table("codelist_name,Cluster_ID,code\n", config) ==
        "two columns are titled codelist_name");
  CHECK(refused_table(header + ",1,SNOMED CT\n", config) == "row 2 has no codelist_name");
  CHECK(refused_table(header + "A,,SNOMED CT\n", config) == "row 2 has no code");
  CHECK(refused_table(header + "A,1,ICD\n", config) ==
        "row 2 names the coding system 'ICD', which is not configured");
  CHECK(refused_table(header + "A,1,SNOMED CT\nA,1,OPCS-4\n", config) ==
        "row 3 puts codes of two coding systems into 'A'");
}

TEST_CASE("a fault of the configuration is named with its field", "[bulk]") {
  const auto field_of = [](const std::string& json) {
    const auto config = read_bulk_config(json);
    if (config) FAIL("is read");
    return config.error().fields.empty() ? config.error().detail : config.error().fields[0].field;
  };
  CHECK(field_of("[]") == "is not a JSON object");
  CHECK(field_of("{}") == "organisation");
  CHECK(field_of(R"({"organisation": "a b"})") == "organisation");
  CHECK(field_of(R"({"organisation": "o"})") == "coding_systems");
  const std::string start =
      R"({"organisation": "o", "coding_systems": {"S": {"id": "snomedct", "release": "r"}}, )";
  CHECK(field_of(R"({"organisation": "o", "coding_systems": {"S": {"id": "snomedct"}}})") ==
        "coding_systems.S.release");
  CHECK(field_of(start + R"("delimiter": "||"})") == "delimiter");
  CHECK(field_of(start + R"("tag": 1})") == "tag");
  CHECK(field_of(start + R"("column_aliases": {"a": "b"}})") == "column_aliases.a");
  CHECK(field_of(start + R"("codelist_name_aliases": {"a": 1}})") == "codelist_name_aliases.a");
  CHECK(field_of(start + R"("limit_to_named_codelists": 1})") == "limit_to_named_codelists");
}

TEST_CASE("an unknown codelist is created", "[bulk]") {
  const auto requests = plan(known(Json::array()), {.publish = true});
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].path == "/api/v1/codelist/test-org/");
  CHECK(requests[0].body == Json{{"name", "Asthma"},
                                 {"coding_system_id", "snomedct"},
                                 {"coding_system_database_alias", "snomedct_1"},
                                 {"codes", {"1", "2"}},
                                 {"slug", "asthma-codes"},
                                 {"tag", "20240101"},
                                 {"description", "From Asthma"},
                                 {"should_publish", true}});
  CHECK(requests[1].body["csv_data"] == "code,term\r\nA01,\"First, of all\"\r\n");
  CHECK(requests[1].body["methodology"] == "");
  CHECK_FALSE(requests[1].body.contains("should_publish"));
}

TEST_CASE("a known codelist gets a version, unless it has the tag", "[bulk]") {
  const Json by_slug = {{"slug", "asthma-codes"}, {"name", "Other"}, {"versions", Json::array()}};
  const Json by_name = {{"slug", "ops"},
                        {"name", "Operations (obsolete)"},
                        {"versions", {{{"tag", nullptr}}, {{"tag", "20240101"}}}}};
  const auto requests = plan(known({by_slug, by_name}), {.new_version = true, .name = true});
  CHECK(requests[0].path == "/api/v1/codelist/test-org/asthma-codes/versions/");
  CHECK(requests[0].body == Json{{"coding_system_database_alias", "snomedct_1"},
                                 {"codes", {"1", "2"}},
                                 {"tag", "20240101"},
                                 {"always_create_new_version", true},
                                 {"name", "Asthma"}});
  CHECK(requests[1].path.empty());
  CHECK(requests[1].comment == "has a version tagged 20240101 already");
  CHECK_FALSE(plan_bulk_import(config_of(usual), {}, Json::array(), {}));
}

}  // namespace codelog::tools::test::bulk_import_test
