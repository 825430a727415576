// CTV3's importer on any files: four of the NHS's archive, and TPP's two.
#include "coding_systems/ctv3/import.h"
#include "tests/fuzz/import_fuzz.h"

namespace {

namespace tests = codelog::tests;

const std::vector<std::string> names = {"V3/Concept.v3", "V3/Terms.v3", "V3/Descrip.v3",
                                        "V3/V3hier.v3"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto files = tests::split_members({data, size}, names.size() + 2);
  tests::write_archive("ctv3/nhs_readctv3_25.0.0_20180401000001.zip", names,
                       {files[0], files[1], files[2], files[3]});
  tests::write_gzip("ctv3/2024-01-01/ctv3_dictionary.csv.gz", files[4]);
  const auto file = tests::write_gzip("ctv3/2024-01-01/ctv3_hierarchy.csv.gz", files[5]);
  tests::check_import("ctv3", codelog::coding_systems::import_ctv3, file.parent_path());
  return 0;
}
