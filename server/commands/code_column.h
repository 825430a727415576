// Finds the column of a stored table that holds the codes. OpenCodelists has two rules, one for a
// version's codes and one for downloads; Codelog has both. Functions without state.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace codelog::commands {

// The column of the version's codes, and whether the table lacks a header, so that its first row
// has a code too.
struct CodeColumn {
  std::size_t index = 0;
  bool header_is_data = false;
};

// Compares titles without surrounding white space and ignoring case, best title first. If no title
// fits: a column of digits, else the first column (in the codelist `ethnicity`, the second).
CodeColumn find_code_column(std::span<const std::string> titles, std::string_view codelist_slug);

// True for titles (in lower case) known to find_code_column.
bool is_code_title(std::string_view title);

// The column for downloads: the first with one of these titles, best title first. Titles are
// lowered but not trimmed, as in OpenCodelists.
std::optional<std::size_t> find_column(std::span<const std::string> titles,
                                       std::span<const std::string_view> wanted);

}  // namespace codelog::commands
