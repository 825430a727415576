// Writes CSV as Python's csv module does by default: a field is quoted only when it must be, rows
// end in CRLF. Functions that append; linear.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace codelog::application {

void append_csv_row(std::initializer_list<std::string_view> fields, std::string& out);

}  // namespace codelog::application
