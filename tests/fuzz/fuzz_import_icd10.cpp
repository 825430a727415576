// ICD-10's importer on any XML documents, one for each edition.
#include "coding_systems/icd10/import.h"

#include "tests/fuzz/import_fuzz.h"

namespace {

namespace tests = codelog::tests;

const std::vector<std::string> names = {"icd102016en.xml", "icd102019en.xml"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto members = tests::split_members({data, size}, names.size());
  const auto archive = tests::write_archive("fuzz.zip", names, members);
  tests::check_import("icd10", codelog::coding_systems::import_icd10, archive);
  return 0;
}
