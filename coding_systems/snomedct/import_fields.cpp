#include "coding_systems/snomedct/import_fields.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "events/base/text.h"

namespace codelog::coding_systems::snomedct {
namespace {

constexpr std::size_t sctid_digits_min = 6;
constexpr std::size_t sctid_digits_max = 18;
// Set in the keys of texts, which have at most 8 ASCII bytes; ids of 18 digits never reach this
// bit.
constexpr std::uint64_t text_key_bit = 1ULL << 63;

std::optional<std::uint64_t> parse_digits(std::string_view text) {
  std::uint64_t number = 0;
  for (const char byte : text) {
    const auto digit = static_cast<unsigned>(byte - '0');
    if (digit > 9) return std::nullopt;
    number = number * 10 + digit;
  }
  return number;
}

bool is_ascii(std::string_view text) {
  std::uint64_t seen = 0;
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, 8);
    seen |= word;
  }
  for (; i < text.size(); ++i) seen |= static_cast<unsigned char>(text[i]);
  return (seen & 0x8080808080808080ULL) == 0;
}

bool is_language(std::string_view text) {
  const auto is_letter = [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
  };
  return text.size() >= 2 && text.size() <= 3 && std::all_of(text.begin(), text.end(), is_letter);
}

constexpr std::size_t uuid_bytes = 36;

bool is_uuid_hyphen(std::size_t place) {
  return place == 8 || place == 13 || place == 18 || place == 23;
}

std::optional<unsigned> hexadecimal_digit(char byte) {
  if (byte >= '0' && byte <= '9') return static_cast<unsigned>(byte - '0');
  if (byte >= 'a' && byte <= 'f') return static_cast<unsigned>(byte - 'a') + 10;
  if (byte >= 'A' && byte <= 'F') return static_cast<unsigned>(byte - 'A') + 10;
  return std::nullopt;
}

bool is_group(std::string_view text) {
  const auto is_digit = [](char byte) { return byte >= '0' && byte <= '9'; };
  return !text.empty() && text.size() <= 8 && std::all_of(text.begin(), text.end(), is_digit);
}

}  // namespace

std::optional<std::uint64_t> parse_sctid(std::string_view text) {
  if (text.size() < sctid_digits_min || text.size() > sctid_digits_max || text[0] == '0') {
    return std::nullopt;
  }
  return parse_digits(text);
}

std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != uuid_bytes) return std::nullopt;
  Uuid uuid;
  for (std::size_t i = 0; i < uuid_bytes; ++i) {
    if (is_uuid_hyphen(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const auto digit = hexadecimal_digit(text[i]);
    if (!digit) return std::nullopt;
    std::uint64_t& half = i < uuid_bytes / 2 ? uuid.high : uuid.low;
    half = half << 4 | *digit;
  }
  return uuid;
}

std::array<char, 36> uuid_text(const Uuid& uuid) {
  std::array<char, uuid_bytes> text{};
  unsigned shift = 64;
  for (std::size_t i = 0; i < uuid_bytes; ++i) {
    if (is_uuid_hyphen(i)) {
      text[i] = '-';
    } else {
      if (shift == 0) shift = 64;
      shift -= 4;
      text[i] = "0123456789abcdef"[(i < uuid_bytes / 2 ? uuid.high : uuid.low) >> shift & 15];
    }
  }
  return text;
}

std::optional<std::uint32_t> parse_rf2_date(std::string_view text) {
  if (text.size() != 8 || text[0] == '0') return std::nullopt;
  const auto number = parse_digits(text);
  if (!number) return std::nullopt;
  const std::chrono::year_month_day day{
      std::chrono::year(static_cast<int>(*number / 10000)),
      std::chrono::month(static_cast<unsigned>(*number / 100 % 100)),
      std::chrono::day(static_cast<unsigned>(*number % 100))};
  if (!day.ok()) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

std::array<char, 10> date_text(std::uint32_t yyyymmdd) {
  std::array<char, 10> text{};
  for (const int place : {9, 8, 6, 5, 3, 2, 1, 0}) {
    text[static_cast<std::size_t>(place)] = static_cast<char>('0' + yyyymmdd % 10);
    yyyymmdd /= 10;
  }
  text[4] = '-';
  text[7] = '-';
  return text;
}

std::optional<std::uint16_t> Rf2Dictionary::number_of_id(std::uint64_t id) {
  if (const auto known = find_id(id)) return known;
  return number_of_key(id, std::to_string(id));
}

std::optional<std::uint16_t> Rf2Dictionary::number_of_text(std::string_view text) {
  CODELOG_CHECK(!text.empty() && text.size() <= 8, "the dictionary holds short texts");
  std::uint64_t key = 0;
  std::memcpy(&key, text.data(), text.size());
  return number_of_key(key | text_key_bit, text);
}

std::optional<std::uint16_t> Rf2Dictionary::find_id(std::uint64_t id) const {
  const auto number = numbers_.find(id);
  if (!number) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

std::optional<std::uint16_t> Rf2Dictionary::number_of_key(std::uint64_t key,
                                                          std::string_view text) {
  const auto [number, is_new] =
      numbers_.find_or_add(key, static_cast<std::uint32_t>(texts_.size()));
  if (number >= values_max) return std::nullopt;
  if (is_new) texts_.emplace_back(text);
  return static_cast<std::uint16_t>(number);
}

std::uint64_t Rf2Fields::sctid(std::string_view column, std::string_view text) {
  if (const auto id = parse_sctid(text)) return *id;
  refuse(column, text, "is not an identifier of 6 to 18 digits");
  return 1;
}

Uuid Rf2Fields::uuid(std::string_view column, std::string_view text) {
  if (const auto uuid = parse_uuid(text)) return *uuid;
  refuse(column, text, "is not a UUID");
  return {};
}

std::uint32_t Rf2Fields::date(std::string_view text) {
  if (text == last_date_text_) return last_date_;
  const auto date = parse_rf2_date(text);
  if (!date) {
    refuse("effectiveTime", text, "is not a date YYYYMMDD");
    return 0;
  }
  last_date_text_ = text;
  last_date_ = *date;
  return *date;
}

bool Rf2Fields::active(std::string_view text) {
  if (text != "0" && text != "1") refuse("active", text, "is neither 0 nor 1");
  return text == "1";
}

std::uint16_t Rf2Fields::coded(std::string_view column, std::string_view text) {
  const auto number = dictionary_.number_of_id(sctid(column, text));
  return known(column, text, number);
}

std::uint16_t Rf2Fields::language(std::string_view text) {
  if (is_language(text)) return known("languageCode", text, dictionary_.number_of_text(text));
  refuse("languageCode", text, "is not a language code of 2 or 3 letters");
  return 0;
}

std::uint16_t Rf2Fields::group(std::string_view text) {
  if (is_group(text)) return known("relationshipGroup", text, dictionary_.number_of_text(text));
  refuse("relationshipGroup", text, "is not a number");
  return 0;
}

void Rf2Fields::check_term(std::string_view text) {
  if (text.size() > term_bytes_max) {
    refuse("term", text.substr(0, 0),
           "is longer than " + std::to_string(term_bytes_max) + " bytes");
  } else if (!is_ascii(text) && !base::is_utf8(text)) {
    refuse("term", text, "is not UTF-8");
  } else if (text.find('\0') != std::string_view::npos) {
    refuse("term", text, "has a byte 0");
  }
}

std::uint16_t Rf2Fields::known(std::string_view column, std::string_view text,
                               std::optional<std::uint16_t> number) {
  if (number) return *number;
  refuse(column, text,
         "is one more than the " + std::to_string(Rf2Dictionary::values_max) +
             " distinct modules, types and statuses that a release may have");
  return 0;
}

void Rf2Fields::refuse(std::string_view column, std::string_view text, std::string_view why) {
  if (!wrong_.empty()) return;
  wrong_ = std::string(column) + " '";
  for (const char byte : text.substr(0, 100)) {
    const auto code = static_cast<unsigned char>(byte);
    wrong_ += code < 0x20 || code >= 0x7F ? '?' : byte;
  }
  wrong_ += "' " + std::string(why);
}

}  // namespace codelog::coding_systems::snomedct
