// The codes that a search of the whole site finds, in the newest release of each coding system.
// Pure, but for opening releases.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "server/commands/version_contents.h"
#include "server/finding/catalogue.h"

namespace codelog::finding {

// A text with fewer bytes finds only codelists and people: too many codes have it.
inline constexpr std::size_t term_bytes_min = 3;

struct FoundCode {
  std::string coding_system;
  std::string release;  // alias
  std::string code;
  std::string term;
  std::string matched;    // the description that was found
  bool is_exact = false;  // the query is this code
  bool is_active = true;
};

// At most `limit`: codes that the query names exactly, then the best of each system in turns. A
// release that cannot be opened has no codes here.
std::vector<FoundCode> find_codes(const commands::Site& site, const Contents& contents,
                                  std::string_view query, std::size_t limit);

// The readable codelists that include a code as the newest release of its system writes it; by
// name. And only their number.
std::vector<const ListedCodelist*> readable_codelists_with(Readable& readable,
                                                           const Contents& contents,
                                                           const CodeIndex& codes,
                                                           std::string_view coding_system,
                                                           std::string_view code);
std::size_t count_codelists_with(Readable& readable, const Contents& contents,
                                 const CodeIndex& codes, const FoundCode& code);

struct FoundCodelist {
  const ListedCodelist* codelist = nullptr;
  bool has_code = false;  // found because it includes a code that the query is
};
// The readable codelists with the query's words, the best first; then those that include a code of
// `codes` that the query is.
std::vector<FoundCodelist> find_readable_codelists(Readable& readable, const Contents& contents,
                                                   const CodeIndex& index, std::string_view query,
                                                   const std::vector<FoundCode>& codes);

struct SimilarCodelist {
  const ListedCodelist* codelist = nullptr;
  std::size_t shared_count = 0;
  std::size_t codes_count = 0;  // of this codelist
  double similarity = 0;        // Jaccard's: shared codes by codes of either
};
// The readable codelists that have codes in common with this one, the most similar first.
std::vector<SimilarCodelist> find_similar(Readable& readable, const Contents& contents,
                                          const CodeIndex& codes, base::CodelistId codelist,
                                          std::size_t limit);

}  // namespace codelog::finding
