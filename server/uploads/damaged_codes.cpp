#include "server/uploads/damaged_codes.h"

#include <algorithm>
#include <array>

#include "events/base/text.h"

namespace codelog::uploads {
namespace {

using coding_systems::Node;
using coding_systems::SearchMode;
using coding_systems::SearchQuery;

constexpr std::size_t sctid_digits_min = 6;
constexpr std::size_t sctid_digits_max = 18;
constexpr std::size_t spreadsheet_digits = 15;
constexpr std::size_t lost_zeros_max = 3;
constexpr std::size_t candidates_max = 20;  // more help nobody
constexpr std::size_t hits_max = 50'000;
constexpr std::size_t search_cost = 500;  // as so many codes
constexpr std::size_t term_bytes_max = 255;
constexpr std::size_t term_hits_max = 50;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

// Multiplication in the dihedral group of the pentagon, rotations 0 to 4 and reflections 5 to 9.
std::size_t multiply(std::size_t one, std::size_t other) {
  const std::size_t a = one % 5;
  const std::size_t b = other % 5;
  if (one < 5) return other < 5 ? (a + b) % 5 : 5 + (a + b) % 5;
  return other < 5 ? 5 + (a + 5 - b) % 5 : (a + 5 - b) % 5;
}

std::uint64_t power_of_ten(std::size_t exponent) {
  std::uint64_t power = 1;
  for (std::size_t i = 0; i < exponent; ++i) power *= 10;
  return power;
}

std::uint64_t number_of(std::string_view digits) {
  std::uint64_t number = 0;
  for (const char c : digits) number = number * 10 + static_cast<std::uint64_t>(c - '0');
  return number;
}

struct Scientific {
  std::string digits;  // of the mantissa
  std::size_t exponent = 0;
};

// "1.95967E+08", "1,95967e8"
std::optional<Scientific> parse_scientific(std::string_view text) {
  const std::size_t mark = text.find_first_of("eE");
  if (mark == std::string_view::npos) return std::nullopt;
  std::string_view mantissa = text.substr(0, mark);
  std::string_view exponent = text.substr(mark + 1);
  if (exponent.starts_with('+')) exponent.remove_prefix(1);
  if (!is_all_digits(exponent) || exponent.size() > 2) return std::nullopt;
  const std::size_t point = mantissa.find_first_of(".,");
  const std::string_view whole = mantissa.substr(0, point);
  const std::string_view rest =
      point == std::string_view::npos ? std::string_view() : mantissa.substr(point + 1);
  if (whole.size() != 1 || !is_digit(whole[0]) || whole[0] == '0') return std::nullopt;
  if (point != std::string_view::npos && !is_all_digits(rest)) return std::nullopt;
  return Scientific{std::string(whole).append(rest), number_of(exponent)};
}

void add_unique(std::vector<Node>& nodes, std::optional<Node> node) {
  if (node && std::ranges::find(nodes, *node) == nodes.end()) nodes.push_back(*node);
}

}  // namespace

bool passes_verhoeff(std::string_view digits) {
  // Each position applies this permutation once more.
  constexpr std::array<std::size_t, 10> permutation = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
  std::size_t check = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    auto digit = static_cast<std::size_t>(digits[digits.size() - 1 - i] - '0');
    for (std::size_t times = 0; times < i % 8; ++times) digit = permutation[digit];
    check = multiply(check, digit);
  }
  return check == 0;
}

bool is_sctid_form(std::string_view text) {
  return is_all_digits(text) && text.size() >= sctid_digits_min && text.size() <= sctid_digits_max;
}

std::optional<RoundedNumber> parse_rounded(std::string_view text) {
  const auto parsed = parse_scientific(text);
  if (!parsed) return std::nullopt;
  const auto& [digits, exponent] = *parsed;
  const std::size_t digits_count = exponent + 1;
  if (digits_count > sctid_digits_max || digits.size() > digits_count) return std::nullopt;
  const std::uint64_t unit = power_of_ten(digits_count - digits.size());
  const std::uint64_t middle = number_of(digits) * unit;
  const std::uint64_t first = power_of_ten(digits_count - 1);
  return RoundedNumber{std::max(middle - unit / 2, first),
                       std::min(middle + unit / 2, first * 10 - 1)};
}

bool has_lost_digits(std::string_view text) {
  return is_sctid_form(text) && text.size() > spreadsheet_digits &&
         text.find_first_not_of('0', spreadsheet_digits) == std::string_view::npos;
}

std::optional<Candidates::Nodes> Candidates::search(const SearchQuery& query,
                                                    const IsGood& is_good) {
  if (left_ < search_cost) return std::nullopt;
  left_ -= search_cost;
  const auto page = release_.search_page(query, {.offset = 0, .limit = hits_max});
  if (!page) return std::nullopt;
  left_ -= std::min(left_, page->total);
  if (page->total > hits_max) return std::nullopt;
  Nodes nodes;
  for (const auto& hit : page->hits) {
    if (!is_good(release_.code(hit.node))) continue;
    if (nodes.size() == candidates_max) return std::nullopt;
    nodes.push_back(hit.node);
  }
  return nodes;
}

std::optional<Candidates::Nodes> Candidates::rounded_to(const RoundedNumber& number) {
  const std::string least = std::to_string(number.least);
  const std::string most = std::to_string(number.most);
  return search(
      {.mode = SearchMode::code_range, .text = least + "-" + most}, [&](std::string_view code) {
        return code.size() == least.size() && is_all_digits(code) && least <= code && code <= most;
      });
}

std::optional<Candidates::Nodes> Candidates::beginning_as(std::string_view digits) {
  return search(
      {.mode = SearchMode::code_prefix, .text = std::string(digits.substr(0, spreadsheet_digits))},
      [&](std::string_view code) { return code.size() == digits.size(); });
}

Candidates::Nodes Candidates::with_zeros(std::string_view text) const {
  Nodes nodes;
  const auto add = [&](const std::string& code) { add_unique(nodes, release_.find(code)); };
  for (std::size_t count = 1; count <= lost_zeros_max; ++count) {
    const std::string zeros(count, '0');
    const std::string plain = base::ascii_upper(text);
    add(zeros + std::string(text));
    add(zeros + plain);
    // "E1.1" for E01.1, which the releases write E011.
    std::string inside = plain;
    std::erase(inside, '.');
    if (inside.size() > 1 && !is_digit(inside[0]) && is_digit(inside[1])) {
      add(inside.substr(0, 1) + zeros + inside.substr(1));
    }
  }
  return nodes;
}

Candidates::Nodes Candidates::one_slip_from(std::string_view digits) const {
  Nodes nodes;
  const auto add = [&](const std::string& code) {
    if (is_sctid_form(code) && passes_verhoeff(code)) add_unique(nodes, release_.find(code));
  };
  const std::string given(digits);
  for (std::size_t i = 0; i < given.size(); ++i) {
    std::string changed = given;
    for (char digit = '0'; digit <= '9'; ++digit) {
      changed[i] = digit;
      add(changed);
    }
    if (i + 1 < given.size()) {
      changed = given;
      std::swap(changed[i], changed[i + 1]);
      add(changed);
    }
  }
  if (!nodes.empty()) return nodes;
  for (std::size_t i = 0; i <= given.size(); ++i) {
    for (char digit = '0'; digit <= '9'; ++digit) {
      add(given.substr(0, i) + digit + given.substr(i));
    }
    if (i < given.size()) add(given.substr(0, i) + given.substr(i + 1));
  }
  return nodes;
}

Candidates::Nodes Candidates::with_term(std::string_view term) {
  Nodes nodes;
  if (term.empty() || term.size() > term_bytes_max || left_ < search_cost) return nodes;
  left_ -= search_cost;
  const auto page =
      release_.search_page({.mode = SearchMode::starts_with, .text = std::string(term)},
                           {.offset = 0, .limit = term_hits_max});
  if (!page) return nodes;
  left_ -= std::min(left_, page->total);
  const std::string wanted = base::ascii_lower(term);
  for (const auto& hit : page->hits) {
    // The best hit of a code is an exact one, if it has one; its shown term may be another.
    const bool is_exact = (hit.matched && base::ascii_lower(*hit.matched) == wanted) ||
                          base::ascii_lower(release_.term(hit.node)) == wanted;
    if (is_exact) add_unique(nodes, hit.node);
  }
  return nodes;
}

}  // namespace codelog::uploads
