#include "coding_systems/icd10/nhs_table.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "coding_systems/importing/windows_1252.h"
#include "events/base/text.h"

namespace codelog::coding_systems::icd10 {
namespace {

constexpr std::uint64_t records_per_progress = 1024;
constexpr char separator = '\t';
constexpr char qualifier_separator = '^';
constexpr std::size_t category_bytes = 3;
constexpr std::size_t shown_bytes_max = 40;

struct Column {
  enum Number : std::size_t { code, description, usage, modifier_4, modifier_5, qualifiers, count };
};
constexpr std::array<std::string_view, Column::count> titles = {
    "CODE", "DESCRIPTION", "USAGE", "MODIFIER_4", "MODIFIER_5", "QUALIFIERS"};

// Removes enclosing double quotes, and halves doubled ones inside.
std::string unquoted(std::string_view field) {
  if (field.size() < 2 || !field.starts_with('"') || !field.ends_with('"')) {
    return std::string(base::trim_unicode_space(field));
  }
  std::string text;
  field = field.substr(1, field.size() - 2);
  for (std::size_t i = 0; i < field.size(); ++i) {
    text += field[i];
    if (field.substr(i).starts_with("\"\"")) ++i;
  }
  return std::string(base::trim_unicode_space(text));
}

std::vector<std::string> split(std::string_view line, char at) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = line.find(at);
    parts.push_back(unquoted(line.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    line.remove_prefix(end + 1);
  }
}

// The code without dots and marks, and without the X that fills three characters up to four;
// nothing if it is not a category.
std::optional<std::string> category_code(std::string_view text) {
  std::string code;
  for (const char c : text) {
    const bool is_letter_or_digit = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (is_letter_or_digit) code += c;
    const bool is_mark = static_cast<unsigned char>(c) >= 0x80 || c == '.' || c == '*' || c == '+';
    if (!is_letter_or_digit && !is_mark) return std::nullopt;
  }
  if (code.size() == category_bytes + 1 && code.ends_with('X')) code.pop_back();
  if (level_of_code(code) != Level::category) return std::nullopt;
  return code;
}

// As above, for a qualifier. An A or a D after its code marks an asterisk or a dagger code.
std::optional<std::string> partner_code(std::string_view text) {
  if (text.size() > category_bytes && (text.ends_with('A') || text.ends_with('D'))) {
    text.remove_suffix(1);
  }
  while (text.ends_with('-')) text.remove_suffix(1);
  return category_code(text);
}

// The usage that the marks of a written code tell: "A17.0†" or "A17.0+", and "G01*".
Usage marked_usage(std::string_view written_code) {
  if (written_code.find("\u2020") != std::string_view::npos) return Usage::dagger;
  if (written_code.find('+') != std::string_view::npos) return Usage::dagger;
  return written_code.find('*') != std::string_view::npos ? Usage::asterisk : Usage::normal;
}

bool is_chapter_or_block(std::string_view written_code) {
  const auto level = level_of_code(written_code);
  return level == Level::chapter || level == Level::block;
}

bool has_same_content(const EditionRecord& left, const EditionRecord& right) {
  return left.term == right.term && left.usage == right.usage && left.modifier == right.modifier &&
         left.modifier_position == right.modifier_position && left.partners == right.partners;
}

std::string shown(std::string_view text) {
  return "'" + std::string(text.substr(0, shown_bytes_max)) + "'";
}

class TableReader {
 public:
  TableReader(std::string_view name, TextLines& lines, ImportStages& stages,
              std::uint64_t bytes_before, CountedNotices& notices)
      : name_(name),
        lines_(lines),
        stages_(stages),
        bytes_before_(bytes_before),
        notices_(notices) {}

  base::Result<std::vector<EditionRecord>> read() {
    if (auto found = read_header(); !found) return found.error();
    for (;;) {
      const auto fields = next_row();
      if (!fields) return fields.error();
      if (!*fields) break;
      if (auto taken = take(**fields); !taken) return taken.error();
      if (records_.size() % records_per_progress != 0) continue;
      if (auto proceed = stages_.advance_to(bytes_before_ + lines_.bytes_read()); !proceed) {
        return proceed.error();
      }
    }
    if (records_.empty()) return lines_.error_here("the table has no codes");
    return std::move(records_);
  }

 private:
  using Fields = std::vector<std::string>;

  base::Result<std::optional<Fields>> next_row() {
    const auto line = lines_.next();
    if (!line) return line.error();
    if (!*line) return std::optional<Fields>();
    if (base::is_utf8(**line)) return std::optional(split(**line, separator));
    notices_.add("lines that are not UTF-8 are read as Windows-1252",
                 "line " + std::to_string(lines_.line_number()));
    return std::optional(split(utf8_of_windows_1252(**line), separator));
  }

  base::Result<void> read_header() {
    const auto header = next_row();
    if (!header) return header.error();
    if (!*header) return lines_.error_here("the file is empty: its header is missing");
    columns_count_ = (*header)->size();
    for (std::size_t column = 0; column < titles.size(); ++column) {
      places_[column] = find(**header, titles[column]);
    }
    if (!places_[Column::code]) places_[Column::code] = find(**header, "ALT_CODE");
    for (const Column::Number needed : {Column::code, Column::description}) {
      if (places_[needed]) continue;
      return lines_.error_here("there is no column '" + std::string(titles[needed]) + "'");
    }
    return {};
  }

  static std::optional<std::size_t> find(const Fields& header, std::string_view title) {
    const auto found = std::ranges::find_if(
        header, [&](const std::string& field) { return base::ascii_upper(field) == title; });
    if (found == header.end()) return std::nullopt;
    return static_cast<std::size_t>(found - header.begin());
  }

  std::string field(const Fields& fields, Column::Number column) const {
    const auto place = places_[column];
    return place && *place < fields.size() ? fields[*place] : "";
  }

  base::Result<void> take(const Fields& fields) {
    for (std::size_t i = columns_count_; i < fields.size(); ++i) {
      if (fields[i].empty()) continue;
      return lines_.error_here("the row has " + std::to_string(fields.size()) +
                               " fields, the header has " + std::to_string(columns_count_));
    }
    const std::string written_code = field(fields, Column::code);
    if (is_left_out(written_code)) return {};
    const auto code = category_code(written_code);
    if (!code) {
      return lines_.error_here(shown(written_code) + " is not a code of ICD-10 like A00 or A00.0");
    }
    EditionRecord record;
    record.code = *code;
    record.source_name = name_;
    record.line = lines_.line_number();
    record.term = field(fields, Column::description);
    record.short_term = record.term;
    if (record.term.empty()) return lines_.error_here(*code + " has no DESCRIPTION");
    take_usage(field(fields, Column::usage), written_code, record);
    take_modifier(fields, record);
    take_partners(field(fields, Column::qualifiers), record);
    for (const std::string& text : {record.term, record.modifier}) {
      if (text.size() <= term_bytes_max && text.find('\0') == std::string::npos) continue;
      return lines_.error_here("a text of " + *code + " has a byte 0 or is longer than " +
                               std::to_string(term_bytes_max) + " bytes");
    }
    return add(std::move(record));
  }

  // True, with a notice, for a row that is not about a category.
  bool is_left_out(std::string_view written_code) {
    if (written_code.empty()) {
      notices_.add("rows without a CODE are left out",
                   "line " + std::to_string(lines_.line_number()));
      return true;
    }
    if (!is_chapter_or_block(written_code)) return false;
    notices_.add("rows of chapters and blocks are left out", written_code);
    return true;
  }

  base::Result<void> add(EditionRecord record) {
    const auto [place, is_new] = places_of_codes_.emplace(record.code, records_.size());
    if (is_new) {
      records_.push_back(std::move(record));
      return {};
    }
    const EditionRecord& first = records_[place->second];
    if (!has_same_content(first, record)) {
      return lines_.error_here(record.code + " is there twice, first in line " +
                               std::to_string(first.line));
    }
    notices_.add("rows that repeat another one are left out", record.code);
    return {};
  }

  void take_usage(const std::string& text, std::string_view written_code, EditionRecord& record) {
    const std::string usage = base::ascii_upper(text);
    if (usage.empty()) {
      record.usage = marked_usage(written_code);
    } else if (usage == "DAGGER") {
      record.usage = Usage::dagger;
    } else if (usage == "ASTERISK") {
      record.usage = Usage::asterisk;
    } else if (usage != "DEFAULT") {
      notices_.add("codes have a USAGE that is unknown, and count as neither dagger nor asterisk",
                   record.code);
    }
  }

  void take_modifier(const Fields& fields, EditionRecord& record) const {
    record.modifier = field(fields, Column::modifier_4);
    if (!record.modifier.empty()) record.modifier_position = 4;
    const std::string fifth = field(fields, Column::modifier_5);
    if (fifth.empty()) return;
    record.modifier += (record.modifier.empty() ? "" : ", ") + fifth;
    record.modifier_position = 5;
  }

  void take_partners(const std::string& text, EditionRecord& record) {
    if (text.empty() || record.usage == Usage::normal) return;
    for (const std::string& written : split(text, qualifier_separator)) {
      if (written.empty()) continue;
      const auto partner = partner_code(written);
      if (partner && *partner != record.code) {
        record.partners.push_back(*partner);
      } else if (!partner) {
        notices_.add("QUALIFIERS that are no codes are left out",
                     record.code + " " + shown(written));
      }
    }
  }

  const std::string_view name_;
  TextLines& lines_;
  ImportStages& stages_;
  const std::uint64_t bytes_before_;
  CountedNotices& notices_;
  std::array<std::optional<std::size_t>, Column::count> places_;
  std::size_t columns_count_ = 0;
  std::vector<EditionRecord> records_;
  std::unordered_map<std::string, std::size_t> places_of_codes_;  // in records_
};

struct Range {
  std::string_view first;
  std::string_view last;
  std::string_view code;  // of its chapter or block
};

// Sorted by first code.
constexpr auto chapters = std::to_array<Range>(
    {{"A00", "B99", "I"},    {"C00", "D48", "II"},    {"D50", "D89", "III"}, {"E00", "E90", "IV"},
     {"F00", "F99", "V"},    {"G00", "G99", "VI"},    {"H00", "H59", "VII"}, {"H60", "H95", "VIII"},
     {"I00", "I99", "IX"},   {"J00", "J99", "X"},     {"K00", "K93", "XI"},  {"L00", "L99", "XII"},
     {"M00", "M99", "XIII"}, {"N00", "N99", "XIV"},   {"O00", "O99", "XV"},  {"P00", "P96", "XVI"},
     {"Q00", "Q99", "XVII"}, {"R00", "R99", "XVIII"}, {"S00", "T98", "XIX"}, {"U00", "U99", "XXII"},
     {"V01", "Y98", "XX"},   {"Z00", "Z99", "XXI"}});

// Also gives a chapter to a code between two ranges.
const Range& chapter_of(std::string_view category) {
  const auto after = std::ranges::upper_bound(chapters, category, {}, &Range::first);
  return after == chapters.begin() ? chapters.front() : *(after - 1);
}

class Hanger {
 public:
  Hanger(const std::vector<EditionRecord>& records, const std::vector<EditionRecord>& known) {
    for (const EditionRecord& record : known) {
      parents_.emplace(record.code, record.parent);
      codes_.insert(record.code);
      if (record.level != Level::block) continue;
      const std::string_view code = record.code;
      blocks_.push_back({code.substr(0, category_bytes), code.substr(category_bytes + 1), code});
    }
    for (const EditionRecord& record : records) codes_.insert(record.code);
  }

  std::string parent_of(const std::string& code, CountedNotices& notices) const {
    if (const auto known = parents_.find(code); known != parents_.end())
      return std::string(known->second);
    const std::string category = code.substr(0, category_bytes);
    if (code.size() > category_bytes) {
      const std::string above = code.substr(0, code.size() - 1);
      if (codes_.contains(above)) return above;
      if (codes_.contains(category)) return category;
      notices.add("codes hang on their block or chapter, since their category is in no file", code);
    }
    return block_of(category);
  }

 private:
  // The innermost block that contains the category, or else the chapter.
  std::string block_of(std::string_view category) const {
    const Range* found = nullptr;
    for (const Range& block : blocks_) {
      if (category < block.first || category > block.last) continue;
      const bool is_inner = found == nullptr || block.first > found->first ||
                            (block.first == found->first && block.last < found->last);
      if (is_inner) found = &block;
    }
    return std::string(found == nullptr ? chapter_of(category).code : found->code);
  }

  std::unordered_map<std::string_view, std::string_view> parents_;
  std::unordered_set<std::string_view> codes_;
  std::vector<Range> blocks_;
};

}  // namespace

base::Result<std::vector<EditionRecord>> read_nhs_table(std::string_view name, TextLines::Read read,
                                                        ImportStages& stages,
                                                        std::uint64_t bytes_before,
                                                        CountedNotices& notices) {
  TextLines lines(std::string(name), separator, std::move(read));
  return TableReader(name, lines, stages, bytes_before, notices).read();
}

void hang_nhs_records(std::vector<EditionRecord>& records, const std::vector<EditionRecord>& known,
                      CountedNotices& notices) {
  {
    const Hanger hanger(records, known);
    for (EditionRecord& record : records) record.parent = hanger.parent_of(record.code, notices);
  }
  const std::string_view source_name = records.front().source_name;
  std::vector<EditionRecord> added;
  for (const Range& chapter : chapters) {
    const bool is_known =
        std::ranges::find(known, chapter.code, &EditionRecord::code) != known.end();
    const bool is_used =
        std::ranges::find(records, chapter.code, &EditionRecord::parent) != records.end();
    if (is_known || !is_used) continue;
    EditionRecord& record = added.emplace_back();
    record.code = chapter.code;
    record.level = Level::chapter;
    record.term = "Codes " + std::string(chapter.first) + "-" + std::string(chapter.last);
    record.short_term = record.term;
    record.source_name = source_name;
  }
  records.insert(records.begin(), std::make_move_iterator(added.begin()),
                 std::make_move_iterator(added.end()));
}

}  // namespace codelog::coding_systems::icd10
