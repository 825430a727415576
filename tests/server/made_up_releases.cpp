#include "tests/server/made_up_releases.h"

#include <string>

#include "coding_systems/opcs4/import.h"
#include "coding_systems/readv2/import.h"
#include "events/base/check.h"
#include "tests/coding_systems/small_releases.h"

namespace codelog::tests {
namespace {

constexpr const char* readv2_table =
    "code,term\n"
    "H....,Respiratory system diseases\n"
    "H3...,Chronic obstructive pulmonary disease\n"
    "H33..,Asthma\n"
    "H33..11,Bronchial asthma\n"
    "H330.,Extrinsic (atopic) asthma\n"
    "H3300,Extrinsic asthma without status asthmaticus\n"
    "H3301,\"Extrinsic asthma, with status asthmaticus\"\n"
    "H331.,Intrinsic asthma\n"
    "H3310,Intrinsic asthma without status asthmaticus\n"
    "H33z.,Asthma unspecified\n"
    "H33z1,Attack unspecified\n"
    "H34..,Bronchiectasis\n"
    "1....,History and symptoms\n"
    "1780.,Aspirin induced asthma\n";

constexpr const char* opcs4_table =
    "code,term\n"
    "A,Nervous system\n"
    "A01,Major excision of tissue of brain\n"
    "A01.1,Hemispherectomy\n"
    "A01.2,Total lobectomy of brain\n"
    "A02,Excision of lesion of tissue of brain\n"
    "A02.1,Excision of lesion of tissue of frontal lobe of brain\n"
    "A02.2,Excision of lesion of tissue of temporal lobe of brain\n"
    "A02.9,\"Unspecified, of lesion of tissue of brain\"\n"
    "A05,Drainage of lesion of tissue of brain\n"
    "B08.1,Total thyroidectomy\n";

using Import =
    base::Result<coding_systems::ImportOutcome> (*)(const coding_systems::ImportRequest&);

void import_table(const std::filesystem::path& data_folder, const std::string& system,
                  const char* table, Import import) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "table.csv";
  write_bytes(path, table);
  const auto imported = import({.archive = path,
                                .target_folder = data_folder / "coding_systems" / system,
                                .alias = system + "_small_20240101"});
  CODELOG_CHECK(static_cast<bool>(imported), imported ? "" : imported.error().detail);
}

}  // namespace

void import_made_up_releases(const std::filesystem::path& data_folder) {
  import_table(data_folder, "readv2", readv2_table, coding_systems::import_readv2);
  import_table(data_folder, "opcs4", opcs4_table, coding_systems::import_opcs4);
}

}  // namespace codelog::tests
