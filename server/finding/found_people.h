// The organisations and people that a search of the whole site finds. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "server/finding/catalogue.h"

namespace codelog::finding {

// The organisation's name, or the username.
std::string owner_name(const projections::Views& views, const events::Owner& owner);

struct FoundOwner {
  events::Owner owner;
  std::string name;
  std::size_t codelists_count = 0;  // published and readable
};

// Organisations whose name has all words, and people with a readable codelist who have not been
// erased; by name.
std::vector<FoundOwner> find_people(Readable& readable, const Contents& contents,
                                    std::string_view query, std::size_t limit);

}  // namespace codelog::finding
