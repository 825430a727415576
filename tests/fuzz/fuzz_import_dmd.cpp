// dm+d's importer on any XML documents.
#include "coding_systems/dmd/import.h"

#include "tests/fuzz/import_fuzz.h"

namespace {

namespace tests = codelog::tests;

const std::vector<std::string> names = {"f_lookup2_3010124.xml", "f_ingredient2_3010124.xml",
                                        "f_vtm2_3010124.xml",    "f_vmp2_3010124.xml",
                                        "f_vmpp2_3010124.xml",   "f_amp2_3010124.xml",
                                        "f_ampp2_3010124.xml",   "f_gtin2_3010124.xml"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto members = tests::split_members({data, size}, names.size());
  const auto archive = tests::write_archive("fuzz.zip", names, members);
  tests::check_import("dmd", codelog::coding_systems::import_dmd, archive);
  return 0;
}
