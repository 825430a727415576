#include "coding_systems/dmd/import_rows.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "events/base/text.h"

namespace codelog::coding_systems::dmd {
namespace {

constexpr std::size_t identifier_digits_max = 18;
constexpr std::size_t number_digits_max = 18;

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  if (!is_digits(text) || text.size() > number_digits_max) return std::nullopt;
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

bool is_identifier(std::string_view text) {
  return is_digits(text) && text.size() <= identifier_digits_max && text.front() != '0';
}

// 12, 12.5 or .5: numbers in the form of programs.
bool is_decimal(std::string_view text) {
  if (text.size() > number_digits_max) return false;
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto point = text.find('.');
  if (point == std::string_view::npos) return is_digits(text);
  return (point == 0 || is_digits(text.substr(0, point))) && is_digits(text.substr(point + 1));
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto year = parse_number(text.substr(0, 4));
  const auto month = parse_number(text.substr(5, 2));
  const auto day = parse_number(text.substr(8, 2));
  if (!year || !month || !day) return false;
  return std::chrono::year_month_day(std::chrono::year(static_cast<int>(*year)),
                                     std::chrono::month(static_cast<unsigned>(*month)),
                                     std::chrono::day(static_cast<unsigned>(*day)))
      .ok();
}

// The fault of a field; empty if there is none.
std::string_view wrong_with(ColumnKind kind, std::string_view text) {
  switch (kind) {
    case ColumnKind::identifier:
      return is_identifier(text) ? "" : "is not an identifier of 1 to 18 digits";
    case ColumnKind::number:
      return parse_number(text) ? "" : "is not a number of 1 to 18 digits";
    case ColumnKind::decimal:
      return is_decimal(text) ? "" : "is not a decimal number";
    case ColumnKind::flag:
      // The publisher writes 1 or 0001. OpenCodelists takes any text for "yes", even a 0.
      return parse_number(text) == 1 ? "" : "is not 1, the only value of a flag";
    case ColumnKind::date:
      return is_date(text) ? "" : "is not a date YYYY-MM-DD";
    case ColumnKind::text:
      break;
  }
  return "";
}

std::string shown(std::string_view text) {
  std::string printable(base::utf8_prefix(text, 50));
  for (char& byte : printable) {
    if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F) byte = '?';
  }
  if (printable.size() < text.size()) printable += "...";
  return printable;
}

}  // namespace

TableRows::TableRows(const Table& table, BackgroundRows::Table rows)
    : table_(&table), rows_(rows), values_(table.columns.size()) {
  for (const Column& column : table.columns) {
    if (column.rule == ColumnRule::key || column.rule == ColumnRule::unique) {
      CODELOG_CHECK(!key_column_ && (column.kind == ColumnKind::identifier ||
                                     column.kind == ColumnKind::number),
                    "a table has one key, an identifier or a number");
      key_column_ = elements_.size();
    }
    elements_.push_back(element_of(column));
  }
}

base::Result<TableRows> TableRows::open(BackgroundRows& rows, const Table& table) {
  std::string columns;
  for (const Column& column : table.columns) {
    columns += (columns.empty() ? "" : ", ") + std::string(column.name);
  }
  auto opened = rows.table(table.name, columns);
  if (!opened) return opened.error();
  return TableRows(table, *opened);
}

void TableRows::begin_row() {
  for (Value& value : values_) {
    value.text.clear();
    value.is_set = false;
  }
  next_column_ = 0;
}

// Elements come in nearly the same order in every row.
std::optional<std::size_t> TableRows::find_column(std::string_view element) {
  const std::size_t count = elements_.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t column = (next_column_ + i) % count;
    if (elements_[column] != element) continue;
    next_column_ = column + 1;
    return column;
  }
  return std::nullopt;
}

std::string TableRows::set(std::size_t column, std::string_view text) {
  const Column& definition = table_->columns[column];
  const bool may_be_empty = definition.kind == ColumnKind::text && table_->part == Part::lookup;
  if (text.empty() && !may_be_empty) return "";
  Value& value = values_[column];
  if (value.is_set) return "the row has a second " + elements_[column];
  const ColumnKind kind = definition.kind;
  const std::string_view wrong = wrong_with(kind, text);
  if (!wrong.empty()) return elements_[column] + " '" + shown(text) + "' " + std::string(wrong);
  value.text = text;
  value.is_set = true;
  if (kind == ColumnKind::number) value.number = *parse_number(text);
  return "";
}

base::Result<void> TableRows::insert() {
  for (std::size_t column = 0; column < values_.size(); ++column) {
    const Column& definition = table_->columns[column];
    const bool is_missing = !values_[column].is_set && definition.kind != ColumnKind::flag &&
                            definition.rule != ColumnRule::optional;
    if (!is_missing) continue;
    return base::Error{
        base::ErrorCode::invalid, describe_row() + " has no " + elements_[column], {}};
  }
  if (!is_new_key()) {
    return base::Error{base::ErrorCode::invalid, describe_row() + " is there already", {}};
  }
  for (std::size_t column = 0; column < values_.size(); ++column) bind(column);
  ++count_;
  return rows_.insert();
}

bool TableRows::is_new_key() {
  const auto number = key();
  return !number || keys_.find_or_add(*number + 1, 0).second;
}

// An identifier has at most 18 digits and does not start with 0, so the number identifies it.
std::optional<std::uint64_t> TableRows::number(std::size_t column) const {
  const Value& value = values_[column];
  if (!value.is_set) return std::nullopt;
  std::uint64_t number = 0;
  std::from_chars(value.text.data(), value.text.data() + value.text.size(), number);
  return number;
}

std::optional<std::uint64_t> TableRows::key() const {
  return key_column_ ? number(*key_column_) : std::nullopt;
}

void TableRows::bind(std::size_t column) {
  const int place = static_cast<int>(column) + 1;
  const Value& value = values_[column];
  const ColumnKind kind = table_->columns[column].kind;
  if (kind == ColumnKind::flag) {
    rows_.integer(place, value.is_set ? 1 : 0);
  } else if (!value.is_set) {
    rows_.null(place);
  } else if (kind == ColumnKind::number) {
    rows_.integer(place, value.number);
  } else {
    rows_.text(place, value.text);  // SQLite turns the text of a decimal column into a number
  }
}

std::string_view TableRows::value(std::string_view column) const {
  const auto found = std::ranges::find(table_->columns, column, &Column::name);
  CODELOG_CHECK(found != table_->columns.end(),
                "a value was asked for that the table does not have");
  return values_[static_cast<std::size_t>(found - table_->columns.begin())].text;
}

// By its key, or by the key of its owner.
std::string TableRows::describe_row() const {
  std::string text = "the row of " + std::string(table_->name);
  for (std::size_t column = 0; column < values_.size(); ++column) {
    const ColumnRule rule = table_->columns[column].rule;
    const bool names_row = rule == ColumnRule::key || rule == ColumnRule::unique;
    if (names_row && values_[column].is_set) {
      text += " with " + elements_[column] + " " + values_[column].text;
    }
  }
  return text;
}

}  // namespace codelog::coding_systems::dmd
