#include "server/uploads/upload_check.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "coding_systems/base/release_comparison.h"
#include "coding_systems/base/typed_code.h"
#include "events/base/text.h"
#include "server/commands/code_column.h"
#include "server/commands/csv_table.h"
#include "server/commands/newest_release.h"
#include "server/commands/open_mappings.h"
#include "server/uploads/damaged_codes.h"
#include "server/uploads/table_text.h"

namespace codelog::uploads {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using coding_systems::CodingSystemInfo;
using coding_systems::Node;
using coding_systems::Release;
using coding_systems::trim_typed_code;
using coding_systems::trim_unseen;
using commands::CsvRow;

constexpr std::size_t sampled_rows_max = 200;
constexpr std::size_t shown_bytes_max = 100;  // of a title or a cell
constexpr std::size_t read_code_bytes = 5;
constexpr std::size_t read_code_with_term_bytes = 7;

bool has_read_form(std::string_view text) {
  if (text.size() == read_code_with_term_bytes) text = text.substr(0, read_code_bytes);
  if (text.size() != read_code_bytes) return false;
  const std::string_view letters = text.substr(0, text.find('.'));
  return letters.size() < text.size() && !letters.empty() &&
         text.find_first_not_of('.', letters.size()) == std::string_view::npos;
}

bool has_read_codes(std::string_view system) { return system == "ctv3" || system == "readv2"; }

// The newest release of another coding system.
struct OtherRelease {
  commands::ReleasePointer release;
  std::string_view name;
};

// The code of the row, where it stands, and what it was found to be.
struct Cell {
  const CsvRow* row = nullptr;
  std::string_view code;
  std::string_view term;
};

class Check {
 public:
  Check(const commands::Site& site, const projections::Views& views, const UploadToCheck& upload,
        commands::ChosenRelease release)
      : site_(site),
        views_(views),
        upload_(upload),
        system_(*coding_systems::find_coding_system(upload.coding_system)),
        release_(std::move(release.open)),
        alias_(std::move(release.record.alias)) {
    if (release_) candidates_.emplace(*release_);
  }

  Result<UploadCheck> run() {
    const TableText text = look_at(upload_.csv);
    check_.separator = text.separator;
    auto rows = commands::read_csv(upload_.csv, text.separator);
    if (!rows) return base::field_error(ErrorCode::invalid, "csv", rows.error().detail);
    std::erase_if(*rows, [](const CsvRow& row) { return commands::is_blank_from(row, 0); });
    if (rows->empty()) {
      return base::field_error(ErrorCode::invalid, "csv", "the table is empty");
    }
    if (const auto sized = commands::check_size(*rows); !sized) {
      return base::field_error(ErrorCode::invalid, "csv", sized.error().detail);
    }
    rows_ = std::move(*rows);
    if (const auto chosen = choose_column(); !chosen) return chosen.error();
    add_table_problems(text);
    check_rows();
    return std::move(check_);
  }

 private:
  // --- The column of codes

  std::string_view cell(const CsvRow& row, std::size_t column) const {
    return column < row.fields.size() ? std::string_view(row.fields[column]) : std::string_view();
  }

  bool is_code(std::string_view text) const {
    return release_ && commands::find_known_code(*release_, text, commands::KnownCodes::concepts);
  }

  void name_columns() {
    const auto& titles = rows_.front().fields;
    std::set<std::string> named;
    for (std::size_t i = 0; i < titles.size(); ++i) {
      const std::string number = "column " + std::to_string(i + 1);
      std::string title(base::utf8_prefix(trim_unseen(titles[i]), shown_bytes_max));
      if (!check_.has_header || title.empty()) title = number;
      while (!named.insert(title).second) title += " (" + number + ")";
      check_.columns.push_back(std::move(title));
    }
  }

  std::optional<std::size_t> column_titled(std::string_view wanted) const {
    const auto& titles = rows_.front().fields;
    const auto found = std::ranges::find(titles, wanted, commands::plain_title);
    if (found == titles.end()) return std::nullopt;
    return static_cast<std::size_t>(found - titles.begin());
  }

  // The column with the most codes among the first rows.
  std::size_t column_of_most_codes() const {
    std::size_t best = 0;
    std::size_t most = 0;
    for (std::size_t column = 0; column < rows_.front().fields.size(); ++column) {
      const auto count = static_cast<std::size_t>(std::count_if(
          rows_.begin(),
          rows_.begin() + static_cast<std::ptrdiff_t>(std::min(rows_.size(), sampled_rows_max)),
          [&](const CsvRow& row) { return is_code(cell(row, column)); }));
      if (count <= most) continue;
      best = column;
      most = count;
    }
    return best;
  }

  std::size_t usual_column() const {
    for (const std::string_view usual : {"code", "dmd_id"}) {
      if (const auto found = column_titled(usual)) return *found;
    }
    for (const std::string_view known : system_.code_headers) {
      if (const auto found = column_titled(known)) return *found;
    }
    return column_of_most_codes();
  }

  bool begins_with_data(std::size_t column) const {
    const std::string_view first = trim_typed_code(cell(rows_.front(), column));
    return is_code(first) || is_sctid_form(first) || parse_rounded(first).has_value();
  }

  Result<void> choose_column() {
    const std::size_t usual = usual_column();
    check_.has_header = !begins_with_data(usual);
    name_columns();
    check_.code_column = usual;
    if (upload_.column) {
      const auto named = std::ranges::find(check_.columns, *upload_.column);
      const auto titled = check_.has_header ? column_titled(commands::plain_title(*upload_.column))
                                            : std::optional<std::size_t>();
      if (named != check_.columns.end()) {
        check_.code_column = static_cast<std::size_t>(named - check_.columns.begin());
      } else if (titled) {
        check_.code_column = *titled;
      } else {
        return base::field_error(ErrorCode::invalid, "column",
                                 "the table has no column " + commands::shown(*upload_.column));
      }
    }
    for (const std::string_view known : system_.term_headers) {
      if (!check_.has_header || term_column_) break;
      term_column_ = column_titled(known);
    }
    return {};
  }

  // --- Problems

  void add(RowProblem problem) {
    ++check_.problems_count;
    if (!is_full()) check_.problems.push_back(std::move(problem));
  }

  // Further problems are only counted.
  bool is_full() const { return check_.problems.size() == listed_problems_max; }

  void add(const Cell& at, ProblemKind kind, std::string detail,
           std::vector<Suggestion> suggestions = {}) {
    const std::string_view given = cell(*at.row, check_.code_column);
    add({at.row->number, true, std::string(base::utf8_prefix(given, shown_bytes_max)), kind,
         std::move(detail), std::move(suggestions)});
  }

  void add_table_problems(const TableText& text) {
    const auto add_one = [&](ProblemKind kind, std::string given, std::string detail) {
      add({1, false, std::move(given), kind, std::move(detail), {}});
    };
    if (text.has_byte_order_mark) {
      add_one(ProblemKind::byte_order_mark, "", "begins with a byte order mark, which is left out");
    }
    if (text.separator != ',') {
      add_one(ProblemKind::separator, std::string(1, text.separator),
              std::string("has ") + (text.separator == ';' ? "semicolons" : "tabs") +
                  " between its cells, which become commas");
    }
    if (text.has_lost_characters) {
      add_one(ProblemKind::encoding, "",
              "has characters that could not be read; save it as CSV in UTF-8");
    }
  }

  void check_rows() {
    const std::size_t first = check_.has_header ? 1 : 0;
    std::vector<Cell> cells;
    for (std::size_t i = first; i < rows_.size(); ++i) {
      const CsvRow& row = rows_[i];
      cells.push_back({&row, trim_typed_code(cell(row, check_.code_column)),
                       term_column_ ? trim_unseen(cell(row, *term_column_)) : ""});
    }
    check_.rows_count = cells.size();
    std::vector<std::string_view> codes;
    for (const Cell& one : cells) codes.push_back(one.code);
    std::vector<std::optional<Node>> nodes(codes.size());
    if (release_) {
      nodes = commands::find_known_codes(*release_, codes, commands::KnownCodes::concepts);
    }
    for (std::size_t i = 0; i < cells.size(); ++i) check_cell(cells[i], nodes[i]);
  }

  void check_cell(const Cell& at, std::optional<Node> node) {
    if (at.code.empty()) return add(at, ProblemKind::blank, "has no code");
    if (release_ && !node) return add_unknown(at);
    const std::string key(node ? release_->code(*node) : at.code);
    const auto [before, is_new] = first_rows_.try_emplace(key, at.row->number);
    if (!is_new) {
      return add(at, ProblemKind::duplicate,
                 "is the same code as in row " + std::to_string(before->second));
    }
    if (node && !release_->is_active(*node)) add_inactive(at, *node);
  }

  Suggestion suggestion(Node node, std::string because) const {
    return {std::string(release_->code(node)), std::string(commands::shown_term(*release_, node)),
            std::move(because)};
  }

  void add_inactive(const Cell& at, Node node) {
    if (is_full()) {
      ++check_.problems_count;
      return;
    }
    const coding_systems::ReleaseComparison releases(nullptr, release_);
    std::vector<Suggestion> suggestions;
    for (const auto& successor : releases.successors_of(release_->code(node), find_more())) {
      const auto next = successor.is_active ? release_->find(successor.code) : std::nullopt;
      if (next) suggestions.push_back(suggestion(*next, base::ascii_lower(successor.relation)));
    }
    add(at, ProblemKind::inactive,
        suggestions.empty() ? "is inactive, and no other code takes its place"
                            : "is inactive: another code takes its place",
        std::move(suggestions));
  }

  // Opened once, even if that fails.
  const coding_systems::FindSuccessors& find_more() {
    if (!find_more_) {
      auto opened = commands::successors_beside(site_.mappings, views_, system_.id);
      find_more_ = opened ? std::move(*opened) : coding_systems::FindSuccessors();
    }
    return *find_more_;
  }

  const mappings::Ctv3SnomedMapping* ctv3_mapping() {
    if (!ctv3_mapping_) {
      auto opened = commands::open_ctv3sctmap2(site_.mappings, views_);
      ctv3_mapping_ = opened ? std::move(*opened) : nullptr;
    }
    return ctv3_mapping_->get();
  }

  // --- Codes that the release does not have

  struct Guess {
    ProblemKind kind = ProblemKind::unknown;
    std::string detail;
    std::vector<Suggestion> suggestions;
  };

  void add_unknown(const Cell& at) {
    if (is_full()) {
      ++check_.problems_count;
      return;
    }
    const std::string key = std::string(at.code).append("\n").append(at.term);
    auto known = guesses_.find(key);
    if (known == guesses_.end()) known = guesses_.emplace(key, guess(at)).first;
    add(at, known->second.kind, known->second.detail, known->second.suggestions);
  }

  Guess guess(const Cell& at) {
    const bool has_sctids = system_.id == "snomedct" || system_.id == "dmd";
    if (const auto number = parse_rounded(at.code)) return rounded(at, *number);
    if (has_sctids && has_lost_digits(at.code)) return lost_digits(at);
    if (!has_sctids) {
      const auto nodes = candidates_->with_zeros(at.code);
      if (!nodes.empty()) {
        return guessed(at, ProblemKind::lost_zeros,
                       "is not in " + alias_ + ": a spreadsheet leaves zeros out", nodes,
                       "with the zeros that are missing");
      }
    }
    if (auto other = of_other_system(at)) return std::move(*other);
    if (has_sctids && is_sctid_form(at.code) && !passes_verhoeff(at.code)) {
      return guessed(at, ProblemKind::check_digit, "has a wrong check digit: a digit is not right",
                     candidates_->one_slip_from(at.code), "one digit is different");
    }
    return guessed(at, ProblemKind::unknown, "is not in " + alias_, {}, "");
  }

  Guess rounded(const Cell& at, const RoundedNumber& number) {
    const auto nodes = candidates_->rounded_to(number);
    const std::string digits = std::to_string(number.least);
    const auto fits = [&](Node node) {
      const std::string_view code = release_->code(node);
      return code.size() == digits.size() && code >= digits && code <= std::to_string(number.most);
    };
    return guessed(at, ProblemKind::rounded, "is a code that a spreadsheet rounded",
                   nodes.value_or(Candidates::Nodes()), "has the same digits", fits);
  }

  Guess lost_digits(const Cell& at) {
    const auto nodes = candidates_->beginning_as(at.code);
    const auto fits = [&](Node node) { return release_->code(node).size() == at.code.size(); };
    return guessed(at, ProblemKind::lost_digits,
                   "is a code whose last digits a spreadsheet made zeros",
                   nodes.value_or(Candidates::Nodes()), "begins with the same digits", fits);
  }

  // The row's term decides between several codes, and may find one where the digits find none.
  Guess guessed(
      const Cell& at, ProblemKind kind, std::string detail, Candidates::Nodes nodes,
      const std::string& because,
      const std::function<bool(Node)>& fits = [](Node) { return true; }) {
    Guess made{kind, std::move(detail), {}};
    const auto with_term = candidates_->with_term(at.term);
    Candidates::Nodes both;
    std::ranges::copy_if(with_term, std::back_inserter(both), [&](Node node) {
      return nodes.empty() ? fits(node) : std::ranges::find(nodes, node) != nodes.end();
    });
    const bool has_digits = !nodes.empty() || kind == ProblemKind::rounded;
    for (const Node node : both.empty() ? nodes : both) {
      std::string reason = because;
      if (!both.empty()) {
        reason = has_digits ? because + ", and the row's term" : "has the row's term";
      }
      made.suggestions.push_back(suggestion(node, std::move(reason)));
    }
    return made;
  }

  std::optional<Guess> of_other_system(const Cell& at) {
    const bool has_form_of_read = has_read_form(at.code);
    for (const OtherRelease& other : other_releases()) {
      // ICD-10 would read "H33.." as H33.
      if (has_form_of_read && !has_read_codes(other.release->system().id)) continue;
      const auto node = coding_systems::find_typed_code(*other.release, at.code);
      if (!node || !other.release->has_concept(*node)) continue;
      return in_other_system(at, "is a code of " + std::string(other.name) + " (" +
                                     std::string(commands::shown_term(*other.release, *node)) +
                                     "), not of " + std::string(system_.short_name));
    }
    if (has_read_codes(system_.id) || !has_form_of_read) return std::nullopt;
    return in_other_system(at,
                           "looks like a Read code, not one of " + std::string(system_.short_name));
  }

  Guess in_other_system(const Cell& at, std::string detail) {
    Guess made{ProblemKind::other_system, std::move(detail), {}};
    if (system_.id == "snomedct") {
      const auto* const mapping = ctv3_mapping();
      const std::string code = coding_systems::normal_code("ctv3", at.code);
      Candidates::Nodes nodes;
      if (mapping != nullptr) {
        for (const auto& pair : mapping->of_ctv3(code)) {
          const auto node = release_->find(pair.snomedct.view());
          if (node && std::ranges::find(nodes, *node) == nodes.end()) nodes.push_back(*node);
        }
      }
      for (const Node node : nodes) {
        made.suggestions.push_back(suggestion(node, "the mapping of CTV3 leads here"));
      }
    }
    if (made.suggestions.empty()) made.detail += "; convert it first, or leave the row out";
    return made;
  }

  const std::vector<OtherRelease>& other_releases() {
    if (others_) return *others_;
    others_.emplace();
    for (const CodingSystemInfo& system : coding_systems::all_coding_systems()) {
      if (system.id == system_.id) continue;
      const auto newest = commands::newest_release(site_.log, views_, system.id);
      if (!newest || !commands::has_release_file(views_, system.id, newest->alias)) continue;
      auto opened = site_.open_release(system.id, newest->alias);
      if (opened) others_->push_back({std::move(*opened), system.short_name});
    }
    return *others_;
  }

  const commands::Site& site_;
  const projections::Views& views_;
  const UploadToCheck& upload_;
  const CodingSystemInfo& system_;
  const commands::ReleasePointer release_;
  const std::string alias_;
  std::optional<Candidates> candidates_;  // if there is a release file
  std::vector<CsvRow> rows_;
  std::optional<std::size_t> term_column_;
  // Trees, because clients can choose keys that all have one hash.
  std::map<std::string, std::uint64_t> first_rows_;  // of each code
  std::map<std::string, Guess> guesses_;             // by code and term
  std::optional<std::vector<OtherRelease>> others_;
  std::optional<coding_systems::FindSuccessors> find_more_;
  // Null: it does not open. Shared with the site's readers.
  std::optional<std::shared_ptr<const mappings::Ctv3SnomedMapping>> ctv3_mapping_;
  UploadCheck check_;
};

}  // namespace

std::string_view to_string(ProblemKind kind) {
  constexpr std::array<std::string_view, 12> names = {
      "byte_order_mark", "separator",   "encoding",     "blank",   "rounded",  "lost_digits",
      "lost_zeros",      "check_digit", "other_system", "unknown", "inactive", "duplicate"};
  return names.at(static_cast<std::size_t>(kind));
}

Result<UploadCheck> check_upload(const commands::Site& site, const projections::Views& views,
                                 const UploadToCheck& upload) {
  auto release = commands::choose_release(site, views, upload.coding_system, upload.release);
  if (!release) return release.error();
  return Check(site, views, upload, std::move(*release)).run();
}

}  // namespace codelog::uploads
