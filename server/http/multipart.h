// multipart/form-data (RFC 7578 on RFC 2046, 5.1): what a browser sends of a form with files.
//
// Strict where two readers could see two forms: lines end with CR LF, a boundary has 1 to 70
// characters, nothing comes before the first one, no line of a part begins with it, the last one
// must be there, every part says which field it is, and a part in another transfer encoding is
// refused. Pure; linear in the body, of which only the fields are copied.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/result.h"
#include "server/http/request.h"

namespace codelog::http {

// As OpenCodelists: files, and bytes of all fields that are not files.
inline constexpr std::size_t form_files_max = 100;
inline constexpr std::size_t form_fields_bytes_max = 2'621'440;

struct FormFile {
  std::string field;         // the form's name for it
  std::string file_name;     // as the client calls it, without folders and control characters
  std::string_view content;  // in the request's body: as long as that lives
};

struct Form {
  Parameters fields;
  // Without those that the form offers and nobody chose, which have no name.
  std::vector<FormFile> files;

  // The last file given for the field, or null.
  const FormFile* find_file(std::string_view field) const;
};

// Errors: invalid (another media type, a malformed body, too many fields or files), saying what is
// wrong with which part.
base::Result<Form> parse_multipart(const Request& request);

}  // namespace codelog::http
