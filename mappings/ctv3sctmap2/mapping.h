// Maps between CTV3 codes and SNOMED CT concepts. Immutable once read; safe from any thread.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "coding_systems/importing/short_text.h"
#include "events/base/result.h"

namespace codelog::mappings {

inline constexpr std::string_view ctv3sctmap2_id = "ctv3sctmap2";

struct Ctv3SnomedPair {
  coding_systems::ReadText ctv3;
  coding_systems::SctidText snomedct;
  auto operator<=>(const Ctv3SnomedPair&) const = default;
};

class Ctv3SnomedMapping {
 public:
  explicit Ctv3SnomedMapping(std::vector<Ctv3SnomedPair> pairs);
  // Reads from a file in OpenCodelists' schema the rows that are clinically assured, in force and
  // lead to a SNOMED CT concept. Errors: not_found, corrupt, unavailable, io.
  static base::Result<Ctv3SnomedMapping> open(const std::filesystem::path& file);

  std::size_t pairs_count() const { return by_ctv3_.size(); }

  // Sorted by the code on the other side. A pair of codes is repeated for each pair of terms that
  // the mapping lists. Logarithmic.
  std::span<const Ctv3SnomedPair> of_ctv3(std::string_view code) const;
  std::span<const Ctv3SnomedPair> of_snomedct(std::string_view code) const;

 private:
  std::vector<Ctv3SnomedPair> by_ctv3_;
  std::vector<Ctv3SnomedPair> by_snomedct_;
};

}  // namespace codelog::mappings
