// The BNF's importer on any CSV.
#include "coding_systems/bnf/import.h"

#include "tests/fuzz/import_fuzz.h"

namespace {

namespace tests = codelog::tests;

const std::vector<std::string> names = {"BNF_Code_Information.csv"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto members = tests::split_members({data, size}, names.size());
  const auto archive = tests::write_archive("fuzz.zip", names, members);
  tests::check_import("bnf", codelog::coding_systems::import_bnf, archive);
  return 0;
}
