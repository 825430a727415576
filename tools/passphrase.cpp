#include "tools/passphrase.h"

#include <iostream>

#include "events/base/file.h"

namespace codelog::tools {

base::Result<std::string> read_passphrase(const std::string& file) {
  std::string line;
  if (file == "-") {
    std::getline(std::cin, line);
  } else {
    auto text = base::read_file(file);
    if (!text) return text.error();
    line = text->substr(0, text->find('\n'));
  }
  if (line.ends_with('\r')) line.pop_back();
  if (!line.empty()) return line;
  return base::Error{base::ErrorCode::invalid,
                     "the passphrase is empty: it is the first line of a file (--passphrase-file), "
                     "or of standard input",
                     {}};
}

}  // namespace codelog::tools
