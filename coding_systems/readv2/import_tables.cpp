#include "coding_systems/readv2/import_tables.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "coding_systems/importing/text_lines.h"
#include "coding_systems/importing/text_source.h"
#include "coding_systems/readv2/codes.h"
#include "events/base/text.h"

namespace codelog::coding_systems::readv2 {
namespace {

constexpr std::uint64_t rows_per_progress = 1024;
constexpr std::string_view keys_file = "keyv2.all";  // in lower case, like all names here
constexpr std::string_view core_file = "corev2.all";

std::string lower_file_name(std::string_view member_name) {
  return base::ascii_lower(member_name.substr(member_name.rfind('/') + 1));
}

bool is_unified(std::string_view member_name, std::string_view file_name) {
  const std::string path = "/" + base::ascii_lower(member_name);
  return path.ends_with("/unified/" + std::string(file_name)) ||
         path == "/" + std::string(file_name);
}

// The best file of the archive.
base::Result<ZipMember> choose_member(const ZipArchive& archive) {
  std::vector<ZipMember> tables;
  for (const std::string_view file_name : {keys_file, core_file}) {
    for (const ZipMember& member : archive.members()) {
      if (is_unified(member.name, file_name)) return member;
    }
  }
  for (const ZipMember& member : archive.members()) {
    if (lower_file_name(member.name).ends_with(".csv")) tables.push_back(member);
  }
  if (tables.size() == 1) return tables.front();
  return base::Error{base::ErrorCode::invalid,
                     archive.name() +
                         ": there is neither Unified/Keyv2.all nor Unified/Corev2.all, and not "
                         "one .csv file but " +
                         std::to_string(tables.size()),
                     {}};
}

// Collects each term once, for any order of its rows.
class TermsByCode {
 public:
  struct Term {
    std::string code;
    std::string term_code;
    std::string term;
    std::string parent;  // "" if the row has none
    std::uint64_t line = 0;
  };

  // Errors: invalid, with a detail only: the term code already has another term or parent.
  base::Result<void> add(Term term) {
    const auto [place, is_new] = places_.emplace(term.code + term.term_code, terms_.size());
    if (is_new) {
      terms_.push_back(std::move(term));
      return {};
    }
    const Term& before = terms_[place->second];
    if (before.term == term.term && before.parent == term.parent) return {};
    return base::Error{base::ErrorCode::invalid,
                       term.code + " has another " +
                           (before.term == term.term ? "parent" : "term") + " with the term code " +
                           term.term_code + " on line " + std::to_string(before.line),
                       {}};
  }

  bool empty() const { return terms_.empty(); }
  std::size_t size() const { return terms_.size(); }

  // A code's name is its term with the lowest term code.
  void move_to(FlatTables& tables) {
    std::ranges::sort(terms_, {}, [](const Term& term) {
      return std::pair<std::string_view, std::string_view>(term.code, term.term_code);
    });
    for (Term& term : terms_) {
      auto& concepts = tables.concepts;
      if (concepts.empty() || concepts.back().code != term.code) {
        concepts.push_back({term.code, std::move(term.term), std::nullopt, term.line});
      } else {
        tables.synonyms.push_back({term.code, std::move(term.term_code), std::move(term.term)});
      }
      if (!term.parent.empty() && !concepts.back().parent) {
        concepts.back().parent = std::move(term.parent);
        concepts.back().line = term.line;
      }
    }
  }

 private:
  std::vector<Term> terms_;
  std::unordered_map<std::string, std::size_t> places_;
};

class TablesReader {
 public:
  TablesReader(TextSource& source, ImportStages& stages)
      : source_(source),
        stages_(stages),
        csv_(source.name(), [&source](std::span<char> buffer) { return source.read(buffer); }) {}

  base::Result<FlatTables> read() {
    stages_.begin("reading", source_.size_bytes());
    const std::string file_name = base::ascii_lower(source_.file_name());
    base::Result<void> done;
    if (file_name == keys_file) {
      done = read_records(9, &TablesReader::take_key);
    } else if (file_name == core_file) {
      done = read_records(13, &TablesReader::take_core);
    } else {
      done = read_code_rows(csv_, stages_, [this](const CodeRow& row) { return take_row(row); });
    }
    if (!done) return done.error();
    if (terms_.empty()) return csv_.error_here("the file has no codes");
    if (auto proceed = stages_.advance_to(csv_.bytes_read()); !proceed) return proceed.error();
    FlatTables tables;
    tables.source_name = source_.name();
    tables.source_bytes = csv_.bytes_read();
    terms_.move_to(tables);
    return tables;
  }

 private:
  // Reads a publisher's file, which has no header.
  base::Result<void> read_records(std::size_t columns_count,
                                  base::Result<void> (TablesReader::*take_record)()) {
    for (std::uint64_t rows = 1;; ++rows) {
      const auto more = csv_.next_record();
      if (!more) return more.error();
      if (!*more) return {};
      if (!width_fault(csv_.fields(), columns_count).empty()) {
        return csv_.error_here("the row has " + std::to_string(csv_.fields().size()) +
                               " fields; the file must have " + std::to_string(columns_count));
      }
      if (auto taken = (this->*take_record)(); !taken) return taken;
      if (rows % rows_per_progress != 0) continue;
      if (auto proceed = stages_.advance_to(csv_.bytes_read()); !proceed) return proceed;
    }
  }

  base::Result<void> take_key() {
    const auto fields = csv_.fields();
    if (!is_term_code(fields[5])) {
      return csv_.error_here("the term code '" + fields[5] + "' is not two letters or digits");
    }
    const auto code = split_code(fields[7]);
    if (!code) return no_code(fields[7]);
    if (fields[7].size() > code_bytes && code->term_code != fields[5]) {
      return csv_.error_here("the code " + fields[7] + " has another term code than " + fields[5]);
    }
    return take(code->code, fields[5], longest(2), "");
  }

  base::Result<void> take_core() {
    const auto fields = csv_.fields();
    const auto code = split_code(fields[0]);
    if (!code) return no_code(fields[0]);
    return take(code->code, code->term_code, longest(1), "");
  }

  base::Result<void> take_row(const CodeRow& row) {
    const auto code = split_code(row.code);
    if (!code) return no_code(row.code);
    if (!row.parent.empty() && !is_code(row.parent)) return no_code(row.parent);
    return take(code->code, code->term_code, row.term, row.parent);
  }

  // A term comes in versions of 30, 60 and 198 characters; the longer ones are empty unless needed.
  std::string_view longest(std::size_t first) const {
    const auto fields = csv_.fields();
    for (const std::size_t place : {first + 2, first + 1}) {
      if (!fields[place].empty()) return fields[place];
    }
    return fields[first];
  }

  base::Result<void> take(std::string_view code, std::string_view term_code, std::string_view term,
                          std::string_view parent) {
    if (!is_flat_term(term)) {
      return csv_.error_here("the term is empty, not UTF-8, of several lines or longer than " +
                             std::to_string(flat_term_bytes_max) + " bytes");
    }
    if (terms_.size() >= stages_.rows_max()) {
      return csv_.error_here("there are more than " + std::to_string(stages_.rows_max()) +
                             " terms");
    }
    auto added = terms_.add({std::string(code), std::string(term_code), std::string(term),
                             std::string(parent), csv_.line_number()});
    if (!added) return csv_.error_here(added.error().detail);
    return {};
  }

  base::Error no_code(std::string_view text) const {
    return csv_.error_here("'" + std::string(text) +
                           "' is not a Read code of 5 characters, or of 7 with its term code");
  }

  TextSource& source_;
  ImportStages& stages_;
  CsvReader csv_;
  TermsByCode terms_;
};

}  // namespace

base::Result<FlatTables> read_tables(const ImportRequest& request, ImportStages& stages) {
  auto source = TextSource::open(request.archive, choose_member, request.limits);
  if (!source) return source.error();
  return TablesReader(*source, stages).read();
}

}  // namespace codelog::coding_systems::readv2
