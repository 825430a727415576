#include "coding_systems/index/text_fold.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "coding_systems/base/code_hash.h"
#include "events/base/text.h"

namespace codelog::coding_systems {
namespace {

// Letters that people type without their stroke or tie, but that Unicode does not decompose; after
// case folding.
std::string_view plain_letters(utf8proc_int32_t value) {
  switch (value) {
    case 0xe6:  // æ
      return "ae";
    case 0xf0:   // ð
    case 0x111:  // đ
      return "d";
    case 0xf8:  // ø
      return "o";
    case 0xfe:  // þ
      return "th";
    case 0x127:  // ħ
      return "h";
    case 0x131:  // ı
      return "i";
    case 0x142:  // ł
      return "l";
    case 0x153:  // œ
      return "oe";
    default:
      return {};
  }
}

void append_code_point(utf8proc_int32_t value, std::string& out) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto length = utf8proc_encode_char(value, bytes.data());
  out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(length));
}

// For a code point beyond ASCII.
void append_folded_code_point(utf8proc_int32_t value, std::string& out) {
  constexpr utf8proc_int32_t modifier_apostrophe = 0x2bc, right_quote = 0x2019;
  if (value == modifier_apostrophe || value == right_quote) {
    out += '\'';
    return;
  }
  unsigned options = UTF8PROC_CASEFOLD | UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK;
  // Not for symbols: "™" would merge with the word before it.
  if (is_letter_or_digit(value)) options |= UTF8PROC_COMPAT;
  std::array<utf8proc_int32_t, 32> parts{};  // the longest decomposition has 18
  int boundary_class = 0;
  const auto count = utf8proc_decompose_char(
      value, parts.data(), parts.size(), static_cast<utf8proc_option_t>(options), &boundary_class);
  if (count < 0 || static_cast<std::size_t>(count) > parts.size()) {
    append_code_point(value, out);
    return;
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    const auto plain = plain_letters(parts[i]);
    if (plain.empty()) {
      append_code_point(parts[i], out);
    } else {
      out += plain;
    }
  }
}

// Calls on_ascii(folded byte) and on_other(code point, its bytes) until one returns false.
template <class OnAscii, class OnOther>
void walk(std::string_view text, OnAscii on_ascii, OnOther on_other) {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < ascii_after) {
      ++at;
      if (!on_ascii(static_cast<char>(fold_ascii(byte)))) return;
      continue;
    }
    const auto point = base::first_code_point(text.substr(at));
    const auto piece = text.substr(at, point.bytes);
    at += point.bytes;
    if (!on_other(point.value, piece)) return;
  }
}

}  // namespace

bool is_ascii(std::string_view text) {
  constexpr std::uint64_t highest_bits = 0x8080808080808080;
  std::uint64_t together = 0;
  std::size_t at = 0;
  for (std::uint64_t eight = 0; at + sizeof eight <= text.size(); at += sizeof eight) {
    std::memcpy(&eight, text.data() + at, sizeof eight);
    together |= eight;
  }
  for (; at < text.size(); ++at) together |= static_cast<unsigned char>(text[at]);
  return (together & highest_bits) == 0;
}

bool is_letter_or_digit(std::int32_t value) {
  if (value < 0) return false;
  switch (utf8proc_category(value)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return true;
    default:
      return false;
  }
}

void append_folded(std::string_view text, std::string& out) {
  walk(
      text,
      [&](char folded) {
        out += folded;
        return true;
      },
      [&](utf8proc_int32_t value, std::string_view piece) {
        if (value < 0) {
          out += piece;
        } else {
          append_folded_code_point(value, out);
        }
        return true;
      });
}

std::string fold_text(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  append_folded(text, folded);
  return folded;
}

void find_words(std::string_view folded, std::vector<std::string_view>& words) {
  words.clear();
  std::size_t first = 0;
  const auto end_word = [&](std::size_t after) {
    if (after > first) words.push_back(folded.substr(first, after - first));
  };
  for (std::size_t at = 0; at < folded.size();) {
    const auto byte = static_cast<unsigned char>(folded[at]);
    base::CodePoint point{byte, 1};
    if (byte >= ascii_after) point = base::first_code_point(folded.substr(at));
    const bool in_word = byte < ascii_after ? is_ascii_word(byte) : is_letter_or_digit(point.value);
    if (!in_word) {
      end_word(at);
      first = at + point.bytes;
    }
    at += point.bytes;
  }
  end_word(folded.size());
}

std::vector<std::string_view> words_of(std::string_view folded) {
  std::vector<std::string_view> words;
  find_words(folded, words);
  return words;
}

bool has_apostrophe(std::string_view folded) { return folded.find('\'') != std::string_view::npos; }

std::string without_apostrophes(std::string_view folded) {
  std::string without(folded);
  std::erase(without, '\'');
  return without;
}

TextStart compare_start(std::string_view text, std::string_view folded) {
  // Nearly all texts differ in their first bytes, which are mostly ASCII.
  std::size_t at = 0;
  const auto is_same = [&](unsigned char byte) {
    return byte < ascii_after && static_cast<char>(fold_ascii(byte)) == folded[at];
  };
  while (at < std::min(text.size(), folded.size()) &&
         is_same(static_cast<unsigned char>(text[at]))) {
    ++at;
  }
  if (at < text.size() && static_cast<unsigned char>(text[at]) < ascii_after) {
    return at < folded.size() ? TextStart::other : TextStart::longer;
  }
  text.remove_prefix(at);
  std::string piece;
  auto result = TextStart::same;
  const auto differs = [&](std::string_view next) {
    const auto common = std::min(next.size(), folded.size() - at);
    if (next.substr(0, common) != folded.substr(at, common)) {
      result = TextStart::other;
    } else if (common < next.size()) {
      result = TextStart::longer;
    }
    at += common;
    return result != TextStart::same;
  };
  walk(
      text,
      [&](char byte) {
        return !differs({&byte, 1});
      },
      [&](utf8proc_int32_t value, std::string_view bytes) {
        if (value < 0) return !differs(bytes);
        piece.clear();
        append_folded_code_point(value, piece);
        return !differs(piece);
      });
  if (result == TextStart::same && at < folded.size()) return TextStart::other;
  return result;
}

}  // namespace codelog::coding_systems
