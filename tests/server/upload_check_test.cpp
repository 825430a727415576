// Checking tables before they are uploaded: the problem of each row, and what may have been meant.
#include <catch2/catch.hpp>
#include <set>

#include "server/uploads/damaged_codes.h"
#include "server/uploads/upload_check.h"
#include "tests/server/api_golden.h"
#include "tests/server/made_release.h"

namespace codelog::tests::upload_check_test {
namespace {

using nlohmann::json;

// Identifiers of SNOMED CT with good check digits.
constexpr const char* asthma = "195967001";
constexpr const char* like_asthma = "195967117";
constexpr const char* occupational = "57607007";
constexpr const char* long_id = "1751000119100";
constexpr const char* longest = "999000571000001104";
constexpr const char* retired = "73211009";

void add(coding_systems::IndexSource& source, const char* code, const char* name,
         coding_systems::CodeKind kind = made_active) {
  source.add_concept(code, kind);
  source.add_text(code, coding_systems::TextRole::name, name);
}

struct Site : ApiSite {
  Site() {
    set_up();
    coding_systems::IndexSource source;
    add(source, asthma, "Asthma");
    add(source, like_asthma, "Mild asthma");
    add(source, occupational, "Occupational asthma");
    add(source, long_id, "Acute exacerbation of asthma");
    add(source, longest, "Asthma monitoring");
    add(source, retired, "Old asthma", made_inactive);
    source.add_link(retired, made_replaced_by, asthma);
    snomedct = register_made_release({"snomedct", "made", "2024-02-01"}, made_release(source));
  }

  json check(const std::string& csv, json more = json::object(),
             const std::string& system = "snomedct") const {
    json body = {{"csv", csv}, {"coding_system", system}};
    if (system == "snomedct") body["release"] = snomedct;
    body.update(more);
    const Reply reply = send("POST", "/api/v2/uploads/check", body);
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    return reply.json();
  }

  // The only problem of a table with this one code.
  json problem_of(const std::string& row, const std::string& header = "code,term") const {
    const json checked = check(header + "\n" + row + "\n");
    REQUIRE(checked.at("problems").size() == 1);
    const json problem = checked.at("problems").at(0);
    CHECK(problem.at("row") == 2);
    CHECK(problem.at("column") == "code");
    return problem;
  }

  std::string snomedct;
};

std::vector<std::string> suggested(const json& problem) {
  std::vector<std::string> codes;
  for (const json& suggestion : problem.at("suggestions")) codes.push_back(suggestion.at("code"));
  return codes;
}

using Codes = std::vector<std::string>;

std::vector<std::string> kinds_of(const json& checked) {
  std::vector<std::string> kinds;
  for (const json& problem : checked.at("problems")) kinds.push_back(problem.at("kind"));
  return kinds;
}

}  // namespace

TEST_CASE("check digits are Verhoeff's", "[uploads]") {
  for (const char* good : {asthma, occupational, long_id, longest, retired}) {
    CHECK(uploads::passes_verhoeff(good));
    std::string wrong = good;
    wrong.back() = wrong.back() == '9' ? '0' : static_cast<char>(wrong.back() + 1);
    CHECK_FALSE(uploads::passes_verhoeff(wrong));
  }
}

TEST_CASE("rounded numbers are read as people see them", "[uploads]") {
  const auto bounds = [](const char* text) {
    const auto number = uploads::parse_rounded(text);
    return number ? std::pair(number->least, number->most)
                  : std::pair<std::uint64_t, std::uint64_t>();
  };
  CHECK(bounds("1.95967E+08") == std::pair<std::uint64_t, std::uint64_t>(195966500, 195967500));
  CHECK(bounds("1,96e8") == std::pair<std::uint64_t, std::uint64_t>(195500000, 196500000));
  CHECK(bounds("1E+15") ==
        std::pair<std::uint64_t, std::uint64_t>(1000000000000000, 1500000000000000));
  CHECK(bounds("9.99E+17").second == 999500000000000000);
  for (const char* other : {"", "E10", "1.5", "1.E+08", "1.5E", "1E+18", "12E+05", "0.5E+08",
                            "1.23456E+02", "1E+100", "1E-5"}) {
    CAPTURE(other);
    CHECK_FALSE(uploads::parse_rounded(other));
  }
}

TEST_CASE("codes that a table damaged are found again", "[uploads]") {
  const Site site;
  const json rounded = site.problem_of("1.95967E+08,");
  CHECK(suggested(rounded) == Codes{asthma, like_asthma});
  CHECK(rounded.at("kind") == "rounded");
  CHECK(rounded.at("given") == "1.95967E+08");
  CHECK(rounded.at("suggestions").at(0).at("term") == "Asthma");
  CHECK(suggested(site.problem_of("\"1,751E+12\",")) == Codes{long_id});
  const json lost = site.problem_of("999000571000001000,");
  CHECK(lost.at("kind") == "lost_digits");
  CHECK(suggested(lost) == Codes{longest});
  const json wrong_digit = site.problem_of("195967002,");
  CHECK(wrong_digit.at("kind") == "check_digit");
  CHECK(suggested(wrong_digit) == Codes{asthma});
  CHECK(suggested(site.problem_of("57607070,")) == Codes{occupational});  // two exchanged
  CHECK(suggested(site.problem_of("5760707,")) == Codes{occupational});   // one left out
  const json unknown = site.problem_of("22298006,Myocardial infarction");
  CHECK(unknown.at("kind") == "unknown");
  CHECK(unknown.at("suggestions").empty());
}

TEST_CASE("a row's term decides between codes, and finds what digits cannot", "[uploads]") {
  const Site site;
  CHECK(suggested(site.problem_of("1.95967E+08,asthma")) == Codes{asthma});
  CHECK(suggested(site.problem_of("2E+08,mild ASTHMA")) == Codes{like_asthma});
  // Another number of digits.
  CHECK(suggested(site.problem_of("2E+09,Asthma")).empty());
  const json by_term = site.problem_of("22298006,Occupational asthma");
  CHECK(suggested(by_term) == Codes{occupational});
  CHECK(by_term.at("suggestions").at(0).at("because") == "has the row's term");
}

TEST_CASE("inactive codes, repeats and rows without a code are told", "[uploads]") {
  const Site site;
  const json checked = site.check("code,term\n" + std::string(retired) + ",x\n\n,no code\n" +
                                  asthma + ",a\n " + asthma + " |Asthma|,b\n");
  CHECK(kinds_of(checked) == std::vector<std::string>{"inactive", "blank", "duplicate"});
  CHECK(checked.at("rows_count") == 4);
  CHECK(suggested(checked.at("problems").at(0)) == Codes{asthma});
  CHECK(checked.at("problems").at(1).at("row") == 4);
  CHECK(checked.at("problems").at(2).at("row") == 6);
  CHECK(checked.at("problems").at(2).at("detail") == "is the same code as in row 5");
}

TEST_CASE("marks, separators and lost characters are told of the whole table", "[uploads]") {
  const Site site;
  const json checked = site.check(
      "\xEF\xBB\xBF"
      "code;term\n195967001;Asthma\n57607007;\xEF\xBF\xBD\n");
  CHECK(kinds_of(checked) == std::vector<std::string>{"byte_order_mark", "separator", "encoding"});
  CHECK(checked.at("problems").at(0).at("column").is_null());
  CHECK(checked.at("separator") == ";");
  CHECK(checked.at("columns") == json({"code", "term"}));
  const json tabs = site.check("code\tterm\n195967001\tAsthma, mild\n");
  CHECK(tabs.at("separator") == "\t");
  CHECK(kinds_of(tabs) == std::vector<std::string>{"separator"});
  CHECK(kinds_of(site.check("code\n195967001\n")).empty());
}

TEST_CASE("the column of codes is found, or chosen", "[uploads]") {
  const Site site;
  const json found = site.check("name,number\nAsthma,195967001\nOther,57607007\n");
  CHECK(found.at("code_column") == "number");
  CHECK(found.at("problems").empty());
  const json chosen = site.check("code,number,\n1,195967001,\n", {{"column", "number"}});
  CHECK(chosen.at("columns") == json({"code", "number", "column 3"}));
  CHECK(chosen.at("problems").empty());
  const json headless = site.check("195967001,Asthma\n57607007,Other\n");
  CHECK(headless.at("has_header") == false);
  CHECK(headless.at("rows_count") == 2);
  CHECK(headless.at("code_column") == "column 1");
  const Reply none =
      site.send("POST", "/api/v2/uploads/check",
                {{"csv", "code\n1\n"}, {"coding_system", "snomedct"}, {"column", "x"}});
  CHECK(none.status == 400);
  CHECK(none.json().at("errors").at(0).at("field") == "column");
}

TEST_CASE("zeros that a spreadsheet left out are put back", "[uploads]") {
  const Site site;
  const json checked = site.check("code\n101\n", json::object(), "bnf");
  REQUIRE(kinds_of(checked) == std::vector<std::string>{"lost_zeros"});
  CHECK(suggested(checked.at("problems").at(0)) == Codes{"0101"});
}

TEST_CASE("codes of other systems are recognised", "[uploads]") {
  Site site;
  site.register_release("icd10");
  const json listed = site.check("code\nA06.1\nH33..\n");
  CHECK(kinds_of(listed) == std::vector<std::string>{"other_system", "other_system"});
  CHECK(listed.at("problems").at(0).at("detail").get<std::string>().find("ICD-10") !=
        std::string::npos);
  CHECK(listed.at("problems").at(1).at("detail").get<std::string>().find("Read") !=
        std::string::npos);
}

TEST_CASE("a check refuses what is no table, and changes nothing", "[uploads]") {
  Site site;
  const auto head = site.head();
  const auto refused = [&](const json& body) {
    const Reply reply = site.send("POST", "/api/v2/uploads/check", body);
    INFO(body.dump() << " " << reply.body);
    CHECK(reply.status == 400);
    return reply.json().at("errors").at(0).at("field").get<std::string>();
  };
  CHECK(refused({{"csv", ""}, {"coding_system", "snomedct"}}) == "csv");
  CHECK(refused({{"csv", "code\n\"1"}, {"coding_system", "snomedct"}}) == "csv");
  CHECK(refused({{"csv", "code\n1"}, {"coding_system", "x"}}) == "coding_system");
  CHECK(refused({{"csv", "code\n1"}, {"coding_system", "snomedct"}, {"release", "x"}}) ==
        "release");
  CHECK(site.head() == head);
}

TEST_CASE("a table of nothing but damage is answered soon", "[uploads]") {
  const Site site;
  std::string csv = "code,term\n";
  for (int i = 0; i < 20'000; ++i) {
    csv += "1." + std::to_string(100'000 + i) + "E+08,term " + std::to_string(i) + "\n";
  }
  const json checked = site.check(csv);
  CHECK(checked.at("problems").size() == 2'000);
  CHECK(checked.at("problems_count") == 20'000);
}

TEST_CASE("of long titles and cells only the beginning is repeated", "[uploads]") {
  const Site site;
  const std::string long_text = "x" + std::string(50'000, 'y') + "\xC3\xA9";
  const std::string odd =
      "x" + std::string(98, 'y') + "\xC3\xA9z";  // its 100th byte is in a letter
  const json checked = site.check(long_text + "," + odd + "\n" + odd + ",a\n" + odd + ",b\n",
                                  {{"column", long_text}});
  const std::string title = "x" + std::string(99, 'y');
  CHECK(checked.at("columns") == json({title, "x" + std::string(98, 'y')}));
  CHECK(checked.at("code_column") == title);
  REQUIRE(checked.at("problems").size() == 2);
  CHECK(checked.at("problems").at(0).at("column") == title);
  CHECK(checked.at("problems").at(0).at("given") == "x" + std::string(98, 'y'));
}

TEST_CASE("columns get different names, whatever their titles are", "[uploads]") {
  const Site site;
  const json checked = site.check("code,x (column 3),x,x,x (column 3)\n195967001,,,,\n");
  const json columns = checked.at("columns");
  CHECK(columns.size() == 5);
  CHECK(std::set<std::string>(columns.begin(), columns.end()).size() == 5);
}

TEST_CASE("a check refuses tables with too many columns", "[uploads]") {
  const Site site;
  const auto check = [&](const std::string& csv) {
    return site.send("POST", "/api/v2/uploads/check",
                     {{"csv", csv}, {"coding_system", "snomedct"}, {"release", site.snomedct}});
  };
  CHECK(check("code" + std::string(999, ',') + "\n195967001\n").status == 200);
  for (const std::string& wide :
       {"code" + std::string(1'000, ',') + "\n195967001\n", "code" + std::string(900'000, ',')}) {
    const Reply refused = check(wide);
    CHECK(refused.status == 400);
    CHECK(refused.json().at("errors").at(0).at("field") == "csv");
    CHECK(refused.json().at("errors").at(0).at("detail").get<std::string>().find("columns") !=
          std::string::npos);
  }
}

TEST_CASE("a mapping that does not open is asked for once", "[uploads]") {
  ApiSite site;
  site.set_up();
  site.register_release("dmd");
  coding_systems::IndexSource source;
  add(source, "2001", "One", made_inactive);
  add(source, "2002", "Two", made_inactive);
  const std::string release =
      site.register_made_release({"dmd", "made", "2024-02-01"}, made_release(source, "dmd"));
  write_previous_vmps(site.mapping_file("dmdvmpprevmap"), OrderedJson::array({{"3", "4"}}));
  site.register_mapping("dmdvmpprevmap");
  commands::Site counting = site.application().site();
  int opened_count = 0;
  counting.mappings.dmdvmpprevmap = [&](const projections::MappingRecord&)
      -> base::Result<std::shared_ptr<const mappings::PreviousVmps>> {
    ++opened_count;
    return base::Error{base::ErrorCode::io, "the disk is broken", {}};
  };
  const auto checked = uploads::check_upload(
      counting, site.views(),
      {.csv = "code\n2001\n2002\n", .coding_system = "dmd", .release = release, .column = {}});
  REQUIRE(checked);
  CHECK(checked->problems.size() == 2);
  CHECK(opened_count == 1);
}

}  // namespace codelog::tests::upload_check_test
