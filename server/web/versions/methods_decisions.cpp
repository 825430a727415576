// The decisions behind a version as CSV, with their reasons.
#include "server/commands/csv_writer.h"
#include "server/files/escaped_formulas.h"
#include "server/web/versions/methods.h"

namespace codelog::web {
namespace {

void append_rows(const std::vector<MethodsDecision>& decisions, std::string& csv) {
  for (const MethodsDecision& decision : decisions) {
    const bool is_known = decision.act.has_value();
    commands::append_csv_row(
        {decision.code, decision.term, base::is_included(decision.status) ? "include" : "exclude",
         decision.reason, is_known ? decision.act->person : "",
         is_known ? base::format_timestamp(decision.act->time) : "",
         is_known ? std::to_string(decision.act->position.value()) : "",
         decision.is_from_source ? "given" : "decided"},
        csv);
  }
}

}  // namespace

std::string decisions_csv(const Methods& methods) {
  std::string csv;
  commands::append_csv_row(
      {"code", "term", "decision", "reason", "who", "when", "position", "origin"}, csv);
  append_rows(methods.decisions, csv);
  append_rows(methods.other_decisions, csv);
  return files::escape_formulas(csv);
}

}  // namespace codelog::web
