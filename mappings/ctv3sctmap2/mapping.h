// CTV3 and SNOMED CT: which concept stands for which. Immutable once read; safe from any thread.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "coding_systems/base/short_text.h"
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
  // Reads the rows of a file in the schema of OpenCodelists that are clinically assured, in force
  // and lead to a SNOMED CT concept. Errors: not_found, corrupt, unavailable, io.
  static base::Result<Ctv3SnomedMapping> open(const std::filesystem::path& file);

  std::size_t pairs_count() const { return by_ctv3_.size(); }

  // In the order of the other side's codes. A pair comes once for each pair of terms that the
  // mapping has it for. Logarithmic.
  std::span<const Ctv3SnomedPair> of_ctv3(std::string_view code) const;
  std::span<const Ctv3SnomedPair> of_snomedct(std::string_view code) const;

 private:
  std::vector<Ctv3SnomedPair> by_ctv3_;
  std::vector<Ctv3SnomedPair> by_snomedct_;
};

}  // namespace codelog::mappings
