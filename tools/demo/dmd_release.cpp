// Makes up a small dm+d: familiar substances as tablets and inhalers of makers that do not exist.
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/demo/releases.h"
#include "tools/demo/sctid.h"
#include "tools/demo/zip_writer.h"

namespace codelog::demo {
namespace {

// Identifiers begin where those of the other demonstrations do not reach.
constexpr std::uint32_t numbers_before = 5'000'000;

struct Substance {
  std::string_view moiety;
  std::string_view ingredient;
  std::string_view brand;
  std::string_view form;
  std::string_view unit;  // of packs
  std::array<std::string_view, 3> strengths;
};
constexpr Substance substances[] = {
    {"Simvastatin", "Simvastatin", "Simvanor", " tablets", "tablet", {"10mg", "20mg", "40mg"}},
    {"Atorvastatin",
     "Atorvastatin calcium",
     "Atorvale",
     " tablets",
     "tablet",
     {"10mg", "20mg", "80mg"}},
    {"Pravastatin", "Pravastatin sodium", "Pravacor", " tablets", "tablet", {"10mg", "40mg", ""}},
    {"Ramipril", "Ramipril", "Ramivent", " capsules", "capsule", {"2.5mg", "5mg", "10mg"}},
    {"Amlodipine", "Amlodipine besilate", "Amlocard", " tablets", "tablet", {"5mg", "10mg", ""}},
    {"Salbutamol",
     "Salbutamol sulfate",
     "Salbuvent",
     "micrograms/dose inhaler CFC free",
     "dose",
     {"100", "200", ""}},
    {"Beclometasone",
     "Beclometasone dipropionate",
     "Beclovale",
     "micrograms/dose inhaler CFC free",
     "dose",
     {"50", "100", "200"}},
    {"Paracetamol", "Paracetamol", "Paravel", " tablets", "tablet", {"500mg", "1g", ""}},
    {"Amoxicillin",
     "Amoxicillin trihydrate",
     "Amoxivale",
     " capsules",
     "capsule",
     {"250mg", "500mg", ""}},
    {"Metformin",
     "Metformin hydrochloride",
     "Metforvel",
     " tablets",
     "tablet",
     {"500mg", "850mg", "1g"}},
};
// The last one makes the brands.
constexpr std::array<std::string_view, 3> makers = {"Example Generics Ltd", "Sample Healthcare Ltd",
                                                    "Made-up Pharma Ltd"};

using Fields = std::vector<std::pair<std::string_view, std::string>>;

std::string row(std::string_view element, const Fields& fields) {
  std::string text = "<" + std::string(element) + ">";
  for (const auto& [name, value] : fields) {
    text.append("<").append(name).append(">").append(value).append("</").append(name).append(">");
  }
  return text.append("</").append(element).append(">\n");
}

std::string list(std::string_view element, const std::string& rows) {
  return std::string("<").append(element).append(">\n").append(rows).append("</").append(element) +
         ">\n";
}

class DmdMaker {
 public:
  ZipWriter make() {
    for (const std::string_view maker : makers) {
      maker_ids_.push_back(next_id());
      suppliers_ += row("INFO", {{"CD", maker_ids_.back()}, {"DESC", std::string(maker)}});
    }
    for (const Substance& substance : substances) add(substance);
    ZipWriter archive;
    add_file(archive, "lookup", lookup());
    add_file(archive, "ingredient", ingredients_);
    add_file(archive, "vtm", vtms_);
    add_file(archive, "vmp", list("VMPS", vmps_) + list("VIRTUAL_PRODUCT_INGREDIENT", vpis_));
    add_file(archive, "vmpp", list("VMPPS", vmpps_));
    add_file(archive, "amp", list("AMPS", amps_));
    add_file(archive, "ampp", list("AMPPS", ampps_));
    add_file(archive, "gtin", list("AMPPS", ""));
    return archive;
  }

 private:
  static void add_file(ZipWriter& archive, const std::string& part, const std::string& contents) {
    archive.add("f_" + part + "2_demo.xml",
                "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<DEMONSTRATION>\n"
                "<!-- Made up for a demonstration -->\n" +
                    contents + "</DEMONSTRATION>\n");
  }

  std::string next_id() { return make_sctid(Component::concept_id, numbers_before + ++ids_count_); }

  std::string lookup() const {
    const auto only = [](std::string_view name, const std::string& text) {
      return list(name, row("INFO", {{"CD", "0001"}, {"DESC", text}}));
    };
    return only("BASIS_OF_NAME", "A name") +
           only("VIRTUAL_PRODUCT_PRES_STATUS", "May be prescribed") +
           only("LICENSING_AUTHORITY", "None") + only("AVAILABILITY_RESTRICTION", "None") +
           only("LEGAL_CATEGORY", "None") + list("SUPPLIER", suppliers_);
  }

  void add(const Substance& substance) {
    const std::string ingredient = next_id();
    ingredients_ += row("ING", {{"ISID", ingredient}, {"NM", std::string(substance.ingredient)}});
    const std::string moiety = next_id();
    vtms_ += row("VTM", {{"VTMID", moiety}, {"NM", std::string(substance.moiety)}});
    for (const std::string_view strength : substance.strengths) {
      if (strength.empty()) continue;
      const std::string what = " " + std::string(strength) + std::string(substance.form);
      const std::string name = std::string(substance.moiety) + what;
      const std::string vmp = next_id();
      vmps_ += row("VMP", {{"VPID", vmp},
                           {"VTMID", moiety},
                           {"NM", name},
                           {"BASISCD", "0001"},
                           {"PRES_STATCD", "0001"}});
      vpis_ += row("VPI", {{"VPID", vmp}, {"ISID", ingredient}});
      const std::string size = " 28 " + std::string(substance.unit);
      const std::string pack = next_id();
      vmpps_ += row("VMPP", {{"VPPID", pack}, {"NM", name + size}, {"VPID", vmp}});
      for (std::size_t maker = 0; maker < makers.size(); ++maker) {
        const bool is_brand = maker + 1 == makers.size();
        add_actual(is_brand ? std::string(substance.brand) + what : name, maker, vmp, pack, size);
      }
    }
  }

  void add_actual(const std::string& name, std::size_t maker, const std::string& vmp,
                  const std::string& vmp_pack, const std::string& size) {
    const std::string amp = next_id();
    const std::string description = name + " (" + std::string(makers[maker]) + ")";
    amps_ += row("AMP", {{"APID", amp},
                         {"VPID", vmp},
                         {"NM", name},
                         {"DESC", description},
                         {"SUPPCD", maker_ids_[maker]},
                         {"LIC_AUTHCD", "0001"},
                         {"AVAIL_RESTRICTCD", "0001"}});
    ampps_ += row("AMPP", {{"APPID", next_id()},
                           {"NM", description + size},
                           {"VPPID", vmp_pack},
                           {"APID", amp},
                           {"LEGAL_CATCD", "0001"}});
  }

  std::uint32_t ids_count_ = 0;
  std::vector<std::string> maker_ids_;
  std::string suppliers_, ingredients_, vtms_, vmps_, vpis_, vmpps_, amps_, ampps_;
};

}  // namespace

base::Result<void> make_dmd_archive(const std::filesystem::path& path) {
  return DmdMaker().make().write(path);
}

}  // namespace codelog::demo
