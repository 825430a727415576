// Read v2's importer on any keyword file.
#include "coding_systems/readv2/import.h"

#include "tests/fuzz/import_fuzz.h"

namespace {

namespace tests = codelog::tests;

const std::vector<std::string> names = {"V2/Unified/Keyv2.all"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto members = tests::split_members({data, size}, names.size());
  const auto archive = tests::write_archive("fuzz.zip", names, members);
  tests::check_import("readv2", codelog::coding_systems::import_readv2, archive);
  return 0;
}
