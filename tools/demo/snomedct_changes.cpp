#include "tools/demo/snomedct_changes.h"

namespace codelog::demo {
namespace {

constexpr std::string_view possibly_equivalent_to = "900000000000523009";
constexpr std::string_view replaced_by = "900000000000526001";
constexpr std::string_view same_as = "900000000000527005";

constexpr FamiliarConcept additions[] = {
    {"Adult onset asthma", "disorder", {"Asthma", ""}, "Asthma that began in adult life"},
    {"Asthma with unpredictable attacks", "disorder", {"Asthma", ""}, ""},
    {"Thunderstorm asthma", "disorder", {"Allergic asthma", ""}, ""},
    // The term lacks the word asthma; a search finds the concept only through its ancestor.
    {"Wheezing illness of farm workers",
     "disorder",
     {"Occupational asthma", ""},
     "Farm worker's wheeze"},
    {"Diabetes mellitus due to disease of pancreas", "disorder", {"Diabetes mellitus", ""}, ""},
    {"Diabetic ulcer of left foot",
     "disorder",
     {"Complication of diabetes mellitus", "Disorder of skin"},
     ""},
    {"Diabetic ulcer of right foot",
     "disorder",
     {"Complication of diabetes mellitus", "Disorder of skin"},
     ""},
    {"Hypertension in pregnancy", "disorder", {"Hypertensive disorder", ""}, ""},
    {"Wheezing at night", "finding", {"Wheezing", ""}, "Nocturnal wheeze"},
};

constexpr RetiredConcept retirements[] = {
    {"Brittle asthma", replaced_by, {"Asthma with unpredictable attacks", ""}},
    {"Late onset asthma", same_as, {"Adult onset asthma", ""}},
    {"Diabetic foot ulcer",
     possibly_equivalent_to,
     {"Diabetic ulcer of left foot", "Diabetic ulcer of right foot"}},
};

constexpr RenamedConcept renamings[] = {
    {"Exercise-induced asthma", "Asthma brought on by exercise"},
    {"Gestational diabetes mellitus", "Diabetes mellitus arising in pregnancy"},
};

constexpr MovedConcept moves[] = {
    {"Seasonal asthma", "Allergic asthma", "Asthma"},
    {"Diabetic nephropathy", "Disorder of urinary system", "Chronic kidney disease"},
};

}  // namespace

std::span<const FamiliarConcept> new_concepts() { return additions; }
std::span<const RetiredConcept> retired_concepts() { return retirements; }
std::span<const RenamedConcept> renamed_concepts() { return renamings; }
std::span<const MovedConcept> moved_concepts() { return moves; }

}  // namespace codelog::demo
