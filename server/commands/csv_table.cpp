#include "server/commands/csv_table.h"

#include <algorithm>
#include <utility>

#include "coding_systems/base/typed_code.h"
#include "events/base/text.h"

namespace codelog::commands {
namespace {

using base::Error;
using base::ErrorCode;

// A field takes 32 bytes of memory, but as little as one byte of the table. Without a limit, 60 MB
// of commas would take 2 GB at each reading of the version.
constexpr std::size_t fields_max = 1'000'000;
constexpr std::size_t shown_bytes_max = 100;

std::string row_and_line(std::size_t number, std::size_t line) {
  const std::string row = "row " + std::to_string(number);
  return number == line ? row : row + " (line " + std::to_string(line) + ")";
}

class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {}

  base::Result<std::vector<CsvRow>> read() {
    while (at_ < text_.size()) {
      if (const auto row = read_row(); !row) return row.error();
    }
    return std::move(rows_);
  }

 private:
  // Programs that add a mark to a file that has one leave two, or one behind rows of their own.
  void skip_byte_order_marks() {
    while (text_.substr(at_).starts_with(base::byte_order_mark)) {
      at_ += base::byte_order_mark.size();
    }
  }

  base::Result<void> read_row() {
    if (!has_content_) skip_byte_order_marks();
    CsvRow row{.number = number_, .line = line_, .begin = at_, .after = at_, .fields = {}};
    bool any = false;  // A blank line is not a row; a line with only a comma has two fields.
    for (;;) {
      if (++fields_count_ > fields_max) {
        return Error{ErrorCode::invalid,
                     "the table has more than " + std::to_string(fields_max) + " fields",
                     {}};
      }
      std::string field;
      if (at_ < text_.size() && text_[at_] == '"') {
        any = true;
        if (const auto quoted = read_quoted(field); !quoted) return quoted;
      }
      while (at_ < text_.size() && text_[at_] != ',' && !at_line_end()) {
        any = true;
        field += text_[at_++];
      }
      row.fields.push_back(std::move(field));
      if (at_ >= text_.size() || text_[at_] != ',') break;
      any = true;
      ++at_;
    }
    skip_line_end();
    row.after = at_;
    if (!any) return {};
    has_content_ = has_content_ || !is_blank_from(row, 0);
    rows_.push_back(std::move(row));
    return {};
  }

  base::Result<void> read_quoted(std::string& field) {
    const std::size_t opened_on = line_;
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') {
        if (at_ >= text_.size() || text_[at_] != '"') return {};
        ++at_;
      }
      if (c == '\n') ++line_;
      field += c;
    }
    return Error{ErrorCode::invalid,
                 row_and_line(number_, opened_on) + ": a quoted field is never closed",
                 {}};
  }

  bool at_line_end() const { return text_[at_] == '\n' || text_[at_] == '\r'; }

  void skip_line_end() {
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    ++line_;
    ++number_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool has_content_ = false;  // a row that is not blank has been read
  std::size_t line_ = 1;
  std::size_t number_ = 1;
  std::size_t fields_count_ = 0;
  std::vector<CsvRow> rows_;
};

Error not_utf8(std::string_view text) {
  const std::size_t at = base::utf8_bytes(text);
  const auto line = 1 + std::ranges::count(text.substr(0, at), '\n');
  return {ErrorCode::invalid,
          "the table is not well-formed UTF-8 at byte " + std::to_string(at + 1) + ", in line " +
              std::to_string(line) + "; save it as CSV in UTF-8",
          {}};
}

}  // namespace

bool is_blank_from(const CsvRow& row, std::size_t first) {
  for (std::size_t i = first; i < row.fields.size(); ++i) {
    if (!coding_systems::trim_unseen(row.fields[i]).empty()) return false;
  }
  return true;
}

base::Result<std::vector<CsvRow>> read_csv(std::string_view text) {
  if (!base::is_utf8(text)) return not_utf8(text);
  if (text.find('\0') != std::string_view::npos) {
    return Error{ErrorCode::invalid, "the table contains a NUL character", {}};
  }
  return CsvReader(text).read();
}

std::string place_of(const CsvRow& row) { return row_and_line(row.number, row.line); }

std::string shown(std::string_view text) {
  const std::string_view start = base::utf8_prefix(text, shown_bytes_max);
  return "'" + std::string(start) + (start.size() < text.size() ? "...'" : "'");
}

}  // namespace codelog::commands
