#include "mappings/ctv3sctmap2/mapping.h"

#include <algorithm>
#include <string>
#include <utility>

#include "coding_systems/index/sqlite_file.h"

namespace codelog::mappings {

using coding_systems::ReadText;
using coding_systems::SctidText;

Ctv3SnomedMapping::Ctv3SnomedMapping(std::vector<Ctv3SnomedPair> pairs)
    : by_ctv3_(std::move(pairs)) {
  std::sort(by_ctv3_.begin(), by_ctv3_.end());
  by_snomedct_ = by_ctv3_;
  std::sort(by_snomedct_.begin(), by_snomedct_.end(),
            [](const Ctv3SnomedPair& a, const Ctv3SnomedPair& b) {
              return std::pair(a.snomedct, a.ctv3) < std::pair(b.snomedct, b.ctv3);
            });
}

base::Result<Ctv3SnomedMapping> Ctv3SnomedMapping::open(const std::filesystem::path& file) {
  const auto opened = coding_systems::SqliteFile::open(file);
  if (!opened) return opened.error();
  const auto present = opened->require_table(
      "ctv3sctmap2_mapping", {"ctv3_concept_id", "sct_concept_id", "is_assured", "map_status"});
  if (!present) return present.error();
  std::vector<Ctv3SnomedPair> pairs;
  const auto read = opened->for_each_row(
      "SELECT ctv3_concept_id, sct_concept_id FROM ctv3sctmap2_mapping "
      "WHERE is_assured AND map_status AND sct_concept_id IS NOT NULL",
      [&](const coding_systems::SqliteRow& row) -> base::Result<void> {
        const auto ctv3 = ReadText::from(row.text(0));
        const auto snomedct = SctidText::from(row.text(1));
        if (!ctv3 || !snomedct) {
          return base::Error{base::ErrorCode::corrupt,
                             file.string() + ": the row of '" + std::string(row.text(0)) +
                                 "' and '" + std::string(row.text(1)) +
                                 "' has a code longer than "
                                 "its coding system allows",
                             {}};
        }
        pairs.push_back({*ctv3, *snomedct});
        return {};
      });
  if (!read) return read.error();
  return Ctv3SnomedMapping(std::move(pairs));
}

std::span<const Ctv3SnomedPair> Ctv3SnomedMapping::of_ctv3(std::string_view code) const {
  const auto found = std::ranges::equal_range(
      by_ctv3_, code, {}, [](const Ctv3SnomedPair& pair) { return pair.ctv3.view(); });
  return {found.begin(), found.end()};
}

std::span<const Ctv3SnomedPair> Ctv3SnomedMapping::of_snomedct(std::string_view code) const {
  const auto found = std::ranges::equal_range(
      by_snomedct_, code, {}, [](const Ctv3SnomedPair& pair) { return pair.snomedct.view(); });
  return {found.begin(), found.end()};
}

}  // namespace codelog::mappings
