// Codes that spreadsheets and people have changed into others, and the codes of a release that they
// may have been.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/base/release.h"

namespace codelog::uploads {

// True if the last digit is Verhoeff's check digit of the others, as in identifiers of SNOMED CT.
bool passes_verhoeff(std::string_view digits);
// True for the form of identifiers of SNOMED CT: 6 to 18 digits.
bool is_sctid_form(std::string_view text);

// "1.95967E+08": a number of `digits_count` digits, between two bounds.
struct RoundedNumber {
  std::uint64_t least = 0;
  std::uint64_t most = 0;
};
// Nothing for a text of another form, and for numbers with more than 18 digits.
std::optional<RoundedNumber> parse_rounded(std::string_view text);

// True for 16 to 18 digits that end with zeros from the 16th on.
bool has_lost_digits(std::string_view text);

// Codes of a release that a damaged one may have been. Belongs to one check, and stops searching
// when that has cost too much.
class Candidates {
 public:
  explicit Candidates(const coding_systems::Release& release) : release_(release) {}

  using Nodes = std::vector<coding_systems::Node>;
  // In the order of codes. Nothing: too many, or no more searches.
  std::optional<Nodes> rounded_to(const RoundedNumber& number);
  std::optional<Nodes> beginning_as(std::string_view digits);
  // With zeros that the text lacks.
  Nodes with_zeros(std::string_view text) const;
  // With another check digit of its own: one digit changed, added or left out, or two exchanged.
  Nodes one_slip_from(std::string_view digits) const;
  // Those with exactly this description, letters in either case.
  Nodes with_term(std::string_view term);

 private:
  using IsGood = std::function<bool(std::string_view code)>;
  std::optional<Nodes> search(const coding_systems::SearchQuery& query, const IsGood& is_good);

  const coding_systems::Release& release_;
  // Codes that the searches may still look at.
  std::size_t left_ = 3'000'000;
};

}  // namespace codelog::uploads
