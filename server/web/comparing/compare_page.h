// Two to eight versions, codelists or moments side by side: how many codes are in exactly which of
// them, the codes of a region, and a new codelist made from them.
#pragma once

#include "server/web/visit.h"

namespace codelog::web {

// ?of= names a side, as in files::compare_sides(); ?add= another one as people have it (an address,
// a hash, owner and name), ?region= the sides whose common codes are listed ("AC").
http::Response compare_page(const Visit& visit);
// Makes a draft from the sides' codes.
http::Response combine_sides(const Visit& visit, const http::Form& form);
// The codes of a region, or of all, as a CSV file.
http::Response compared_csv(const Visit& visit);

// "/compare/?of=66f08cca&of=4de11995"
std::string compare_path(const std::vector<std::string>& of);

}  // namespace codelog::web
