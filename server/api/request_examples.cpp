#include "server/api/request_examples.h"

#include <nlohmann/json.hpp>
#include <string_view>

namespace codelog::api {
namespace {

// By the name of the request's schema.
constexpr std::string_view request_examples = R"json({
"TermsRequest": {"codes": ["195967001"]},
"CodesetRequest": {"included": ["195967001"], "excluded": ["57607007"]},
"NewCodelist": {"owner": "user/ada", "name": "Asthma", "coding_system": "snomedct"},
"CodelistChanges": {"description": "Asthma as recorded in primary care"},
"Deletion": {"reason": "made twice"},
"Restoration": {"as_of": "2026-11-29T15:30:00Z"},
"NewVersion": {"release": "snomedct_3600_20230419", "codes": ["195967001"]},
"ConversionRequest": {"from": "snomedct", "to": "ctv3", "codes": ["195967001"]},
"UploadToCheck": {"csv": "code,term\n195967001,Asthma\n", "coding_system": "snomedct"},
"NewSearch": {"term": "asthma"},
"StatusUpdates":
  {"updates": [["195967001", "+"], ["57607007", "-"]], "reason": "seen in practice"},
"Undoing": {"mine": true},
"NewReason": {"step": 10482, "reason": "not asthma in this study"},
"Presence": {"code": "195967001"},
"Upgrade": {"release": "snomedct_3700_20241001"},
"Confirmation": {"codes": ["195967001"]},
"ComparisonRequest": {"of": ["66f08cca", "4de11995"]},
"RegionRequest": {"of": ["66f08cca", "4de11995"], "region": [0]}
})json";

}  // namespace

void add_request_examples(nlohmann::json& schemas) {
  const auto examples = nlohmann::json::parse(request_examples);
  for (const auto& [name, example] : examples.items()) {
    schemas.at(name)["examples"] = {example};
  }
}

}  // namespace codelog::api
