#include "coding_systems/bnf/import_tables.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "coding_systems/bnf/coding_system.h"
#include "coding_systems/importing/csv_reader.h"
#include "coding_systems/importing/import_notices.h"
#include "coding_systems/importing/text_lines.h"
#include "coding_systems/importing/text_source.h"
#include "coding_systems/index/index_source.h"
#include "events/base/text.h"

namespace codelog::coding_systems::bnf {
namespace {

constexpr std::size_t code_bytes_max = 15;
constexpr std::size_t name_bytes_max = 1000;
constexpr std::uint64_t rows_per_progress = 1024;

base::Result<ZipMember> find_csv(const ZipArchive& archive) {
  std::vector<ZipMember> found;
  for (const ZipMember& member : archive.members()) {
    if (base::ascii_lower(member.name).ends_with(".csv")) found.push_back(member);
  }
  const auto is_in_folder = [](const ZipMember& member) {
    return member.name.find('/') != std::string::npos;
  };
  const std::size_t found_count = found.size();
  if (found_count > 1) std::erase_if(found, is_in_folder);
  if (found.size() == 1) return found.front();
  return base::Error{
      base::ErrorCode::invalid,
      archive.name() + ": expected one .csv file, found " + std::to_string(found_count),
      {}};
}

// Treats "BNF Chapter Code" and "BNF_CHAPTER_CODE" as one title.
std::string normal_title(std::string_view title) {
  std::string normal = base::ascii_upper(base::trim_unicode_space(title));
  std::ranges::replace(normal, '_', ' ');
  return normal;
}

// The fields of a level.
struct LevelColumns {
  std::size_t name = 0;
  std::size_t code = 0;
};

bool is_code(std::string_view text) {
  const auto is_code_byte = [](char byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z');
  };
  return !text.empty() && text.size() <= code_bytes_max &&
         std::all_of(text.begin(), text.end(), is_code_byte);
}

// Nearly every code is well-formed, and looking for white space takes longer.
std::string_view trimmed_code(std::string_view text) {
  return is_code(text) ? text : base::trim_unicode_space(text);
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= name_bytes_max && base::is_utf8(text) &&
         text.find('\0') == std::string_view::npos;
}

class TablesReader {
 public:
  TablesReader(CsvReader& csv, ImportStages& stages) : csv_(csv), stages_(stages) {}

  base::Result<Tables> read() {
    if (auto found = read_header(); !found) return found.error();
    for (std::uint64_t rows = 1;; ++rows) {
      const auto more = csv_.next_record();
      if (!more) return more.error();
      if (!*more) break;
      if (auto taken = take_row(); !taken) return taken.error();
      if (rows % rows_per_progress != 0) continue;
      if (auto proceed = stages_.advance_to(csv_.bytes_read()); !proceed) return proceed.error();
    }
    Tables tables{
        .source_name = {}, .concepts = in_stored_order(), .source_bytes = csv_.bytes_read()};
    tables.notices = notices_.take();
    if (tables.concepts.empty()) return csv_.error_here("the file has no concepts");
    if (auto proceed = stages_.advance_to(tables.source_bytes); !proceed) return proceed.error();
    return tables;
  }

 private:
  base::Result<void> read_header() {
    const auto more = csv_.next_record();
    if (!more) return more.error();
    if (!*more) return csv_.error_here("the file is empty: its header is missing");
    columns_count_ = csv_.fields().size();
    for (std::size_t level = 0; level < levels.size(); ++level) {
      const std::string title = "BNF " + std::string(levels[level]);
      const auto name = find_column(title);
      if (!name) return name.error();
      const auto code = find_column(title + " Code");
      if (!code) return code.error();
      columns_[level] = {*name, *code};
    }
    return {};
  }

  base::Result<std::size_t> find_column(const std::string& title) const {
    const auto fields = csv_.fields();
    const std::string wanted = normal_title(title);
    const auto is_wanted = [&](const std::string& field) { return normal_title(field) == wanted; };
    const auto first = std::ranges::find_if(fields, is_wanted);
    if (first == fields.end()) return csv_.error_here("there is no column '" + title + "'");
    if (std::find_if(first + 1, fields.end(), is_wanted) != fields.end()) {
      return csv_.error_here("there are two columns '" + title + "'");
    }
    return static_cast<std::size_t>(first - fields.begin());
  }

  base::Result<void> take_row() {
    const auto fields = csv_.fields();
    if (auto checked = csv_.check_width(columns_count_); !checked) return checked;
    if (is_blank_row(fields)) return {};
    std::optional<std::string_view> parent;
    for (std::size_t level = 0; level < levels.size(); ++level) {
      const std::string& name = fields[columns_[level].name];
      const std::string_view code = trimmed_code(fields[columns_[level].code]);
      if (name.find("DUMMY") != std::string::npos) continue;
      const auto above = std::exchange(parent, code);
      // Neighbouring rows share most of their upper levels.
      if (is_same_as_last(level, code, name, above)) continue;
      if (!is_code(code)) {
        return csv_.error_here("the code of the " + std::string(levels[level]) +
                               " is not 1 to 15 letters and digits");
      }
      if (!is_name(name)) {
        return csv_.error_here("the name of the " + std::string(levels[level]) +
                               " is empty, not UTF-8 or longer than 1000 bytes");
      }
      rows_[level].push_back({std::string(code), name, std::optional<std::string>(above), level});
    }
    return {};
  }

  // A row may have only fields that nobody reads, such as a YEAR_MONTH.
  bool is_blank_row(std::span<const std::string> fields) const {
    return std::ranges::all_of(columns_, [&](const LevelColumns& level) {
      return is_white_space(fields[level.code]) && is_white_space(fields[level.name]);
    });
  }

  bool is_same_as_last(std::size_t level, std::string_view code, std::string_view name,
                       std::optional<std::string_view> parent) const {
    if (rows_[level].empty()) return false;
    const ConceptRow& last = rows_[level].back();
    return last.code == code && last.name == name && last.parent == parent;
  }

  std::vector<ConceptRow> in_stored_order() {
    std::vector<ConceptRow> stored;
    CodeNumbers codes;
    for (auto& rows : rows_) {
      if (!std::ranges::is_sorted(rows)) std::ranges::sort(rows);
      const auto repeated = std::ranges::unique(rows);
      rows.erase(repeated.begin(), repeated.end());
      for (ConceptRow& row : rows) {
        const std::size_t number = codes.add(row.code);
        if (number == stored.size()) {
          stored.push_back(std::move(row));
        } else {
          note_left_out(row, stored[number]);
        }
      }
    }
    return stored;
  }

  void note_left_out(const ConceptRow& row, const ConceptRow& kept) {
    if (row.level != kept.level) {
      notices_.add("codes come again at a deeper level, and are left out there", row.code);
      return;
    }
    if (row.name != kept.name) {
      notices_.add("codes have more than one name; the first is kept", row.code);
    }
    if (row.parent != kept.parent) {
      notices_.add("codes have more than one parent; the first is kept", row.code);
    }
  }

  CsvReader& csv_;
  ImportStages& stages_;
  std::size_t columns_count_ = 0;
  std::array<LevelColumns, levels.size()> columns_{};
  std::array<std::vector<ConceptRow>, levels.size()> rows_;
  CountedNotices notices_;
};

}  // namespace

base::Result<Tables> read_tables(const ImportRequest& request, ImportStages& stages) {
  auto source = TextSource::open(request.archive, find_csv, request.limits);
  if (!source) return source.error();
  stages.begin("reading", source->size_bytes());
  CsvReader csv(source->name(), [&source](std::span<char> buffer) { return source->read(buffer); });
  auto tables = TablesReader(csv, stages).read();
  if (tables) tables->source_name = source->name();
  return tables;
}

}  // namespace codelog::coding_systems::bnf
