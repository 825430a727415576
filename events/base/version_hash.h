// The public name of a codelist version: its id, mixed by multiplication modulo a prime, as 8
// hexadecimal digits. The rule is OpenCodelists' (the key is the text "CodelistVersion" read as a
// base-36 number), so that its URLs stay valid after a migration.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/base/strong.h"

namespace codelog::base {

// Ids stay below the prime 2^31-1; a larger one is a broken promise of ours (checked).
std::string version_hash(VersionId id);

// Reads what Python's int(text, 16) would read in at most 8 characters; nothing otherwise.
std::optional<VersionId> parse_version_hash(std::string_view text);

}  // namespace codelog::base
