#include "coding_systems/base/coding_system.h"

#include <algorithm>
#include <array>

namespace codelog::coding_systems {
namespace {

using Headers = std::string_view[];

constexpr Headers snomedct_codes = {"code", "id", "snomedcode", "dmd_id"};
constexpr Headers snomedct_terms = {"term", "long_name", "name", "ethnicity", "dmd_name"};
constexpr Headers dmd_codes = {"dmd_id", "code", "id", "snomed_id", "dmd"};
constexpr Headers dmd_terms = {"term", "dmd_name", "name", "nm", "description"};
constexpr Headers icd10_codes = {"icd_code", "icd10_code", "code", "icd"};
constexpr Headers icd10_terms = {"term", "description", "name", "diag_desc"};
constexpr Headers ctv3_codes = {"code", "ctv3id", "ctv3code", "ctv3_id", "id"};
// OpenCodelists lists three more headers in mixed case; they never match, since it lowers the
// headers of tables first.
constexpr Headers ctv3_terms = {"term", "description", "ctv3_name", "readterm", "ctv3term"};
constexpr Headers readv2_codes = {"code", "readcode"};
constexpr Headers readv2_terms = {"term", "readcodedescr"};
constexpr Headers opcs4_codes = {"code", "opcs4_or_icd10"};
constexpr Headers code_only = {"code"};
constexpr Headers term_only = {"term"};
constexpr Headers term_or_description = {"term", "description"};

constexpr std::array systems = {
    CodingSystemInfo{.id = "snomedct",
                     .name = "SNOMED CT (UK Clinical Edition)",
                     .short_name = "SNOMED CT",
                     .code_headers = snomedct_codes,
                     .term_headers = snomedct_terms},
    CodingSystemInfo{.id = "dmd",
                     .name = "Dictionary of Medicines and Devices",
                     .short_name = "dm+d",
                     .code_headers = dmd_codes,
                     .term_headers = dmd_terms},
    CodingSystemInfo{.id = "bnf",
                     .name = "Pseudo BNF",
                     .short_name = "BNF",
                     .code_headers = code_only,
                     .term_headers = term_or_description},
    CodingSystemInfo{.id = "icd10",
                     .name = "ICD-10",
                     .short_name = "ICD-10",
                     .sorts_by_term = false,
                     .code_headers = icd10_codes,
                     .term_headers = icd10_terms},
    CodingSystemInfo{.id = "ctv3",
                     .name = "CTV3 (Read V3)",
                     .short_name = "CTV3",
                     .code_headers = ctv3_codes,
                     .term_headers = ctv3_terms},
    CodingSystemInfo{.id = "readv2",
                     .name = "Read V2",
                     .short_name = "Read V2",
                     .release_file = ReleaseFileRule::where_imported,
                     .code_headers = readv2_codes,
                     .term_headers = readv2_terms},
    CodingSystemInfo{.id = "opcs4",
                     .name = "OPCS-4",
                     .short_name = "OPCS-4",
                     .release_file = ReleaseFileRule::where_imported,
                     .sorts_by_term = false,
                     .code_headers = opcs4_codes,
                     .term_headers = term_or_description},
    CodingSystemInfo{.id = "null",
                     .name = "No coding system",
                     .short_name = "null",
                     .release_file = ReleaseFileRule::never,
                     .code_headers = code_only,
                     .term_headers = term_only},
};

}  // namespace

const CodingSystemInfo* find_coding_system(std::string_view id) {
  const auto found = std::ranges::find(systems, id, &CodingSystemInfo::id);
  return found == systems.end() ? nullptr : &*found;
}

std::span<const CodingSystemInfo> all_coding_systems() { return systems; }

}  // namespace codelog::coding_systems
