// Reading ClaML documents, and refusing bad ones.
#include <algorithm>
#include <catch2/catch.hpp>

#include "claml_support.h"
#include "coding_systems/icd10/claml.h"

namespace codelog::tests::icd10_claml_test {
namespace {

using Lines = std::vector<std::string>;

const std::string chapter = claml_class("I", "", "Infections");
const std::string block = claml_class("A00-A09", "I", "Gut infections");
const std::string where = "icd102016en.xml, line ";

// The error of importing a document with this element after chapter and block (line 5).
std::string failure_of(const std::string& element) {
  ClamlImport import;
  import.write_2016({chapter, block, element});
  return import.failure();
}

std::vector<Row> rubrics(const ClamlImport& import, const std::string& code) {
  return query(import.file,
               "SELECT r.kind, r.text FROM icd10_conceptrubric r JOIN icd10_conceptedition e "
               "ON e.id = r.concept_edition_id WHERE e.concept_id = '" +
                   code + "' ORDER BY r.id");
}

}  // namespace

TEST_CASE("the shape of a code gives its level", "[icd10]") {
  using coding_systems::icd10::Level;
  using coding_systems::icd10::level_of_code;
  for (const char* code : {"I", "XXII", "VI"}) CHECK(level_of_code(code) == Level::chapter);
  for (const char* code : {"A00-A09", "V01-X59"}) CHECK(level_of_code(code) == Level::block);
  for (const char* code : {"A00", "A009", "A00X", "A00X1", "M0019"}) {
    CHECK(level_of_code(code) == Level::category);
  }
  for (const char* code : {"", "A", "A0", "a00", "A00.1", "A00Y", "A001X", "A00X12", "A00-A0",
                           "A00-", "A00-A099", "A00_A09", "L", "XXXXXXXX"}) {
    CAPTURE(code);
    CHECK(level_of_code(code) == std::nullopt);
  }
}

TEST_CASE("a name is the long form with its white space collapsed", "[icd10]") {
  ClamlImport import;
  import.write_2019(
      {chapter, block,
       claml_class("A00", "A00-A09", "\n  Cholera &amp;\t<Term class=\"bold\">more</Term>  "),
       claml_class("A00.1", "A00", "Short", {.inside = claml_rubric("preferredLong", "Long form")}),
       claml_class("A00.2", "A00",
                   "See <Reference>A00.1</Reference>,"
                   "<Reference class=\"in brackets\"> A00.1 </Reference> too")});
  REQUIRE(import.run() == "");
  CHECK(import.codes("2019") == Lines{"I - chapter normal 0 Infections",
                                      "A00-A09 I block normal 0 Gut infections",
                                      "A00 A00-A09 category normal 0 Cholera & more",
                                      "A001 A00 category normal 0 Long form",
                                      "A002 A00 category normal 0 See A00.1, (A00.1) too"});
  CHECK(import.notices.empty());
}

TEST_CASE("rubrics are kept by kind, in their order", "[icd10]") {
  const std::string fragments =
      "<Fragment type=\"item\">Salmonella:</Fragment><Fragment type=\"item\">enteritis</Fragment>";
  ClamlImport import;
  import.write_2019(
      {chapter, block,
       claml_class(
           "A00", "A00-A09", "Cholera",
           {.inside = claml_rubric("exclusion",
                                   "carrier <Reference class=\"in brackets\">"
                                   "Z22.1</Reference>") +
                      claml_rubric("inclusion", fragments) +
                      claml_rubric("inclusion", "of meninges" + partner_reference("aster", "G01")) +
                      claml_rubric("note", "<Para>One.</Para><Para>Two.</Para>") +
                      claml_rubric("text", " ")})});
  REQUIRE(import.run() == "");
  CHECK(rubrics(import, "A00") == std::vector<Row>{{"exclusion", "carrier (Z22.1)"},
                                                   {"inclusion", "Salmonella: enteritis"},
                                                   {"inclusion", "of meninges (G01)"},
                                                   {"note", "One. Two."}});
}

TEST_CASE("dagger and asterisk codes are paired by their references", "[icd10]") {
  ClamlImport import;
  const std::string dagger = " usage=\"dagger\"";
  import.write_2019(
      {chapter, block, claml_class("A00", "A00-A09", "Cholera"),
       // Usage on the class; partners in the name and in an inclusion, one of them twice.
       claml_class(
           "A00.1", "A00",
           "Gut" + partner_reference("aster", "A01.-") + partner_reference("aster", "A01.-"),
           {.attributes = dagger,
            .inside = claml_rubric("inclusion", "x" + partner_reference("aster", "G99.9")) +
                      // The same usage as the class: not a partner.
                      claml_rubric("exclusion", "y" + partner_reference("dagger", "A02"))}),
       // Usage on a rubric only.
       "<Class code=\"A01\" kind=\"category\"><SuperClass code=\"A00-A09\"/>"
       "<Rubric kind=\"preferred\" usage=\"aster\"><Label>Shown" +
           partner_reference("dagger", "A00.1+") + "</Label></Rubric></Class>",
       // No usage: a reference makes no pair.
       claml_class("A02", "A00-A09", "Plain" + partner_reference("dagger", "A00.1"))});
  REQUIRE(import.run() == "");
  CHECK(import.codes("2019")[3] == "A001 A00 category dagger 0 Gut");
  CHECK(import.codes("2019")[4] == "A01 A00-A09 category aster 0 Shown");
  CHECK(import.codes("2019")[5] == "A02 A00-A09 category normal 0 Plain");
  CHECK(query(import.file,
              "SELECT dagger_code, asterisk_code, dagger_concept_id IS NULL, "
              "asterisk_concept_id IS NULL FROM icd10_daggerasteriskrelation ORDER BY id") ==
        // In the order of the references: rubrics of this class come before its name.
        std::vector<Row>{{"A001", "G999", "0", "1"}, {"A001", "A01", "0", "0"}});
}

TEST_CASE("a class's own usage decides, not the marks inside it", "[icd10]") {
  const std::string inside = claml_rubric("inclusion", "<Fragment usage=\"aster\">x</Fragment>") +
                             claml_rubric("inclusion", "<Fragment usage=\"dagger\">y</Fragment>");
  ClamlImport import;
  import.write_2019({chapter, block,
                     claml_class("A00", "A00-A09", "Cholera",
                                 {.attributes = " usage=\"dagger\"", .inside = inside})});
  REQUIRE(import.run() == "");
  CHECK(import.codes("2019")[2] == "A00 A00-A09 category dagger 0 Cholera");
  CHECK(failure_of(claml_class("A00", "A00-A09", "x", {.inside = inside})) ==
        where + "5: class A00: it is both dagger and asterisk");
}

TEST_CASE("an element that is not a class of ICD-10 is refused with its line", "[icd10]") {
  const std::string a00 = where + "5: class A00: ";
  CHECK(failure_of("<Class kind=\"category\"/>") == where + "5: a <Class> has no code");
  CHECK(failure_of(claml_class("A00.Y", "A00-A09", "x")) ==
        where + "5: class A00.Y: this is not the format of a code of ICD-10");
  CHECK(failure_of("<Class code=\"A00\"/>") == a00 + "it has no kind");
  CHECK(failure_of("<Class code=\"A00\" kind=\"block\"/>") ==
        a00 + "its kind is 'block', but its code is that of a category");
  CHECK(failure_of("<Class code=\"A00\" kind=\"category\"></Class>") ==
        a00 + "it has no preferred rubric");
  CHECK(failure_of("<Class code=\"A00\" kind=\"category\">" + claml_rubric("preferred", "x") +
                   "</Class>") == a00 + "it has no <SuperClass>");
  CHECK(failure_of(claml_class("II", "", "x", {.inside = "<SuperClass code=\"I\"/>"})) ==
        where + "5: class II: a chapter has a <SuperClass>");
  const auto with = [&](const std::string& inside) {
    return failure_of(claml_class("A00", "A00-A09", "x", {.inside = inside}));
  };
  CHECK(with("<SuperClass code=\"I\"/>") == a00 + "it has more than one <SuperClass>");
  CHECK(with("<ModifiedBy/>") == a00 + "a <ModifiedBy> has no code");
  CHECK(with("<ValidModifierClass code=\"1\"/>") ==
        a00 + "a <ValidModifierClass> is of no modifier");
  CHECK(with("<Class code=\"A01\"/>") == a00 + "a <Class> stands inside");
  CHECK(with("<ModifierClass/>") == a00 + "a <ModifierClass> stands inside");
  CHECK(with("<Rubric/>") == a00 + "a <Rubric> has no kind");
  CHECK(with(claml_rubric("preferred", "x")) == a00 + "it has more than one preferred rubric");
  CHECK(with(claml_rubric("preferredLong", "x") + claml_rubric("preferredLong", "y")) ==
        a00 + "it has more than one preferredLong rubric");
  CHECK(with(claml_rubric("preferredLong", " ")) == a00 + "its preferredLong rubric is empty");
  CHECK(with(claml_rubric("preferredLong", std::string(1001, 'x'))) ==
        a00 + "its name is longer than 1000 bytes");
  CHECK(with("<Rubric kind=\"note\" usage=\"dagger\"/><Rubric kind=\"note\" usage=\"aster\"/>") ==
        a00 + "it is both dagger and asterisk");
}

TEST_CASE("unknown parts of ClaML that nothing needs are left out, with a notice", "[icd10]") {
  ClamlImport import;
  import.write_2016(
      {chapter, block,
       claml_class(
           "A00", "A00-A09", "Cholera",
           {.inside = claml_rubric("joke", "x") + claml_rubric("joke", "y") +
                      claml_rubric("note", "z") + "<Rubric kind=\"note\" usage=\"sword\"/>" +
                      claml_rubric("note", "x" + partner_reference("aster", "see above"))}),
       // Below a class that no edition has, and with a partner that no edition has.
       claml_class("B00", "B00-B09", "Lost" + partner_reference("aster", "G01"),
                   {.attributes = " usage=\"dagger\""})});
  REQUIRE(import.run() == "");
  CHECK(import.codes("2016") ==
        Lines{"I - chapter normal 0 Infections", "A00-A09 I block normal 0 Gut infections",
              "A00 A00-A09 category normal 0 Cholera", "B00 - category dagger 0 Lost"});
  CHECK(rubrics(import, "A00") == std::vector<Row>{{"note", "z"}, {"note", "x (see above)"}});
  const auto told = [&](const std::string& notice) {
    CAPTURE(notice);
    CHECK(std::ranges::find(import.notices, notice) != import.notices.end());
  };
  told("rubrics are left out, since their kind is unknown: 2 ('joke')");
  told("classes have a usage that is unknown; it is left out: 1 (A00 'sword')");
  told("references to a dagger or asterisk code are left out, since they name no code: 1 (A00)");
  told("classes hang below nothing, since their parent is in no edition: 1 (B00)");
  told(
      "dagger and asterisk codes have a partner that is in no edition, and no link to it: 1 (B00 "
      "G01)");
}

TEST_CASE("a document that is not ICD-10 is refused with its line", "[icd10]") {
  ClamlImport import;
  const auto of = [&](const std::string& document) {
    write_bytes(import.sources / "icd102016en.xml", document);
    return import.failure();
  };
  CHECK(of("") == where + "1: the file is empty");
  CHECK(of("<html/>") == where + "1: the root element is not <ClaML>");
  CHECK(of("<ClaML/>") == where + "1: the document has no classes");
  CHECK(of("<ClaML>\n<Class") ==
        where + "2: the file ends in the middle of the document: it is truncated");
  CHECK(of(claml_document({chapter, block, block})) ==
        where + "5: class A00-A09: it is there twice, first in line 4");
  const std::string circle = of(claml_document(
      {claml_class("A00-A05", "A00-A09", "x"), claml_class("A00-A09", "A00-A05", "x")}));
  CHECK_THAT(circle, Catch::StartsWith(import.sources.filename().string() + ": "));
  CHECK_THAT(circle, Catch::Contains("A00-A05 -> A00-A09 -> A00-A05"));
  Lines nested = {chapter};
  for (int depth = 0; depth < 20; ++depth) {
    const auto name = [](int level) { return "A00-A" + std::to_string(10 + level); };
    nested.push_back(claml_class(name(depth), depth == 0 ? "I" : name(depth - 1), "x"));
  }
  nested.push_back(claml_class("A00", "A00-A29", "x"));
  CHECK(of(claml_document(nested)) ==
        where + "24: class A00: more than 16 blocks are nested around it");
}

TEST_CASE("a document that is cut off anywhere, or has any byte broken, is read or refused",
          "[icd10]") {
  ClamlImport import;
  const std::string whole = claml_document(
      {claml_character("S01A00_5", "1", "Hand", {.attributes = " usage=\"dagger\""}), chapter,
       block,
       claml_class("A00", "A00-A09", "Cholera" + partner_reference("aster", "G01"),
                   {.inside = modified_by("S01A00_5", "1") + claml_rubric("note", "x")})});
  std::size_t refused = 0;
  for (std::size_t size = 0; size < whole.size(); size += 11) {
    write_bytes(import.sources / "icd102016en.xml", whole.substr(0, size));
    CHECK(import.failure().starts_with(where));
    std::string broken = whole;
    broken[size] = static_cast<char>(broken[size] ^ 0x15);
    write_bytes(import.sources / "icd102016en.xml", broken);
    const std::string error = import.run();
    std::filesystem::remove_all(import.target);
    if (error.empty()) continue;
    ++refused;
    CHECK(error.starts_with("icd102016en.xml"));
  }
  CHECK(refused > 30);
}

}  // namespace codelog::tests::icd10_claml_test
