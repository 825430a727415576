// Writes CSV as Python's csv module does by default: quotes a field only when necessary, and ends
// rows with CRLF. Functions that append; linear.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace codelog::commands {

void append_csv_row(std::initializer_list<std::string_view> fields, std::string& out);
void append_csv_row(std::span<const std::string> fields, std::string& out);

}  // namespace codelog::commands
