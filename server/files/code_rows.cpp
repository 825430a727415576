#include "server/files/code_rows.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <unordered_map>

#include "events/base/text.h"
#include "server/commands/code_column.h"
#include "server/commands/csv_table.h"
#include "server/commands/download_table.h"

namespace codelog::files {
namespace {

using base::CodeStatus;
using base::Result;
using coding_systems::Node;
using coding_systems::Release;
using events::CodeWithStatus;
using Entry = RowParts::Entry;
using OptionalNodes = std::vector<std::optional<Node>>;

constexpr std::string_view unknown_title = "[unknown]";
constexpr std::string_view unknown_term = "Unknown";
const std::vector<RowNumber> usual_order;
// As people read a list: what is in it comes first.
constexpr std::array<CodeStatus, statuses_count> statuses_in_order = {
    CodeStatus::included,   CodeStatus::included_by_ancestor,
    CodeStatus::excluded,   CodeStatus::excluded_by_ancestor,
    CodeStatus::unresolved, CodeStatus::in_conflict};

constexpr std::array<std::string_view, 4> row_order_names = {"usual", "term", "code", "status"};

std::string_view code_in(const RowParts& parts, const Entry& entry) {
  return std::string_view(parts.texts).substr(entry.begin, entry.code_bytes);
}

std::string_view term_in(const std::string& texts, const Entry& entry) {
  return std::string_view(texts).substr(entry.begin + entry.code_bytes + 1, entry.term_bytes);
}

// Terms begin alike more often than they are equal, so 16 of their bytes are compared as numbers.
struct SortableTerm {
  std::array<std::uint64_t, 2> first_bytes{};
  RowNumber number = 0;

  SortableTerm(std::string_view term, RowNumber of) : number(of) {
    std::memcpy(first_bytes.data(), term.data(), std::min(term.size(), sizeof first_bytes));
    if constexpr (std::endian::native == std::endian::little) {
      for (auto& bytes : first_bytes) bytes = __builtin_bswap64(bytes);
    }
  }
};

class RowsMaker {
 public:
  explicit RowsMaker(const Release* release) : release_(release) {}

  void add_codes(const std::vector<CodeWithStatus>& codes) {
    std::vector<std::string_view> texts;
    for (const CodeWithStatus& code : codes) texts.emplace_back(code.code);
    OptionalNodes nodes(codes.size());
    if (release_ != nullptr) nodes = release_->find_all(texts);
    parts_.entries.reserve(codes.size());
    for (std::size_t i = 0; i < codes.size(); ++i) {
      add(codes[i].code, term_of(nodes[i]), codes[i].status);
      describe(nodes[i]);
    }
  }

  Result<void> add_table(const std::string& table, const projections::CodelistRecord& codelist) {
    auto rows = commands::read_csv(table);
    if (!rows) return rows.error();
    if (rows->empty()) return {};
    const auto& system = commands::system_of(codelist);
    const auto& titles = rows->front().fields;
    if (!commands::find_column(titles, system.code_headers)) {
      if (const auto sized = commands::check_cells(*rows); !sized) return sized.error();
      const auto column = commands::find_code_column(titles, codelist.handle().slug);
      add_rows(with_first_column(std::move(*rows), column), !column.header_is_data);
      return {};
    }
    has_terms_ = commands::find_column(titles, system.term_headers).has_value();
    auto made = commands::make_download_table(system, *rows, commands::TableHeaders::all);
    if (!made) return made.error();
    add_rows(std::move(made->rows), true);
    return {};
  }

  // Codes are numbered as they come, by code, until they are put into the usual order.
  void mark(const std::vector<std::string>& codes, commands::CodeFlag flag) {
    for (const std::string& code : codes) {
      const auto found = std::ranges::lower_bound(
          parts_.entries, code, {}, [&](const Entry& entry) { return code_in(parts_, entry); });
      if (found == parts_.entries.end() || code_in(parts_, *found) != code) continue;
      found->flags = static_cast<std::uint8_t>(found->flags | flag);
    }
  }

  RowParts finish(bool by_term) {
    parts_.lower = base::ascii_lower(parts_.texts);
    if (by_term) put_by_term();
    add_orders(by_term);
    return std::move(parts_);
  }

 private:
  void add(std::string_view code, std::optional<std::string_view> term, CodeStatus status) {
    Entry entry;
    entry.begin = static_cast<std::uint32_t>(parts_.texts.size());
    entry.code_bytes = static_cast<std::uint32_t>(code.size());
    entry.term_bytes = static_cast<std::uint32_t>(term ? term->size() : 0);
    entry.has_term = term.has_value();
    entry.status = status;
    entry.type = RowParts::no_type;
    parts_.texts.append(code).append("\n").append(term.value_or("")).append("\n");
    parts_.entries.push_back(entry);
  }

  std::optional<std::string_view> term_of(const std::optional<Node>& node) const {
    if (release_ == nullptr) return std::nullopt;
    return node ? commands::shown_term(*release_, *node) : unknown_term;
  }

  // The type and the flags of the last row.
  void describe(const std::optional<Node>& node) {
    if (release_ == nullptr) return;
    Entry& entry = parts_.entries.back();
    const bool is_known = node && release_->has_concept(*node);
    std::string title(unknown_title);
    if (is_known) {
      auto titles = release_->type_titles(*node);
      if (!titles.empty()) title = std::move(titles.front());
    }
    entry.type = type_number(std::move(title));
    if (!is_known) entry.flags = commands::flag_unknown;
    if (is_known && release_->is_active(*node)) entry.flags = commands::flag_active;
  }

  std::uint16_t type_number(std::string title) {
    const auto [found, is_new] = type_numbers_.try_emplace(std::move(title), 0);
    if (is_new) {
      if (parts_.types.size() == RowParts::no_type) return RowParts::no_type;
      found->second = static_cast<std::uint16_t>(parts_.types.size());
      parts_.types.push_back(found->first);
    }
    return found->second;
  }

  // Blank rows are left out, as in downloads.
  std::vector<std::vector<std::string>> with_first_column(std::vector<commands::CsvRow> rows,
                                                          const commands::CodeColumn& column) {
    std::vector<std::vector<std::string>> moved;
    for (commands::CsvRow& row : rows) {
      if (commands::is_blank_from(row, 0)) continue;
      auto& fields = row.fields;
      // A row that does not reach the column has an empty code, not another column's text.
      fields.resize(std::max(fields.size(), column.index + 1));
      const auto at = fields.begin() + static_cast<std::ptrdiff_t>(column.index);
      std::rotate(fields.begin(), at, at + 1);
      fields.insert(fields.begin() + 1, std::string());
      moved.push_back(std::move(fields));
    }
    return moved;
  }

  // Code and term first.
  void add_rows(std::vector<std::vector<std::string>> rows, bool has_titles) {
    if (rows.empty()) return;
    std::vector<std::string_view> codes;
    for (const auto& row : rows) codes.emplace_back(row.front());
    OptionalNodes nodes(rows.size());
    if (release_ != nullptr) {
      nodes = commands::find_known_codes(*release_, codes, commands::KnownCodes::concepts);
    }
    const auto& front = rows.front();
    if (has_titles)
      parts_.more_titles.assign(front.begin() + 2, front.end());
    else
      parts_.more_titles.assign(front.size() - 2, std::string());
    for (std::size_t i = has_titles ? 1 : 0; i < rows.size(); ++i) {
      auto& row = rows[i];
      std::optional<std::string_view> term = row[1];
      if (!has_terms_) term = term_of(nodes[i]);
      add(row.front(), term, CodeStatus::included);
      describe(nodes[i]);
      if (parts_.more_titles.empty()) continue;
      row.resize(parts_.more_titles.size() + 2);
      row.erase(row.begin(), row.begin() + 2);
      parts_.more_cells.push_back(std::move(row));
    }
  }

  std::string_view lower_term(RowNumber number) const {
    return term_in(parts_.lower, parts_.entries[number]);
  }

  std::vector<RowNumber> numbers_by_code() const {
    std::vector<RowNumber> numbers(parts_.entries.size());
    std::iota(numbers.begin(), numbers.end(), RowNumber{0});
    std::ranges::stable_sort(
        numbers, {}, [&](RowNumber number) { return code_in(parts_, parts_.entries[number]); });
    return numbers;
  }

  std::vector<RowNumber> numbers_by_term() const {
    std::vector<SortableTerm> terms;
    terms.reserve(parts_.entries.size());
    for (RowNumber i = 0; i < parts_.entries.size(); ++i) terms.emplace_back(lower_term(i), i);
    std::ranges::sort(terms, [&](const SortableTerm& left, const SortableTerm& right) {
      if (left.first_bytes != right.first_bytes) return left.first_bytes < right.first_bytes;
      const int order = lower_term(left.number).compare(lower_term(right.number));
      if (order != 0) return order < 0;
      const Entry& left_entry = parts_.entries[left.number];
      const Entry& right_entry = parts_.entries[right.number];
      const int codes = code_in(parts_, left_entry).compare(code_in(parts_, right_entry));
      return codes != 0 ? codes < 0 : left.number < right.number;
    });
    std::vector<RowNumber> numbers;
    numbers.reserve(terms.size());
    for (const SortableTerm& term : terms) numbers.push_back(term.number);
    return numbers;
  }

  // The texts too, so that a search through them meets the rows in their order.
  void put_by_term() {
    RowParts ordered;
    ordered.entries.reserve(parts_.entries.size());
    ordered.texts.reserve(parts_.texts.size());
    for (const RowNumber number : numbers_by_term()) {
      Entry entry = parts_.entries[number];
      const std::size_t bytes = entry.code_bytes + entry.term_bytes + 2;
      const std::size_t begin = ordered.texts.size();
      ordered.texts.append(parts_.texts, entry.begin, bytes);
      entry.begin = static_cast<std::uint32_t>(begin);
      ordered.entries.push_back(entry);
    }
    parts_.entries = std::move(ordered.entries);
    parts_.texts = std::move(ordered.texts);
    parts_.lower = base::ascii_lower(parts_.texts);
  }

  void add_orders(bool is_by_term) {
    if (!is_by_term) parts_.by_term = numbers_by_term();
    if (!std::ranges::is_sorted(parts_.entries, {},
                                [&](const Entry& entry) { return code_in(parts_, entry); })) {
      parts_.by_code = numbers_by_code();
    }
    parts_.by_status.reserve(parts_.entries.size());
    for (const CodeStatus status : statuses_in_order) {
      for (RowNumber i = 0; i < parts_.entries.size(); ++i) {
        const RowNumber number = is_by_term ? i : parts_.by_term[i];
        if (parts_.entries[number].status == status) parts_.by_status.push_back(number);
      }
    }
  }

  const Release* release_;
  RowParts parts_;
  bool has_terms_ = false;  // a table, of its own
  std::unordered_map<std::string, std::uint16_t> type_numbers_;
};

// The words of a query, in lower case.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  constexpr std::string_view spaces = " \t\n\r\f\v";
  while (true) {
    const auto begin = text.find_first_not_of(spaces);
    if (begin == std::string_view::npos) return words;
    const auto end = std::min(text.find_first_of(spaces, begin), text.size());
    words.push_back(base::ascii_lower(text.substr(begin, end - begin)));
    text.remove_prefix(end);
  }
}

}  // namespace

Result<std::shared_ptr<const CodeRows>> CodeRows::make(const projections::Views& views,
                                                       const projections::VersionRecord& version,
                                                       const Release* release) {
  RowsMaker maker(release);
  if (version.has_csv_data) {
    const auto made =
        maker.add_table(views.csv_data(version.id).value_or(""), views.codelist_of(version));
    if (!made) return made.error();
    return std::make_shared<const CodeRows>(maker.finish(false));
  }
  maker.add_codes(views.codes(version.id));
  for (const auto& record : views.searches(version.id)) {
    maker.mark(record.search.codes, commands::flag_found);
  }
  if (version.assumptions_count != 0) {
    maker.mark(views.assumptions(version.id), commands::flag_assumed);
  }
  const bool by_term = release != nullptr && release->system().sorts_by_term;
  return std::make_shared<const CodeRows>(maker.finish(by_term));
}

CodeRow CodeRows::row(RowNumber number) const {
  const Entry& entry = parts_.entries[number];
  CodeRow row;
  row.code = code_in(parts_, entry);
  row.status = entry.status;
  row.flags = entry.flags;
  if (entry.has_term) row.term = term_in(parts_.texts, entry);
  if (entry.type != RowParts::no_type) row.type = parts_.types[entry.type];
  return row;
}

std::span<const std::string> CodeRows::more_cells(RowNumber number) const {
  if (parts_.more_cells.empty()) return {};
  return parts_.more_cells[number];
}

// A word is looked for in all texts together, which is faster than in one row after the other. It
// is never found across rows, because a line feed ends each.
void CodeRows::keep_with_word(std::string_view word, std::vector<bool>& kept) const {
  const auto& entries = parts_.entries;
  std::size_t row = 0;
  while (row < entries.size()) {
    const std::size_t found = parts_.lower.find(word, entries[row].begin);
    std::size_t hit = found == std::string::npos ? entries.size() : row;
    while (hit + 1 < entries.size() && entries[hit + 1].begin <= found) ++hit;
    for (; row < hit; ++row) kept[row] = false;
    ++row;
  }
}

std::vector<bool> CodeRows::kept_by(const RowsQuery& query) const {
  std::vector<bool> kept(size(), true);
  if (std::ranges::find(query.statuses, true) != query.statuses.end()) {
    for (std::size_t i = 0; i < size(); ++i) {
      kept[i] = query.statuses[static_cast<std::size_t>(parts_.entries[i].status)];
    }
  }
  if (!query.types.empty()) {
    std::vector<bool> is_wanted;
    for (const std::string& title : parts_.types) {
      is_wanted.push_back(std::ranges::any_of(query.types, [&](const std::string& wanted) {
        return base::ascii_lower(wanted) == base::ascii_lower(title);
      }));
    }
    for (std::size_t i = 0; i < size(); ++i) {
      const std::uint16_t type = parts_.entries[i].type;
      if (type == RowParts::no_type || !is_wanted[type]) kept[i] = false;
    }
  }
  for (const std::string& word : words_of(query.text)) keep_with_word(word, kept);
  return kept;
}

std::string_view to_string(RowOrder order) {
  return row_order_names[static_cast<std::size_t>(order)];
}

std::optional<RowOrder> parse_row_order(std::string_view text) {
  const auto found = std::ranges::find(row_order_names, text);
  if (found == row_order_names.end()) return std::nullopt;
  return static_cast<RowOrder>(found - row_order_names.begin());
}

const std::vector<StatusGroup>& status_groups() {
  static const std::vector<StatusGroup> groups = {
      {"included", "Included", {CodeStatus::included, CodeStatus::included_by_ancestor}},
      {"excluded", "Excluded", {CodeStatus::excluded, CodeStatus::excluded_by_ancestor}},
      {"undecided", "Undecided", {CodeStatus::unresolved}},
      {"conflict", "In conflict", {CodeStatus::in_conflict}}};
  return groups;
}

RowsFound CodeRows::find(const RowsQuery& query) const {
  const std::vector<bool> kept = kept_by(query);
  const auto& order = query.order == RowOrder::term     ? parts_.by_term
                      : query.order == RowOrder::code   ? parts_.by_code
                      : query.order == RowOrder::status ? parts_.by_status
                                                        : usual_order;
  RowsFound found;
  for (std::size_t i = 0; i < size(); ++i) {
    const RowNumber number = order.empty() ? static_cast<RowNumber>(i) : order[i];
    if (!kept[number]) continue;
    const std::size_t place = found.total++;
    if (place < query.first || place - query.first >= query.count_max) continue;
    found.rows.push_back(number);
  }
  return found;
}

std::vector<TypeCounts> CodeRows::by_type() const {
  std::vector<TypeCounts> all;
  for (const std::string& title : parts_.types) all.push_back({.title = title});
  for (const Entry& entry : parts_.entries) {
    if (entry.type == RowParts::no_type) continue;
    ++all[entry.type].codes_count;
    ++all[entry.type].counts[static_cast<std::size_t>(entry.status)];
  }
  std::ranges::sort(all, [](const TypeCounts& left, const TypeCounts& right) {
    if (left.codes_count != right.codes_count) return left.codes_count > right.codes_count;
    return left.title < right.title;
  });
  return all;
}

projections::StatusCounts CodeRows::counts() const {
  projections::StatusCounts counts{};
  for (const Entry& entry : parts_.entries) ++counts[static_cast<std::size_t>(entry.status)];
  return counts;
}

std::size_t CodeRows::size_bytes() const {
  std::size_t bytes = parts_.texts.size() * 2 + size() * sizeof(Entry);
  bytes += (parts_.by_term.size() + parts_.by_code.size() + parts_.by_status.size()) * 4;
  for (const auto& cells : parts_.more_cells) {
    bytes += sizeof cells;
    for (const std::string& cell : cells) bytes += sizeof cell + cell.capacity();
  }
  return bytes;
}

}  // namespace codelog::files
