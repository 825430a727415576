// Makes an index source of the rows of a dm+d release, wherever they come from: a release file or
// the XML that becomes one. The same rows give the same source, whatever the order of the tables.
//
// Texts that a row does not have are empty. What is given is copied. Not safe from several threads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coding_systems/base/index_source.h"
#include "coding_systems/dmd/coding_system.h"

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

  // That the VMP has the ingredient.
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

  // The source of all rows; once only.
  IndexSource finish();

 private:
  void add_product(std::string_view code, ProductKind kind, std::string_view name);
  void add_searched(std::string_view code, TextRole role, std::string_view text);

  IndexSource source_;
  // Ingredients and VMPs have numbers of their own, in which their relation is kept until the end.
  CodeNumbers ingredients_;
  std::vector<std::optional<std::string>> ingredient_names_;  // by number; none without a row
  CodeNumbers vmps_;
  std::vector<std::string> vmp_parents_;  // VTM ids by number; empty without one
  std::vector<bool> vmp_has_row_;
  CodeNumbers vtms_;                                           // those with a row
  std::vector<std::pair<std::uint32_t, std::uint32_t>> vpis_;  // VMP, ingredient
};

}  // namespace codelog::coding_systems::dmd
