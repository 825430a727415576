#include "server/commands/code_column.h"

#include <algorithm>
#include <array>

#include "events/base/text.h"

namespace codelog::commands {
namespace {

// Best title first.
constexpr std::array<std::string_view, 15> code_titles = {
    "ctv3id", "ctv3code", "ctv3_id",  "snomedct_id", "snomedcode", "snomed_id", "dmd", "dmd_id",
    "icd10",  "icd code", "icd_code", "icd",         "icd10_code", "id",        "code"};

bool is_all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

CodeColumn find_code_column(std::span<const std::string> titles, std::string_view codelist_slug) {
  for (const std::string_view name : code_titles) {
    for (std::size_t i = 0; i < titles.size(); ++i) {
      if (base::trim_unicode_space(base::ascii_lower(titles[i])) == name) return {i, false};
    }
  }
  for (std::size_t i = 0; i < titles.size(); ++i) {
    if (is_all_digits(titles[i])) return {i, true};
  }
  return {codelist_slug == "ethnicity" ? std::size_t{1} : std::size_t{0}, false};
}

bool is_code_title(std::string_view title) {
  return std::ranges::find(code_titles, title) != code_titles.end();
}

std::optional<std::size_t> find_column(std::span<const std::string> titles,
                                       std::span<const std::string_view> wanted) {
  for (const std::string_view name : wanted) {
    for (std::size_t i = 0; i < titles.size(); ++i) {
      if (base::ascii_lower(titles[i]) == name) return i;
    }
  }
  return std::nullopt;
}

}  // namespace codelog::commands
