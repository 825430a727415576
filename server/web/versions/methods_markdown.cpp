// The methods appendix as Markdown, for a manuscript's supplement or a repository.
#include "server/web/versions/methods.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using pages::grouped;

// Text in a line or a cell: nothing in it is a mark of Markdown.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      out += ' ';
      continue;
    }
    if (std::string_view("\\`*_{}[]<>#|~").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

class Markdown {
 public:
  void heading(std::string_view words) { out_ += "\n## " + plain(words) + "\n\n"; }
  void line(const std::string& text) { out_ += text + "\n"; }
  void fact(std::string_view name, std::string_view value) {
    if (!value.empty()) line("- **" + std::string(name) + ":** " + plain(value));
  }
  void code_fact(std::string_view name, std::string_view value) {
    if (!value.empty()) line("- **" + std::string(name) + ":** `" + std::string(value) + "`");
  }
  void row(const std::vector<std::string>& cells) {
    for (const std::string& cell : cells) out_ += "| " + cell + " ";
    out_ += "|\n";
  }
  void table_head(const std::vector<std::string>& titles) {
    row(titles);
    row(std::vector<std::string>(titles.size(), "---"));
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

std::string act_text(const std::optional<MethodsAct>& act) {
  if (!act) return {};
  return day_of(act->time) + " by " + act->person + " (position " + position_words(act->position) +
         ")";
}

void write_facts(const Methods& methods, Markdown& out) {
  out.fact("Codelist", methods.name);
  out.fact("Owner", methods.owner);
  out.fact("Version", methods.version + " (" + methods.status + ")");
  out.line("- **Address:** <" + methods.address + ">");
  out.fact("Coding system", methods.system);
  out.fact("Release", methods.release + " (" + methods.release_alias +
                          (methods.release_day.empty() ? "" : ", of " + methods.release_day) + ")");
  out.fact("How it began", methods.origin);
  if (!methods.is_table) {
    out.fact("Codes", grouped(methods.included_count) + " included, " +
                          grouped(methods.excluded_count) + " excluded, " +
                          grouped(methods.undecided_count) + " undecided");
  }
}

void write_texts(const Methods& methods, Markdown& out) {
  if (!methods.description.empty()) {
    out.heading("Description");
    out.line(plain(methods.description));
  }
  if (!methods.methodology.empty()) {
    out.heading("Methodology");
    out.line(methods.methodology);
  }
}

void write_searches(const Methods& methods, Markdown& out) {
  if (methods.searches.empty()) return;
  out.heading("Searches");
  out.table_head({"Searched for", "How", "Found", "Included", "First searched"});
  for (const MethodsSearch& search : methods.searches) {
    out.row({plain(search.text),
             plain(search.mode + (search.filters.empty() ? "" : "; " + search.filters)),
             grouped(search.found_count), grouped(search.included_count),
             plain(act_text(search.act))});
  }
}

void write_decision_table(const std::vector<MethodsDecision>& decisions, Markdown& out) {
  out.table_head({"Decision", "Code", "Term", "Made", "Reason"});
  for (const MethodsDecision& decision : decisions) {
    const bool is_included = decision.status == base::CodeStatus::included;
    out.row({is_included ? "include" : "exclude", "`" + decision.code + "`", plain(decision.term),
             plain(act_text(decision.act) + (decision.is_from_source ? ", as given" : "")),
             plain(decision.reason)});
  }
}

void write_decisions(const Methods& methods, Markdown& out) {
  if (!methods.decisions.empty()) {
    out.heading("Decisions");
    out.line(
        "A decision on a code also applies to the codes below it, unless one of them is decided "
        "itself.\n");
    write_decision_table(methods.decisions, out);
  }
  if (!methods.other_decisions.empty()) {
    out.heading("Other decisions");
    out.line("They change nothing among the included codes, but somebody has looked at them.\n");
    write_decision_table(methods.other_decisions, out);
  }
  if (methods.decisions_left_out_count > 0) {
    out.line("\nand " + grouped(methods.decisions_left_out_count) +
             " more, which the history has.");
  }
  if (!methods.is_complete) {
    out.line(
        "\nThe history is longer than this page reads: some decisions are without their date.");
  }
}

void write_people(const Methods& methods, Markdown& out) {
  out.heading("People");
  for (const MethodsPerson& person : methods.people) {
    out.line("- " + plain(person.name + ": " + person.decisions + ", " + person.searches + ", " +
                          person.days));
  }
  out.fact("Begun", act_text(methods.created));
  out.fact("Saved for review", act_text(methods.saved));
  out.fact("Published", act_text(methods.published));
  for (const std::string& signed_off : methods.signed_off) out.fact("Signed off by", signed_off);
}

void write_difference(const Methods& methods, Markdown& out) {
  if (!methods.difference) return;
  const MethodsDifference& difference = *methods.difference;
  out.heading("Against version " + difference.version);
  out.line(grouped(difference.added_count) + " added, " + grouped(difference.removed_count) +
           " removed.\n");
  const auto list = [&](const char* sign, const std::vector<MethodsChange>& changes) {
    for (const MethodsChange& change : changes) {
      out.line("- " + std::string(sign) + " `" + change.code + "` " + plain(change.term));
    }
  };
  list("added", difference.added);
  list("removed", difference.removed);
  if (difference.added_count + difference.removed_count >
      difference.added.size() + difference.removed.size()) {
    out.line("\nOnly the first ones are listed here.");
  }
}

void write_digests(const Methods& methods, Markdown& out) {
  out.heading("Digests");
  out.code_fact("Version hash", methods.hash);
  out.code_fact("SHA-256 of the content", methods.content_digest);
  out.code_fact("SHA-256 of download.csv", methods.download_digest);
  out.code_fact("SHA-256 of the release file", methods.release_digest);
  out.code_fact("Log", methods.log_id);
  out.fact("Position of the last change", methods.position);
}

}  // namespace

std::string methods_markdown(const Methods& methods) {
  Markdown out;
  out.line("# Methods: " + plain(methods.name) + ", version " + plain(methods.version) + "\n");
  write_facts(methods, out);
  write_texts(methods, out);
  write_searches(methods, out);
  write_decisions(methods, out);
  write_people(methods, out);
  write_difference(methods, out);
  if (!methods.references.empty()) out.heading("References");
  for (const events::Reference& reference : methods.references) {
    out.line("- " + plain(reference.text) + ": <" + reference.url + ">");
  }
  write_digests(methods, out);
  out.line("\nMade by Codelog on " + methods.today + " from its log.");
  return out.take();
}

}  // namespace codelog::web
