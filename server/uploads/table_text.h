// What stands before the cells of a table. Pure.
#pragma once

#include <string_view>

namespace codelog::uploads {

struct TableText {
  bool has_byte_order_mark = false;
  bool has_lost_characters = false;  // U+FFFD, which replaces what could not be read
  char separator = ',';  // or ';' or a tab, if the first line has no comma outside quotes
};

TableText look_at(std::string_view csv);

}  // namespace codelog::uploads
