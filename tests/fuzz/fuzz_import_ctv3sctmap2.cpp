// The importer of the CTV3 mapping on any table.
#include "mappings/ctv3sctmap2/import.h"

#include "tests/fuzz/import_fuzz.h"

namespace {

namespace tests = codelog::tests;

const std::vector<std::string> names = {
    "Mapping Tables/Updated/Clinically Assured/ctv3sctmap2_uk_20200401000001.txt"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto members = tests::split_members({data, size}, names.size());
  const auto archive = tests::write_archive("fuzz.zip", names, members);
  tests::check_mapping_import("ctv3sctmap2", codelog::mappings::import_ctv3sctmap2, archive);
  return 0;
}
