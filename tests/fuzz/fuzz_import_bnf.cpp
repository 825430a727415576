// The BNF's importer on any CSV.
#include "coding_systems/bnf/import.h"
#include "tests/fuzz/import_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const codelog::tests::FuzzedImport fuzzed = {
      "bnf", codelog::coding_systems::import_bnf, {"BNF_Code_Information.csv"}};
  codelog::tests::run_import(fuzzed, {data, size});
  return 0;
}
