// The details of codes in an open release of ICD-10, besides their names.
#include <catch2/catch.hpp>
#include <set>

#include "claml_support.h"
#include "coding_systems/icd10/coding_system.h"
#include "coding_systems/icd10/import.h"
#include "coding_systems/versioning/releases.h"
#include "tools/demo/releases.h"

namespace codelog::tests::icd10_release_test {
namespace {

namespace icd10 = coding_systems::icd10;
using icd10::CodeFacts;
using icd10::Level;
using icd10::Partner;
using icd10::Usage;
using icd10::Wording;

std::vector<std::string> edition(const std::string& year) {
  const std::string dagger = " usage=\"dagger\"";
  std::vector<std::string> elements = {
      claml_character("S01A00_5", "1", "Hand"),
      claml_class("I", "", "Infections"),
      claml_class("A00-A99", "I", "Bacteria"),
      claml_class("A00", "A00-A99", "Cholera",
                  {.inside = claml_rubric("inclusion", "of " + year) +
                             claml_rubric("exclusion", "carrier")}),
      claml_class("A40", "A00-A99", "Sepsis"),
      claml_class("A40.2", "A40", year == "2016" ? "Group D" : "Enterococcus"),
      claml_class("I62", "A00-A99", "Bleeding"),
      claml_class("I62.0", "I62", year == "2016" ? "Subdural, acute" : "Subdural"),
      claml_class("A17", "A00-A99", "Tuberculosis" + partner_reference("aster", "G01"),
                  {.attributes = dagger,
                   .inside = claml_rubric("note", "x" + partner_reference("aster", "Z99.9"))}),
      claml_class(
          "G01", "A00-A99", "Meningitis",
          {.attributes = " usage=\"aster\"",
           .inside = year == "2016" ? claml_rubric("inclusion", partner_reference("dagger", "A00"))
                                    : ""}),
      claml_class("B05", "A00-A99", "Measles " + year),
      claml_class("B06", "A00-A99", "Site", {.inside = modified_by("S01A00_5")})};
  if (year == "2016") elements.push_back(claml_class("B07", "A00-A99", "Only older"));
  if (year == "2019") elements.push_back(claml_class("B08", "A00-A99", "Only newer"));
  return elements;
}

using Words = std::vector<std::string>;

// Level, usage, editions and wording.
Words details_of(const coding_systems::Release& release, const std::string& code) {
  Words words;
  for (const auto& detail : release.details(release.find(code).value())) {
    words.push_back(detail.value);
  }
  return words;
}

struct OpenRelease {
  ClamlImport import;
  std::shared_ptr<const coding_systems::Release> release;

  OpenRelease() {
    import.write_2016(edition("2016"));
    import.write_2019(edition("2019"));
    REQUIRE(import.run() == "");
    const auto index = std::filesystem::path(import.file).replace_extension("index");
    const auto opened = icd10::open_release({import.file, index}, "test_1");
    REQUIRE(opened);
    release = *opened;
  }
  coding_systems::Node node(const std::string& code) const { return release->find(code).value(); }
  Words details(const std::string& code) const { return details_of(*release, code); }
  std::set<std::pair<std::string, icd10::PartnerLink>> partners(const std::string& code) const {
    std::set<std::pair<std::string, icd10::PartnerLink>> found;
    for (const auto& link : release->links(node(code))) {
      found.emplace(release->code(link.target), icd10::partner_link_of(link.kind));
    }
    return found;
  }
  std::vector<std::string> found_by_term(const std::string& term) const {
    std::vector<std::string> codes;
    for (const auto found : release->search_by_term(term)) codes.emplace_back(release->code(found));
    return codes;
  }
};

constexpr std::uint8_t in_both = icd10::in_2016 | icd10::in_2019;

}  // namespace

TEST_CASE("facts about a code survive as the kind of its node", "[icd10]") {
  std::set<coding_systems::CodeKind> kinds;
  for (const auto level : {Level::chapter, Level::block, Level::category}) {
    for (const auto usage : {Usage::normal, Usage::dagger, Usage::asterisk}) {
      for (const std::uint8_t editions :
           {std::uint8_t{0}, icd10::in_2016, icd10::in_2019, in_both}) {
        for (const auto wording : {Wording::same, Wording::equivalent, Wording::not_reviewed,
                                   Wording::meaning_changed}) {
          const CodeFacts facts{level, usage, editions, wording};
          const auto kind = icd10::kind_of(facts);
          CHECK(kind != coding_systems::kind_without_concept);
          CHECK(icd10::facts_of(kind) == facts);
          kinds.insert(kind);
        }
      }
    }
  }
  CHECK(kinds.size() == 3 * 3 * 4 * 4);
}

TEST_CASE("a code says which editions have it and whether its meaning changed", "[icd10]") {
  const OpenRelease open;
  CHECK(open.details("I") == Words{"chapter", "normal", "2016, 2019", "same"});
  CHECK(open.details("A00-A99") == Words{"block", "normal", "2016, 2019", "same"});
  CHECK(open.details("I620") == Words{"category", "normal", "2016, 2019", "meaning changed"});
  CHECK(open.details("A402") == Words{"category", "normal", "2016, 2019", "equivalent"});
  CHECK(open.details("B05") == Words{"category", "normal", "2016, 2019", "not reviewed"});
  CHECK(open.details("B07") == Words{"category", "normal", "2016", "same"});
  CHECK(open.details("B08") == Words{"category", "normal", "2019", "same"});
  CHECK(open.details("A17") == Words{"category", "dagger", "2016, 2019", "same"});
  CHECK(open.details("G01") == Words{"category", "asterisk", "2016, 2019", "same"});
}

TEST_CASE("dagger and asterisk codes are linked both ways, with their editions", "[icd10]") {
  const OpenRelease open;
  using Partners = std::set<std::pair<std::string, icd10::PartnerLink>>;
  CHECK(open.partners("A17") == Partners{{"G01", {Partner::asterisk, in_both}}});
  CHECK(open.partners("G01") ==
        Partners{{"A17", {Partner::dagger, in_both}}, {"A00", {Partner::dagger, icd10::in_2016}}});
  // A partner that is not a code of the release is not a node either.
  CHECK(!open.release->find("Z999"));
}

TEST_CASE("names are the latest edition's, and searches look at all editions", "[icd10]") {
  const OpenRelease open;
  CHECK(open.release->name(open.node("I620")) == "Subdural");
  CHECK(open.release->name(open.node("B07")) == "Only older");
  CHECK(open.release->name(open.node("B06X1")) == "Site : Hand");
  CHECK(open.found_by_term("subdural, ACUTE") == std::vector<std::string>{"I620"});
  CHECK(open.found_by_term("site") == std::vector<std::string>{"B06", "B06X1"});
  CHECK(open.found_by_term("hand").empty());
  CHECK(open.found_by_term("bacteria").empty());  // a block
  CHECK(open.found_by_term("infections").empty());
  CHECK(open.release->search_by_code("b06*") == std::vector<std::string>{"B06", "B06X1"});
  CHECK(open.release->search_by_code("A00-A99").size() == 1);
  CHECK(open.release->search_by_code("I").empty());
  CHECK(open.release->type_titles(open.node("B06X1")) == std::vector<std::string>{"I: Infections"});
}

TEST_CASE("rubrics are read from the release file, the latest edition's first", "[icd10]") {
  const OpenRelease open;
  const auto file = coding_systems::SqliteFile::open(open.import.file);
  REQUIRE(file);
  const auto rubrics = icd10::read_rubrics(*file, "A00");
  REQUIRE(rubrics);
  CHECK(*rubrics == std::vector<coding_systems::CodeNote>{{"2019", "inclusion", "of 2019", false},
                                                          {"2019", "exclusion", "carrier", false},
                                                          {"2016", "inclusion", "of 2016", false},
                                                          {"2016", "exclusion", "carrier", false}});
  for (const char* none : {"A40", "Z99", "", "A00'", "A00' OR '1'='1"}) {
    const auto nothing = icd10::read_rubrics(*file, none);
    REQUIRE(nothing);
    CHECK(nothing->empty());
  }
}

TEST_CASE("a release shows its facts in words and reads notes while its file is there", "[icd10]") {
  const OpenRelease open;
  using Details = std::vector<coding_systems::CodeDetail>;
  CHECK(open.release->details(open.node("A17")) == Details{{"level", "category"},
                                                           {"usage", "dagger"},
                                                           {"editions", "2016, 2019"},
                                                           {"wording", "same"}});
  const auto notes = open.release->read_notes(open.node("A00"));
  REQUIRE(notes);
  REQUIRE(notes->size() == 4);
  CHECK(notes->front() == coding_systems::CodeNote{"2019", "inclusion", "of 2019", false});
  const auto refused = [&] {
    const auto read = open.release->read_notes(open.node("A00"));
    return !read && read.error().code == base::ErrorCode::unavailable;
  };
  // Imported again and not yet opened: its notes must not appear in the open release.
  const auto other = open.import.target / "other";
  std::filesystem::copy_file(open.import.file, other);
  std::filesystem::rename(other, open.import.file);
  CHECK(refused());
  std::filesystem::remove(open.import.file);
  CHECK(refused());
}

TEST_CASE("the synthetic ICD-10 is imported and has every feature", "[demo]") {
  const TemporaryFolder folder;
  const auto archive = folder.path() / "demo_icd10.zip";
  REQUIRE(demo::make_icd10_archive(archive));
  const auto imported = coding_systems::import_icd10(
      {.archive = archive, .target_folder = folder.path(), .alias = "test_1"});
  REQUIRE(imported);
  CHECK(imported->concepts_count > 60);
  const auto file = imported->file;
  const auto index = std::filesystem::path(file).replace_extension("index");
  const auto opened = icd10::open_release({file, index}, "test_1");
  REQUIRE(opened);
  CHECK(details_of(**opened, "I620").at(3) == "meaning changed");
  CHECK(details_of(**opened, "W268").at(3) == "meaning changed");
  CHECK(details_of(**opened, "W000").at(2) == "2016");
  CHECK((*opened)->links((*opened)->find("N083").value()).size() == 2);
  CHECK((*opened)->name((*opened)->find("M0534").value()) ==
        "Rheumatoid arthritis of other organs as well : Hand");
}

}  // namespace codelog::tests::icd10_release_test
