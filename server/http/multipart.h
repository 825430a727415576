// multipart/form-data (RFC 7578 on RFC 2046, 5.1): a browser's encoding of a form with files.
//
// Strict where two readers could see two forms. Lines end with CR LF; a boundary has 1 to 70
// characters; nothing comes before the first boundary; no line of a part begins with it; the last
// boundary must be there; every part names its field; a part with a transfer encoding is refused.
// Pure; linear in the body. Copies only the fields.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/result.h"
#include "server/http/request.h"

namespace codelog::http {

// The limits of OpenCodelists: number of files, and total bytes of all fields that are not files.
inline constexpr std::size_t form_files_max = 100;
inline constexpr std::size_t form_fields_bytes_max = 2'621'440;

struct FormFile {
  std::string field;         // the name of the form's field
  std::string file_name;     // the client's name, without folders and control characters
  std::string_view content;  // a view of the request's body, valid as long as that lives
};

struct Form {
  Parameters fields;
  // Leaves out file inputs for which the user chose no file; they have no name.
  std::vector<FormFile> files;

  // The last file sent for the field, or null.
  const FormFile* find_file(std::string_view field) const;
};

// Errors: invalid (another media type, a malformed body, too many fields or files), naming the part
// and its fault.
base::Result<Form> parse_multipart(const Request& request);

}  // namespace codelog::http
