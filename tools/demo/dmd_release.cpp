// Makes up a dm+d: familiar substances as tablets and inhalers from invented makers; a large one
// also has invented substances.
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/demo/drug_words.h"
#include "tools/demo/releases.h"
#include "tools/demo/sctid.h"
#include "tools/demo/text.h"
#include "tools/demo/zip_writer.h"

namespace codelog::demo {
namespace {

// Identifiers begin above those of the other demonstrations.
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
// The last maker makes the brands.
constexpr std::array<std::string_view, 3> makers = {"Example Generics Ltd", "Sample Healthcare Ltd",
                                                    "Made-up Pharma Ltd"};

// A form of invented products.
struct Form {
  std::string_view form;  // of a strength
  std::string_view unit;  // of packs
  std::string_view form_name;
  std::string_view route;
};
constexpr std::array<Form, 8> dmd_forms = {
    {{" tablets", "tablet", "Tablet", "Oral"},
     {" capsules", "capsule", "Capsule", "Oral"},
     {" modified-release tablets", "tablet", "Modified-release tablet", "Oral"},
     {"/5ml oral suspension sugar free", "ml", "Oral suspension", "Oral"},
     {"/ml solution for injection ampoules", "ampoule", "Solution for injection", "Intravenous"},
     {"/g cream", "gram", "Cream", "Skin"},
     {"/ml eye drops", "ml", "Eye drops", "Eye"},
     {"/dose inhaler", "dose", "Inhalation vapour", "Inhalation"}}};
constexpr std::array<std::string_view, 12> dmd_strengths = {
    "500micrograms", "1mg",  "2mg",   "2.5mg", "5mg",   "10mg",
    "20mg",          "40mg", "100mg", "200mg", "250mg", "500mg"};
constexpr std::array<std::string_view, 12> maker_starts = {"Alder",  "Birch",   "Cedar",  "Elder",
                                                           "Hazel",  "Juniper", "Maple",  "Myrtle",
                                                           "Poplar", "Rowan",   "Spruce", "Willow"};
constexpr std::array<std::string_view, 12> maker_ends = {
    "Generics",  "Healthcare", "Laboratories", "Medical", "Parallel",    "Pharma",
    "Pharmacal", "Products",   "Remedies",     "Science", "Specialists", "Supplies"};
constexpr std::array<std::string_view, 3> pack_sizes = {" 28 ", " 56 ", " 100 "};
constexpr std::size_t vmps_per_substance_max = 15;
constexpr std::size_t strengths_per_form = 4;
static_assert(vmps_per_substance_max <= dmd_forms.size() * strengths_per_form);
// There are enough names for this many substances, at 8 VMPs a substance.
constexpr std::uint32_t vmps_count_max = 100'000;

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

// A list, or nothing if there are no rows.
std::string list_of_any(std::string_view element, const std::string& rows) {
  return rows.empty() ? "" : list(element, rows);
}

// Uses the numbers reserved for use within a company, which no product on sale has.
std::string make_gtin(std::uint64_t number) {
  std::string digits = std::to_string(200'000'000'000 + number);
  int sum = 0;
  for (std::size_t place = 0; place < digits.size(); ++place) {
    sum += (digits[place] - '0') * (place % 2 == 0 ? 1 : 3);
  }
  return digits + static_cast<char>('0' + (10 - sum % 10) % 10);
}

class DmdMaker {
 public:
  explicit DmdMaker(std::uint64_t seed) : chooser_(seed) {}

  ZipWriter make(std::uint32_t vmps_count) {
    for (const std::string_view maker : makers) {
      maker_ids_.push_back(next_id());
      suppliers_ += row("INFO", {{"CD", maker_ids_.back()}, {"DESC", std::string(maker)}});
    }
    for (const Substance& substance : substances) add(substance);
    if (vmps_count > 0) prepare_invented();
    for (invented_left_ = vmps_count; invented_left_ > 0;) add_invented();
    return pack();
  }

 private:
  struct Pack {
    std::string id;
    std::string size;
  };

  ZipWriter pack() const {
    ZipWriter archive;
    add_file(archive, "lookup", lookup());
    add_file(archive, "ingredient", ingredients_);
    add_file(archive, "vtm", vtms_);
    add_file(archive, "vmp",
             list("VMPS", vmps_) + list("VIRTUAL_PRODUCT_INGREDIENT", vpis_) +
                 list_of_any("ONT_DRUG_FORM", onts_) + list_of_any("DRUG_FORM", dforms_) +
                 list_of_any("DRUG_ROUTE", droutes_));
    add_file(archive, "vmpp", list("VMPPS", vmpps_) + list_of_any("DRUG_TARIFF_INFO", tariffs_));
    add_file(archive, "amp",
             list("AMPS", amps_) + list_of_any("LICENSED_ROUTE", licensed_routes_) +
                 list_of_any("AP_INFORMATION", order_numbers_));
    add_file(archive, "ampp",
             list("AMPPS", ampps_) + list_of_any("APPLIANCE_PACK_INFO", pack_infos_) +
                 list_of_any("DRUG_PRODUCT_PRESCRIB_INFO", prescribings_) +
                 list_of_any("MEDICINAL_PRODUCT_PRICE", prices_) +
                 list_of_any("REIMBURSEMENT_INFO", reimbursements_));
    add_file(archive, "gtin", list("AMPPS", gtins_));
    return archive;
  }

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
           only("LEGAL_CATEGORY", "None") + list("SUPPLIER", suppliers_) + more_lookups_;
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

  // Adds the look-ups that only a large release needs.
  void prepare_invented() {
    std::string form_rows, route_rows, unit_rows;
    const auto identified = [this](std::string& rows, std::string_view text) {
      std::string id = next_id();
      rows += row("INFO", {{"CD", id}, {"DESC", std::string(text)}});
      return id;
    };
    for (const Form& form : dmd_forms) {
      form_ids_.push_back(identified(form_rows, form.form_name));
      route_ids_.push_back(identified(route_rows, form.route));
      unit_ids_.push_back(identified(unit_rows, form.unit));
    }
    more_lookups_ =
        list("FORM", form_rows) + list("ROUTE", route_rows) + list("UNIT_OF_MEASURE", unit_rows);
    for (const std::string_view name :
         {"BASIS_OF_STRNTH", "DF_INDICATOR", "ONT_FORM_ROUTE", "DT_PAYMENT_CATEGORY", "PRICE_BASIS",
          "REIMBURSEMENT_STATUS"}) {
      more_lookups_ += list(name, row("INFO", {{"CD", "0001"}, {"DESC", "The only one"}}));
    }
    for (const std::string_view start : maker_starts) {
      for (const std::string_view end : maker_ends) {
        invented_makers_.push_back(join({"Made-up", start, end, "Ltd"}));
        invented_maker_ids_.push_back(identified(suppliers_, invented_makers_.back()));
      }
    }
  }

  void add_invented() {
    const std::string name = invented_name();
    const std::string ingredient = next_id();
    ingredients_ += row("ING", {{"ISID", ingredient}, {"NM", name}});
    const std::string moiety = next_id();
    vtms_ += row("VTM", {{"VTMID", moiety}, {"NM", name}});
    const std::size_t form = chooser_.below(dmd_forms.size());
    const std::size_t strength = chooser_.below(dmd_strengths.size());
    const std::size_t count = 1 + chooser_.below(vmps_per_substance_max);
    for (std::size_t i = 0; i < count && invented_left_ > 0; ++i, --invented_left_) {
      add_virtual({name, ingredient, moiety}, (form + i / strengths_per_form) % dmd_forms.size(),
                  dmd_strengths[(strength + i % strengths_per_form) % dmd_strengths.size()]);
    }
  }

  std::string invented_name() {
    for (;;) {
      std::string name(chooser_.pick(stem_starts));
      for (int i = 0; i < 2; ++i) name += chooser_.pick(stem_middles);
      name += chooser_.pick(stem_ends);
      if (names_.insert(name).second) return name;
    }
  }

  struct Moiety {
    std::string name, ingredient_id, id;
  };

  void add_virtual(const Moiety& moiety, std::size_t form, std::string_view strength) {
    const std::string what = " " + std::string(strength) + std::string(dmd_forms[form].form);
    const std::string vmp = next_id();
    vmps_ += row("VMP", {{"VPID", vmp},
                         {"VTMID", moiety.id},
                         {"NM", moiety.name + what},
                         {"BASISCD", "0001"},
                         {"PRES_STATCD", "0001"},
                         {"DF_INDCD", "0001"},
                         {"UDFS", "1.000"},
                         {"UDFS_UOMCD", unit_ids_[form]}});
    vpis_ += row("VPI", {{"VPID", vmp},
                         {"ISID", moiety.ingredient_id},
                         {"BASIS_STRNTCD", "0001"},
                         {"STRNT_NMRTR_VAL", "1.000"},
                         {"STRNT_NMRTR_UOMCD", unit_ids_[form]}});
    onts_ += row("ONT", {{"VPID", vmp}, {"FORMCD", "0001"}});
    dforms_ += row("DFORM", {{"VPID", vmp}, {"FORMCD", form_ids_[form]}});
    droutes_ += row("DROUTE", {{"VPID", vmp}, {"ROUTECD", route_ids_[form]}});
    add_invented_actuals(moiety.name + what, what, form, vmp,
                         add_packs(moiety.name + what, form, vmp));
  }

  // Adds one or two packs.
  std::vector<Pack> add_packs(const std::string& name, std::size_t form, const std::string& vmp) {
    std::vector<Pack> packs;
    const std::size_t first = chooser_.below(pack_sizes.size());
    const std::size_t count = chooser_.chance(54) ? 2 : 1;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string_view size = pack_sizes[(first + i) % pack_sizes.size()];
      packs.push_back({next_id(), std::string(size) + std::string(dmd_forms[form].unit)});
      vmpps_ += row("VMPP", {{"VPPID", packs.back().id},
                             {"NM", name + packs.back().size},
                             {"VPID", vmp},
                             {"QTYVAL", std::string(size.substr(1, size.size() - 2)) + ".00"},
                             {"QTY_UOMCD", unit_ids_[form]}});
      if (!chooser_.chance(40)) continue;
      tariffs_ += row("DTINFO", {{"VPPID", packs.back().id},
                                 {"PAY_CATCD", "0001"},
                                 {"PRICE", std::to_string(50 + chooser_.below(5000))},
                                 {"DT", "2024-01-01"}});
    }
    return packs;
  }

  void add_invented_actuals(const std::string& name, const std::string& what, std::size_t form,
                            const std::string& vmp, const std::vector<Pack>& packs) {
    const std::size_t first = chooser_.below(invented_makers_.size());
    const std::size_t count = 1 + chooser_.below(12);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t maker = (first + i) % invented_makers_.size();
      std::string own_name = name;
      if (chooser_.chance(30)) {
        own_name = std::string(chooser_.pick(stem_starts));
        own_name += chooser_.pick(stem_middles);
        own_name += "x" + what;
      }
      const std::string amp = next_id();
      const std::string description = own_name + " (" + invented_makers_[maker] + ")";
      amps_ += row("AMP", {{"APID", amp},
                           {"VPID", vmp},
                           {"NM", own_name},
                           {"DESC", description},
                           {"SUPPCD", invented_maker_ids_[maker]},
                           {"LIC_AUTHCD", "0001"},
                           {"AVAIL_RESTRICTCD", "0001"}});
      licensed_routes_ += row("LIC_ROUTE", {{"APID", amp}, {"ROUTECD", route_ids_[form]}});
      if (chooser_.chance(20)) {
        order_numbers_ +=
            row("AP_INFO", {{"APID", amp}, {"PROD_ORDER_NO", "DEMO-" + amp.substr(0, 7)}});
      }
      const bool in_all_packs = chooser_.chance(23);
      for (std::size_t pack = 0; pack < (in_all_packs ? packs.size() : 1); ++pack) {
        add_actual_pack(amp, description, packs[pack]);
      }
    }
  }

  void add_actual_pack(const std::string& amp, const std::string& description, const Pack& pack) {
    const std::string id = next_id();
    ampps_ += row("AMPP", {{"APPID", id},
                           {"NM", description + pack.size},
                           {"VPPID", pack.id},
                           {"APID", amp},
                           {"LEGAL_CATCD", "0001"}});
    pack_infos_ += row("PACK_INFO", {{"APPID", id}, {"REIMB_STATCD", "0001"}});
    prescribings_ += row("PRESCRIB_INFO", {{"APPID", id}});
    prices_ += row("PRICE_INFO", {{"APPID", id},
                                  {"PRICE", std::to_string(50 + chooser_.below(5000))},
                                  {"PRICEDT", "2024-01-01"},
                                  {"PRICE_BASISCD", "0001"}});
    reimbursements_ += row("REIMB_INFO", {{"APPID", id}, {"PX_CHRGS", "1"}, {"DISP_FEES", "1"}});
    if (!chooser_.chance(90)) return;
    gtins_ += row("AMPP", {{"AMPPID", id},
                           {"GTINDATA", "<GTIN>" + make_gtin(++gtins_count_) +
                                            "</GTIN><STARTDT>2024-01-01</STARTDT>"}});
  }

  Chooser chooser_;
  std::uint32_t ids_count_ = 0;
  std::uint64_t gtins_count_ = 0;
  std::uint32_t invented_left_ = 0;  // VMPs still to make
  std::vector<std::string> maker_ids_;
  std::string suppliers_, ingredients_, vtms_, vmps_, vpis_, vmpps_, amps_, ampps_;
  // The names of invented products.
  std::set<std::string> names_;
  std::vector<std::string> invented_makers_, invented_maker_ids_;
  std::vector<std::string> form_ids_, route_ids_, unit_ids_;  // indexed by form
  std::string more_lookups_, onts_, dforms_, droutes_, tariffs_, licensed_routes_, order_numbers_;
  std::string pack_infos_, prescribings_, prices_, reimbursements_, gtins_;
};

}  // namespace

base::Result<void> make_dmd_archive(const std::filesystem::path& path, const DmdSize& size) {
  if (size.vmps_count > vmps_count_max) {
    return base::Error{
        base::ErrorCode::invalid,
        "at most " + std::to_string(vmps_count_max) + " VMPs can have distinct names",
        {}};
  }
  return DmdMaker(size.seed).make(size.vmps_count).write(path);
}

}  // namespace codelog::demo
