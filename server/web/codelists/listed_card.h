// How lists and searches show a published codelist, and the addresses of codes. Pure, but for the
// names of owners.
#pragma once

#include <string>
#include <string_view>

#include "server/finding/found_codes.h"
#include "server/web/visit.h"

namespace codelog::web {

// {{>CARD}}
void add_card(const Visit& visit, pages::Section& place, const finding::ListedCodelist& codelist);

// The page of a code in a release.
std::string concept_path(std::string_view release, std::string_view code);
std::string concept_path(const finding::FoundCode& code);

}  // namespace codelog::web
