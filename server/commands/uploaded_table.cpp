#include "server/commands/uploaded_table.h"

#include <algorithm>
#include <set>

#include "coding_systems/base/typed_code.h"
#include "events/base/text.h"
#include "server/commands/code_column.h"
#include "server/commands/csv_table.h"
#include "server/commands/csv_writer.h"
#include "server/commands/texts.h"

namespace codelog::commands {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using coding_systems::CodingSystemInfo;
using coding_systems::Release;
using coding_systems::trim_typed_code;
using coding_systems::trim_unseen;

Error bad_csv(std::string detail) {
  return base::field_error(ErrorCode::invalid, "csv", std::move(detail));
}

bool contains(std::span<const std::size_t> columns, std::size_t column) {
  return std::ranges::find(columns, column) != columns.end();
}

template <class IsWanted>
std::vector<std::size_t> columns_where(std::span<const std::string> titles, IsWanted is_wanted) {
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < titles.size(); ++i) {
    if (is_wanted(titles[i])) columns.push_back(i);
  }
  return columns;
}

// A code that the release does not have.
struct UnknownCode {
  std::string code;
  std::string place;
};

Error unknown_codes(const std::vector<UnknownCode>& unknown, const Release& release) {
  if (unknown.size() == 1) {
    return bad_csv(unknown[0].place + ": the code " + shown(unknown[0].code) + " is not in " +
                   release.alias());
  }
  Error error{
      ErrorCode::invalid,
      std::to_string(unknown.size()) + " codes of the table are not in " + release.alias() + ":",
      {}};
  const std::size_t listed = std::min(listed_codes_max, unknown.size());
  for (std::size_t i = 0; i < listed; ++i) {
    const auto& [code, place] = unknown[i];
    error.detail += (i == 0 ? " " : ", ") + shown(code) + " (" + place + ")";
    error.fields.push_back(
        {"csv", place + ": the code " + shown(code) + " is not in " + release.alias()});
  }
  if (listed < unknown.size()) {
    error.detail += " and " + std::to_string(unknown.size() - listed) + " more";
  }
  return error;
}

class Upload {
 public:
  Upload(std::string_view csv_data, const CodingSystemInfo& system, const Release* release,
         const TableRules& rules)
      : text_(csv_data), system_(system), release_(release), rules_(rules) {}

  Result<std::string> store() {
    auto rows = read_csv(text_);
    if (!rows) return bad_csv(rows.error().detail);
    const auto first =
        std::ranges::find_if(*rows, [](const CsvRow& row) { return !is_blank_from(row, 0); });
    if (first == rows->end()) return bad_csv("the table is empty");
    rows->erase(rows->begin(), first);
    if (const auto sized = check_size(*rows); !sized) return bad_csv(sized.error().detail);
    stored_to_ = rows->front().begin;
    titles_ = rows->front().fields;
    const auto below_header = std::span<const CsvRow>(*rows).subspan(1);
    if (release_ != nullptr || rules_.code_column) {
      if (const auto chosen = choose_columns(); !chosen) return chosen.error();
      if (const auto titled = mend_titles(below_header); !titled) return titled.error();
    } else {
      if (rules_.retitles_others) keep_code_column(below_header);
      mend_unread_titles();
    }
    if (titles_ != rows->front().fields) replace(rows->front(), titles_);
    for (std::size_t i = 1; i < rows->size(); ++i) {
      if (const auto taken = take_row((*rows)[i]); !taken) return taken.error();
    }
    if (!unknown_.empty()) return unknown_codes(unknown_, *release_);
    return take_stored();
  }

 private:
  Result<void> choose_columns() {
    if (rules_.code_column) {
      const std::string wanted = plain_title(*rules_.code_column);
      columns_ = columns_where(titles_, [&](auto& title) { return plain_title(title) == wanted; });
      if (!columns_.empty()) return {};
      return base::field_error(
          ErrorCode::invalid, "code_column",
          "the table has no column " + shown(*rules_.code_column) + "; its header is " + header());
    }
    const auto is_usual = [](std::string_view title) {
      return title == "code" || title == "dmd_id";
    };
    columns_ = columns_where(titles_, is_usual);
    if (!columns_.empty()) return {};
    columns_ = columns_where(titles_, [&](auto& title) { return is_usual(plain_title(title)); });
    if (columns_.empty() && rules_.takes_published_titles) {
      is_published_ = true;
      for (const std::string_view known : system_.code_headers) {
        columns_ = columns_where(titles_, [&](auto& title) { return plain_title(title) == known; });
        if (!columns_.empty()) break;
      }
    }
    if (columns_.empty()) return no_column();
    return {};
  }

  std::string header() const { return shown(joined(titles_, ",")); }

  Error no_column() const {
    for (const auto& [separator, name] : {std::pair{';', "semicolons"}, std::pair{'\t', "tabs"}}) {
      if (titles_.size() > 1 || titles_.front().find(separator) == std::string::npos) continue;
      return bad_csv("the header " + header() + " has " + name +
                     " between its cells; separate the table's cells by commas");
    }
    std::string detail = "the header " + header() + " has no column named code or dmd_id";
    if (!rules_.takes_published_titles) return bad_csv(detail);
    for (const std::string_view known : system_.code_headers) {
      if (known != "code" && known != "dmd_id") detail += " or " + std::string(known);
    }
    return bad_csv(detail + "; name the column of codes in code_column");
  }

  // True if downloads and the version's codes come from a chosen column.
  bool is_found_by_title() const {
    const auto download = find_column(titles_, system_.code_headers);
    const std::size_t shown_column = find_code_column(titles_, "").index;
    return download && contains(columns_, *download) && contains(columns_, shown_column) &&
           is_code_title(plain_title(titles_[shown_column]));
  }

  // A header that is written anew keeps no white space: with it, downloads would not find the
  // terms.
  void trim_titles() {
    for (std::string& title : titles_) title = std::string(trim_unseen(title));
  }

  // A column that is not chosen, but that downloads or the version's codes would use.
  std::optional<std::size_t> other_by_title() const {
    const auto download = find_column(titles_, system_.code_headers);
    if (download && !contains(columns_, *download)) return download;
    const std::size_t shown_column = find_code_column(titles_, "").index;
    if (contains(columns_, shown_column)) return std::nullopt;
    if (!is_code_title(plain_title(titles_[shown_column]))) return std::nullopt;
    return shown_column;
  }

  // True if each row has the code of the chosen column there.
  bool has_same_codes(std::span<const CsvRow> rows, std::size_t column) const {
    const auto code_in = [&](const CsvRow& row, std::size_t at) -> std::string_view {
      if (at >= row.fields.size()) return {};
      return release_ != nullptr ? trim_typed_code(row.fields[at]) : row.fields[at];
    };
    return std::ranges::all_of(rows, [&](const CsvRow& row) {
      return is_blank_from(row, 0) || code_in(row, column) == code_in(row, columns_.front());
    });
  }

  // Keeps downloads and the version's codes from using other columns than the chosen ones: "id"
  // becomes "id_". A column with the same codes may be used, and is corrected in the same way.
  void retitle_others(std::span<const CsvRow> rows) {
    // All columns of one title at a time: then each of the few known titles is looked for once.
    while (const auto other = other_by_title()) {
      const std::string title = plain_title(titles_[*other]);
      std::vector<std::size_t> chosen = columns_;
      std::ranges::sort(chosen);
      for (std::size_t i = 0; i < titles_.size(); ++i) {
        if (plain_title(titles_[i]) != title || std::ranges::binary_search(chosen, i)) {
          continue;
        }
        if (has_same_codes(rows, i)) {
          columns_.push_back(i);
        } else {
          titles_[i] += '_';  // No known title ends so.
        }
      }
    }
  }

  // For a table that is stored without reading its codes: a draft on a later release reads them.
  void keep_code_column(std::span<const CsvRow> rows) {
    columns_ = columns_where(titles_, [](std::string_view title) { return title == "code"; });
    if (columns_.empty()) {
      columns_ = columns_where(titles_, [](auto& title) { return plain_title(title) == "code"; });
    }
    if (columns_.empty() || is_found_by_title()) return;
    trim_titles();
    retitle_others(rows);
  }

  // For a table that is stored without reading its codes.
  void mend_unread_titles() {
    if (find_column(titles_, system_.code_headers)) return;
    const bool is_mendable = std::ranges::any_of(titles_, [&](const std::string& title) {
      return std::ranges::find(system_.code_headers, plain_title(title)) !=
             system_.code_headers.end();
    });
    if (is_mendable) trim_titles();
  }

  Result<void> mend_titles(std::span<const CsvRow> rows) {
    const bool is_mended = std::ranges::any_of(columns_, [&](std::size_t column) {
      return trim_unseen(titles_[column]) != titles_[column];
    });
    if (is_mended) trim_titles();
    if (!rules_.code_column && !is_published_ && !rules_.retitles_others) return {};
    if (is_found_by_title()) return {};
    trim_titles();
    if (rules_.retitles_others && !is_published_) retitle_others(rows);
    if (is_found_by_title()) return {};
    const std::string before = titles_[columns_.front()];
    titles_[columns_.front()] = "code";
    if (is_found_by_title()) return {};
    const std::size_t other = other_by_title().value_or(find_code_column(titles_, "").index);
    const std::string advice = rules_.retitles_others ? "; name the column of codes in code_column"
                                                      : "; give it another title, or leave it out";
    return bad_csv("the column " + shown(titles_[other]) +
                   " would be read as the codes instead of " + shown(before) + advice);
  }

  Result<void> take_row(CsvRow& row) {
    if (row.fields.size() > titles_.size() && !is_blank_from(row, titles_.size())) {
      return bad_csv(place_of(row) + " has " + std::to_string(row.fields.size()) +
                     " cells, but the header has " + std::to_string(titles_.size()));
    }
    if (release_ == nullptr) return {};
    if (is_blank_from(row, 0)) {
      drop(row);
      return {};
    }
    return take_codes(row);
  }

  Result<void> take_codes(CsvRow& row) {
    const auto typed = [&](std::size_t column) {
      return column < row.fields.size() ? trim_typed_code(row.fields[column]) : std::string_view();
    };
    const std::string code(typed(columns_.front()));
    bool is_mended = false;
    for (const std::size_t column : columns_) {
      if (typed(column) != code) {
        return bad_csv(place_of(row) + ": the columns " + shown(titles_[columns_.front()]) +
                       " and " + shown(titles_[column]) +
                       " have codes that differ: " + shown(code) + " and " + shown(typed(column)));
      }
      is_mended = is_mended || (column < row.fields.size() && row.fields[column] != code);
    }
    if (code.empty()) return bad_csv(place_of(row) + " has no code");
    if (!find_known_code(*release_, code, rules_.known) && unknown_seen_.insert(code).second) {
      unknown_.push_back({code, place_of(row)});
    }
    if (!is_mended) return {};
    for (const std::size_t column : columns_) row.fields[column] = code;
    replace(row, row.fields);
    return {};
  }

  void drop(const CsvRow& row) {
    stored_ += text_.substr(stored_to_, row.begin - stored_to_);
    stored_to_ = row.after;
  }

  void replace(const CsvRow& row, std::span<const std::string> fields) {
    drop(row);
    append_csv_row(fields, stored_);
  }

  // The table with LF line ends.
  std::string take_stored() {
    stored_ += text_.substr(stored_to_);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < stored_.size(); ++i) {
      const bool pair = stored_[i] == '\r' && i + 1 < stored_.size() && stored_[i + 1] == '\n';
      if (!pair) stored_[kept++] = stored_[i];
    }
    stored_.resize(kept);
    return std::move(stored_);
  }

  const std::string_view text_;
  const CodingSystemInfo& system_;
  const Release* const release_;
  const TableRules& rules_;
  std::vector<std::string> titles_;   // as stored
  std::vector<std::size_t> columns_;  // columns of codes
  bool is_published_ = false;         // a published title found them
  std::vector<UnknownCode> unknown_;  // by row
  std::set<std::string> unknown_seen_;
  std::string stored_;         // the corrected text up to stored_to_
  std::size_t stored_to_ = 0;  // bytes of the text
};

bool is_known(const Release& release, coding_systems::Node node, KnownCodes known) {
  return known == KnownCodes::named ? release.name(node).has_value() : release.has_concept(node);
}

}  // namespace

std::optional<coding_systems::Node> find_known_code(const Release& release, std::string_view typed,
                                                    KnownCodes known) {
  const auto node = coding_systems::find_typed_code(release, typed);
  return node && is_known(release, *node, known) ? node : std::nullopt;
}

std::vector<std::optional<coding_systems::Node>> find_known_codes(
    const Release& release, std::span<const std::string_view> typed, KnownCodes known) {
  auto nodes = release.find_all(typed);
  for (std::size_t i = 0; i < typed.size(); ++i) {
    if (!nodes[i]) nodes[i] = coding_systems::find_typed_code(release, typed[i]);
    if (nodes[i] && !is_known(release, *nodes[i], known)) nodes[i].reset();
  }
  return nodes;
}

Result<std::string> contents_of_csv(std::string_view csv_data, const CodingSystemInfo& system,
                                    const Release* release, const TableRules& rules) {
  return Upload(csv_data, system, release, rules).store();
}

Result<std::vector<std::string>> codes_of_csv(std::string_view csv_data,
                                              std::string_view codelist_slug) {
  const auto rows = read_csv(csv_data);
  if (!rows) return rows.error();
  std::vector<std::string> codes;
  if (rows->empty()) return codes;
  const CodeColumn column = find_code_column(rows->front().fields, codelist_slug);
  for (std::size_t i = column.header_is_data ? 0 : 1; i < rows->size(); ++i) {
    const CsvRow& row = (*rows)[i];
    if (is_blank_from(row, 0)) continue;
    if (row.fields.size() <= column.index) {
      return Error{ErrorCode::invalid, place_of(row) + " of the table has no code", {}};
    }
    codes.push_back(row.fields[column.index]);
  }
  sort_unique(codes);
  return codes;
}

}  // namespace codelog::commands
