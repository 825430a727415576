#include "server/commands/csv_writer.h"

namespace codelog::commands {
namespace {

void append_field(std::string_view field, std::string& out) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += field;
    return;
  }
  out += '"';
  for (const char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

template <class Fields>
void append_row(const Fields& fields, std::string& out) {
  // Without quotes, a row of one empty field would read as a blank line.
  if (fields.size() == 1 && fields.begin()->empty()) out += "\"\"";
  bool is_first = true;
  for (const std::string_view field : fields) {
    if (!is_first) out += ',';
    is_first = false;
    append_field(field, out);
  }
  out += "\r\n";
}

}  // namespace

void append_csv_row(std::initializer_list<std::string_view> fields, std::string& out) {
  append_row(fields, out);
}

void append_csv_row(std::span<const std::string> fields, std::string& out) {
  append_row(fields, out);
}

}  // namespace codelog::commands
