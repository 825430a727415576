#include "coding_systems/dmd/index_rows.h"

#include <algorithm>

namespace codelog::coding_systems::dmd {
namespace {

std::string_view label_of(ProductKind kind) {
  switch (kind) {
    case ProductKind::amp:
      return " (AMP)";
    case ProductKind::vmp:
      return " (VMP)";
    case ProductKind::ampp:
      return " (AMPP)";
    case ProductKind::vmpp:
      return " (VMPP)";
    case ProductKind::vtm:
      return " (VTM)";
    case ProductKind::ingredient:
      break;
  }
  return "";
}

// Makes room for the value of a number.
template <class Values>
void grow_to(Values& values, std::uint32_t number) {
  if (number >= values.size()) values.resize(number + std::size_t{1});
}

template <class Pairs>
void sort_unique(Pairs& pairs) {
  std::ranges::sort(pairs);
  const auto repeated = std::ranges::unique(pairs);
  pairs.erase(repeated.begin(), repeated.end());
}

}  // namespace

void IndexRows::add_product(std::string_view code, ProductKind kind, std::string_view name) {
  const auto own_kind = static_cast<CodeKind>(kind);
  const CodeKind before = source_.add_concept(code, own_kind);
  if (before != kind_without_concept && before < own_kind) {
    source_.add_concept(code, before);
    return;
  }
  if (kind == ProductKind::ingredient) return;  // ingredients are never shown as codes
  source_.add_text(code, TextRole::display_name, std::string(name) + std::string(label_of(kind)));
}

void IndexRows::add_searched(std::string_view code, TextRole role, std::string_view text) {
  if (!text.empty()) source_.add_text(code, role, text);
}

void IndexRows::add_ingredient(std::string_view isid, std::string_view name) {
  const auto number = ingredients_.add(isid);
  grow_to(ingredient_names_, number);
  ingredient_names_[number] = name;
  add_product(isid, ProductKind::ingredient, name);
}

void IndexRows::add_vtm(std::string_view vtmid, std::string_view name,
                        std::string_view abbreviation) {
  vtms_.add(vtmid);
  add_product(vtmid, ProductKind::vtm, name);
  add_searched(vtmid, TextRole::other, name);
  add_searched(vtmid, TextRole::other, abbreviation);
}

void IndexRows::add_vmp(const Vmp& row) {
  const auto number = vmps_.add(row.vpid);
  grow_to(vmp_parents_, number);
  grow_to(vmp_has_row_, number);
  vmp_parents_[number] = row.vtmid;
  vmp_has_row_[number] = true;
  add_product(row.vpid, ProductKind::vmp, row.name);
  add_searched(row.vpid, TextRole::other, row.name);
  add_searched(row.vpid, TextRole::other, row.abbreviation);
  add_searched(row.vpid, TextRole::other, row.previous_name);
  if (!row.vtmid.empty()) source_.add_edge(row.vtmid, row.vpid);
}

void IndexRows::add_vpi(std::string_view vpid, std::string_view isid) {
  const auto vmp = vmps_.add(vpid);
  const auto ingredient = ingredients_.add(isid);
  grow_to(vmp_parents_, vmp);
  grow_to(vmp_has_row_, vmp);
  grow_to(ingredient_names_, ingredient);
  vpis_.emplace_back(vmp, ingredient);
}

void IndexRows::add_amp(const Amp& row) {
  add_product(row.apid, ProductKind::amp, row.description.empty() ? row.name : row.description);
  add_searched(row.apid, TextRole::synonym, row.name);
  add_searched(row.apid, TextRole::other, row.abbreviation);
  add_searched(row.apid, TextRole::other, row.description);
  add_searched(row.apid, TextRole::other, row.previous_name);
  if (!row.vpid.empty()) source_.add_edge(row.vpid, row.apid);
}

void IndexRows::add_vmpp(std::string_view vppid, std::string_view name) {
  add_product(vppid, ProductKind::vmpp, name);
}

void IndexRows::add_ampp(std::string_view appid, std::string_view name) {
  add_product(appid, ProductKind::ampp, name);
}

// A search for an ingredient's name finds the VMPs that contain it and the VTMs above them. The
// name is therefore a text of each, once, in the order of the ingredients' ids.
IndexSource IndexRows::finish() {
  using CodeAndIngredient = std::pair<std::string_view, std::string_view>;
  std::vector<std::pair<CodeAndIngredient, std::uint32_t>> texts;
  const auto vtms_count = vtms_.size();
  for (const auto& [vmp, ingredient] : vpis_) {
    const bool is_known = vmp_has_row_[vmp] && ingredient_names_[ingredient].has_value();
    if (!is_known) continue;
    const auto isid = ingredients_.code(ingredient);
    const auto vpid = vmps_.code(vmp);
    source_.add_link(isid, ingredient_of, vpid);
    texts.push_back({{vpid, isid}, ingredient});
    const std::string& vtmid = vmp_parents_[vmp];
    const bool has_vtm = !vtmid.empty() && vtms_.add(vtmid) < vtms_count;
    if (has_vtm) texts.push_back({{vtmid, isid}, ingredient});
  }
  sort_unique(texts);
  for (const auto& [code_and_isid, ingredient] : texts) {
    add_searched(code_and_isid.first, TextRole::other, *ingredient_names_[ingredient]);
  }
  return std::move(source_);
}

}  // namespace codelog::coding_systems::dmd
