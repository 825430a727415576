#include "server/http/urlencoded.h"

#include <algorithm>

#include "events/base/text.h"

namespace codelog::http {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view hex_digits = "0123456789ABCDEF";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

// The number of bytes from `at` on that start a well-formed sequence, and whether they complete it.
// From the table in Unicode 3.9, D92: the bounds of the second byte exclude over-long forms,
// surrogates and code points above U+10FFFF.
struct Sequence {
  std::size_t bytes = 1;
  bool complete = false;
};

Sequence sequence_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(at);
  std::size_t length = 0;
  unsigned low = 0x80, high = 0xBF;
  if (lead < 0x80) return {1, true};
  if (lead >= 0xC2 && lead <= 0xDF) length = 2;
  if (lead >= 0xE0 && lead <= 0xEF) length = 3;
  if (lead >= 0xF0 && lead <= 0xF4) length = 4;
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  if (length == 0) return {1, false};
  for (std::size_t i = 1; i < length; ++i) {
    if (at + i >= text.size() || byte(at + i) < low || byte(at + i) > high) return {i, false};
    low = 0x80;
    high = 0xBF;
  }
  return {length, true};
}

std::string decoded(std::string_view encoded) {
  std::string out;
  append_decoded(encoded, PlusSign::space, out);
  return out;
}

}  // namespace

void append_valid_utf8(std::string_view text, std::string& out) {
  if (base::is_utf8(text)) {
    out += text;
    return;
  }
  for (std::size_t at = 0; at < text.size();) {
    const Sequence sequence = sequence_at(text, at);
    out.append(sequence.complete ? text.substr(at, sequence.bytes) : replacement);
    at += sequence.bytes;
  }
}

void Parameters::add(std::string name, std::string value) {
  entries_.push_back({std::move(name), std::move(value)});
}

bool Parameters::has(std::string_view name) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const Entry& entry) { return entry.name == name; });
}

std::string_view Parameters::get(std::string_view name, std::string_view otherwise) const {
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(),
                                  [&](const Entry& entry) { return entry.name == name; });
  return found == entries_.rend() ? otherwise : std::string_view(found->value);
}

std::vector<std::string_view> Parameters::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Entry& entry : entries_) {
    if (entry.name == name) values.push_back(entry.value);
  }
  return values;
}

void append_decoded(std::string_view encoded, PlusSign plus, std::string& out) {
  const std::size_t start = out.size();
  bool ascii = true;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    char c = encoded[i];
    if (c == '+' && plus == PlusSign::space) c = ' ';
    if (c == '%' && i + 2 < encoded.size()) {
      const int high = hex_value(encoded[i + 1]), low = hex_value(encoded[i + 2]);
      if (high >= 0 && low >= 0) {
        c = static_cast<char>(high * 16 + low);
        i += 2;
      }
    }
    ascii = ascii && static_cast<unsigned char>(c) < 0x80;
    out.push_back(c);
  }
  if (ascii) return;
  const std::string_view added = std::string_view(out).substr(start);
  if (base::is_utf8(added)) return;
  const std::string broken(added);
  out.resize(start);
  append_valid_utf8(broken, out);
}

bool parse_urlencoded(std::string_view text, std::size_t pairs_max, Parameters& out) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    if (out.size() == pairs_max) return false;
    const std::size_t equals = pair.find('=');
    const bool has_value = equals != std::string_view::npos;
    out.add(decoded(pair.substr(0, equals)), has_value ? decoded(pair.substr(equals + 1)) : "");
  }
  return true;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(hex_digits[byte >> 4]);
    out.push_back(hex_digits[byte & 15]);
  }
  return out;
}

}  // namespace codelog::http
