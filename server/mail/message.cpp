#include "server/mail/message.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <string_view>

namespace codelog::mail {
namespace {

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::string base64(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the zero byte
  return text;
}

// Words of at most 75 characters (RFC 2047, 2), each with whole code points.
std::string encoded_subject(std::string_view text) {
  constexpr std::size_t word_bytes_max = 42;
  std::string out;
  while (!text.empty()) {
    std::size_t size = std::min(text.size(), word_bytes_max);
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
    out += (out.empty() ? "=?utf-8?B?" : "\r\n =?utf-8?B?") + base64(text.substr(0, size)) + "?=";
    text.remove_prefix(size);
  }
  return out;
}

std::string date_of(base::Timestamp time) {
  constexpr std::array<const char*, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = time.unix_us / 1'000'000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %d %s %d %02d:%02d:%02d +0000",
                days.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                months.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour,
                utc.tm_min, utc.tm_sec);
  return text.data();
}

// Base64, so that lines of any length and any script arrive as they are.
std::string body_of(const std::string& text) {
  constexpr std::size_t line_characters = 76;
  std::string lines;
  for (const char c : text) lines += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const std::string encoded = base64(lines);
  std::string out;
  for (std::size_t at = 0; at < encoded.size(); at += line_characters) {
    out.append(encoded, at, line_characters).append("\r\n");
  }
  return out;
}

// A body that mail programs show as it is: short lines of ASCII.
bool travels_plainly(std::string_view text) {
  constexpr std::size_t line_characters_max = 900;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > line_characters_max || !is_plain(text.substr(0, end))) return false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

}  // namespace

bool is_address(std::string_view text) {
  const std::size_t at = text.find('@');
  return is_plain(text) && text.find_first_of(" <>,;:\"()[]\\") == std::string_view::npos &&
         at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string_view::npos;
}

base::Result<std::string> make_message(const Mail& mail, const std::string& from,
                                       base::Timestamp time, const std::string& id) {
  if (!is_address(mail.to)) {
    return base::field_error(base::ErrorCode::invalid, "to", "must be an e-mail address");
  }
  if (!is_address(from)) {
    return base::field_error(base::ErrorCode::invalid, "from", "must be an e-mail address");
  }
  if (has_control(mail.subject)) {
    return base::field_error(base::ErrorCode::invalid, "subject", "must be one line");
  }
  const std::string subject = is_plain(mail.subject) ? mail.subject : encoded_subject(mail.subject);
  const bool is_plain_text = travels_plainly(mail.text);
  std::string message = "From: " + from + "\r\nTo: " + mail.to + "\r\nSubject: " + subject +
                        "\r\nDate: " + date_of(time) + "\r\nMessage-ID: <" + id +
                        from.substr(from.find('@')) +
                        ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: " +
                        (is_plain_text ? "7bit" : "base64") + "\r\n\r\n";
  if (!is_plain_text) return message + body_of(mail.text);
  for (const char c : mail.text) message += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return message;
}

}  // namespace codelog::mail
