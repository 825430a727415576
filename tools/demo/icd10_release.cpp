// Makes up two editions of a small ICD-10: the structure of the real one, in words of our own.
#include <array>
#include <string>
#include <string_view>

#include "tools/demo/releases.h"
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
  std::string_view name_2019 = {};  // where it is another
  std::string_view inside = {};     // further elements
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

std::string label(std::string_view name, std::string_view partners) {
  return "<Rubric kind=\"preferred\"><Label xml:lang=\"en\">" + std::string(name) +
         std::string(partners) + "</Label></Rubric>";
}

std::string_view kind_of(const Class& entry) {
  if (entry.parent.empty()) return "chapter";
  return entry.code.find('-') == std::string_view::npos ? "category" : "block";
}

std::string edition_of(int year) {
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ClaML version=\"2.0.0\">\n";
  text += "<Title name=\"ICD-10-DEMO-" + std::to_string(year) + "\">A demonstration</Title>\n";
  for (const Character& character : characters) {
    text.append("<ModifierClass modifier=\"").append(character.modifier);
    text.append("\" code=\"").append(character.digit).append("\">");
    text += label(character.name, "") + "</ModifierClass>\n";
  }
  for (const Class& entry : classes) {
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
  return text + "</ClaML>\n";
}

}  // namespace

base::Result<void> make_icd10_archive(const std::filesystem::path& path) {
  ZipWriter writer;
  for (const int year : {2016, 2019}) {
    writer.add("icd10" + std::to_string(year) + "demo.xml", edition_of(year));
  }
  return writer.write(path);
}

}  // namespace codelog::demo
