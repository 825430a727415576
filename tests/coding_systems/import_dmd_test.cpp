// The result of importing a good release of dm+d.
#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "coding_systems/dmd/coding_system.h"
#include "coding_systems/dmd/previous_vmps.h"
#include "coding_systems/index/release_files.h"
#include "import_dmd_support.h"
#include "tools/demo/zip_writer.h"

namespace codelog::tests::import_dmd_test {
namespace {

using coding_systems::import_dmd;
using Codes = std::vector<std::string>;

const std::filesystem::path small_archive = std::filesystem::path(CODELOG_TESTS_DIR) / "golden" /
                                            "releases" / "nhsbsa_dmd_1.0.0_20240101000001.zip";

std::string bytes_of_index(const std::filesystem::path& file) {
  return read_bytes(std::filesystem::path(file).replace_extension("index"));
}

// The index built when there is none beside the file.
std::string rebuilt_index(const std::filesystem::path& file) {
  const auto index = std::filesystem::path(file).replace_extension("index");
  std::filesystem::remove(index);
  REQUIRE(coding_systems::open_release_index({file, index}, "dmd",
                                             coding_systems::dmd::read_index_source));
  return read_bytes(index);
}

std::shared_ptr<const coding_systems::Release> open(const std::filesystem::path& file) {
  auto opened = coding_systems::dmd::open_release(
      {file, std::filesystem::path(file).replace_extension("index")}, "dmd_test_20240101");
  INFO((opened ? "" : opened.error().detail));
  REQUIRE(opened);
  return *opened;
}

Codes found_by_term(const coding_systems::Release& release, const std::string& term) {
  Codes codes;
  for (const auto node : release.search_by_term(term)) codes.emplace_back(release.code(node));
  std::ranges::sort(codes);
  return codes;
}

}  // namespace

TEST_CASE("the golden dm+d release is imported as OpenCodelists imports it", "[import][dmd]") {
  TemporaryFolder folder;
  const auto golden = unpack_small_release(folder.path() / "golden", "dmd").database;
  const auto imported =
      import_dmd({.archive = small_archive, .target_folder = folder.path(), .alias = small_dmd});
  INFO((imported ? "" : imported.error().detail));
  REQUIRE(imported);
  CHECK(imported->concepts_count == 3000 + 1200 + 150 + 3000 + 1200);
  CHECK(imported->notices ==
        std::vector<std::string>{"a release file does not hold the contents of combination packs: "
                                 "2 CCONTENT rows were left out"});
  const auto file = imported->file;
  const std::string schema = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name";
  CHECK(query(file, schema) == query(golden, schema));
  const std::string migrations = "SELECT id, app, name FROM django_migrations";
  CHECK(query(file, migrations) == query(golden, migrations));
  CHECK(query(file, "PRAGMA integrity_check") == std::vector<Row>{{"ok"}});
  std::size_t tables_count = 0;
  for (const Row& table : query(golden,
                                "SELECT name FROM sqlite_master WHERE type = 'table' AND "
                                "name <> 'django_migrations'")) {
    CAPTURE(table[0]);
    const std::string rows = "SELECT rowid, * FROM " + table[0] + " ORDER BY rowid";
    CHECK(query(file, rows) == query(golden, rows));
    ++tables_count;
  }
  CHECK(tables_count == 47);
  // query() returns texts, so compare the types of the stored values too.
  const std::string kinds =
      "SELECT DISTINCT typeof(udfs), typeof(basiscd), typeof(invalid), typeof(vpiddt) FROM dmd_vmp "
      "UNION SELECT DISTINCT typeof(strnth), typeof(id), typeof(apid), typeof(uomcd) FROM "
      "dmd_aping ORDER BY 1, 2, 3, 4";
  CHECK(query(file, kinds) == query(golden, kinds));
}

TEST_CASE("dm+d's index is the same from an archive and from its file", "[import][dmd]") {
  TemporaryFolder folder;
  const auto imported =
      import_dmd({.archive = small_archive, .target_folder = folder.path(), .alias = small_dmd});
  REQUIRE(imported);
  const std::string from_archive = bytes_of_index(imported->file);
  CHECK((rebuilt_index(imported->file) == from_archive));
}

TEST_CASE("the same dm+d archive always gives the same bytes", "[import][dmd]") {
  TemporaryFolder folder;
  const auto first =
      import_dmd({.archive = small_archive, .target_folder = folder.path() / "1", .alias = "a"});
  const auto second =
      import_dmd({.archive = small_archive, .target_folder = folder.path() / "2", .alias = "a"});
  REQUIRE((first && second));
  CHECK((read_bytes(first->file) == read_bytes(second->file)));
}

TEST_CASE("every column of dm+d is read from its element", "[import][dmd]") {
  DmdArchive release;
  release.contents["vmp"] =
      "<VMPS>" +
      dmd_vmp("20", "", "A &amp; B",
              "<VPIDDT>2020-02-29</VPIDDT><VPIDPREV>19</VPIDPREV><INVALID>1</INVALID>"
              "<ABBREVNM></ABBREVNM><NMPREV> Old </NMPREV><SUG_F>0001</SUG_F><UDFS>.500</UDFS>"
              "<UDFS_UOMCD>258682000</UDFS_UOMCD><DF_INDCD>1</DF_INDCD><NEW_FIELD>x</NEW_FIELD>") +
      "</VMPS>";
  release.contents["amp"] =
      "<AMPS>" + dmd_amp("30", "20", "Brand") + "</AMPS><AP_INFORMATION/>" + "<AP_INFORMATION>" +
      dmd_row("AP_INFO", {{"APID", "30"}, {"SZ_WEIGHT", "8.5mm"}}) + "</AP_INFORMATION>";
  release.contents["ampp"] += "<REIMBURSEMENT_INFO>" +
                              dmd_row("REIMB_INFO", {{"APPID", "50"}, {"DND", "0002"}}) +
                              "</REIMBURSEMENT_INFO>";
  release.contents["lookup"] +=
      "<COLOUR>" + dmd_row("INFO", {{"CD", "0000"}, {"DESC", ""}}) + "</COLOUR>";
  ImportedDmd imported;
  REQUIRE(imported.run(release) == "");
  CHECK(query(imported.file, "SELECT * FROM dmd_colour") == std::vector<Row>{{"0", ""}});
  CHECK(query(imported.file, "SELECT * FROM dmd_vmp") ==
        std::vector<Row>{{"20",   "2020-02-29", "19", "1",         "A & B", "NULL",
                          "NULL", " Old ",      "1",  "0",         "0",     "0",
                          "NULL", "0.5",        "1",  "NULL",      "NULL",  "1",
                          "NULL", "NULL",       "1",  "258682000", "NULL",  "NULL"}});
  CHECK(query(imported.file, "SELECT * FROM dmd_apinfo") ==
        std::vector<Row>{{"1", "8.5mm", "NULL", "30", "NULL"}});
  CHECK(query(imported.file, "SELECT appid, dndcd, bb FROM dmd_reimbinfo") ==
        std::vector<Row>{{"50", "2", "0"}});
  CHECK(query(imported.file, "SELECT gtin, startdt, enddt, appid FROM dmd_gtin") ==
        std::vector<Row>{{"0500", "2020-01-31", "NULL", "50"}});
  CHECK(query(imported.file, "SELECT * FROM dmd_supplier") ==
        std::vector<Row>{{"7", "NULL", "NULL", "0", "Maker"}});
}

TEST_CASE("of several GTINs of a pack the first is kept, and the others are counted",
          "[import][dmd]") {
  const auto data = [](const std::string& gtin) {
    return "<GTINDATA><GTIN>" + gtin + "</GTIN><STARTDT>2020-01-31</STARTDT></GTINDATA>";
  };
  DmdArchive release;
  release.contents["gtin"] = "<AMPPS><AMPP><AMPPID>50</AMPPID>" + data("1") + data("2") +
                             "</AMPP><AMPP><AMPPID>51</AMPPID>" + data("3") +
                             "</AMPP><AMPP><AMPPID>50</AMPPID>" + data("4") + "</AMPP></AMPPS>";
  ImportedDmd imported;
  write_archive(imported.archive, release.members());
  const auto outcome = import_dmd(
      {.archive = imported.archive, .target_folder = imported.target, .alias = "test_1"});
  INFO((outcome ? "" : outcome.error().detail));
  REQUIRE(outcome);
  CHECK(outcome->notices.back() ==
        "a release file holds one GTIN a pack: the first was kept, and 2 more were left out");
  CHECK(query(imported.file, "SELECT id, gtin, appid FROM dmd_gtin") ==
        std::vector<Row>{{"1", "1", "50"}, {"2", "3", "51"}});
}

TEST_CASE("the files of a release may be in archives of their own", "[import][dmd]") {
  DmdArchive release;
  ImportedDmd imported;
  REQUIRE(imported.run(release) == "");
  const std::string all_at_top = read_bytes(imported.file);
  Members members;
  Members inner = {{"f_bnf1_0010124.xml", "<not read/>"}};
  for (const auto& member : release.members()) {
    (member.first.starts_with("f_gtin") ? inner : members).push_back(member);
  }
  const auto inner_path = imported.folder.path() / "inner.zip";
  write_archive(inner_path, inner);
  members.emplace_back("week012024-r2_3-GTIN.zip", read_bytes(inner_path));
  members.emplace_back("folder/f_vmp2_1.xml", "not at the top, so not read");
  members.emplace_back("readme.txt", "x");
  REQUIRE(imported.run(members) == "");
  CHECK((read_bytes(imported.file) == all_at_top));
}

TEST_CASE("the files of a release may be packed with their folder", "[import][dmd]") {
  const DmdArchive release;
  ImportedDmd imported;
  REQUIRE(imported.run(release) == "");
  const std::string all_at_top = read_bytes(imported.file);
  Members members;
  Members inner;
  for (const auto& [name, content] : release.members()) {
    const bool is_inner = name.starts_with("f_gtin");
    (is_inner ? inner : members).emplace_back("nhsbsa_dmd_1.0.0/" + name, content);
  }
  const auto inner_path = imported.folder.path() / "inner.zip";
  write_archive(inner_path, inner);
  members.emplace_back("nhsbsa_dmd_1.0.0/gtin/week01-GTIN.zip", read_bytes(inner_path));
  members.emplace_back("nhsbsa_dmd_1.0.0/readme.txt", "x");
  REQUIRE(imported.run(members) == "");
  CHECK((read_bytes(imported.file) == all_at_top));
  members.emplace_back("another/f_vmp2_1.xml", "a second one");
  CHECK_THAT(imported.run(members), Catch::EndsWith("f_vmp2_*.xml, found 2"));
}

TEST_CASE("a repeated part is found in any number of archives", "[import][dmd]") {
  const DmdArchive release;
  ImportedDmd imported;
  const auto packed = [&](const auto& member) {
    const auto path = imported.folder.path() / "inner.zip";
    write_archive(path, {{member.first, member.second}});
    return read_bytes(path);
  };
  Members members;
  for (const auto& member : release.members()) {
    members.emplace_back(std::to_string(members.size()) + ".zip", packed(member));
  }
  REQUIRE(members.size() == 8);
  CHECK(imported.run(members) == "");
  members.emplace_back("8.zip", packed(release.members()[3]));
  CHECK_THAT(imported.run(members), Catch::EndsWith("*.xml, found 2"));
}

TEST_CASE("dm+d is searched by names, abbreviations, old names and ingredients", "[import][dmd]") {
  DmdArchive release;
  release.contents["vmp"] +=
      "<VMPS>" + dmd_vmp("21", "10", "Other tablets", "<NMPREV>Older</NMPREV>") +
      dmd_vmp("22", "", "Lone tablets", "<ABBREVNM>LN</ABBREVNM>") +
      "</VMPS><VIRTUAL_PRODUCT_INGREDIENT>" + dmd_row("VPI", {{"VPID", "22"}, {"ISID", "1"}}) +
      dmd_row("VPI", {{"VPID", "22"}, {"ISID", "1"}}) + "</VIRTUAL_PRODUCT_INGREDIENT>";
  ImportedDmd imported;
  REQUIRE(imported.run(release) == "");
  const auto dmd = open(imported.file);
  CHECK(found_by_term(*dmd, "PARACET") == Codes{"10", "20", "22"});
  CHECK(found_by_term(*dmd, "tablets") == Codes{"20", "21", "22", "30"});
  CHECK(found_by_term(*dmd, "older") == Codes{"21"});
  CHECK(found_by_term(*dmd, "ln") == Codes{"22"});
  CHECK(found_by_term(*dmd, "(Maker)") == Codes{"30"});
  for (const char* term : {"pack", "(AMP", "VMP)"}) CHECK(found_by_term(*dmd, term).empty());
  CHECK(dmd->search_by_code("1") == Codes{"10", "20", "22"});
  for (const char* code : {"10", "20", "30"}) CHECK(dmd->search_by_code(code) == Codes{code});
  for (const char* code : {"40", "50", "7", "99", ""}) CHECK(dmd->search_by_code(code).empty());
}

TEST_CASE("products have names, kinds and pages; ingredients have none", "[import][dmd]") {
  ImportedDmd imported;
  REQUIRE(imported.run(DmdArchive()) == "");
  const auto dmd = open(imported.file);
  const auto described = [&](const std::string& code) {
    const auto node = dmd->find(code);
    REQUIRE(node);
    const auto references = dmd->references(*node);
    return Codes{std::string(dmd->name(*node).value_or("(none)")), dmd->type_titles(*node)[0],
                 references.empty() ? "" : references[0].url};
  };
  const std::string pages = "https://openprescribing.net/dmd/";
  CHECK(described("10") == Codes{"Pain relief (VTM)", "Product", pages + "vtm/10/"});
  CHECK(described("20") == Codes{"Generic tablets (VMP)", "Product", pages + "vmp/20/"});
  CHECK(described("30") == Codes{"Brand tablets (Maker) (AMP)", "Product", pages + "amp/30/"});
  CHECK(described("40") == Codes{"Generic pack (VMPP)", "[unknown]", pages + "vmpp/40/"});
  CHECK(described("50") == Codes{"Brand pack (AMPP)", "[unknown]", pages + "ampp/50/"});
  CHECK(described("1") == Codes{"(none)", "Product", ""});
  CHECK(dmd->synonyms(*dmd->find("30")) == std::vector<std::string_view>{"Brand tablets"});
  CHECK(dmd->synonyms(*dmd->find("20")).empty());
}

TEST_CASE("lists, rows and fields of dm+d that are unknown are left out, with a notice",
          "[import][dmd]") {
  DmdArchive release;
  ImportedDmd imported;
  REQUIRE(imported.run(release) == "");
  const std::string expected = read_bytes(imported.file);
  const std::string unknown = "<A><B x=\"1\">text<C/></B></A>";
  release.contents["lookup"] += "<NEW_LIST>" + dmd_row("INFO", {{"CD", "1"}, {"DESC", "x"}}) +
                                "</NEW_LIST><NEWER_LIST></NEWER_LIST>";
  release.contents["vmp"] += "<L><NEW_ROW>" + unknown + "</NEW_ROW><NEW_ROW/></L><L>" +
                             dmd_amp("31", "20", "of another file") + "</L>";
  release.contents["vtm"] += "<NEWER_ROW>loose text</NEWER_ROW>";
  release.contents["amp"].insert(release.contents["amp"].find("</AMP>"), unknown);
  release.contents["gtin"].insert(release.contents["gtin"].find("</GTINDATA>"), unknown);
  release.contents["gtin"].insert(release.contents["gtin"].find("<GTINDATA>"), "<NEWER/>");
  write_archive(imported.archive, release.members());
  const auto outcome = import_dmd(
      {.archive = imported.archive, .target_folder = imported.target, .alias = "test_1"});
  INFO((outcome ? "" : outcome.error().detail));
  REQUIRE(outcome);
  const auto has_notice = [&](const std::string& notice) {
    return std::ranges::find(outcome->notices, notice) != outcome->notices.end();
  };
  CHECK(has_notice(
      "lists and rows are left out, since there is no table for their elements: 6 (<NEW_LIST> of "
      "f_lookup2, <NEWER_LIST> of f_lookup2, <NEWER_ROW> of f_vtm2, <NEW_ROW> of f_vmp2, <AMP> "
      "of f_vmp2)"));
  CHECK(
      has_notice("fields are left out, since there is no column for them: 3 (AMP.A, GTIN.NEWER, "
                 "GTIN.A)"));
  CHECK((read_bytes(imported.file) == expected));
}

TEST_CASE("a file of dm+d needs no comment in front", "[import][dmd]") {
  ImportedDmd imported;
  REQUIRE(imported.run(DmdArchive()) == "");
  const std::string expected = read_bytes(imported.file);
  Members members = DmdArchive().members();
  for (auto& [name, text] : members) {
    const std::string comment = "<!-- Generated -->\n";
    text.erase(text.find(comment), comment.size());
  }
  REQUIRE(imported.run(members) == "");
  CHECK((read_bytes(imported.file) == expected));
}

TEST_CASE("references to missing rows are kept, with a notice", "[import][dmd]") {
  DmdArchive release;
  release.contents["vtm"] = "";
  release.contents["ingredient"] = "";
  release.contents["amp"] = "<AMPS>" + dmd_amp("30", "29", "Brand tablets") + "</AMPS>";
  ImportedDmd imported;
  write_archive(imported.archive, release.members());
  const auto outcome = import_dmd(
      {.archive = imported.archive, .target_folder = imported.target, .alias = "test_1"});
  REQUIRE(outcome);
  CHECK(
      outcome->notices ==
      std::vector<std::string>{"fields have a code that no look-up list has: 4 (VMP.PRES_STATCD 1, "
                               "AMP.AVAIL_RESTRICTCD 1, AMP.LIC_AUTHCD 1, AMPP.LEGAL_CATCD 3)",
                               "VMP rows have a value of VTMID that no row of VTM has: 1 (20)",
                               "VPI rows have a value of ISID that no row of ING has: 1 (1)",
                               "AMP rows have a value of VPID that no row of VMP has: 1 (30)"});
  const auto dmd = open(imported.file);
  CHECK(query(imported.file, "SELECT vpid FROM dmd_amp") == std::vector<Row>{{"29"}});
  CHECK(found_by_term(*dmd, "paracetamol").empty());
  CHECK(dmd->search_by_code("1").empty());
  for (const char* code : {"10", "29"}) {
    const auto node = dmd->find(code);
    REQUIRE(node);
    CHECK(dmd->hierarchy().children(*node).size() == 1);
    CHECK(!dmd->has_concept(*node));
    CHECK(!dmd->is_active(*node));
    CHECK(dmd->type_titles(*node) == Codes{"[unknown]"});
    CHECK(dmd->search_by_code(code).empty());
  }
  const std::string from_archive = bytes_of_index(imported.file);
  CHECK((rebuilt_index(imported.file) == from_archive));
}

TEST_CASE("an id with several meanings gets the first of AMP, VMP, AMPP, VMPP, VTM, ingredient",
          "[import][dmd]") {
  DmdArchive release;
  release.contents["ingredient"] += dmd_row("ING", {{"ISID", "10"}, {"NM", "Same as the VTM"}});
  release.contents["vmpp"] =
      "<VMPPS>" + dmd_row("VMPP", {{"VPPID", "20"}, {"NM", "Pack"}, {"VPID", "20"}}) + "</VMPPS>";
  release.contents["amp"] = "<AMPS>" + dmd_amp("50", "20", "Brand tablets") + "</AMPS>";
  ImportedDmd imported;
  REQUIRE(imported.run(release) == "");
  const auto dmd = open(imported.file);
  CHECK(dmd->name(*dmd->find("10")) == "Pain relief (VTM)");
  CHECK(dmd->name(*dmd->find("20")) == "Generic tablets (VMP)");
  CHECK(dmd->name(*dmd->find("50")) == "Brand tablets (Maker) (AMP)");
  const std::string from_archive = bytes_of_index(imported.file);
  CHECK((rebuilt_index(imported.file) == from_archive));
}

TEST_CASE("VMPs that had another id before are listed with it", "[import][dmd]") {
  DmdArchive release;
  release.contents["vmp"] = "<VMPS>" + dmd_vmp("21", "", "A", "<VPIDPREV>20</VPIDPREV>") +
                            dmd_vmp("20", "", "B") +
                            dmd_vmp("22", "", "C", "<VPIDPREV>22</VPIDPREV>") + "</VMPS>";
  ImportedDmd imported;
  REQUIRE(imported.run(release) == "");
  const auto file = coding_systems::SqliteFile::open(imported.file);
  REQUIRE(file);
  const auto previous = coding_systems::dmd::read_previous_vmps(*file);
  REQUIRE(previous);
  // Rows with two equal ids are left out.
  CHECK(*previous == std::vector<coding_systems::dmd::PreviousVmp>{{"21", "20"}});
}

TEST_CASE("any small dm+d release has the index that its file gives", "[import][dmd][property]") {
  CHECK(rc::check([] {
    const auto number = [](int below) { return *rc::gen::inRange(0, below); };
    const auto id = [&](int kind, int count) {
      return std::to_string(kind * 100 + number(count) + 1);
    };
    const auto name = [&] {
      return *rc::gen::element<std::string>("Aspirin", "aspirin 75mg", "Société", "x", "%_");
    };
    DmdArchive release;
    for (const char* part : {"ingredient", "vtm"}) release.contents[part] = "";
    std::set<std::string> taken;
    std::string vpis, vmps, amps;
    for (int i = number(12); i > 0; --i) {
      const std::string isid = id(1, 5);
      if (taken.insert(isid).second) {
        release.contents["ingredient"] += dmd_row("ING", {{"ISID", isid}, {"NM", name()}});
      }
      const std::string vtmid = id(2, 4);
      if (taken.insert(vtmid).second) release.contents["vtm"] += dmd_vtm(vtmid, name());
      const std::string vpid = id(3, 6);
      const std::string parent = number(3) == 0 ? "" : id(2, 6);
      if (taken.insert(vpid).second) vmps += dmd_vmp(vpid, parent, name());
      vpis += dmd_row("VPI", {{"VPID", id(3, 7)}, {"ISID", id(1, 6)}});
      const std::string apid = id(4, 9);
      if (taken.insert(apid).second) amps += dmd_amp(apid, id(3, 7), name());
    }
    // The ingredients of VMPs may come before the VMPs.
    release.contents["vmp"] = "<L>" + vpis + "</L><L>" + vmps + "</L>";
    release.contents["amp"] = "<L>" + amps + "</L>";
    ImportedDmd imported;
    RC_ASSERT(imported.run(release) == "");
    const std::string from_archive = bytes_of_index(imported.file);
    RC_ASSERT((rebuilt_index(imported.file) == from_archive));
  }));
}

}  // namespace codelog::tests::import_dmd_test
