// SNOMED CT's importer on any RF2 files: four tables of each of three folders.
#include "coding_systems/snomedct/import.h"
#include "tests/fuzz/import_fuzz.h"

namespace {

namespace tests = codelog::tests;

std::vector<std::string> make_names() {
  std::vector<std::string> names;
  for (const char* edition : {"International", "UKClinical", "UKEdition"}) {
    for (const char* table : {"Concept", "Description", "StatedRelationship", "Relationship"}) {
      names.push_back("SnomedCT_" + std::string(edition) +
                      "RF2_PRODUCTION_20240101T000000Z/Full/Terminology/sct2_" + table +
                      "_Full_20240101.txt");
    }
  }
  return names;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<std::string> names = make_names();
  const auto members = tests::split_members({data, size}, names.size());
  const auto archive = tests::write_archive("fuzz.zip", names, members);
  tests::check_import("snomedct", codelog::coding_systems::import_snomedct, archive);
  return 0;
}
