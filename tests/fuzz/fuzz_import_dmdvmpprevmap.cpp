// The importer of previous VMPs on any packed CSV.
#include "mappings/dmdvmpprevmap/import.h"
#include "tests/fuzz/import_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace tests = codelog::tests;
  const auto file = tests::write_gzip("fuzz.csv.gz", {data, data + size});
  tests::check_mapping_import(
      "dmdvmpprevmap",
      [](const auto& request) { return codelog::mappings::import_dmdvmpprevmap(request, {}); },
      file);
  return 0;
}
