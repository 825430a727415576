// The full list of a version as rows: filtered, sorted, and given out in pages.
//
// The rows are made once for a state of the version (0.2 s for 150,000 codes); a page of them then
// takes a few milliseconds. Immutable, and safe from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/commands/code_flags.h"
#include "server/commands/executor.h"
#include "server/commands/version_contents.h"

namespace codelog::files {

// A row's number in the usual order.
using RowNumber = std::uint32_t;

struct CodeRow {
  std::string_view code;
  std::optional<std::string_view> term;  // nothing: the release's file is missing
  base::CodeStatus status = base::CodeStatus::unresolved;
  std::optional<std::string_view> type;  // the first title that lists it
  std::uint8_t flags = 0;                // commands::CodeFlag
};

inline constexpr std::size_t statuses_count = std::tuple_size_v<projections::StatusCounts>;

enum class RowOrder : std::uint8_t {
  usual,  // a table's own; otherwise as the coding system sorts
  term,
  code,
  status,
};

std::string_view to_string(RowOrder order);
std::optional<RowOrder> parse_row_order(std::string_view text);

// Statuses that people name together.
struct StatusGroup {
  std::string_view name;   // in addresses
  std::string_view words;  // on pages
  std::vector<base::CodeStatus> statuses;
};
// "included", "excluded", "undecided" and "conflict".
const std::vector<StatusGroup>& status_groups();

struct RowsQuery {
  // Each of its words is in the row's code or term; the case of ASCII letters is ignored.
  std::string text = {};
  std::vector<std::string> types = {};             // any of these titles; case is ignored
  std::array<bool, statuses_count> statuses = {};  // any of these; none: all
  RowOrder order = RowOrder::usual;
  std::size_t first = 0;
  std::size_t count_max = 0;
};

struct RowsFound {
  std::size_t total = 0;
  std::vector<RowNumber> rows;  // those that were asked for
};

struct TypeCounts {
  std::string title;
  std::uint64_t codes_count = 0;
  projections::StatusCounts counts{};
};

// What CodeRows is made of; by number of row, unless said otherwise.
struct RowParts {
  struct Entry {
    std::uint32_t begin = 0;  // of the code in `texts`; a line feed and the term follow
    std::uint32_t code_bytes = 0;
    std::uint32_t term_bytes = 0;
    std::uint16_t type = 0;  // a number of `types`, or no_type
    base::CodeStatus status = base::CodeStatus::unresolved;
    std::uint8_t flags = 0;
    bool has_term = false;
  };
  static constexpr std::uint16_t no_type = UINT16_MAX;

  std::string texts;
  std::string lower;  // `texts` in lower case
  std::vector<Entry> entries;
  std::vector<std::string> types;
  std::vector<std::string> more_titles;
  std::vector<std::vector<std::string>> more_cells;
  // The orders; empty for the usual one.
  std::vector<RowNumber> by_term;
  std::vector<RowNumber> by_code;
  std::vector<RowNumber> by_status;  // then by term
};

class CodeRows {
 public:
  // New style: the codes with their statuses; without a release, terms and types are missing. Old
  // style: the rows of the table, all of them included, and with the release's terms if the table
  // has none. Errors: invalid (a stored table that cannot be read).
  static base::Result<std::shared_ptr<const CodeRows>> make(
      const projections::Views& views, const projections::VersionRecord& version,
      const coding_systems::Release* release);

  explicit CodeRows(RowParts parts) : parts_(std::move(parts)) {}

  std::size_t size() const { return parts_.entries.size(); }
  CodeRow row(RowNumber number) const;
  bool is_by_term() const { return parts_.by_term.empty(); }  // in the usual order
  // The titles of the table's columns after code and term, and the row's cells there.
  const std::vector<std::string>& more_titles() const { return parts_.more_titles; }
  std::span<const std::string> more_cells(RowNumber number) const;

  RowsFound find(const RowsQuery& query) const;
  // The largest type first. Empty if the release's file is missing.
  std::vector<TypeCounts> by_type() const;
  projections::StatusCounts counts() const;
  std::size_t size_bytes() const;

 private:
  std::vector<bool> kept_by(const RowsQuery& query) const;
  void keep_with_word(std::string_view word, std::vector<bool>& kept) const;

  const RowParts parts_;
};

}  // namespace codelog::files
