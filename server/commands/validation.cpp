#include "server/commands/validation.h"

#include <algorithm>
#include <array>
#include <set>

#include "coding_systems/base/typed_code.h"
#include "events/base/clock.h"
#include "events/base/text.h"

namespace codelog::commands {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error bad(const std::string& field, std::string detail) {
  return base::field_error(ErrorCode::invalid, field, std::move(detail));
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// A control character, a line break, or an invisible mark without width: a zero-width space, a byte
// order mark, an override of the writing direction. The text must be UTF-8.
bool has_invisible_character(std::string_view text) {
  constexpr std::array<std::string_view, 15> marks = {
      "\u200b", "\u2028", "\u2029", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e",
      "\u2060", "\u2066", "\u2067", "\u2068", "\u2069", "\ufeff", "\ufffe"};
  if (std::any_of(text.begin(), text.end(), is_control)) return true;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    // U+0080 to U+009F
    if (text[i] == '\xC2' && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
  }
  return std::any_of(marks.begin(), marks.end(), [text](std::string_view mark) {
    return text.find(mark) != std::string_view::npos;
  });
}

std::string at(const char* field, std::size_t index) {
  return std::string(field) + "[" + std::to_string(index) + "]";
}

bool runs_in_browser(std::string_view url) {
  std::string scheme;
  for (const char c : url) {
    if (c == ':') {
      return scheme == "javascript" || scheme == "data" || scheme == "vbscript";
    }
    // Browsers skip these characters inside a scheme.
    if (!is_control(c) && c != ' ') scheme += base::ascii_lower({&c, 1});
  }
  return false;
}

}  // namespace

std::string too_many_entries() {
  return "must have at most " + std::to_string(list_entries_max) + " entries";
}

Result<void> check_slug(const std::string& field, std::string_view slug,
                        std::size_t characters_max) {
  const bool plain = std::all_of(slug.begin(), slug.end(),
                                 [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
  if (slug.empty() || !plain) {
    return bad(field, "must have only letters, digits, '-' and '_', and at least one of them");
  }
  if (slug.size() > characters_max) {
    return bad(field, "must have at most " + std::to_string(characters_max) + " characters");
  }
  return {};
}

Result<void> check_line(const std::string& field, std::string_view text,
                        std::size_t characters_max) {
  if (text.empty()) return bad(field, "must not be empty");
  if (!base::is_utf8(text)) return bad(field, "is not well-formed UTF-8");
  if (has_invisible_character(text)) {
    return bad(field, "must not contain control characters, line breaks or invisible characters");
  }
  // Joiners and soft hyphens are legal inside a text: some scripts need them.
  if (coding_systems::trim_unseen(text) != text) {
    return bad(field, "must not begin or end with white space or an invisible character");
  }
  if (const auto size = base::count_code_points(text); size > characters_max) {
    return bad(field, "must have at most " + std::to_string(characters_max) +
                          " characters (it has " + std::to_string(size) + ")");
  }
  return {};
}

Result<void> check_name(std::string_view name) {
  if (const auto line = check_line("name", name, name_characters_max); !line) return line;
  if (std::none_of(name.begin(), name.end(), is_alphanumeric)) {
    return bad("name", "Codelist names must contain at least one letter or number.");
  }
  return {};
}

std::string slug_of_name(std::string_view name) {
  return check_name(name) ? base::slugify(name) : std::string();
}

Result<void> check_tag(std::string_view tag) {
  constexpr std::array<std::string_view, 3> pages = {"edit", "clone", "upload-version"};
  if (const auto line = check_line("tag", tag, tag_characters_max); !line) return line;
  if (tag.find('/') != std::string_view::npos || tag == "." || tag == "..") {
    return bad("tag", "must not contain '/' or be '.' or '..': it is part of the version's URL");
  }
  if (std::find(pages.begin(), pages.end(), tag) != pages.end()) {
    return bad("tag", "must not be '" + std::string(tag) + "': that is a page of the codelist");
  }
  return {};
}

Result<void> check_prose(const std::string& field, std::string_view text) {
  if (!base::is_utf8(text)) return bad(field, "is not well-formed UTF-8");
  if (text.find('\0') != std::string_view::npos) return bad(field, "must not contain a NUL");
  if (text.size() > prose_bytes_max) {
    return bad(field, "must have at most " + std::to_string(prose_bytes_max) + " bytes");
  }
  return {};
}

Result<void> check_references(std::span<const events::Reference> references) {
  if (references.size() > list_entries_max) return bad("references", too_many_entries());
  std::set<std::string_view> urls;
  for (std::size_t i = 0; i < references.size(); ++i) {
    const events::Reference& reference = references[i];
    const auto text =
        check_line(at("references", i) + ".text", reference.text, reference_text_characters_max);
    if (!text) return text;
    const std::string field = at("references", i) + ".url";
    const auto url = check_line(field, reference.url, reference_url_characters_max);
    if (!url) return url;
    if (runs_in_browser(reference.url)) return bad(field, "must not be a script");
    if (!urls.insert(reference.url).second) return bad(field, "is given twice");
  }
  return {};
}

Result<void> check_date(const std::string& field, std::string_view date) {
  if (!base::is_date(date)) return bad(field, "must be a date, YYYY-MM-DD");
  return {};
}

Result<void> check_signoffs(std::span<const events::SignOff> signoffs) {
  if (signoffs.size() > list_entries_max) return bad("signoffs", too_many_entries());
  // Somebody may have signed several contents off, one a day.
  std::set<std::pair<std::string_view, std::string_view>> days;
  for (std::size_t i = 0; i < signoffs.size(); ++i) {
    const auto date = check_date(at("signoffs", i) + ".date", signoffs[i].date);
    if (!date) return date;
    if (!days.emplace(signoffs[i].username, signoffs[i].date).second) {
      return bad(at("signoffs", i) + ".user", "is given twice with this date");
    }
  }
  return {};
}

bool is_code(std::string_view text) {
  std::vector<std::string> alone = {std::string(text)};
  return static_cast<bool>(check_codes(alone));
}

Result<void> check_codes(std::vector<std::string>& codes) {
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::string& code = codes[i];
    const bool printable =
        std::none_of(code.begin(), code.end(), [](char c) { return is_control(c) || c == ' '; });
    if (code.empty() || !printable || !base::is_utf8(code)) {
      return bad(at("codes", i), "is not a code: it must be one or more printable characters");
    }
    if (base::count_code_points(code) > code_characters_max) {
      return bad(at("codes", i), "is longer than the " + std::to_string(code_characters_max) +
                                     " characters of the longest codes");
    }
  }
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  return {};
}

}  // namespace codelog::commands
