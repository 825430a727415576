// Makes up two editions of an ICD-10: the structure of the real one, in words of our own.
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "tools/demo/releases.h"
#include "tools/demo/snomedct_words.h"
#include "tools/demo/text.h"
#include "tools/demo/zip_writer.h"

namespace codelog::demo {
namespace {

constexpr std::string_view sites = "S13M00_5";
constexpr std::string_view places = "S20W00_4";

struct Character {
  std::string_view modifier;
  std::string_view digit;
  std::string_view name;
};
constexpr Character characters[] = {
    {sites, "0", "Several sites"}, {sites, "1", "Shoulder"},          {sites, "4", "Hand"},
    {sites, "6", "Knee"},          {sites, "9", "Site not stated"},   {places, ".0", "At home"},
    {places, ".8", "Elsewhere"},   {places, ".9", "Place not stated"}};

struct Class {
  std::string_view code;
  std::string_view parent;
  std::string_view name;
  std::string_view name_2019 = {};  // if it differs from `name`
  std::string_view inside = {};     // more XML elements inside the class
  std::string_view usage = {};
  std::string_view partners = {};  // references in the name
};

constexpr std::string_view modified_by_site = "<ModifiedBy code=\"S13M00_5\"/>";
constexpr std::string_view asthma_rubrics =
    "<Rubric kind=\"inclusion\"><Label>wheezing that comes and goes</Label></Rubric>"
    "<Rubric kind=\"exclusion\"><Label>lasting narrowing of the airways "
    "<Reference class=\"in brackets\">J44.-</Reference></Label></Rubric>";
constexpr std::string_view kidneys =
    "<Reference class=\"in brackets\" usage=\"aster\">N08.3</Reference>";
constexpr std::string_view diabetes =
    "<Reference class=\"in brackets\" usage=\"dagger\">E10.2</Reference>"
    "<Reference class=\"in brackets\" usage=\"dagger\">E11.2</Reference>";

constexpr Class classes[] = {
    {"IV", "", "Hormones and metabolism"},
    {"E10-E14", "IV", "Diabetes"},
    {"E10", "E10-E14", "Type 1 diabetes"},
    {"E10.2", "E10", "Type 1 diabetes with kidney disease", {}, {}, "dagger", kidneys},
    {"E10.9", "E10", "Type 1 diabetes without complications"},
    {"E11", "E10-E14", "Type 2 diabetes"},
    {"E11.2", "E11", "Type 2 diabetes with kidney disease", {}, {}, "dagger", kidneys},
    {"E11.9", "E11", "Type 2 diabetes without complications"},
    {"E14", "E10-E14", "Diabetes of a type that is not stated"},
    {"IX", "", "Heart and circulation"},
    {"I10-I15", "IX", "High blood pressure"},
    {"I10", "I10-I15", "Hypertension without a known cause"},
    {"I12", "I10-I15", "Hypertension with kidney disease"},
    {"I15", "I10-I15", "Hypertension with another cause"},
    {"I60-I69", "IX", "Strokes and bleeding in the head"},
    {"I62", "I60-I69", "Other bleeding in the head"},
    {"I62.0", "I62", "Subdural bleeding, fresh", "Subdural bleeding, not after an injury"},
    {"I64", "I60-I69", "Stroke, bleeding or not"},
    {"X", "", "Lungs and airways"},
    {"J40-J47", "X", "Lasting diseases of the airways"},
    {"J44", "J40-J47", "Other lasting narrowing of the airways"},
    {"J44.0", "J44", "Narrowed airways with an infection"},
    {"J44.9", "J44", "Narrowed airways, not otherwise stated"},
    {"J45", "J40-J47", "Asthma", {}, asthma_rubrics},
    {"J45.0", "J45", "Asthma with allergy"},
    {"J45.1", "J45", "Asthma without allergy"},
    {"J45.9", "J45", "Asthma, not otherwise stated"},
    {"J46", "J40-J47", "Severe attack of asthma"},
    {"XIII", "", "Joints and muscles"},
    {"M00-M25", "XIII", "Joints"},
    {"M05", "M00-M25", "Rheumatoid arthritis with antibodies", {}, modified_by_site},
    {"M05.3", "M05", "Rheumatoid arthritis of other organs as well"},
    {"M05.9", "M05", "Rheumatoid arthritis with antibodies, not otherwise stated"},
    {"M11", "M00-M25", "Crystals in joints", {}, modified_by_site},
    {"XIV", "", "Kidneys and bladder"},
    {"N00-N08", "XIV", "Filters of the kidneys"},
    {"N08", "N00-N08", "Kidney filters in diseases coded elsewhere", {}, {}, "aster"},
    {"N08.3", "N08", "Kidney filters in diabetes", {}, {}, "aster", diabetes},
    {"XX", "", "Causes from outside"},
    {"W00-W19", "XX", "Falls"},
    {"W00", "W00-W19", "Fall on ice or snow"},
    {"W10", "W00-W19", "Fall on stairs"},
    {"W20-W49", "XX", "Things that hurt"},
    {"W26", "W20-W49", "Touching something sharp"},
    {"W26.8", "W26", "Touching another sharp thing"}};

// Chapters without familiar codes, and the letters that no familiar code begins with.
constexpr std::array<std::string_view, 15> invented_chapters = {
    "I",   "II", "III", "V",    "VI",    "VII", "VIII", "XI",
    "XII", "XV", "XVI", "XVII", "XVIII", "XIX", "XXI"};
constexpr std::string_view invented_letters = "ABCDFGHKLOPQRST";
static_assert(invented_letters.size() == invented_chapters.size());
constexpr std::size_t blocks_per_chapter = 10;
constexpr std::size_t categories_per_block = 10;
constexpr std::uint32_t icd10_codes_max = 12'000;

struct InventedClass {
  std::string code;
  std::string parent;
  std::string name;
  std::string name_2019;  // empty if it is the same
};

// Makes chapters, blocks of ten categories, and five to ten codes below each category, one by one
// until there are enough.
class InventedClasses {
 public:
  explicit InventedClasses(const Icd10Size& size) : wanted_(size.codes_count), chooser_(size.seed) {
    for (std::size_t chapter = 0; chapter < invented_chapters.size() && !is_enough(); ++chapter) {
      add_chapter(chapter);
    }
  }

  std::vector<InventedClass> take() { return std::move(classes_); }

 private:
  bool is_enough() const { return classes_.size() >= wanted_; }

  void add_chapter(std::size_t chapter) {
    const std::string code(invented_chapters[chapter]);
    const std::string letter(1, invented_letters[chapter]);
    const auto systems = texts_below(DimensionName::organ, "");
    const std::size_t system = chapter % systems.size();
    add(code, "",
        join({chapter < systems.size() ? "Diseases of the" : "Other states of the",
              systems[system]}));
    const auto organs = texts_below(DimensionName::organ, systems[system]);
    const auto forms = texts_below(DimensionName::morphology, "");
    for (std::size_t block = 0; block < blocks_per_chapter && !is_enough(); ++block) {
      const std::string first = letter + std::to_string(block);
      const std::string block_code = first + "0-" + first + "9";
      const bool has_form = block < forms.size();
      add(block_code, code,
          capitalised(
              join({has_form ? forms[block] : "other disorders", "of the", systems[system]})));
      for (std::size_t i = 0; i < categories_per_block && !is_enough(); ++i) {
        add_category(first + std::to_string(i), block_code, organs);
      }
    }
  }

  void add_category(const std::string& code, const std::string& block,
                    const std::vector<std::string_view>& organs) {
    const std::string name =
        join({chooser_.pick(forms_), "of", chooser_.chance(50) ? chooser_.pick(parts_) : "",
              chooser_.pick(organs)});
    add(code, block, capitalised(name));
    const std::size_t count = 5 + chooser_.below(6);
    for (std::size_t i = 0; i < count && !is_enough(); ++i) {
      const std::string more =
          i + 1 == count ? join({name, "not otherwise stated"})
                         : join({chooser_.pick(courses_), name, "due to", chooser_.pick(causes_)});
      add(code + "." + std::to_string(i), code, capitalised(more));
    }
  }

  void add(std::string code, std::string parent, std::string name) {
    std::string renamed = chooser_.chance(3) ? name + ", as it is called now" : "";
    classes_.push_back({std::move(code), std::move(parent), std::move(name), std::move(renamed)});
  }

  const std::size_t wanted_;
  Chooser chooser_;
  const std::vector<std::string_view> forms_ = narrowest_texts(DimensionName::morphology);
  const std::vector<std::string_view> parts_ = narrowest_texts(DimensionName::part);
  const std::vector<std::string_view> causes_ = narrowest_texts(DimensionName::cause);
  const std::vector<std::string_view> courses_ = narrowest_texts(DimensionName::course);
  std::vector<InventedClass> classes_;
};

std::string label(std::string_view name, std::string_view partners) {
  return "<Rubric kind=\"preferred\"><Label xml:lang=\"en\">" + std::string(name) +
         std::string(partners) + "</Label></Rubric>";
}

std::string_view kind_of(const Class& entry) {
  if (entry.parent.empty()) return "chapter";
  return entry.code.find('-') == std::string_view::npos ? "category" : "block";
}

void append(std::string& text, const Class& entry, int year) {
  text.append("<Class code=\"").append(entry.code).append("\" kind=\"").append(kind_of(entry));
  if (!entry.usage.empty()) text.append("\" usage=\"").append(entry.usage);
  text += "\">";
  if (!entry.parent.empty()) {
    text.append("<SuperClass code=\"").append(entry.parent).append("\"/>");
  }
  text += entry.inside;
  const bool is_renamed = year == 2019 && !entry.name_2019.empty();
  text += label(is_renamed ? entry.name_2019 : entry.name, entry.partners) + "</Class>\n";
}

std::string edition_of(int year, const std::vector<InventedClass>& invented) {
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ClaML version=\"2.0.0\">\n";
  text += "<Title name=\"ICD-10-DEMO-" + std::to_string(year) + "\">A demonstration</Title>\n";
  for (const Character& character : characters) {
    text.append("<ModifierClass modifier=\"").append(character.modifier);
    text.append("\" code=\"").append(character.digit).append("\">");
    text += label(character.name, "") + "</ModifierClass>\n";
  }
  for (const Class& entry : classes) append(text, entry, year);
  for (const InventedClass& entry : invented) {
    append(text,
           {.code = entry.code,
            .parent = entry.parent,
            .name = entry.name,
            .name_2019 = entry.name_2019},
           year);
  }
  return text + "</ClaML>\n";
}

}  // namespace

base::Result<void> make_icd10_archive(const std::filesystem::path& path, const Icd10Size& size) {
  if (size.codes_count > icd10_codes_max) {
    return base::Error{base::ErrorCode::invalid,
                       "at most " + std::to_string(icd10_codes_max) +
                           " codes can be made up besides the familiar ones",
                       {}};
  }
  const std::vector<InventedClass> invented = InventedClasses(size).take();
  ZipWriter writer;
  for (const int year : {2016, 2019}) {
    writer.add("icd10" + std::to_string(year) + "demo.xml", edition_of(year, invented));
  }
  return writer.write(path);
}

}  // namespace codelog::demo
