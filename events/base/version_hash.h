// The public name of a codelist version: its id, multiplied modulo a prime, as 8 hexadecimal
// digits. The rule is OpenCodelists' (the key is the text "CodelistVersion" read as a base-36
// number), so that its URLs stay valid after a migration.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/base/strong.h"

namespace codelog::base {

// Ids are below the prime 2^31-1; a check aborts on a larger one.
std::string version_hash(VersionId id);

// Reads whatever Python's int(text, 16) accepts, up to 8 characters; otherwise returns nothing.
std::optional<VersionId> parse_version_hash(std::string_view text);

}  // namespace codelog::base
