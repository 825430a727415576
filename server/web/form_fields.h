// The HTML of links, and of forms with their fields. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace codelog::web {

// The text as a link.
std::string link(std::string_view path, std::string_view text);

struct TextField {
  std::string_view name;
  std::string_view label;
  std::string_view value = {};
  std::string_view type = "text";
  std::string_view autocomplete = {};
  bool is_required = true;
};
std::string text_field(const TextField& field);

// Several lines.
std::string text_area(std::string_view name, std::string_view label, std::string_view value);

struct SelectField {
  std::string_view name;
  std::string_view label;
  std::string_view chosen = {};
};
// `choices` are values with their labels.
std::string select_field(const SelectField& field,
                         std::span<const std::pair<std::string, std::string>> choices);

// A form that is sent to `action`: the token's hidden field, then `fields`, then a button.
struct FormFrame {
  std::string_view action;
  std::string_view token_field;
  std::string_view button;
  bool has_files = false;
};
std::string form(const FormFrame& frame, std::string_view fields);

}  // namespace codelog::web
