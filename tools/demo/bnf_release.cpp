// Makes up a pseudo-BNF: chapters named as in the real one, some familiar drugs, and invented
// drugs.
#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "events/base/check.h"
#include "tools/demo/drug_words.h"
#include "tools/demo/releases.h"
#include "tools/demo/zip_writer.h"

namespace codelog::demo {
namespace {

struct Named {
  std::string code;
  std::string name;
};

struct FamiliarDrug {
  std::string_view section;  // code
  std::string_view name;
  std::string_view brand;
  std::string_view form;
  std::array<std::string_view, 3> strengths;
};

constexpr std::array<std::string_view, 15> chapters = {
    "Gastro-Intestinal System",
    "Cardiovascular System",
    "Respiratory System",
    "Central Nervous System",
    "Infections",
    "Endocrine System",
    "Obstetrics, Gynaecology and Urinary-Tract Disorders",
    "Malignant Disease and Immunosuppression",
    "Nutrition and Blood",
    "Musculoskeletal and Joint Diseases",
    "Eye",
    "Ear, Nose and Oropharynx",
    "Skin",
    "Immunological Products and Vaccines",
    "Anaesthesia",
};

struct FamiliarSection {
  std::string_view code;
  std::string_view name;
};
constexpr FamiliarSection familiar_sections[] = {
    {"0103", "Antisecretory Drugs and Mucosal Protectants"},
    {"0205", "Hypertension and Heart Failure"},
    {"0206", "Nitrates, Calcium-Channel Blockers and Other Antianginal Drugs"},
    {"0212", "Lipid-Regulating Drugs"},
    {"0301", "Bronchodilators"},
    {"0302", "Corticosteroids (Respiratory)"},
    {"0407", "Analgesics"},
    {"0501", "Antibacterial Drugs"},
    {"0601", "Drugs Used in Diabetes"},
};

constexpr FamiliarDrug familiar_drugs[] = {
    {"0212", "Simvastatin", "Simvanor", "tablets", {"10mg", "20mg", "40mg"}},
    {"0212", "Atorvastatin", "Atorvale", "tablets", {"10mg", "20mg", "80mg"}},
    {"0212", "Pravastatin sodium", "Pravacor", "tablets", {"10mg", "20mg", "40mg"}},
    {"0212", "Rosuvastatin calcium", "Rosumar", "tablets", {"5mg", "10mg", "20mg"}},
    {"0212", "Fluvastatin sodium", "Fluvalip", "capsules", {"20mg", "40mg", ""}},
    {"0205", "Ramipril", "Ramivent", "capsules", {"2.5mg", "5mg", "10mg"}},
    {"0205", "Losartan potassium", "Losarvel", "tablets", {"25mg", "50mg", "100mg"}},
    {"0206", "Amlodipine", "Amlocard", "tablets", {"5mg", "10mg", ""}},
    {"0301", "Salbutamol", "Salbuvent", "micrograms/dose inhaler", {"100", "200", ""}},
    {"0301", "Salmeterol", "Salmerin", "micrograms/dose inhaler", {"25", "50", ""}},
    {"0302",
     "Beclometasone dipropionate",
     "Beclovale",
     "micrograms/dose inhaler",
     {"50", "100", "200"}},
    {"0302",
     "Fluticasone propionate",
     "Flutivent",
     "micrograms/dose inhaler",
     {"50", "125", "250"}},
    {"0103", "Omeprazole", "Omegast", "gastro-resistant capsules", {"10mg", "20mg", "40mg"}},
    {"0407", "Paracetamol", "Paravel", "tablets", {"500mg", "1g", ""}},
    {"0501", "Amoxicillin", "Amoxivale", "capsules", {"250mg", "500mg", ""}},
    {"0601", "Metformin hydrochloride", "Metforvel", "tablets", {"500mg", "850mg", "1g"}},
};

constexpr std::array<std::string_view, 8> group_starts = {
    "Modified-release", "Compound",     "Oral",     "Topical",
    "Long-acting",      "Short-acting", "Systemic", "Other"};
constexpr std::array<std::string_view, 8> group_ends = {
    "Antagonists",  "Stimulants",  "Preparations", "Inhibitors",
    "Suppressants", "Supplements", "Relaxants",    "Modulators"};
constexpr std::array<std::string_view, 6> bnf_forms = {"tablets", "capsules",  "oral solution",
                                                       "cream",   "eye drops", "injection"};
constexpr std::array<std::string_view, 6> bnf_strengths = {"5mg",  "10mg",  "25mg",
                                                           "50mg", "100mg", "250mg"};
constexpr std::uint32_t presentations_count_max = 300'000;  // a section has at most 100 paragraphs
constexpr std::string_view code_letters = "ABCDEFGHIJKLMNPQRSTUVWXYZ";

std::string two_digits(std::size_t number) {
  return std::string(number < 10 ? "0" : "") + std::to_string(number);
}

// Counts in letters: AA, AB, ...
std::string letters(std::size_t number) {
  CODELOG_CHECK(number < code_letters.size() * code_letters.size(), "two letters count no further");
  return {code_letters[number / code_letters.size()], code_letters[number % code_letters.size()]};
}

std::string field(const std::string& text) {
  return text.find(',') == std::string::npos ? text : '"' + text + '"';
}

class BnfMaker {
 public:
  explicit BnfMaker(const BnfSize& size) : size_(size), random_(size.seed) {
    for (const std::string_view level : {"Chapter", "Section", "Paragraph", "Subparagraph",
                                         "Chemical Substance", "Product", "Presentation"}) {
      const std::string title = "BNF " + std::string(level);
      csv_ += (csv_.empty() ? "" : ",") + title + "," + title + " Code";
    }
    csv_ += "\r\n";
  }

  std::string make() {
    for (const FamiliarDrug& drug : familiar_drugs) add_familiar(drug);
    // Paragraphs are filled one after the other; each gets a few substances.
    for (std::size_t paragraph = 0; rows_count_ < size_.presentations_count; ++paragraph) {
      const std::size_t chapter = paragraph % chapters.size();
      const std::size_t section = paragraph / chapters.size() % 20;
      enter_group(two_digits(chapter + 1) + two_digits(section + 1),
                  paragraph / (chapters.size() * 20));
      const std::size_t substances_count = 1 + below(6);
      for (std::size_t i = 0; i < substances_count; ++i) add_invented_substance();
    }
    return std::move(csv_);
  }

 private:
  template <class Texts>
  std::string pick(const Texts& texts) {
    return std::string(texts[below(texts.size())]);
  }
  std::size_t below(std::size_t bound) { return random_() % bound; }

  // Moves to a section and a paragraph in it; paragraph 0 is the placeholder for "no paragraph".
  void enter_group(const std::string& section, std::size_t paragraph) {
    const auto chapter = static_cast<std::size_t>(std::stoi(section.substr(0, 2)));
    path_[0] = {section.substr(0, 2), std::string(chapters[chapter - 1])};
    path_[1] = {section, name_of_section(section)};
    const std::string paragraph_code = section + two_digits(paragraph);
    path_[2] = {paragraph_code,
                paragraph == 0 ? "DUMMY PARAGRAPH " + paragraph_code : group_name(paragraph_code)};
    path_[3] = {paragraph_code + "0", "DUMMY SUB-PARAGRAPH " + paragraph_code + "0"};
    if (paragraph % 2 == 1) path_[3].name = group_name(paragraph_code + "0");
  }

  std::string name_of_section(const std::string& code) const {
    for (const FamiliarSection& known : familiar_sections) {
      if (known.code == code) return std::string(known.name);
    }
    return group_name(code);
  }

  // Depends on the code only, because each row repeats the name.
  static std::string group_name(const std::string& code) {
    std::size_t hash = 0;
    for (const char byte : code) hash = hash * 31 + static_cast<unsigned char>(byte);
    return std::string(group_starts[hash % group_starts.size()]) + " " +
           std::string(group_ends[hash / 7 % group_ends.size()]);
  }

  void enter_substance(const std::string& name) {
    // The last two characters distinguish the substances of a subparagraph.
    std::size_t& count = substances_count_[path_[3].code];
    const char letter = code_letters[count % code_letters.size()];
    const std::size_t round = count / code_letters.size();
    ++count;
    path_[4] = {path_[3].code + letter + std::to_string(round % 10), name};
  }

  void enter_product(std::size_t number, const std::string& name) {
    path_[5] = {path_[4].code + letters(number), name};
  }

  void add_presentation(std::size_t number, const std::string& name) {
    if (rows_count_ == size_.presentations_count) return;
    // A presentation's code ends with the code of its generic equivalent.
    path_[6] = {path_[5].code + letters(number) + letters(number), name};
    for (std::size_t level = 0; level < path_.size(); ++level) {
      csv_ += (level == 0 ? "" : ",") + field(path_[level].name) + "," + path_[level].code;
    }
    csv_ += "\r\n";
    ++rows_count_;
  }

  void add_familiar(const FamiliarDrug& drug) {
    enter_group(std::string(drug.section), 0);
    enter_substance(std::string(drug.name));
    for (const std::string_view product : {drug.name, drug.brand}) {
      enter_product(product == drug.name ? 0 : 26, std::string(product));
      std::size_t number = 0;
      for (const std::string_view strength : drug.strengths) {
        if (strength.empty()) continue;
        const std::string_view space = drug.form.starts_with("micrograms") ? "" : " ";
        add_presentation(number++, std::string(product) + " " + std::string(strength) +
                                       std::string(space) + std::string(drug.form));
      }
    }
  }

  void add_invented_substance() {
    std::string name;
    do {
      name = pick(stem_starts) + pick(stem_middles) + pick(stem_middles) + pick(stem_ends);
    } while (names_.size() < stem_starts.size() * 1000 && !names_.insert(name).second);
    enter_substance(name);
    const std::size_t products_count = 1 + below(3);
    for (std::size_t product = 0; product < products_count; ++product) {
      const std::string product_name =
          product == 0 ? name : pick(stem_starts) + pick(stem_middles) + "x";
      enter_product(product == 0 ? 0 : 25 + product, product_name);
      const std::string form = pick(bnf_forms);
      const std::size_t first = below(bnf_strengths.size() - 2);
      const std::size_t presentations_count = 1 + below(bnf_strengths.size());
      for (std::size_t number = 0; number < presentations_count; ++number) {
        add_presentation(
            number, product_name + " " +
                        std::string(bnf_strengths[(first + number) % bnf_strengths.size()]) + " " +
                        form);
      }
    }
  }

  const BnfSize size_;
  std::mt19937_64 random_;
  std::string csv_;
  std::array<Named, 7> path_;  // the levels of the current row
  std::map<std::string, std::size_t> substances_count_;
  std::set<std::string> names_;
  std::uint32_t rows_count_ = 0;
};

}  // namespace

base::Result<void> make_bnf_archive(const std::filesystem::path& path, const BnfSize& size) {
  if (size.presentations_count > presentations_count_max) {
    return base::Error{base::ErrorCode::invalid,
                       "at most " + std::to_string(presentations_count_max) +
                           " presentations can have distinct codes",
                       {}};
  }
  ZipWriter writer;
  writer.add("demo_BNF_Code_Information.csv", BnfMaker(size).make());
  return writer.write(path);
}

}  // namespace codelog::demo
