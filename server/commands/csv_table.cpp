#include "server/commands/csv_table.h"

#include "events/base/text.h"

namespace codelog::commands {
namespace {

using base::Error;
using base::ErrorCode;

// A field takes 32 bytes of memory and as little as one of the table: without a limit, 60 MB of
// commas would be 2 GB whenever anybody looks at the version.
constexpr std::size_t fields_max = 1'000'000;

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
  base::Result<void> read_row() {
    CsvRow row;
    row.line = line_;
    bool any =
        false;  // A line with nothing on it is no row; a line with only a comma has two fields.
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
    if (any) rows_.push_back(std::move(row));
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
                 "line " + std::to_string(opened_on) + ": a quoted field is never closed",
                 {}};
  }

  bool at_line_end() const { return text_[at_] == '\n' || text_[at_] == '\r'; }

  void skip_line_end() {
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    ++line_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t fields_count_ = 0;
  std::vector<CsvRow> rows_;
};

}  // namespace

base::Result<std::vector<CsvRow>> read_csv(std::string_view text) {
  if (!base::is_utf8(text)) {
    return Error{ErrorCode::invalid, "the table is not well-formed UTF-8", {}};
  }
  if (text.find('\0') != std::string_view::npos) {
    return Error{ErrorCode::invalid, "the table contains a NUL character", {}};
  }
  return CsvReader(text).read();
}

}  // namespace codelog::commands
