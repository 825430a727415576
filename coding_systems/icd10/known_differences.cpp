#include "coding_systems/icd10/known_differences.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <span>

namespace codelog::coding_systems::icd10 {
namespace {

// "X470-4" stands for X470 to X474. The lists are short, so a linear search is fast enough.
using Codes = std::string_view;

constexpr auto clinically_different = std::to_array<Codes>(
    {"I620", "R17", "W260", "W268", "W269", "X340", "X341", "X348", "X349", "X590", "X599",
     "X470-4", "X478-9", "X670-4", "X678-9", "X880-4", "X888-9", "Y170-4", "Y178-9"});

constexpr auto equivalent =
    std::to_array<Codes>({"A081",   "A402", "B170",   "G041", "P710",   "Q394", "R636",   "T602",
                          "T758",   "W20",  "W200-9", "W22",  "W220-9", "W24",  "W240-9", "X47",
                          "X475-7", "X67",  "X675-7", "Y17",  "Y175-7", "Z03"});

constexpr auto nhs_text = std::to_array<Codes>({"J10", "P710", "U069", "U070-7"});

constexpr auto give_way =
    std::to_array<Codes>({"W260", "W268", "W269", "X340", "X341", "X348", "X349", "X590", "X599"});

constexpr std::size_t range_bytes = 6;

bool is_in(Codes codes, std::string_view code) {
  if (codes.size() != range_bytes) return codes == code;
  const std::size_t last = codes.size() - 1;
  return code.size() == 4 && code.substr(0, 3) == codes.substr(0, 3) && code[3] >= codes[3] &&
         code[3] <= codes[last];
}

bool is_in(std::span<const Codes> list, std::string_view code) {
  return std::ranges::any_of(list, [&](Codes codes) { return is_in(codes, code); });
}

// The number after the letter; -1 if the code has anything else after it.
int digits_behind_letter(std::string_view code) {
  if (code.empty()) return -1;
  int number = 0;
  const char* first = code.data() + 1;
  const char* after = code.data() + code.size();
  const auto read = std::from_chars(first, after, number);
  return read.ec == std::errc() && read.ptr == after && *first != '-' ? number : -1;
}

}  // namespace

KnownDifference known_difference(std::string_view code) {
  if (is_in(clinically_different, code)) return KnownDifference::clinically_different;
  return is_in(equivalent, code) ? KnownDifference::equivalent : KnownDifference::none;
}

KnownNhsDifference known_nhs_difference(std::string_view code) {
  if (is_in(nhs_text, code)) return KnownNhsDifference::nhs_text;
  return code == "U06" ? KnownNhsDifference::who_text : KnownNhsDifference::none;
}

bool is_known_to_be_unlisted(std::string_view code) {
  const int number = digits_behind_letter(code);
  if (number < 0 || code.size() < 4) return false;
  switch (code.front()) {
    case 'M':
      return code.size() == 5 &&
             ((number >= 1400 && number <= 1469) || (number >= 1480 && number <= 1489));
    case 'W':
    case 'X':
      return code.size() == 4;
    case 'Y':  // with three digits or four
      return (number <= 599 && code.size() == 4) ||
             (number >= 800 && number <= 3499 && code.size() == (number <= 999 ? 4U : 5U));
    default:
      return false;
  }
}

bool takes_place_of_occurrence(std::string_view code) {
  if (code.size() != 3 || code == "Y06" || code == "Y07") return false;
  const int number = digits_behind_letter(code);
  if (code.front() == 'W' || code.front() == 'X') return number >= 0;
  return code.front() == 'Y' && number >= 0 && number <= 34;
}

bool gives_way_to_place_of_occurrence(std::string_view code) { return is_in(give_way, code); }

std::span<const std::string_view> codes_giving_way() { return give_way; }

}  // namespace codelog::coding_systems::icd10
