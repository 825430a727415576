// The digests that OpenCodelists' check takes for a downloaded file. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "events/base/result.h"

namespace codelog::application {

// SHA-1 of the lines of the text (ended by anything that Unicode takes for a line's end) with LF
// between them and nothing behind the last.
std::string sha_of_lines(std::string_view text);

// Of what is not dm+d: the digest of the file as it is downloaded by default.
std::vector<std::string> download_shas(std::string_view download);

// Of dm+d, where a study may hold a file from before the VMPs were added to it: first the digest of
// the file as it is downloaded by default; then that of the table itself, if that has as many rows;
// of the file's first two columns, if it has more; and of its first three. Errors: invalid, for
// what is no CSV.
base::Result<std::vector<std::string>> dmd_download_shas(std::string_view download,
                                                         std::string_view table);

}  // namespace codelog::application
