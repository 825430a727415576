// OPCS-4's importer on any file of codes and titles.
#include "coding_systems/opcs4/import.h"

#include "tests/fuzz/import_fuzz.h"

namespace {

namespace tests = codelog::tests;

const std::vector<std::string> names = {"OPCS410 CodesAndTitles Nov 2022 V1.0.txt"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto members = tests::split_members({data, size}, names.size());
  const auto archive = tests::write_archive("fuzz.zip", names, members);
  tests::check_import("opcs4", codelog::coding_systems::import_opcs4, archive);
  return 0;
}
