#include "mappings/bnfdmd/mapping.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "coding_systems/index/sqlite_file.h"

namespace codelog::mappings {
namespace {

using coding_systems::BnfText;
using coding_systems::SctidText;

// A dm+d release names its products with their kind after the name.
std::string_view kind_mark(DmdType type) { return type == DmdType::vmp ? " (VMP)" : " (AMP)"; }

// A product with its sort keys.
struct NamedProduct {
  DmdProduct product;
  std::string_view full_name;
};

std::optional<NamedProduct> find_product(const BnfDmdPair& pair,
                                         const coding_systems::Release& dmd) {
  const auto node = dmd.find(pair.dmd.view());
  const auto name = node ? dmd.name(*node) : std::nullopt;
  const std::string_view mark = kind_mark(pair.type);
  if (!name || !name->ends_with(mark)) return std::nullopt;
  const std::string_view full_name = name->substr(0, name->size() - mark.size());
  std::string_view own_name = full_name;
  if (pair.type == DmdType::amp) {
    // An AMP's full name contains its supplier; the name without the supplier is its only synonym.
    const auto synonyms = dmd.synonyms(*node);
    if (!synonyms.empty()) own_name = synonyms.front();
  }
  return NamedProduct{{pair.type, dmd.code(*node), own_name, pair.bnf.view()}, full_name};
}

}  // namespace

std::string_view to_string(DmdType type) { return type == DmdType::vmp ? "VMP" : "AMP"; }

BnfDmdMapping::BnfDmdMapping(std::vector<BnfDmdPair> pairs) : pairs_(std::move(pairs)) {
  std::sort(pairs_.begin(), pairs_.end());
}

base::Result<BnfDmdMapping> BnfDmdMapping::open(const std::filesystem::path& file) {
  const auto opened = coding_systems::SqliteFile::open(file);
  if (!opened) return opened.error();
  const auto present =
      opened->require_table("bnfdmd_mapping", {"dmd_code", "dmd_type", "bnf_concept_id"});
  if (!present) return present.error();
  std::vector<BnfDmdPair> pairs;
  const auto read = opened->for_each_row(
      "SELECT bnf_concept_id, dmd_type, dmd_code FROM bnfdmd_mapping "
      "WHERE dmd_type IN ('VMP', 'AMP')",
      [&](const coding_systems::SqliteRow& row) -> base::Result<void> {
        const auto bnf = BnfText::from(row.text(0));
        const auto dmd = SctidText::from(row.text(2));
        if (!bnf || !dmd) {
          return base::Error{base::ErrorCode::corrupt,
                             file.string() + ": the row of '" + std::string(row.text(2)) +
                                 "' has a code longer than its coding system allows",
                             {}};
        }
        pairs.push_back({*bnf, row.text(1) == "VMP" ? DmdType::vmp : DmdType::amp, *dmd});
        return {};
      });
  if (!read) return read.error();
  return BnfDmdMapping(std::move(pairs));
}

std::span<const BnfDmdPair> BnfDmdMapping::of_bnf(std::string_view code) const {
  const auto found = std::ranges::equal_range(
      pairs_, code, {}, [](const BnfDmdPair& pair) { return pair.bnf.view(); });
  return {found.begin(), found.end()};
}

std::vector<DmdProduct> dmd_products_of(const BnfDmdMapping& mapping,
                                        const coding_systems::Release& dmd,
                                        std::span<const std::string> bnf_codes) {
  std::vector<NamedProduct> found;
  for (const std::string_view code :
       std::set<std::string_view>(bnf_codes.begin(), bnf_codes.end())) {
    for (const BnfDmdPair& pair : mapping.of_bnf(code)) {
      if (const auto product = find_product(pair, dmd)) found.push_back(*product);
    }
  }
  std::ranges::sort(found, {}, [](const NamedProduct& named) {
    return std::tuple(named.product.bnf_code, named.product.type, named.full_name,
                      named.product.code);
  });
  std::vector<DmdProduct> products;
  products.reserve(found.size());
  for (const NamedProduct& named : found) products.push_back(named.product);
  return products;
}

}  // namespace codelog::mappings
