#include "server/json/json_writer.h"

#include <array>
#include <charconv>
#include <cstring>

#include "events/base/text.h"

namespace codelog::json {
namespace {

constexpr std::uint32_t replacement = 0xFFFD;

// Bytes that both styles write unchanged.
constexpr std::array<bool, 256> plain_bytes = [] {
  std::array<bool, 256> table{};
  for (unsigned c = 0x20; c < 0x7F; ++c) table[c] = c != '"' && c != '\\';
  return table;
}();

// Eight bytes at once. Text of a release is nearly always plain, and reading it byte by byte took a
// fifth of a large answer's time.
bool are_plain(const char* bytes) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t tops = ones << 7;
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  const auto has_zero = [](std::uint64_t value) { return (value - ones) & ~value & tops; };
  const std::uint64_t below_space = (word - ones * 0x20) & ~word & tops;
  return ((word & tops) | below_space | has_zero(word ^ ones * '"') | has_zero(word ^ ones * '\\') |
          has_zero(word ^ ones * 0x7F)) == 0;
}

std::size_t plain_start(std::string_view text) {
  std::size_t plain = 0;
  while (plain + sizeof(std::uint64_t) <= text.size() && are_plain(text.data() + plain)) {
    plain += sizeof(std::uint64_t);
  }
  while (plain < text.size() && plain_bytes[static_cast<unsigned char>(text[plain])]) ++plain;
  return plain;
}

char short_escape(std::uint32_t code_point) {
  switch (code_point) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

}  // namespace

JsonWriter::JsonWriter(JsonStyle style, std::size_t reserve_bytes) : style_(style) {
  out_.reserve(reserve_bytes);
}

void JsonWriter::separate() {
  if (!needs_comma_) return;
  out_ += style_ == JsonStyle::python ? ", " : ",";
}

JsonWriter& JsonWriter::begin(char bracket) {
  separate();
  out_ += bracket;
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::end(char bracket) {
  out_ += bracket;
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  append_text(name);
  out_ += style_ == JsonStyle::python ? ": " : ":";
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_text(text);
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(bool truth) {
  separate();
  out_ += truth ? "true" : "false";
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  separate();
  std::array<char, 32> digits{};  // the shortest form that gives the number back has at most 24
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out_.append(digits.data(), end);
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(std::uint64_t number) {
  separate();
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out_.append(digits.data(), end);
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::null() {
  separate();
  out_ += "null";
  needs_comma_ = true;
  return *this;
}

void JsonWriter::append_text(std::string_view text) {
  out_ += '"';
  while (!text.empty()) {
    const std::size_t plain = plain_start(text);
    out_.append(text, 0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const base::CodePoint point = base::first_code_point(text);
    const auto value = point.value < 0 ? replacement : static_cast<std::uint32_t>(point.value);
    if (const char letter = short_escape(value); letter != 0) {
      out_ += '\\';
      out_ += letter;
    } else if (style_ == JsonStyle::python || value < 0x20) {
      append_escape(value);
    } else if (value == replacement) {
      out_ += "\xEF\xBF\xBD";
    } else {
      out_.append(text, 0, point.bytes);
    }
    text.remove_prefix(point.bytes);
  }
  out_ += '"';
}

void JsonWriter::append_escape(std::uint32_t code_point) {
  if (code_point >= 0x10000) {
    append_escape(0xD800 + ((code_point - 0x10000) >> 10));
    append_escape(0xDC00 + ((code_point - 0x10000) & 0x3FFu));
    return;
  }
  constexpr std::string_view digits = "0123456789abcdef";
  out_ += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out_ += digits[code_point >> shift & 0xFu];
}

}  // namespace codelog::json
