#include "server/web/form_fields.h"

#include "server/application/pages.h"

namespace codelog::web {
namespace {

std::string escaped(std::string_view text) { return application::escape_html(text); }

std::string label_of(std::string_view name, std::string_view label) {
  return "<p><label for=\"id_" + escaped(name) + "\">" + escaped(label) + "</label><br>\n";
}

}  // namespace

std::string link(std::string_view path, std::string_view text) {
  return "<a href=\"" + escaped(path) + "\">" + escaped(text) + "</a>";
}

std::string text_field(const TextField& field) {
  std::string text = label_of(field.name, field.label) + "<input type=\"" + escaped(field.type) +
                     "\" name=\"" + escaped(field.name) + "\" id=\"id_" + escaped(field.name) +
                     "\" value=\"" + escaped(field.value) + "\"";
  if (!field.autocomplete.empty()) {
    text += " autocomplete=\"" + escaped(field.autocomplete) + "\"";
  }
  return text + (field.is_required ? " required></p>\n" : "></p>\n");
}

std::string text_area(std::string_view name, std::string_view label, std::string_view value) {
  // A line feed at the start belongs to the tag, so the text keeps its own.
  return label_of(name, label) + "<textarea name=\"" + escaped(name) + "\" id=\"id_" +
         escaped(name) + "\" rows=\"8\" cols=\"60\">\n" + escaped(value) + "</textarea></p>\n";
}

std::string select_field(const SelectField& field,
                         std::span<const std::pair<std::string, std::string>> choices) {
  std::string text = label_of(field.name, field.label) + "<select name=\"" + escaped(field.name) +
                     "\" id=\"id_" + escaped(field.name) + "\">\n";
  for (const auto& [value, label] : choices) {
    text += "<option value=\"" + escaped(value) + "\"" +
            (value == field.chosen ? " selected>" : ">") + escaped(label) + "</option>\n";
  }
  return text + "</select></p>\n";
}

std::string form(const FormFrame& frame, std::string_view fields) {
  std::string text = "<form method=\"post\" action=\"" + escaped(frame.action) + "\"";
  if (frame.has_files) text += " enctype=\"multipart/form-data\"";
  text.append(">\n").append(frame.token_field).append(fields);
  return text + "<p><button type=\"submit\">" + escaped(frame.button) + "</button></p>\n</form>\n";
}

}  // namespace codelog::web
