// Passphrases of commands: never on the command line, where every user of the machine sees them.
#pragma once

#include <string>

#include "events/base/result.h"

namespace codelog::tools {

// The first line of a file, or of standard input for "-". Errors: not_found, io; invalid (it is
// empty).
base::Result<std::string> read_passphrase(const std::string& file);

}  // namespace codelog::tools
