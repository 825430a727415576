// What a paper must say of a codelist version: the content of its methods appendix, which a page
// and a Markdown file show. Names of people who have been erased are not in it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/commands/version_names.h"
#include "server/web/visit.h"

namespace codelog::web {

// A commit that made something so.
struct MethodsAct {
  base::Position position;
  base::Timestamp time;
  std::string person;
};

struct MethodsSearch {
  std::string text;
  std::string mode;
  std::string filters;  // "active codes; types: Disorder"; empty: none
  std::uint64_t found_count = 0;
  std::uint64_t included_count = 0;
  std::optional<MethodsAct> act;
};

struct MethodsDecision {
  std::string code;
  std::string term;
  base::CodeStatus status = base::CodeStatus::included;  // or excluded
  std::size_t depth = 0;
  std::string reason;
  std::optional<MethodsAct> act;
  bool is_from_source = false;  // came with the version's beginning
};

struct MethodsPerson {
  std::string name;
  std::string decisions;  // "212 decisions"
  std::string searches;
  std::string days;  // "3 Nov 2024 to 5 Nov 2024"
};

struct MethodsChange {
  std::string code;
  std::string term;
};
struct MethodsDifference {
  std::string version;  // the one before
  std::string path;
  std::size_t added_count = 0;
  std::size_t removed_count = 0;
  std::vector<MethodsChange> added;  // the first ones
  std::vector<MethodsChange> removed;
};

struct Methods {
  std::string name;
  std::string version;  // tag or hash
  std::string hash;
  std::string status;
  std::string owner;
  std::string address;
  std::string system;
  std::string release;
  std::string release_alias;
  std::string release_day;     // empty: not known
  std::string release_digest;  // of its file; empty: it had none
  std::string origin;          // how the version began
  std::string description;
  std::string methodology;  // Markdown
  std::vector<events::Reference> references;
  std::uint64_t included_count = 0;
  std::uint64_t excluded_count = 0;
  std::uint64_t undecided_count = 0;
  std::uint64_t decided_count = 0;  // by people; the others follow
  bool is_table = false;
  std::vector<MethodsSearch> searches;
  std::vector<MethodsDecision> decisions;  // depth first, as the definition
  // That neither take codes in nor leave included ones out, by code.
  std::vector<MethodsDecision> other_decisions;
  std::size_t decisions_left_out_count = 0;
  bool is_complete = true;  // the history could be read as a whole
  std::vector<MethodsPerson> people;
  std::optional<MethodsAct> created;
  std::optional<MethodsAct> saved;
  std::optional<MethodsAct> published;
  std::vector<std::string> signed_off;  // "alice, 3 Nov 2024"
  std::string content_digest;           // commands/version_digests.h; empty: of a draft
  std::string download_digest;          // SHA-256 of download.csv; empty: there is no such file
  std::string log_id;
  std::string position;  // of the version's last change
  std::string today;
  std::optional<MethodsDifference> difference;
};

// What a page or a text shows; the file of the decisions has all.
inline constexpr std::size_t methods_decisions_max = 5'000;

// Errors: unavailable (too many such requests at once), those of reading the log.
base::Result<Methods> methods_of(const Visit& visit, const commands::NamedVersion& named,
                                 std::size_t decisions_max = methods_decisions_max);

std::string methods_markdown(const Methods& methods);
// code, term, decision (include, exclude), reason, who, when (UTC), position in the log, and
// origin: "given" if the code came with a list, a table or another codelist, and nobody decided it
// here. Cells that a spreadsheet would run are escaped.
std::string decisions_csv(const Methods& methods);

}  // namespace codelog::web
