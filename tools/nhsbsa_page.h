// The newest BNF SNOMED mapping, on the web page on which NHSBSA publishes it. There is no API: the
// page links to the archives, whose names have the day.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "tools/latest_archive.h"

namespace codelog::tools {

inline constexpr const char* nhsbsa_page_default =
    "https://www.nhsbsa.nhs.uk/prescription-data/understanding-our-data/bnf-snomed-mapping";

// The archive with the latest day that the page links to, without size and digest. `page_url`: to
// which links are relative. Errors: not_found (no such link).
base::Result<PublishedArchive> find_linked_mapping(std::string_view html,
                                                   const std::string& page_url,
                                                   const std::filesystem::path& folder);

// Reads the page and finds the archive in it. Errors: unavailable, not_found, invalid (a page of
// https leads to an archive without).
base::Result<PublishedArchive> ask_nhsbsa(const std::string& page_url,
                                          const std::filesystem::path& folder);

}  // namespace codelog::tools
