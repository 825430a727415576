#include "coding_systems/importing/sheet_reader.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <vector>

#include "coding_systems/importing/text_lines.h"
#include "coding_systems/importing/xml_reader.h"

namespace codelog::coding_systems {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using Attributes = std::span<const XmlAttribute>;

constexpr std::uint64_t rows_per_progress = 1000;
constexpr std::size_t columns_max = 16'384;  // the format's limit
constexpr std::size_t sheets_max = 1000;
constexpr std::size_t cell_bytes_max = 128 * 1024;  // Excel allows 32,767 characters

// Treats "x:row" and "row" alike: all elements read here are of one namespace.
std::string_view local_name(std::string_view name) { return name.substr(name.find(':') + 1); }

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The column of a cell's address such as "C17"; nothing if the text is not an address.
std::optional<std::size_t> parse_column(std::string_view address) {
  std::size_t column = 0;
  std::size_t letters = 0;
  while (letters < address.size() && address[letters] >= 'A' && address[letters] <= 'Z') {
    column = column * 26 + static_cast<std::size_t>(address[letters] - 'A') + 1;
    if (++letters > 3) return std::nullopt;
  }
  if (letters == 0 || column > columns_max) return std::nullopt;
  return column - 1;
}

// Reads one part of the workbook as XML. `part` is its member.
Result<void> read_part(const ZipArchive& workbook, const ZipMember& part,
                       const std::function<Result<void>(XmlReader&)>& use) {
  auto member = workbook.read(part);
  if (!member) return member.error();
  XmlReader xml(workbook.name() + ": " + part.name,
                [&](std::span<char> buffer) { return member->read(buffer); });
  return use(xml);
}

const ZipMember* find_part(const ZipArchive& workbook, std::string_view name) {
  const auto found = std::ranges::find(workbook.members(), name, &ZipMember::name);
  return found == workbook.members().end() ? nullptr : &*found;
}

Error no_part(const ZipArchive& workbook, std::string_view name) {
  return {ErrorCode::invalid,
          workbook.name() + ": is not an .xlsx workbook: it has no " + std::string(name),
          {}};
}

// --- Which sheet ---

class WorkbookHandler final : public XmlHandler {
 public:
  explicit WorkbookHandler(const XmlReader& xml) : xml_(xml) {}

  Result<void> start(std::string_view name, Attributes attributes) override {
    const std::string_view local = local_name(name);
    if (local == "workbookView" && !has_view_) {
      has_view_ = true;
      active_ = parse_number(find_attribute(attributes, "activeTab").value_or("0")).value_or(0);
    }
    if (local != "sheet") return {};
    if (sheets_.size() == sheets_max) return xml_.error_here("there are too many sheets");
    Sheet sheet;
    sheet.name = find_attribute(attributes, "name").value_or("");
    for (const XmlAttribute& attribute : attributes) {
      const bool has_prefix = attribute.name.find(':') != std::string_view::npos;
      if (has_prefix && local_name(attribute.name) == "id") sheet.id = attribute.value;
    }
    sheets_.push_back(std::move(sheet));
    return {};
  }
  Result<void> end(std::string_view) override { return {}; }
  Result<void> text(std::string_view) override { return {}; }

  // The relationship of the chosen sheet.
  Result<std::string> find_sheet(const SheetRequest& request) const {
    if (request.sheet == SheetChoice::named) return find_named(request.sheet_name);
    const std::uint64_t number = request.sheet == SheetChoice::first ? 0 : active_;
    if (number < sheets_.size()) return sheets_[number].id;
    return xml_.error_here("the workbook has no active sheet");
  }

 private:
  struct Sheet {
    std::string name;
    std::string id;
  };

  Result<std::string> find_named(const std::string& name) const {
    std::string all;
    for (const Sheet& sheet : sheets_) {
      if (sheet.name == name) return sheet.id;
      all += (all.empty() ? "'" : ", '") + sheet.name + "'";
    }
    return xml_.error_here("there is no sheet '" + name + "'; the workbook has " + all);
  }

  const XmlReader& xml_;
  std::vector<Sheet> sheets_;
  std::uint64_t active_ = 0;
  bool has_view_ = false;
};

struct Relationships {
  std::map<std::string, std::string> targets;  // by id
  std::string shared_texts;
};

class RelationshipsHandler final : public XmlHandler {
 public:
  RelationshipsHandler(const XmlReader& xml, Relationships& found) : xml_(xml), found_(found) {}

  Result<void> start(std::string_view name, Attributes attributes) override {
    if (local_name(name) != "Relationship") return {};
    if (found_.targets.size() == 2 * sheets_max) return xml_.error_here("there are too many parts");
    const std::string target(find_attribute(attributes, "Target").value_or(""));
    // Targets are relative to the workbook part, which is in xl/.
    const std::string part = target.starts_with('/') ? target.substr(1) : "xl/" + target;
    if (find_attribute(attributes, "Type").value_or("").ends_with("/sharedStrings")) {
      found_.shared_texts = part;
    }
    found_.targets.emplace(find_attribute(attributes, "Id").value_or(""), part);
    return {};
  }
  Result<void> end(std::string_view) override { return {}; }
  Result<void> text(std::string_view) override { return {}; }

 private:
  const XmlReader& xml_;
  Relationships& found_;
};

// --- The texts that cells refer to by number ---

class SharedTexts {
 public:
  explicit SharedTexts(const SheetLimits& limits) : limits_(limits) {}

  void append(std::string_view text) { bytes_ += text; }
  void end_text() { ends_.push_back(bytes_.size()); }
  bool is_too_large() const {
    return bytes_.size() > limits_.texts_bytes_max || ends_.size() > limits_.texts_count_max;
  }

  std::optional<std::string_view> find(std::uint64_t number) const {
    if (number >= ends_.size()) return std::nullopt;
    const std::size_t first = number == 0 ? 0 : ends_[number - 1];
    return std::string_view(bytes_).substr(first, ends_[number] - first);
  }

 private:
  const SheetLimits limits_;
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

class SharedTextsHandler final : public XmlHandler {
 public:
  SharedTextsHandler(const XmlReader& xml, SharedTexts& texts) : xml_(xml), texts_(texts) {}

  Result<void> start(std::string_view name, Attributes) override {
    const std::string_view local = local_name(name);
    if (local == "rPh") in_phonetic_ = true;
    in_text_ = local == "t" && !in_phonetic_;
    return {};
  }

  Result<void> end(std::string_view name) override {
    const std::string_view local = local_name(name);
    if (local == "t") in_text_ = false;
    if (local == "rPh") in_phonetic_ = false;
    if (local == "si") texts_.end_text();
    return check_size();
  }

  Result<void> text(std::string_view text) override {
    if (in_text_) texts_.append(text);
    return check_size();
  }

 private:
  Result<void> check_size() const {
    if (!texts_.is_too_large()) return {};
    return xml_.error_here("the workbook has too many texts");
  }

  const XmlReader& xml_;
  SharedTexts& texts_;
  bool in_text_ = false;
  bool in_phonetic_ = false;  // inside a text that gives the pronunciation of an East Asian text
};

// --- The sheet ---

class SheetHandler final : public XmlHandler {
 public:
  SheetHandler(const XmlReader& xml, const SharedTexts& texts, const SheetRequest& request,
               std::function<Result<void>()> report)
      : xml_(xml),
        texts_(texts),
        request_(request),
        report_(std::move(report)),
        values_(request.columns_count),
        cells_(request.columns_count) {}

  Result<void> start(std::string_view name, Attributes attributes) override {
    const std::string_view local = local_name(name);
    if (local == "row") return begin_row(attributes);
    if (local == "c") return begin_cell(attributes);
    takes_text_ = local == "v" || (local == "t" && is_inline_);
    return {};
  }

  Result<void> end(std::string_view name) override {
    const std::string_view local = local_name(name);
    if (local == "row") return end_row();
    if (local == "c") return end_cell();
    takes_text_ = false;
    return {};
  }

  Result<void> text(std::string_view text) override {
    if (!takes_text_ || column_ >= values_.size()) return {};
    if (values_[column_].size() + text.size() > cell_bytes_max) {
      return xml_.error_here(cell_place(row_, column_) + " is longer than " +
                             std::to_string(cell_bytes_max) + " bytes");
    }
    values_[column_] += text;
    return {};
  }

 private:
  Result<void> begin_row(Attributes attributes) {
    const auto given = find_attribute(attributes, "r");
    const auto number = given ? parse_number(*given) : row_ + 1;
    if (!number || *number <= row_) return xml_.error_here("the rows are not in order");
    row_ = *number;
    next_column_ = 0;
    has_cells_ = false;
    std::ranges::fill(cells_, SheetCell{});
    return {};
  }

  Result<void> begin_cell(Attributes attributes) {
    const auto address = find_attribute(attributes, "r");
    const auto column = address ? parse_column(*address) : next_column_;
    if (!column || *column < next_column_) {
      return xml_.error_here("a cell of row " + std::to_string(row_) + " has no valid address");
    }
    column_ = *column;
    next_column_ = column_ + 1;
    const std::string_view type = find_attribute(attributes, "t").value_or("n");
    is_shared_ = type == "s";
    is_inline_ = type == "inlineStr";
    const bool is_text = is_shared_ || is_inline_ || type == "str";
    kind_ = is_text       ? SheetCell::Kind::text
            : type == "n" ? SheetCell::Kind::number
                          : SheetCell::Kind::other;
    if (column_ < values_.size()) values_[column_].clear();
    return {};
  }

  Result<void> end_cell() {
    takes_text_ = false;
    is_inline_ = false;
    if (column_ >= values_.size()) return {};
    std::string_view value = values_[column_];
    if (is_shared_ && !value.empty()) {
      const auto number = parse_number(value);
      const auto text = number ? texts_.find(*number) : std::nullopt;
      if (!text) {
        return xml_.error_here(cell_place(row_, column_) + " refers to a missing text");
      }
      value = *text;
    }
    if (is_white_space(value)) return {};
    cells_[column_] = {kind_, value};
    has_cells_ = true;
    return {};
  }

  Result<void> end_row() {
    if (has_cells_) {
      if (auto taken = request_.on_row(row_, cells_); !taken) return taken;
    }
    return ++rows_count_ % rows_per_progress == 0 ? report_() : Result<void>();
  }

  const XmlReader& xml_;
  const SharedTexts& texts_;
  const SheetRequest& request_;
  const std::function<Result<void>()> report_;
  std::vector<std::string> values_;  // of the row's cells, as stored
  std::vector<SheetCell> cells_;
  std::uint64_t row_ = 0;
  std::uint64_t rows_count_ = 0;
  std::size_t column_ = 0;
  std::size_t next_column_ = 0;
  SheetCell::Kind kind_ = SheetCell::Kind::empty;  // of the cell, if it has a value
  bool is_shared_ = false;
  bool is_inline_ = false;
  bool takes_text_ = false;
  bool has_cells_ = false;
};

struct Parts {
  const ZipMember* sheet = nullptr;
  const ZipMember* texts = nullptr;  // a workbook without texts has none
};

Result<Parts> find_parts(const ZipArchive& workbook, const SheetRequest& request) {
  constexpr std::string_view main_name = "xl/workbook.xml";
  constexpr std::string_view relationships_name = "xl/_rels/workbook.xml.rels";
  const ZipMember* main = find_part(workbook, main_name);
  if (main == nullptr) return no_part(workbook, main_name);
  std::string chosen;
  const auto read_main = read_part(workbook, *main, [&](XmlReader& xml) -> Result<void> {
    WorkbookHandler handler(xml);
    if (auto read = xml.read(handler); !read) return read;
    auto sheet = handler.find_sheet(request);
    if (!sheet) return sheet.error();
    chosen = std::move(*sheet);
    return {};
  });
  if (!read_main) return read_main.error();
  const ZipMember* relationships = find_part(workbook, relationships_name);
  if (relationships == nullptr) return no_part(workbook, relationships_name);
  Relationships found;
  const auto read = read_part(workbook, *relationships, [&](XmlReader& xml) {
    RelationshipsHandler handler(xml, found);
    return xml.read(handler);
  });
  if (!read) return read.error();
  const auto target = found.targets.find(chosen);
  Parts parts;
  if (target != found.targets.end()) parts.sheet = find_part(workbook, target->second);
  if (parts.sheet == nullptr) return no_part(workbook, "file for the sheet");
  if (found.shared_texts.empty()) return parts;
  parts.texts = find_part(workbook, found.shared_texts);
  if (parts.texts == nullptr) return no_part(workbook, found.shared_texts);
  return parts;
}

}  // namespace

std::string column_letters(std::size_t column) {
  std::string letters;
  for (std::size_t rest = column + 1; rest > 0; rest = (rest - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('A' + (rest - 1) % 26));
  }
  return letters;
}

std::string cell_place(std::uint64_t row, std::size_t column) {
  return "row " + std::to_string(row) + ", column " + column_letters(column);
}

Result<void> read_sheet(const ZipArchive& workbook, const SheetRequest& request) {
  const auto parts = find_parts(workbook, request);
  if (!parts) return parts.error();
  request.on_begin(parts->sheet->size_bytes);
  SharedTexts texts(request.limits);
  if (parts->texts != nullptr) {
    const auto read = read_part(workbook, *parts->texts, [&](XmlReader& xml) {
      SharedTextsHandler handler(xml, texts);
      return xml.read(handler);
    });
    if (!read) return read;
  }
  return read_part(workbook, *parts->sheet, [&](XmlReader& xml) {
    const auto report = [&] { return request.on_progress(xml.bytes_read()); };
    SheetHandler handler(xml, texts, request, report);
    return xml.read(handler);
  });
}

}  // namespace codelog::coding_systems
