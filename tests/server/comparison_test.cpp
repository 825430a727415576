// Comparisons of several versions, and new codelists made from them.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/server/api_site.h"

namespace codelog::tests::comparison_test {
namespace {

using nlohmann::json;

struct Fixture {
  ApiSite site;

  Fixture() { site.set_up(); }

  // Returns the hash of a draft with exactly these codes.
  std::string make(const std::string& name, const std::vector<std::string>& codes) const {
    const Reply made = site.send("POST", "/api/v2/codelists",
                                 {{"owner", "organisation/test-org"},
                                  {"name", name},
                                  {"coding_system", "snomedct"},
                                  {"csv", table_of(codes)}});
    INFO(made.body);
    REQUIRE(made.status == 201);
    return made.json().at("version").at("hash");
  }
  static std::string table_of(const std::vector<std::string>& codes) {
    std::string table = "code\n";
    for (const std::string& code : codes) table += code + "\n";
    return table;
  }
  Reply compare(const json& of) const {
    return site.send("POST", "/api/v2/comparisons", {{"of", of}});
  }
  json rows(const json& of, const json& region, int offset = 0, int limit = 200) const {
    return site
        .send("POST", "/api/v2/comparisons/rows",
              {{"of", of}, {"region", region}, {"offset", offset}, {"limit", limit}})
        .json();
  }
};

// Codes of the small release.
const std::string first = "2281005";
const std::string second = "2279008";
const std::string third = "2247004";

std::vector<std::string> codes_of(const json& rows) {
  std::vector<std::string> codes;
  for (const json& row : rows.at("rows")) codes.push_back(row[0]);
  return codes;
}

}  // namespace

TEST_CASE_METHOD(Fixture, "each code of a comparison is in one region", "[api][comparison]") {
  const std::string a = make("A", {first, second, third});
  const std::string b = make("B", {first, second});
  const std::string c = make("C", {first});
  const json of = {a, b, c};
  const json answer = compare(of).json();
  CHECK(answer.at("codes_count") == 3);
  CHECK(answer.at("regions") == json::parse(R"([{"in": [0, 1, 2], "codes_count": 1},
                                                {"in": [0, 1], "codes_count": 1},
                                                {"in": [0], "codes_count": 1}])"));
  CHECK(answer.at("sides")[1].at("codelist").at("slug") == "b");
  CHECK(answer.at("sides")[1].at("codes_count") == 2);
  CHECK(answer.at("sides")[1].at("as_of").is_null());

  CHECK(codes_of(rows(of, {0, 1, 2})) == std::vector{first});
  CHECK(codes_of(rows(of, {0})) == std::vector{third});
  CHECK(rows(of, {2}).at("total") == 0);
  CHECK(rows(of, {0, 1, 2}, 1).at("rows").empty());
  CHECK(rows(of, {0, 1, 2}, 1).at("total") == 1);
  CHECK_FALSE(rows(of, {0}).at("rows")[0][1].get<std::string>().empty());
}

TEST_CASE_METHOD(Fixture, "a comparison has sides by codelist, and by moment",
                 "[api][comparison]") {
  const std::string a = make("A", {first});
  make("B", {first, third});
  const Reply draft = site.send("POST", "/api/v2/codelists",
                                {{"owner", "organisation/test-org"},
                                 {"name", "D"},
                                 {"coding_system", "snomedct"},
                                 {"codes", {first}}});
  const std::string d = draft.json().at("version").at("hash");
  const std::string before = draft.json().at("position").dump();
  REQUIRE(
      site.send("PATCH", "/api/v2/versions/" + d + "/statuses", one_update(first, "-")).status ==
      200);
  const json answer = compare({"organisation/test-org/b", d + "@" + before, d}).json();
  CHECK(answer.at("sides")[0].at("codes_count") == 2);
  CHECK(answer.at("sides")[1].at("codes_count") == 1);
  CHECK(answer.at("sides")[1].at("as_of").dump() == before);
  CHECK(answer.at("sides")[2].at("codes_count") == 0);

  const auto field_of_refusal = [&](const json& of) {
    const Reply refused = compare(of);
    CHECK(refused.status == 400);
    return refused.json().at("errors")[0].at("field");
  };
  CHECK(field_of_refusal({a}) == "of");
  CHECK(field_of_refusal({a, "ffffffff"}) == "of/1");
  CHECK(field_of_refusal({a, d + "@999999"}) == "of/1");
  CHECK(field_of_refusal({a, d + "@x"}) == "of/1");
  CHECK(field_of_refusal({a, d + "@1"}) == "of/1");
  CHECK(field_of_refusal({a, "organisation/test-org/none"}) == "of/1");
  CHECK(field_of_refusal({a, a, a, a, a, a, a, a, a}) == "of");
  CHECK(site.send("POST", "/api/v2/comparisons/rows", {{"of", {a, d}}, {"region", {2}}}).status ==
        400);
}

TEST_CASE_METHOD(Fixture, "a codelist is made from others", "[api][comparison]") {
  const std::string a = make("A", {first, second});
  const std::string b = make("B", {second, third});
  const auto combine = [&](const std::string& name, const std::string& operation) {
    const Reply made = site.send("POST", "/api/v2/codelists",
                                 {{"owner", "user/alice"},
                                  {"name", name},
                                  {"coding_system", "snomedct"},
                                  {"from", {{"operation", operation}, {"of", {a, b}}}}});
    INFO(made.body);
    REQUIRE(made.status == 201);
    const std::string hash = made.json().at("version").at("hash");
    return compare({hash, a}).json().at("sides")[0].at("codes_count").get<int>();
  };
  CHECK(combine("Both", "intersection") == 1);
  CHECK(combine("First", "difference") == 1);
  CHECK(combine("All", "union") == 3);
  const json made = site.get("/api/v2/codelists/user/alice/all").json();
  const std::string methodology = made.at("methodology");
  CHECK_THAT(methodology, Catch::Contains("The union of:") && Catch::Contains("[A, " + a + "]"));

  const Reply wrong = site.send("POST", "/api/v2/codelists",
                                {{"owner", "user/alice"},
                                 {"name", "Wrong"},
                                 {"coding_system", "bnf"},
                                 {"from", {{"operation", "union"}, {"of", {a, b}}}}});
  CHECK(wrong.status == 400);
  CHECK(wrong.json().at("errors")[0].at("field") == "coding_system");
}

}  // namespace codelog::tests::comparison_test
