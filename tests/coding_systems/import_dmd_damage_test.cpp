// Refused releases of dm+d, which must leave nothing behind.
#include <catch2/catch.hpp>

#include "import_dmd_support.h"

namespace codelog::tests::import_dmd_damage_test {
namespace {

using coding_systems::import_dmd;

std::string where(const std::string& part, int line) {
  return "dmd.zip: member " + DmdArchive::member_name(part) + ", line " + std::to_string(line) +
         ": ";
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (; times > 0; --times) all += text;
  return all;
}

}  // namespace

TEST_CASE("each file of dm+d must be there once", "[import][dmd]") {
  const DmdArchive release;
  for (const auto& [part, contents] : release.contents) {
    CAPTURE(part);
    ImportedDmd imported;
    DmdArchive without = release;
    without.contents.erase(part);
    const std::string expected = "dmd.zip: expected one file f_" + part + "2_*.xml, found ";
    CHECK(imported.failure(without) == expected + "0");
    Members twice = release.members();
    twice.emplace_back("f_" + part + "2_4.xml", "x");
    CHECK(imported.run(twice) == expected + "2");
    CHECK(files_in(imported.target).empty());
  }
  ImportedDmd imported;
  Members twice = release.members();
  write_archive(imported.archive, {{"f_vmp2_4.xml", "x"}});
  twice.emplace_back("inner.zip", read_bytes(imported.archive));
  CHECK(imported.run(twice) == "dmd.zip: expected one file f_vmp2_*.xml, found 2");
}

TEST_CASE("a bad archive in a dm+d release is refused by the names of both, if it is needed",
          "[import][dmd]") {
  ImportedDmd imported;
  Members members = DmdArchive().members();
  members.emplace_back("week-GTIN.zip", "text");
  CHECK(imported.run(members) == "");  // no part is missing
  std::filesystem::remove_all(imported.target);
  std::erase_if(members, [](const auto& member) { return member.first.starts_with("f_gtin"); });
  CHECK(imported.run(members) == "dmd.zip: member week-GTIN.zip: not a zip archive");
  CHECK(files_in(imported.target).empty());
}

TEST_CASE("bad fields of dm+d are refused with file, line and field", "[import][dmd]") {
  ImportedDmd imported;
  const auto vmp_error = [&](const std::string& more) {
    DmdArchive release;
    release.contents["vmp"] =
        "<VMPS>\n" + dmd_vmp("20", "", "Good") + dmd_vmp("21", "", "Bad", "\n" + more) + "</VMPS>";
    return imported.failure(release);
  };
  const std::string here = where("vmp", 7);
  for (const char* flag : {"0", "0000", "2", "yes", "true", " 1", "-1"}) {
    CHECK(vmp_error("<INVALID>" + std::string(flag) + "</INVALID>") ==
          here + "INVALID '" + flag + "' is not 1, the only value of a flag");
  }
  for (const char* id : {"abc", "0", "012", "1234567890123456789", "-1", "1.0"}) {
    CHECK(vmp_error("<VTMID>" + std::string(id) + "</VTMID>") ==
          here + "VTMID '" + id + "' is not an identifier of 1 to 18 digits");
  }
  for (const char* date : {"2020-02-30", "2020-2-3", "20200203", "2020-02-03T00:00:00"}) {
    CHECK(vmp_error("<NMDT>" + std::string(date) + "</NMDT>") ==
          here + "NMDT '" + date + "' is not a date YYYY-MM-DD");
  }
  for (const char* number : {"1,5", ".", "5.", "1.5.5", "1e3", "--1", "1234567890.123456789"}) {
    CHECK(vmp_error("<UDFS>" + std::string(number) + "</UDFS>") ==
          here + "UDFS '" + number + "' is not a decimal number");
  }
  CHECK(vmp_error("<DF_INDCD>x\ny</DF_INDCD>") ==
        where("vmp", 8) + "DF_INDCD 'x?y' is not a number of 1 to 18 digits");
  CHECK(vmp_error("<DF_INDCD>" + repeated("é", 40) + "</DF_INDCD>") ==
        here + "DF_INDCD '" + repeated("é", 25) + "...' is not a number of 1 to 18 digits");
  CHECK(vmp_error("<NM>Again</NM>") == here + "the row has a second NM");
  CHECK(vmp_error("<NMPREV>" + std::string(4001, 'x') + "</NMPREV>") ==
        here + "a field is longer than 4000 bytes");
  CHECK(vmp_error("<NMPREV><b>x</b></NMPREV>") == here + "a field has an element <b> in it");
  CHECK(vmp_error("loose") == here + "there is text outside of the fields");
}

TEST_CASE("dm+d rows without an obligatory field, or twice, are refused", "[import][dmd]") {
  ImportedDmd imported;
  DmdArchive release;
  SECTION("no name") {
    release.contents["vtm"] += dmd_row("VTM", {{"VTMID", "11"}, {"NM", ""}});
    CHECK(imported.failure(release) ==
          where("vtm", 5) + "the row of dmd_vtm with VTMID 11 has no NM");
  }
  SECTION("no key") {
    release.contents["ingredient"] += "\n" + dmd_row("ING", {{"NM", "x"}});
    CHECK(imported.failure(release) == where("ingredient", 6) + "the row of dmd_ing has no ISID");
  }
  SECTION("a key twice") {
    release.contents["amp"] =
        "<AMPS>\n" + dmd_amp("30", "20", "A") + dmd_amp("30", "20", "B") + "</AMPS>";
    CHECK(imported.failure(release) ==
          where("amp", 6) + "the row of dmd_amp with APID 30 is there already");
  }
  SECTION("two rows in a table that allows one") {
    const std::string form = dmd_row("DFORM", {{"VPID", "20"}, {"FORMCD", "5"}});
    release.contents["vmp"] = "<DRUG_FORM>\n" + form + form + "</DRUG_FORM>";
    CHECK(imported.failure(release) ==
          where("vmp", 6) + "the row of dmd_dform with VPID 20 is there already");
  }
  SECTION("a look-up code that is not a number") {
    release.contents["lookup"] =
        "<COLOUR>" + dmd_row("INFO", {{"CD", "x"}, {"DESC", "Red"}}) + "</COLOUR>";
    CHECK(imported.failure(release) ==
          where("lookup", 4) + "CD 'x' is not a number of 1 to 18 digits");
  }
}

TEST_CASE("the GTIN file of dm+d has its own shape", "[import][dmd]") {
  ImportedDmd imported;
  const auto error = [&](const std::string& row) {
    DmdArchive release;
    release.contents["gtin"] = "<AMPPS>\n<AMPP>" + row + "</AMPP></AMPPS>";
    return imported.failure(release);
  };
  const std::string here = where("gtin", 5);
  const std::string data = "<GTINDATA><GTIN>1</GTIN><STARTDT>2020-01-31</STARTDT></GTINDATA>";
  CHECK(error("<AMPPID>50</AMPPID>") == here + "the AMPP has no GTINDATA");
  CHECK(error(data) == here + "expected AMPPID before GTINDATA");
  CHECK(error(data + "<AMPPID>50</AMPPID>") == here + "expected AMPPID before GTINDATA");
  CHECK(error("<AMPPID>x</AMPPID>" + data) ==
        here + "APPID 'x' is not an identifier of 1 to 18 digits");
  CHECK(error("<AMPPID>50</AMPPID><GTINDATA><GTIN>1</GTIN></GTINDATA>") ==
        here + "the row of dmd_gtin with APPID 50 has no STARTDT");
}

TEST_CASE("a dm+d file cut off anywhere is refused, and nothing is left", "[import][dmd]") {
  ImportedDmd imported;
  const std::string part = GENERATE("lookup", "vtm", "gtin");
  const std::string whole = DmdArchive().file(part);
  for (std::size_t bytes = 0; bytes + 1 < whole.size(); bytes += 7) {
    Members members = DmdArchive().members();
    for (auto& [name, text] : members) {
      if (name == DmdArchive::member_name(part)) text = whole.substr(0, bytes);
    }
    CAPTURE(part, bytes);
    CHECK_THAT(imported.run(members),
               Catch::StartsWith("dmd.zip: member " + DmdArchive::member_name(part) + ", line "));
    CHECK(files_in(imported.target).empty());
  }
}

TEST_CASE("entities, other encodings and depth are refused in dm+d", "[import][dmd]") {
  ImportedDmd imported;
  const auto error = [&](const std::string& document) {
    Members members = DmdArchive().members();
    for (auto& [name, text] : members) {
      if (name == DmdArchive::member_name("amp")) text = document;
    }
    return imported.run(members);
  };
  CHECK(error("<!DOCTYPE ROOT [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><ROOT>&b;</ROOT>") ==
        where("amp", 1) + "the document type has declarations of its own");
  CHECK(error("<?xml version='1.0' encoding='iso-8859-1'?><ROOT/>") ==
        where("amp", 1) + "the encoding is 'iso-8859-1', not UTF-8");
  CHECK(error("<ROOT><!--c--><AMPS><AMP><NM>Caf\xE9</NM></AMP></AMPS></ROOT>") ==
        where("amp", 1) + "is not well-formed XML: not well-formed (invalid token)");
  CHECK(error("<ROOT><!--c-->" + repeated("<AMPS>", 10)) ==
        where("amp", 1) + "elements are nested deeper than 8");
  CHECK(files_in(imported.target).empty());
}

TEST_CASE("a dm+d release without products is refused", "[import][dmd]") {
  ImportedDmd imported;
  DmdArchive release;
  for (const char* part : {"vtm", "vmp", "vmpp", "amp", "ampp", "gtin"}) {
    release.contents[part] = "";
  }
  CHECK(imported.failure(release) == "dmd.zip: has no products");
}

TEST_CASE("a failed re-import of dm+d leaves the release as it was", "[import][dmd]") {
  ImportedDmd imported;
  REQUIRE(imported.run(DmdArchive()) == "");
  const std::string before = read_bytes(imported.file);
  DmdArchive release;
  release.contents["gtin"] = "<AMPPS><AMPP><AMPPID>x</AMPPID></AMPP></AMPPS>";
  CHECK(imported.run(release) != "");
  CHECK((read_bytes(imported.file) == before));
  CHECK(files_in(imported.target) == std::vector<std::string>{"test_1.index", "test_1.sqlite3"});
  release = DmdArchive();
  release.contents["vtm"] += dmd_vtm("11", "Another");
  REQUIRE(imported.run(release) == "");
  CHECK(query(imported.file, "SELECT count(*) FROM dmd_vtm") == std::vector<Row>{{"2"}});
}

TEST_CASE("an import of dm+d can be stopped, and reports its progress", "[import][dmd]") {
  ImportedDmd imported;
  write_archive(imported.archive, DmdArchive().members());
  std::stop_source stop;
  std::vector<std::string> stages;
  coding_systems::ImportRequest request = {
      .archive = imported.archive, .target_folder = imported.target, .alias = "test_1"};
  request.report_progress = [&](const coding_systems::ImportProgress& progress) {
    CHECK(progress.done <= progress.total);
    if (stages.empty() || stages.back() != progress.stage) stages.emplace_back(progress.stage);
  };
  request.stop = stop.get_token();
  REQUIRE(import_dmd(request));
  CHECK(stages == std::vector<std::string>{"reading", "syncing", "indexing"});
  std::filesystem::remove_all(imported.target);
  stop.request_stop();
  const auto stopped = import_dmd(request);
  REQUIRE(!stopped);
  CHECK(stopped.error().code == base::ErrorCode::unavailable);
  CHECK(files_in(imported.target).empty());
}

}  // namespace codelog::tests::import_dmd_damage_test
