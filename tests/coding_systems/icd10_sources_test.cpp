// The places where an import finds its documents.
#include <catch2/catch.hpp>

#include "claml_support.h"
#include "tools/demo/zip_writer.h"

namespace codelog::tests::icd10_sources_test {
namespace {

const std::string document =
    claml_document({claml_class("I", "", "Infections"), claml_class("A00-A09", "I", "Gut"),
                    claml_class("A00", "A00-A09", "Cholera")});

std::string zip_bytes(const Members& members) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  write_archive(path, members);
  return read_bytes(path);
}

std::vector<Row> editions_of(const ClamlImport& import) {
  return query(import.file, "SELECT id, version, year FROM icd10_edition ORDER BY id");
}

const std::vector<Row> both = {{"2016", "20160101", "2016"}, {"2019", "20190101", "2019"}};

}  // namespace

TEST_CASE("editions are found in folders and archives, however they are packed", "[icd10]") {
  ClamlImport import;
  const auto zip_2016 = zip_bytes({{"ClaML.dtd", "x"}, {"icd102016en.xml", document}});
  const auto zip_2019 = zip_bytes({{"any.xml", document}, {"__MACOSX/._any.xml", "x"}});
  const auto path = import.sources / "x.zip";
  SECTION("two archives in a folder") {
    write_bytes(import.sources / "icd102016en.xml.zip", zip_2016);
    write_bytes(import.sources / "ICD102019EN.XML.ZIP", zip_2019);
    write_bytes(import.sources / "other.zip", "not looked at");
    write_bytes(import.sources / "other.xml", "not looked at");
    CHECK(import.run() == "");
  }
  SECTION("two documents in a folder") {
    write_bytes(import.sources / "icd102016en.xml", document);
    write_bytes(import.sources / "icd102019en.xml", document);
    CHECK(import.run() == "");
  }
  SECTION("an archive of archives") {
    write_archive(path, {{"in/icd102016en.xml.zip", zip_2016},
                         {"icd102019en.xml.zip", zip_2019},
                         {"readme.zip", "not looked at"}});
    CHECK(import.run(path) == "");
  }
  SECTION("an archive of documents") {
    write_archive(path, {{"icd102016en.xml", document},
                         {"icd102019en.xml", document},
                         {"icd10_nhs_scraped_1.xml", document}});
    CHECK(import.run(path) == "");
  }
  SECTION("OpenCodelists' combined archive in a folder") {
    write_archive(import.sources / "combined_20250101000000.zip",
                  {{"icd102016en.xml", document}, {"icd102019en.xml", document}});
    CHECK(import.run() == "");
  }
  CHECK(editions_of(import) == both);
}

TEST_CASE("one edition is imported alone", "[icd10]") {
  ClamlImport import;
  const std::string year = GENERATE("2016", "2019");
  const auto path = import.sources / ("icd10" + year + "en.xml");
  write_bytes(path, document);
  REQUIRE(import.run(path) == "");
  CHECK(editions_of(import) == std::vector<Row>{{year, year + "0101", year}});
  CHECK(import.codes(year).size() == 3);
}

TEST_CASE("a source without an edition, or with one twice, is refused", "[icd10]") {
  ClamlImport import;
  const std::string none =
      "sources: there is no edition of ICD-10: neither icd102016*.xml, nor icd102019*.xml, nor "
      "ICD10_Edition5_CodesAndTitlesAndMetadata*.txt, nor an archive of one of them";
  CHECK(import.failure() == none);
  write_bytes(import.sources / "icd10_nhs_scraped_1.xml", document);
  CHECK(import.failure() ==
        "sources: the scrape of the NHS class browser completes WHO's edition of 2016, which is "
        "not there (icd102016*.xml or icd102016*.zip)");
  write_archive(import.sources / "icd102016en.xml.zip", {{"a.xml", document}, {"b.xml", document}});
  CHECK(import.failure() ==
        "icd102016en.xml.zip: expected one .xml file with WHO's edition of 2016, found 2");
  write_archive(import.sources / "icd102016en.xml.zip", {{"a.xml", document}});
  write_bytes(import.sources / "icd102016fr.xml", document);
  CHECK(import.failure() ==
        "there are two files with WHO's edition of 2016: icd102016en.xml.zip: member a.xml and "
        "icd102016fr.xml");
  std::filesystem::remove(import.sources / "icd102016fr.xml");
  write_bytes(import.sources / "icd102019en.xml.zip", "no archive");
  CHECK(import.failure() == "icd102019en.xml.zip: not a zip archive");
  const auto missing = import.folder.path() / "missing";
  CHECK(import.run(missing) == missing.string() + ": no such file or folder");
  write_bytes(import.sources / "text.xml", document);
  CHECK(import.run(import.sources / "text.xml").starts_with("text.xml: there is no edition"));
}

TEST_CASE("an error in an archive of archives names every archive on the path", "[icd10]") {
  ClamlImport import;
  const auto inner = zip_bytes({{"icd102016en.xml", "<ClaML>\n</html>"}});
  write_archive(import.sources / "x.zip", {{"icd102016en.xml.zip", inner}});
  CHECK(import.run(import.sources / "x.zip") ==
        "x.zip: member icd102016en.xml.zip: member icd102016en.xml, line 2: is not well-formed "
        "XML: mismatched tag");
}

}  // namespace codelog::tests::icd10_sources_test
