// The form of a request's fields, checked before any decision. Each function returns an Error
// naming the field.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/result.h"
#include "events/event.h"

namespace codelog::commands {

inline constexpr std::size_t name_characters_max = 255;
inline constexpr std::size_t slug_characters_max = 255;
inline constexpr std::size_t tag_characters_max = 255;
inline constexpr std::size_t prose_bytes_max = 1 << 20;  // descriptions, methodologies, reasons
inline constexpr std::size_t reference_text_characters_max = 255;
inline constexpr std::size_t reference_url_characters_max = 1000;
inline constexpr std::size_t code_characters_max = 18;
inline constexpr std::size_t term_characters_min = 3;
inline constexpr std::size_t term_characters_max = 255;
inline constexpr std::size_t list_entries_max = 1000;  // references, sign-offs, tags

// The detail of an error for a list with more.
std::string too_many_entries();

// `[-a-zA-Z0-9_]+`, as in URLs.
base::Result<void> check_slug(const std::string& field, std::string_view slug,
                              std::size_t characters_max = slug_characters_max);
// A codelist's name: at least one ASCII letter or digit.
base::Result<void> check_name(std::string_view name);
// Made from a name that check_name() accepts; "" for others, which may be too large to process.
std::string slug_of_name(std::string_view name);
// A version's tag is a segment of its URL, and must differ from the pages beside it.
base::Result<void> check_tag(std::string_view tag);
base::Result<void> check_prose(const std::string& field, std::string_view text);
// Refuses schemes that run in the reader's browser, and repeated URLs.
base::Result<void> check_references(std::span<const events::Reference> references);
// Requires real days, and each person at most once.
base::Result<void> check_signoffs(std::span<const events::SignOff> signoffs);
base::Result<void> check_date(const std::string& field, std::string_view date);
// Plain text of one line: 1 to `characters_max` visible characters; white space only between
// others.
base::Result<void> check_line(const std::string& field, std::string_view text,
                              std::size_t characters_max);
// True for a short, printable, non-empty text.
bool is_code(std::string_view text);
// Checks that all are codes; sorts them and removes repeats. An error gives the place of the first
// bad one.
base::Result<void> check_codes(std::vector<std::string>& codes);

}  // namespace codelog::commands
