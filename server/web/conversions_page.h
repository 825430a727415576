// /conversions/: a file of codes in, a file of codes of another coding system out; for everybody.
//
// The form's fields are OpenCodelists': from_coding_system_id, to_coding_system_id, csv_data (the
// file: one code in the first field of each row below the first), and type: "full" (each pair with
// its terms), "to-codes-only" (what was converted to), or "unmapped" (what maps to nothing; ours).
#pragma once

#include <cstddef>

#include "server/application/application.h"
#include "server/http/request.h"
#include "server/http/response.h"

namespace codelog::web {

// 400,000 codes, and more than any coding system but SNOMED CT has.
inline constexpr std::size_t upload_bytes_max = 8u << 20;

// The empty form.
http::Response conversions_page();

// A CSV file named after the uploaded one; or the form again, as it was filled in, with what is
// wrong: 400; 503 while a mapping or a release is missing; 500, with the reason in the log.
http::Response convert_upload(application::Application& application, const http::Request& request);

}  // namespace codelog::web
