// SNOMED CT's importer on any RF2 files: four tables of each of three folders.
#include "coding_systems/snomedct/import.h"
#include "tests/fuzz/import_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const codelog::tests::FuzzedImport fuzzed = [] {
    codelog::tests::FuzzedImport made = {"snomedct", codelog::coding_systems::import_snomedct, {}};
    for (const char* edition : {"International", "UKClinical", "UKEdition"}) {
      for (const char* table : {"Concept", "Description", "StatedRelationship", "Relationship"}) {
        made.member_names.push_back("SnomedCT_" + std::string(edition) +
                                    "RF2_PRODUCTION_20240101T000000Z/Full/Terminology/sct2_" +
                                    table + "_Full_20240101.txt");
      }
    }
    return made;
  }();
  codelog::tests::run_import(fuzzed, {data, size});
  return 0;
}
