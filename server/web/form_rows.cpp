#include "server/web/form_rows.h"

#include <charconv>
#include <cstdio>

#include "server/commands/validation.h"

namespace codelog::web {
namespace {

using base::ErrorCode;
using base::Result;

constexpr std::size_t blank_rows = 2;

Result<std::size_t> count_rows(const http::Parameters& fields, const std::string& prefix) {
  const std::string name = prefix + "-TOTAL_FORMS";
  const std::string_view text = fields.get(name);
  if (!fields.has(name)) return std::size_t{0};
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() ||
      count > commands::list_entries_max) {
    return base::field_error(
        ErrorCode::invalid, name,
        "must be a number up to " + std::to_string(commands::list_entries_max));
  }
  return count;
}

std::string field_of(const std::string& prefix, std::size_t row, const char* field) {
  return prefix + "-" + std::to_string(row) + "-" + field;
}

// Calls take(first, second) for each row that counts.
template <class Take>
Result<void> read_rows(const http::Parameters& fields, const std::string& prefix,
                       const char* first_field, const char* second_field, Take take) {
  const auto count = count_rows(fields, prefix);
  if (!count) return count.error();
  for (std::size_t row = 0; row < *count; ++row) {
    if (fields.has(field_of(prefix, row, "DELETE"))) continue;
    std::string first(http::trim(fields.get(field_of(prefix, row, first_field))));
    std::string second(http::trim(fields.get(field_of(prefix, row, second_field))));
    if (first.empty() && second.empty()) continue;
    for (const auto& [field, value] :
         {std::pair{first_field, &first}, std::pair{second_field, &second}}) {
      if (value->empty()) {
        return base::field_error(ErrorCode::invalid, field_of(prefix, row, field),
                                 "must not be empty");
      }
    }
    take(std::move(first), std::move(second));
  }
  return {};
}

// "4/21/2021" as "2021-04-21".
std::string iso_date(const std::string& text) {
  unsigned month = 0;
  unsigned day = 0;
  unsigned year = 0;
  int used = 0;
  if (std::sscanf(text.c_str(), "%2u/%2u/%4u%n", &month, &day, &year, &used) != 3) return text;
  if (static_cast<std::size_t>(used) != text.size()) return text;
  char date[32];
  std::snprintf(date, sizeof date, "%04u-%02u-%02u", year, month, day);
  return date;
}

void add_counts(FieldSet& set, const std::string& prefix, std::size_t known) {
  const auto add_hidden = [&](const char* name, std::size_t value) {
    set.fields.push_back(
        {.kind = FieldKind::hidden, .name = prefix + "-" + name, .value = std::to_string(value)});
  };
  add_hidden("TOTAL_FORMS", known + blank_rows);
  add_hidden("INITIAL_FORMS", 0);
}

}  // namespace

Result<std::optional<std::vector<events::Reference>>> references_of(
    const http::Parameters& fields) {
  if (!fields.has("reference-TOTAL_FORMS")) return std::optional<std::vector<events::Reference>>();
  std::vector<events::Reference> references;
  const auto read =
      read_rows(fields, "reference", "text", "url", [&](std::string text, std::string url) {
        if (url.find("://") == std::string::npos && url.find(':') == std::string::npos) {
          url.insert(0, "https://");
        }
        references.push_back({std::move(text), std::move(url)});
      });
  if (!read) return read.error();
  return std::optional(std::move(references));
}

Result<std::optional<std::vector<events::SignOff>>> signoffs_of(const http::Parameters& fields) {
  if (!fields.has("signoff-TOTAL_FORMS")) return std::optional<std::vector<events::SignOff>>();
  std::vector<events::SignOff> signoffs;
  const auto read =
      read_rows(fields, "signoff", "user", "date", [&](std::string user, const std::string& date) {
        signoffs.push_back({std::move(user), iso_date(date)});
      });
  if (!read) return read.error();
  return std::optional(std::move(signoffs));
}

FieldSet reference_rows(const std::vector<events::Reference>& references) {
  FieldSet set{"References", {}};
  add_counts(set, "reference", references.size());
  for (std::size_t row = 0; row < references.size() + blank_rows; ++row) {
    const events::Reference shown = row < references.size() ? references[row] : events::Reference{};
    set.fields.push_back({.name = field_of("reference", row, "text"),
                          .label = "Text",
                          .value = shown.text,
                          .is_required = false});
    set.fields.push_back({.name = field_of("reference", row, "url"),
                          .label = "Address",
                          .value = shown.url,
                          .is_required = false});
  }
  return set;
}

FieldSet signoff_rows(const std::vector<events::SignOff>& signoffs) {
  FieldSet set{"Sign-offs", {}};
  add_counts(set, "signoff", signoffs.size());
  for (std::size_t row = 0; row < signoffs.size() + blank_rows; ++row) {
    const events::SignOff shown = row < signoffs.size() ? signoffs[row] : events::SignOff{};
    set.fields.push_back({.name = field_of("signoff", row, "user"),
                          .label = "Username",
                          .value = shown.username,
                          .is_required = false});
    set.fields.push_back({.name = field_of("signoff", row, "date"),
                          .label = "Date",
                          .value = shown.date,
                          .type = "date",
                          .is_required = false});
  }
  return set;
}

}  // namespace codelog::web
