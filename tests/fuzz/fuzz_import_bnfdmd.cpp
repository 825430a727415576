// The importer of the BNF mapping on any workbook.
#include "mappings/bnfdmd/import.h"

#include "tests/fuzz/import_fuzz.h"

namespace {

namespace tests = codelog::tests;

const std::vector<std::string> names = {"[Content_Types].xml",  "_rels/.rels",
                                        "xl/workbook.xml",      "xl/_rels/workbook.xml.rels",
                                        "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto members = tests::split_members({data, size}, names.size());
  const auto archive = tests::write_archive("fuzz.xlsx", names, members);
  tests::check_mapping_import("bnfdmd", codelog::mappings::import_bnfdmd, archive);
  return 0;
}
