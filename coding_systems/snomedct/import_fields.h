// Checks and packs the fields of an RF2 row. Only the dictionary of repeated values allocates.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/importing/id_map.h"

namespace codelog::coding_systems::snomedct {

// 6 to 18 digits, the first not 0.
std::optional<std::uint64_t> parse_sctid(std::string_view text);

// A refset member's identifier in RF2's form: 8-4-4-4-12 hexadecimal digits.
struct Uuid {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  auto operator<=>(const Uuid&) const = default;
};
std::optional<Uuid> parse_uuid(std::string_view text);
// In lower case.
std::array<char, 36> uuid_text(const Uuid& uuid);

// A calendar day written YYYYMMDD, as the same number.
std::optional<std::uint32_t> parse_rf2_date(std::string_view text);

// In SQLite's form: YYYY-MM-DD.
std::array<char, 10> date_text(std::uint32_t yyyymmdd);

// Numbers the few distinct values of some columns (modules, types, languages), so that a row takes
// 2 bytes for a text of 18 digits in the file.
class Rf2Dictionary {
 public:
  static constexpr std::size_t values_max = 65536;

  // Nothing if there are too many values.
  std::optional<std::uint16_t> number_of_id(std::uint64_t id);
  // A text of 1 to 8 bytes.
  std::optional<std::uint16_t> number_of_text(std::string_view text);
  std::optional<std::uint16_t> find_id(std::uint64_t id) const;
  const std::string& text(std::uint16_t number) const { return texts_[number]; }

 private:
  std::optional<std::uint16_t> number_of_key(std::uint64_t key, std::string_view text);

  IdMap numbers_;
  std::vector<std::string> texts_;
};

constexpr std::size_t term_bytes_max =
    32 * 1024;  // RF2's limit; OpenCodelists' column has 255, unenforced

// Reads the fields of one row. Keeps the first error of the row, so that callers need not check
// after each field.
class Rf2Fields {
 public:
  // The dictionary must outlive this object.
  explicit Rf2Fields(Rf2Dictionary& dictionary) : dictionary_(dictionary) {}

  void begin_row() { wrong_.clear(); }
  // The first error of the row; empty if there is none.
  const std::string& wrong() const { return wrong_; }

  std::uint64_t sctid(std::string_view column, std::string_view text);
  Uuid uuid(std::string_view column, std::string_view text);
  std::uint32_t date(std::string_view text);
  bool active(std::string_view text);
  // An id from a column with few values, as its number in the dictionary. The next two functions do
  // the same.
  std::uint16_t coded(std::string_view column, std::string_view text);
  std::uint16_t language(std::string_view text);
  std::uint16_t group(std::string_view text);
  void check_term(std::string_view text);
  void refuse(std::string_view column, std::string_view text, std::string_view why);

 private:
  std::uint16_t known(std::string_view column, std::string_view text,
                      std::optional<std::uint16_t> number);

  Rf2Dictionary& dictionary_;
  std::string wrong_;
  std::string last_date_text_;  // kept because dates come in runs
  std::uint32_t last_date_ = 0;
};

}  // namespace codelog::coding_systems::snomedct
