// Which column of a stored table holds the codes. OpenCodelists has two rules, one for what it
// shows of a version and one for downloads; both are kept. Functions without state.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace codelog::commands {

// The column of the version's codes, and whether the table has no header: then its first row has a
// code, too.
struct CodeColumn {
  std::size_t index = 0;
  bool header_is_data = false;
};

// Titles are read without white space around them and in any case, best title first. Where no title
// tells: a column of digits, else the first (in the codelist `ethnicity`: the second).
CodeColumn find_code_column(std::span<const std::string> titles, std::string_view codelist_slug);

// True for titles (in lower case) that find_code_column knows.
bool is_code_title(std::string_view title);

// The column that downloads take: the first that is titled like one of these, best title first.
// Titles are lowered, not trimmed: OpenCodelists does so.
std::optional<std::size_t> find_column(std::span<const std::string> titles,
                                       std::span<const std::string_view> wanted);

}  // namespace codelog::commands
