#include "coding_systems/opcs4/import_tables.h"

#include <algorithm>
#include <map>
#include <utility>

#include "coding_systems/importing/text_lines.h"
#include "coding_systems/importing/text_source.h"
#include "coding_systems/opcs4/codes.h"
#include "events/base/text.h"

namespace codelog::coding_systems::opcs4 {
namespace {

constexpr std::uint64_t lines_per_progress = 1024;

base::Error invalid(std::string detail) {
  return {base::ErrorCode::invalid, std::move(detail), {}};
}

// Chooses the publisher's file, or a plain table.
base::Result<ZipMember> choose_member(const ZipArchive& archive) {
  std::vector<ZipMember> titles, tables;
  for (const ZipMember& member : archive.members()) {
    const std::string name = base::ascii_lower(member.name.substr(member.name.rfind('/') + 1));
    if (name.find("codesandtitles") != std::string::npos && name.ends_with(".txt")) {
      titles.push_back(member);
    }
    if (name.ends_with(".csv")) tables.push_back(member);
  }
  if (titles.size() == 1) return titles.front();
  if (titles.empty() && tables.size() == 1) return tables.front();
  return invalid(archive.name() + ": expected one file *CodesAndTitles*.txt, or one .csv file; " +
                 "found " + std::to_string(titles.size()) + " and " +
                 std::to_string(tables.size()));
}

class TablesReader {
 public:
  TablesReader(TextSource& source, ImportStages& stages) : source_(source), stages_(stages) {
    tables_.source_name = source.name();
  }

  base::Result<FlatTables> read() {
    stages_.begin("reading", source_.size_bytes());
    const bool is_table = base::ascii_lower(source_.file_name()).ends_with(".csv");
    auto done = is_table ? read_table() : read_titles();
    if (!done) return done.error();
    if (concepts_.empty()) return invalid(source_.name() + ": the file has no codes");
    if (auto proceed = stages_.advance_to(tables_.source_bytes); !proceed) return proceed.error();
    for (auto& [code, row] : concepts_) tables_.concepts.push_back(std::move(row));
    return std::move(tables_);
  }

 private:
  base::Result<void> read_table() {
    CsvReader csv(source_.name(), [this](std::span<char> buffer) { return source_.read(buffer); });
    auto read = read_code_rows(csv, stages_, [&](const CodeRow& row) {
      line_ = csv.line_number();
      return take(row);
    });
    tables_.source_bytes = csv.bytes_read();
    return read;
  }

  base::Result<void> read_titles() {
    TextLines lines(source_.name(), '\t',
                    [this](std::span<char> buffer) { return source_.read(buffer); });
    for (;;) {
      const auto next = lines.next();
      if (!next) return next.error();
      tables_.source_bytes = lines.bytes_read();
      if (!*next) return {};
      line_ = lines.line_number();
      const std::string_view line = **next;
      const std::size_t end = std::min(line.find_first_of("\t "), line.size());
      const std::size_t first = std::min(line.find_first_not_of("\t ", end), line.size());
      if (auto taken = take({line.substr(0, end), line.substr(first), ""}); !taken) return taken;
      if (line_ % lines_per_progress != 0) continue;
      if (auto proceed = stages_.advance_to(lines.bytes_read()); !proceed) return proceed;
    }
  }

  base::Result<void> take(const CodeRow& row) {
    auto code = normal_code(row.code);
    if (!code) return no_code(row.code);
    std::optional<std::string> parent;
    if (!row.parent.empty()) {
      parent = normal_code(row.parent);
      if (!parent) return no_code(row.parent);
    }
    if (!is_flat_term(row.term)) {
      return error_here("the title is empty, not UTF-8, of several lines or longer than " +
                        std::to_string(flat_term_bytes_max) + " bytes");
    }
    FlatConcept added{*code, std::string(row.term), std::move(parent), line_};
    const auto [place, is_new] = concepts_.emplace(*code, added);
    const FlatConcept& before = place->second;
    if (is_new || (before.term == added.term && before.parent == added.parent)) return {};
    return error_here(*code + " has another " + (before.term == added.term ? "parent" : "title") +
                      " on line " + std::to_string(before.line));
  }

  base::Error no_code(std::string_view text) const {
    return error_here("'" + std::string(text.substr(0, 100)) +
                      "' is not an OPCS-4 code like A, A01 or A01.1");
  }

  base::Error error_here(const std::string& detail) const {
    return invalid(source_.name() + ", line " + std::to_string(line_) + ": " + detail);
  }

  TextSource& source_;
  ImportStages& stages_;
  FlatTables tables_;
  std::map<std::string, FlatConcept> concepts_;  // at most 26 times 1,101
  std::uint64_t line_ = 0;
};

}  // namespace

base::Result<FlatTables> read_tables(const ImportRequest& request, ImportStages& stages) {
  auto source = TextSource::open(request.archive, choose_member, request.limits);
  if (!source) return source.error();
  return TablesReader(*source, stages).read();
}

}  // namespace codelog::coding_systems::opcs4
