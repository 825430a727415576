// ICD-10's importer on any table of the NHS's 5th edition, and any XML as WHO's edition of 2019.
#include "coding_systems/icd10/import.h"

#include "tests/fuzz/import_fuzz.h"

namespace {

namespace tests = codelog::tests;

const std::vector<std::string> both = {"ICD10_Edition5_CodesAndTitlesAndMetadata_GB_20160401.txt",
                                       "icd102019en.xml"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto members = tests::split_members({data, size}, both.size());
  std::vector<std::string> names = both;
  if (members.back().empty()) {  // only the table
    members.pop_back();
    names.pop_back();
  }
  const auto archive = tests::write_archive("fuzz.zip", names, members);
  tests::check_import("icd10", codelog::coding_systems::import_icd10, archive);
  return 0;
}
