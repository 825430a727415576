// The digests that OpenCodelists' check accepts for a downloaded file. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "events/base/result.h"

namespace codelog::files {

// SHA-1 of the text's lines joined by LF, without a final line end. Splits lines at every Unicode
// line end.
std::string sha_of_lines(std::string_view text);

// For systems other than dm+d: the digest of the file as downloaded by default.
std::vector<std::string> download_shas(std::string_view download);

// For dm+d, where a study may hold a file from before VMPs were added. Gives, in order, the digests
// of: the file as downloaded by default; the table itself, if it has as many rows; the file's first
// two columns, if it has more; its first three. Errors: invalid (not a CSV).
base::Result<std::vector<std::string>> dmd_download_shas(std::string_view download,
                                                         std::string_view table);

}  // namespace codelog::files
