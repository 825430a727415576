// Maps presentations of the pseudo-BNF to dm+d products. Immutable once read; safe from any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/base/release.h"
#include "coding_systems/importing/short_text.h"
#include "events/base/result.h"

namespace codelog::mappings {

inline constexpr std::string_view bnfdmd_id = "bnfdmd";

// In the order of conversions. Packs (VMPP, AMPP) are only in the files.
enum class DmdType : std::uint8_t { vmp, amp };
std::string_view to_string(DmdType type);  // "VMP", "AMP"

struct BnfDmdPair {
  coding_systems::BnfText bnf;
  DmdType type = DmdType::vmp;
  coding_systems::SctidText dmd;
  auto operator<=>(const BnfDmdPair&) const = default;
};

class BnfDmdMapping {
 public:
  explicit BnfDmdMapping(std::vector<BnfDmdPair> pairs);
  // Reads the VMPs and AMPs of a file in OpenCodelists' schema. Errors: not_found, corrupt,
  // unavailable, io.
  static base::Result<BnfDmdMapping> open(const std::filesystem::path& file);

  std::size_t pairs_count() const { return pairs_.size(); }
  // The pairs of exactly this code; a code above presentations has none. Logarithmic.
  std::span<const BnfDmdPair> of_bnf(std::string_view code) const;

 private:
  std::vector<BnfDmdPair> pairs_;  // sorted
};

struct DmdProduct {
  DmdType type = DmdType::vmp;
  std::string_view code;
  std::string_view name;  // dm+d's name, without the supplier
  std::string_view bnf_code;
  bool operator==(const DmdProduct&) const = default;
};

// The products of these BNF codes that exist in the dm+d release. Sorted by BNF code, then VMPs
// before AMPs, then name (of AMPs: with supplier). Views into all three arguments. O(n log n).
std::vector<DmdProduct> dmd_products_of(const BnfDmdMapping& mapping,
                                        const coding_systems::Release& dmd,
                                        std::span<const std::string> bnf_codes);

}  // namespace codelog::mappings
