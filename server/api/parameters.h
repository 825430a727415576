// The parameters in queries of the native API.
#pragma once

#include "server/endpoints/parameter.h"

namespace codelog::api::parameters {

using endpoints::Parameter;

inline constexpr Parameter term{"term", R"({"type": "string", "examples": ["asthma"]})",
                                "A text that descriptions contain; case is ignored."};
inline constexpr Parameter code{"code", R"({"type": "string"})",
                                "A code, or the beginning of one and a *; as people type it (J45.0 "
                                "for J450, a term in pipes behind it)."};
inline constexpr Parameter mode{"mode", R"({"$ref": "#/components/schemas/SearchMode"})",
                                "How it is matched."};
inline constexpr Parameter q{"q", R"({"type": "string", "maxLength": 256})",
                             "At most 16 words, in quotes where they belong together, or a code."};
inline constexpr Parameter found_limit{
    "limit", R"({"type": "integer", "minimum": 1, "maximum": 50})", "Entries of each kind."};
inline constexpr Parameter type{"type", R"({"type": "string"})",
                                "Only codes listed under this title (as /types has it, case "
                                "ignored). May be given several times: any of them."};
inline constexpr Parameter active{"active", R"({"type": "boolean"})",
                                  "Only codes that are active, or retired."};
inline constexpr Parameter as_of{"as_of", R"({"type": "string"})",
                                 "The state after this position, or at this time (RFC 3339) or day "
                                 "(before the first commit that is later)."};
inline constexpr Parameter after{"after", R"({"type": "integer"})",
                                 "The `next` of the page before."};
inline constexpr Parameter limit{"limit", R"({"type": "integer", "minimum": 1, "maximum": 1000})",
                                 "Entries on a page."};
inline constexpr Parameter steps_limit{
    "limit", R"({"type": "integer", "minimum": 1, "maximum": 500})", "Steps of each list."};
inline constexpr Parameter decisions_limit{
    "limit", R"({"type": "integer", "minimum": 1, "maximum": 500})", "Decisions on a page."};
inline constexpr Parameter before{"before", R"({"type": "integer", "minimum": 0})",
                                  "The `next` of the page before: decisions older than this."};
inline constexpr Parameter offset{"offset", R"({"type": "integer", "minimum": 0})",
                                  "Entries to pass over; in a history, codes of its first commit."};
inline constexpr Parameter row_text{"q", R"({"type": "string"})",
                                    "Only rows whose code and term together have each of these "
                                    "words; case is ignored."};
inline constexpr Parameter row_status{
    "status", R"({"type": "string"})",
    "Only codes with this status: +, (+), -, (-), ? or ! (a + is %2B here), or included, excluded, "
    "undecided or conflict. May be given several times: any of them."};
inline constexpr Parameter row_sort{"sort", R"({"enum": ["usual", "term", "code", "status"]})",
                                    "The order. usual: a table's own, or as the coding system "
                                    "sorts."};
inline constexpr Parameter nodes_max{
    "nodes_max", R"({"type": "integer", "minimum": 1, "maximum": 2000})", "The most nodes."};
inline constexpr Parameter under{"under", R"({"type": "string"})", "Only this code and below it."};
inline constexpr Parameter block{"block", R"({"type": "string"})",
                                 "all (the default), or the number of a block of 4,096 terms, "
                                 "counted from 0."};
inline constexpr Parameter owner{"owner", R"({"$ref": "#/components/schemas/Owner"})",
                                 "Codelists of this owner."};
inline constexpr Parameter coding_system{"coding_system", R"({"type": "string"})",
                                         "Codelists of this coding system."};
inline constexpr Parameter status{"status", R"({"$ref": "#/components/schemas/VersionStatus"})",
                                  "Codelists with a version of this status."};
inline constexpr Parameter codelist{"codelist", R"({"type": "integer", "examples": [42]})",
                                    "The id of a codelist."};
inline constexpr Parameter since{"after", R"({"type": "integer"})",
                                 "Begin after this position; without it, with the next commit. A "
                                 "Last-Event-ID header goes before it."};
inline constexpr Parameter changes{"changes", R"({"type": "boolean"})",
                                   "Show the codes that a step changed, too."};
inline constexpr Parameter release{"release", R"({"type": "string"})",
                                   "An alias; otherwise the most recent release."};

inline constexpr Parameter position{"position", R"({"type": "integer", "minimum": 1})",
                                    "The position of a commit."};
inline constexpr Parameter size{"size", R"({"type": "integer", "minimum": 1})",
                                "The number of commits of the log; otherwise all."};
inline constexpr Parameter from_size{"from", R"({"type": "integer", "minimum": 0})",
                                     "The smaller number of commits."};
inline constexpr Parameter to_size{"to", R"({"type": "integer", "minimum": 0})",
                                   "The larger number of commits; otherwise all."};

}  // namespace codelog::api::parameters
