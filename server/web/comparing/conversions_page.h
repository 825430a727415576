// /conversions/: converts a file of codes to a file of another coding system's codes; open to
// everybody.
//
// The form's fields are OpenCodelists': from_coding_system_id, to_coding_system_id, csv_data (the
// file: one code in the first field of each row after the first), and type: "full" (each pair with
// its terms), "to-codes-only" (the codes converted to), or "unmapped" (the codes without a mapping;
// Codelog's own).
#pragma once

#include <cstddef>

#include "server/web/visit.h"

namespace codelog::web {

// Room for 400,000 codes, more than any coding system but SNOMED CT has.
inline constexpr std::size_t upload_bytes_max = 8u << 20;

// The empty form.
http::Response conversions_page(const Visit& visit);

// Returns a CSV file named after the uploaded one; or, with 400, the form again as it was filled
// in, with the fault. 503 while a mapping or a release is missing; 500, with the reason in the log.
http::Response convert_upload(const Visit& visit);

}  // namespace codelog::web
