// What people write to name a codelist or version: its address, a hash, or owner and name.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "projections/views.h"

namespace codelog::web {

// A side for files::compare_sides(), in its form: a version's hash (with "@POSITION" if given), or
// a codelist's owner and name. Takes addresses of pages and downloads, with or without the site's
// name; hashes; "test-org/statins", "user/alice/statins", with or without a tag or hash. Nothing if
// there is no such thing that the views show.
std::optional<std::string> side_named_by(const projections::Views& views, std::string_view text);

}  // namespace codelog::web
