// Fourth and fifth characters, and combining two editions and the NHS's words for one.
#include <algorithm>
#include <catch2/catch.hpp>

#include "claml_support.h"

namespace codelog::tests::icd10_modifiers_test {
namespace {

using Lines = std::vector<std::string>;

const std::string sites = "S13M00_5";
const std::string states = "S05F10_4";
const std::string places = "S20W00_4";

// Modifiers, and a chapter with a block to put categories into.
Lines with_frame(const Lines& elements) {
  Lines all = {claml_character(sites, "1", "Shoulder"),
               claml_character(sites, "4", "Hand"),
               claml_character(states, ".0", "Acute"),
               claml_character(states, ".6", "Amnesia" + partner_reference("aster", "M20"),
                               {.attributes = " usage=\"dagger\"",
                                .inside = claml_rubric("inclusion", "Korsakov")}),
               claml_class("XIII", "", "Bones"),
               claml_class("M00-M25", "XIII", "Joints")};
  all.insert(all.end(), elements.begin(), elements.end());
  return all;
}

std::string category(const std::string& code, const std::string& inside = "",
                     const std::string& name = "Name") {
  const std::string parent = code.size() > 3 ? code.substr(0, 3) : "M00-M25";
  return claml_class(code, parent, name + " " + code, {.inside = inside});
}

// Only the categories, without chapter and block.
Lines codes_of(const Lines& elements) {
  ClamlImport import;
  import.write_2019(with_frame(elements));
  REQUIRE(import.run() == "");
  Lines codes = import.codes("2019");
  codes.erase(codes.begin(), codes.begin() + 2);
  return codes;
}

std::string failure_of(const Lines& elements) {
  ClamlImport import;
  import.write_2019(with_frame(elements));
  return import.failure();
}

const std::string where = "icd102019en.xml, line ";  // the first category has line 9

// Two external causes, one of them with a code that gives way in the NHS's form.
Lines external_causes(const Lines& more = {}) {
  Lines all = {claml_character(places, ".0", "Home"),
               claml_character(places, ".8", "Elsewhere"),
               claml_class("XX", "", "External causes"),
               claml_class("W00-Y34", "XX", "Accidents"),
               claml_class("W00", "W00-Y34", "Fall"),
               claml_class("W26", "W00-Y34", "Sharp object"),
               claml_class("W26.8", "W26", "Paper"),
               claml_class("Y06", "W00-Y34", "Neglect"),
               claml_class("Y35", "W00-Y34", "Legal intervention")};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

bool has_notice(const ClamlImport& import, const std::string& text) {
  return std::ranges::find(import.notices, text) != import.notices.end();
}

}  // namespace

TEST_CASE("a modifier's fifth characters follow codes of four characters if there are any",
          "[icd10]") {
  CHECK(codes_of({category("M00", modified_by(sites)), category("M00.0"),
                  category("M00.2", exclude_modifier(sites))}) ==
        Lines{"M00 M00-M25 category normal 0 Name M00", "M000 M00 category normal 0 Name M00.0",
              "M0001 M000 category normal 5 Name M00.0 : Shoulder",
              "M0004 M000 category normal 5 Name M00.0 : Hand",
              "M002 M00 category normal 0 Name M00.2"});
}

TEST_CASE("a fifth character without a fourth stands behind an X", "[icd10]") {
  CHECK(codes_of({category("M11", modified_by(sites, "4"))}) ==
        Lines{"M11 M00-M25 category normal 0 Name M11",
              "M11X4 M11 category normal 5 Name M11 : Hand"});
  CHECK(codes_of({category("M12"), category("M12.3", modified_by(sites, "4"))}) ==
        Lines{"M12 M00-M25 category normal 0 Name M12", "M123 M12 category normal 0 Name M12.3",
              "M1234 M123 category normal 5 Name M12.3 : Hand"});
}

TEST_CASE("a fourth character brings its own usage, partners and rubrics", "[icd10]") {
  ClamlImport import;
  import.write_2019(with_frame(
      {category("M19", modified_by(states) + claml_rubric("note", "of M19")), category("M20")}));
  REQUIRE(import.run() == "");
  const Lines codes = import.codes("2019");
  CHECK(Lines(codes.begin() + 2, codes.end()) ==
        Lines{"M19 M00-M25 category normal 0 Name M19",
              "M190 M19 category normal 4 Name M19 : Acute",
              "M196 M19 category dagger 4 Name M19 : Amnesia",
              "M20 M00-M25 category normal 0 Name M20"});
  CHECK(query(import.file, "SELECT dagger_code, asterisk_code FROM icd10_daggerasteriskrelation") ==
        std::vector<Row>{{"M196", "M20"}});
  const std::string of_code =
      " r JOIN icd10_conceptedition e ON e.id = r.concept_edition_id ORDER BY r.id";
  CHECK(query(import.file, "SELECT concept_id, r.kind, text FROM icd10_modifierrubric" + of_code) ==
        std::vector<Row>{{"M196", "inclusion", "Korsakov"}});
  CHECK(query(import.file, "SELECT concept_id, r.kind, text FROM icd10_conceptrubric" + of_code) ==
        std::vector<Row>{{"M19", "note", "of M19"}});
}

TEST_CASE("fifth characters follow fourth ones of a modifier", "[icd10]") {
  CHECK(codes_of({category("M21", modified_by(sites, "4") + modified_by(states, "0"))}) ==
        Lines{"M21 M00-M25 category normal 0 Name M21",
              "M210 M21 category normal 4 Name M21 : Acute",
              "M2104 M210 category normal 5 Name M21 : Hand"});
}

TEST_CASE("M13 is coded by site though its markup lacks the modifier", "[icd10]") {
  CHECK(codes_of({category("M13"), category("M13.0")}) ==
        Lines{"M13 M00-M25 category normal 0 Name M13", "M130 M13 category normal 0 Name M13.0",
              "M1301 M130 category normal 5 Name M13.0 : Shoulder",
              "M1304 M130 category normal 5 Name M13.0 : Hand"});
  CHECK(codes_of({category("M13", modified_by(sites, "4"))}).size() == 2);
  CHECK(codes_of({category("M13", exclude_modifier(sites))}).size() == 1);
}

TEST_CASE("a block's modifier is one of all its categories but the excluded", "[icd10]") {
  const std::string block =
      claml_class("M05-M14", "M00-M25", "Block", {.inside = modified_by(sites, "1")});
  CHECK(codes_of({block, claml_class("M05", "M05-M14", "Five"),
                  claml_class("M06", "M05-M14", "Six", {.inside = modified_by(sites, "4")}),
                  claml_class("M07", "M05-M14", "Seven", {.inside = exclude_modifier(sites)}),
                  category("M24")}) ==
        Lines{"M05-M14 M00-M25 block normal 0 Block", "M05 M05-M14 category normal 0 Five",
              "M05X1 M05 category normal 5 Five : Shoulder", "M06 M05-M14 category normal 0 Six",
              "M06X4 M06 category normal 5 Six : Hand", "M07 M05-M14 category normal 0 Seven",
              "M24 M00-M25 category normal 0 Name M24"});
}

TEST_CASE("unknown modifiers make no codes and give a notice", "[icd10]") {
  ClamlImport import;
  import.write_2019(with_frame({claml_character("S13M00", "1", "x"),
                                category("M00", modified_by("S99X00_5") + modified_by(sites, "19")),
                                category("M01", modified_by("S13M00")),
                                category("M02", modified_by(sites, "9"))}));
  REQUIRE(import.run() == "");
  Lines codes = import.codes("2019");
  codes.erase(codes.begin(), codes.begin() + 2);
  CHECK(codes == Lines{"M00 M00-M25 category normal 0 Name M00",
                       "M00X1 M00 category normal 5 Name M00 : Shoulder",
                       "M01 M00-M25 category normal 0 Name M01",
                       "M02 M00-M25 category normal 0 Name M02"});
  CHECK(has_notice(import,
                   "modifiers of classes are left out, since they are not in the document: 1 (M00 "
                   "S99X00_5)"));
  CHECK(has_notice(import,
                   "modifiers of classes are left out, since their name does not end in _4 or _5: "
                   "1 (M01 S13M00)"));
  CHECK(has_notice(import,
                   "characters of modifiers are left out, since the modifier lacks them: 2 (M00 "
                   "S13M00_5 9, M02 S13M00_5 9)"));
}

TEST_CASE("modifiers that cannot be applied are refused with line and class", "[icd10]") {
  CHECK(failure_of({category("M00", modified_by(sites)), claml_class("M00X4", "M00", "There")}) ==
        where + "9: class M00: its modifier would make the code M00X4, which is there already");
  CHECK(failure_of({category("M00"), category("M00.0"),
                    claml_class("M00.01", "M00.0", "Five", {.inside = modified_by(sites)})}) ==
        where + "11: class M0001: its modifier would make the code M00011, which is too long");
  CHECK(failure_of({claml_character(sites, "1", "Again")}) ==
        where + "9: modifier class S13M00_5 1: it is there twice");
  CHECK(failure_of({claml_character(sites, "10", "Ten")}) ==
        where + "9: modifier class S13M00_5 10: its code is not one digit");
  CHECK(failure_of({"<ModifierClass code=\"1\"/>"}) ==
        where + "9: a <ModifierClass> lacks its code or its modifier");
}

TEST_CASE("the NHS codes where an external cause happened, in 2016 only", "[icd10]") {
  ClamlImport import;
  import.write_2016(external_causes());
  import.write_2019(external_causes());
  REQUIRE(import.run() == "");
  CHECK(import.codes("2016") ==
        Lines{"XX - chapter normal 0 External causes", "W00-Y34 XX block normal 0 Accidents",
              "W00 W00-Y34 category normal 0 Fall", "W000 W00 category normal 4 Fall : Home",
              "W008 W00 category normal 4 Fall : Elsewhere",
              "W26 W00-Y34 category normal 0 Sharp object",
              "W260 W26 category normal 4 Sharp object : Home",
              "W268 W26 category normal 4 Sharp object : Elsewhere",
              "Y06 W00-Y34 category normal 0 Neglect",
              "Y35 W00-Y34 category normal 0 Legal intervention"});
  CHECK(import.codes("2019").size() == 7);
  // The other meaning of W268 in 2019 is known. Eight of the codes that WHO should have are missing
  // from this document.
  CHECK(import.notices.size() == 8);
  CHECK(has_notice(import,
                   "2016: a code of WHO's that places of occurrence replace is not there: X590"));
}

TEST_CASE("places of occurrence leave WHO's unexpected codes", "[icd10]") {
  ClamlImport import;
  import.write_2016(external_causes({claml_class("W00.0", "W00", "On ice")}));
  REQUIRE(import.run() == "");
  CHECK(has_notice(import,
                   "2016: a code that should be a place of occurrence means something else: W000"));
  const Lines codes = import.codes("2016");
  CHECK(std::ranges::count(codes, "W000 W00 category normal 0 On ice") == 1);
  CHECK(std::ranges::count(codes, "W008 W00 category normal 4 Fall : Elsewhere") == 1);
  // A code gives way only to a place.
  ClamlImport kept;
  kept.write_2016(external_causes({claml_class("W26.9", "W26", "Not stated")}));
  REQUIRE(kept.run() == "");
  CHECK(std::ranges::count(kept.codes("2016"), "W269 W26 category normal 0 Not stated") == 1);
  // Without the modifier there is nothing to apply.
  ClamlImport other;
  other.write_2016({claml_class("XX", "", "External"), claml_class("W00-Y34", "XX", "Accidents"),
                    claml_class("W00", "W00-Y34", "Fall")});
  REQUIRE(other.run() == "");
  CHECK(other.notices ==
        Lines{"2016: there is no modifier S20W00_4: W00-Y34 have no places of occurrence"});
}

TEST_CASE("the NHS's words for the codes of 2016 are taken over", "[icd10]") {
  const auto u = [](const std::string& code, const std::string& name) {
    return claml_class(code, code.size() == 3 ? "U00-U49" : code.substr(0, 3), name);
  };
  const Lines frame = {claml_class("XXII", "", "Special"),
                       claml_class("U00-U49", "XXII", "Provisional")};
  Lines who = frame;
  for (const auto& element :
       {claml_character(states, "1", "Acute"), u("U06", "WHO's U06"), u("U07", "Emergency use"),
        u("U07.1", "Emergency use of U07.1"), u("U08", "Short"), u("U09", "Same"),
        claml_class("U10", "U00-U49", "Ten", {.inside = modified_by(states)})}) {
    who.push_back(element);
  }
  Lines nhs = frame;
  for (const auto& element :
       {u("U06", "NHS's U06"), u("U07", "COVID-19 and others"),
        u("U07.1", "COVID-19, virus identified"), u("U08", "NHS's U08"), u("U09", "Same"),
        u("U10", "Ten"), u("U10.1", "Decem (Acute)"), u("U11", "New")}) {
    nhs.push_back(element);
  }
  ClamlImport import;
  import.write_2016(who);
  import.write_nhs(nhs);
  REQUIRE(import.run() == "");
  const Lines codes = import.codes("2016");
  CHECK(Lines(codes.begin() + 2, codes.end()) ==
        Lines{"U06 U00-U49 category normal 0 WHO's U06",
              "U07 U00-U49 category normal 0 COVID-19 and others",
              "U071 U07 category normal 0 COVID-19, virus identified",
              "U08 U00-U49 category normal 0 NHS's U08", "U09 U00-U49 category normal 0 Same",
              "U10 U00-U49 category normal 0 Ten", "U101 U10 category normal 4 Decem : Acute",
              "U11 U00-U49 category normal 0 New"});
}

TEST_CASE("unreviewed differences from the NHS's words give notices", "[icd10]") {
  const Lines frame = {claml_class("I", "", "Infections"), claml_class("A00-A09", "I", "Gut"),
                       claml_class("A00", "A00-A09", "Cholera")};
  Lines who = frame;
  who.push_back(claml_class("A01", "A00-A09", "Typhoid"));
  who.push_back(claml_class("A02", "A00-A09", "Salmonella"));
  Lines nhs = frame;
  nhs.push_back(claml_class("A02", "A00-A09", "Other salmonella"));
  nhs.push_back(claml_class("A03", "A00-A09", "Shigella"));
  ClamlImport import;
  import.write_2016(who);
  import.write_nhs(nhs);
  REQUIRE(import.run() == "");
  CHECK(import.notices ==
        Lines{"2016: there is no modifier S20W00_4: W00-Y34 have no places of occurrence",
              "2016: a code of WHO's is not in the NHS class browser; it is kept: A01",
              "2016: WHO and the NHS name a code differently; the NHS's name is taken: "
              "A02 'Salmonella' / 'Other salmonella'",
              "2016: a code of the NHS class browser is not in WHO's edition; it is taken: A03"});
}

TEST_CASE(
    "editions may name codes differently, and unknown cases give notices, shortened if there are "
    "many",
    "[icd10]") {
  const auto edition = [](const std::string& name) {
    Lines elements = {claml_class("IX", "", "Circulation"),
                      claml_class("I60-I69", "IX", "Brain"),
                      claml_class("I62", "I60-I69", "Haemorrhage"),
                      claml_class("I62.0", "I62", name),
                      claml_class("A40-A49", "IX", "x"),
                      claml_class("A40", "A40-A49", "x"),
                      claml_class("A40.2", "A40", name)};
    for (int i = 10; i < 35; ++i) {
      elements.push_back(claml_class("J" + std::to_string(i), "I60-I69", name));
    }
    return elements;
  };
  ClamlImport import;
  import.write_2016(edition("Old"));
  import.write_2019(edition("New"));
  REQUIRE(import.run() == "");
  const std::string kind =
      "a code is named differently in 2016 and 2019, and nobody has compared the meanings: ";
  REQUIRE(import.notices.size() == 22);
  CHECK(import.notices[1] == kind + "J10 'Old' / 'New'");
  CHECK(import.notices[20] == kind + "J29 'Old' / 'New'");
  CHECK(import.notices[21] == kind + "5 more");
}

TEST_CASE("editions that contradict each other about a parent are refused", "[icd10]") {
  ClamlImport import;
  import.write_2016({claml_class("I", "", "x"), claml_class("A00-A09", "I", "x"),
                     claml_class("A00", "A00-A09", "x")});
  import.write_2019({claml_class("I", "", "x"), claml_class("A00-A05", "I", "x"),
                     claml_class("A00", "A00-A05", "x")});
  CHECK(import.failure() ==
        "the editions disagree about the parent of A00: A00-A09 (icd102016en.xml, line 5) and "
        "A00-A05 (icd102019en.xml, line 5)");
}

}  // namespace codelog::tests::icd10_modifiers_test
