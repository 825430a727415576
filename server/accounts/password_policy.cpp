#include <algorithm>
#include <array>
#include <string>

#include "events/base/text.h"
#include "server/accounts/passwords.h"

namespace codelog::accounts {
namespace {

constexpr std::size_t password_characters_min = 8;

// The passwords that people choose most often, at 8 characters or more. Digits, repetitions and
// rows of keys are found by rule.
constexpr std::array<std::string_view, 62> common_passwords = {
    "password",  "passw0rd",     "p@ssword",   "p@ssw0rd",   "iloveyou",  "sunshine",
    "princess",  "football",     "baseball",   "superman",   "trustno1",  "whatever",
    "starwars",  "computer",     "michelle",   "jennifer",   "corvette",  "mercedes",
    "maverick",  "midnight",     "charlie1",   "liverpool",  "arsenal1",  "chelsea1",
    "welcome1",  "welcome123",   "letmein1",   "letmein123", "admin123",  "administrator",
    "changeme",  "secret123",    "master123",  "dragon123",  "monkey123", "shadow123",
    "hello123",  "freedom1",     "internet",   "samantha",   "victoria",  "danielle",
    "alexander", "benjamin",     "nicholas",   "asdfasdf",   "qazwsxedc", "zaq12wsx",
    "1q2w3e4r",  "1q2w3e4r5t",   "q1w2e3r4",   "abcd1234",   "abc12345",  "a1b2c3d4",
    "test1234",  "testtest",     "guestguest", "pass1234",   "password1", "codelist",
    "codelists", "opencodelists"};

constexpr std::array<std::string_view, 5> rows_of_keys = {
    "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "01234567890"};

// Without digits and signs at the end: "Password123!" is "password".
std::string core_of(const std::string& folded) {
  const std::size_t last = folded.find_last_of("abcdefghijklmnopqrstuvwxyz");
  return last == std::string::npos ? std::string() : folded.substr(0, last + 1);
}

bool is_listed(std::string_view text) {
  return std::ranges::find(common_passwords, text) != common_passwords.end();
}

// "aaaaaaaa", "abababab": the same few characters again and again.
bool is_repetition(std::string_view text) {
  for (std::size_t period = 1; period <= 3 && period < text.size(); ++period) {
    if (text.substr(period) == text.substr(0, text.size() - period)) return true;
  }
  return false;
}

bool is_row_of_keys(const std::string& text) {
  const std::string backwards(text.rbegin(), text.rend());
  return std::ranges::any_of(rows_of_keys, [&](std::string_view row) {
    return row.find(text) != std::string_view::npos ||
           row.find(backwards) != std::string_view::npos;
  });
}

bool is_common(const std::string& folded) {
  const std::string core = core_of(folded);
  return is_listed(folded) || (core.size() >= 6 && (is_listed(core) || is_row_of_keys(core))) ||
         is_repetition(folded) || is_row_of_keys(folded);
}

constexpr std::string_view separators = " @.-_'";

// Either contains the other, or is written backwards in it.
bool is_like(const std::string& folded, std::string_view part) {
  constexpr std::size_t part_bytes_min = 4;
  const std::string own = base::ascii_lower(part);
  if (own.size() < part_bytes_min) return false;
  const std::string backwards(own.rbegin(), own.rend());
  const bool holds =
      folded.find(own) != std::string::npos || folded.find(backwards) != std::string::npos;
  // A long password around a short name is no longer like it.
  return (holds && folded.size() <= 2 * own.size()) || own.find(folded) != std::string::npos;
}

// One of the words, or all of them written together.
bool is_like_a_word_of(const std::string& folded, std::string_view text) {
  std::string together(text);
  std::erase_if(together, [](char c) { return separators.find(c) != std::string_view::npos; });
  if (is_like(folded, together)) return true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    if (is_like(folded, text.substr(0, end))) return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

}  // namespace

std::optional<std::string> weakness_of(std::string_view password, std::string_view username,
                                       std::string_view name, std::string_view email) {
  if (base::count_code_points(password) < password_characters_min) {
    return "This password is too short. It must contain at least 8 characters.";
  }
  // Longer ones are refused elsewhere; comparing them would take long.
  if (password.size() > password_bytes_max) return std::nullopt;
  const std::string folded = base::ascii_lower(password);
  if (folded.find_first_not_of("0123456789") == std::string::npos) {
    return "This password is entirely numeric.";
  }
  if (is_common(folded)) return "This password is too common.";
  if (is_like(folded, username) || is_like_a_word_of(folded, username)) {
    return "The password is too similar to the username.";
  }
  if (is_like(folded, name) || is_like_a_word_of(folded, name)) {
    return "The password is too similar to the name.";
  }
  if (is_like(folded, email) || is_like_a_word_of(folded, email)) {
    return "The password is too similar to the email.";
  }
  return std::nullopt;
}

}  // namespace codelog::accounts
