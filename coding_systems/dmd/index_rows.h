// Makes an index source from the rows of a dm+d release, which may come from a release file or from
// the XML that becomes one. The same rows give the same source, for any order of the tables.
//
// Texts that a row does not have are empty. All texts are copied. Not safe from several threads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coding_systems/dmd/coding_system.h"
#include "coding_systems/index/index_source.h"

namespace codelog::coding_systems::dmd {

class IndexRows {
 public:
  void add_ingredient(std::string_view isid, std::string_view name);
  void add_vtm(std::string_view vtmid, std::string_view name, std::string_view abbreviation);

  struct Vmp {
    std::string_view vpid;
    std::string_view vtmid;
    std::string_view name;
    std::string_view abbreviation;
    std::string_view previous_name;
  };
  void add_vmp(const Vmp& row);

  // Records that the VMP contains the ingredient.
  void add_vpi(std::string_view vpid, std::string_view isid);

  struct Amp {
    std::string_view apid;
    std::string_view vpid;
    std::string_view name;
    std::string_view abbreviation;
    std::string_view description;
    std::string_view previous_name;
  };
  void add_amp(const Amp& row);

  void add_vmpp(std::string_view vppid, std::string_view name);
  void add_ampp(std::string_view appid, std::string_view name);

  // Returns the source of all rows; call once.
  IndexSource finish();

 private:
  void add_product(std::string_view code, ProductKind kind, std::string_view name);
  void add_searched(std::string_view code, TextRole role, std::string_view text);

  IndexSource source_;
  // Ingredients and VMPs have numbers of their own, which hold their relation until the end.
  CodeNumbers ingredients_;
  // by number; none for an ingredient without a row
  std::vector<std::optional<std::string>> ingredient_names_;
  CodeNumbers vmps_;
  std::vector<std::string> vmp_parents_;  // VTM ids by number; empty for a VMP without a VTM
  std::vector<bool> vmp_has_row_;
  CodeNumbers vtms_;                                           // those with a row
  std::vector<std::pair<std::uint32_t, std::uint32_t>> vpis_;  // VMP, ingredient
};

}  // namespace codelog::coding_systems::dmd
