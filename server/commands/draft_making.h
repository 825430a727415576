// Searching for a draft, and what a draft made from a version starts with.
#pragma once

#include "coding_systems/base/search_expansion.h"
#include "server/commands/executor.h"
#include "server/commands/validation.h"
#include "server/commands/version_contents.h"

namespace codelog::commands {

// More codes than this from one search are refused.
inline constexpr std::size_t search_codes_max = 20'000;

// More searches than this are not added to a draft. Versions that come from elsewhere may have
// more.
inline constexpr std::size_t searches_max = 500;
// Nor one more, once those that a draft has find more codes than this, each counted by itself.
inline constexpr std::size_t searches_codes_max = 1'000'000;

inline constexpr std::size_t code_range_characters_max = 2 * code_characters_max + 4;
inline constexpr std::size_t search_types_max = 100;

// A search as it is asked for. With the mode `contains` and no filter, it is OpenCodelists' search
// by term or by code.
struct SearchRequest {
  events::SearchKind kind = events::SearchKind::term;
  std::string text;
  coding_systems::SearchMode mode = coding_systems::SearchMode::contains;
  std::vector<std::string> types = {};  // see SearchQuery
  std::optional<bool> active = {};
  bool operator==(const SearchRequest&) const = default;
};

// A search of a version, asked anew. Its slug and codes play no part.
SearchRequest request_of(const events::SearchWithResults& search);
SearchRequest request_of(const events::SearchLeftOut& search);
// The search of a version that was asked so; without id, slug and codes.
events::SearchWithResults search_of(const SearchRequest& request);

// The same for a release's own search.
coding_systems::SearchQuery query_of(const SearchRequest& request);

// The slug that a search is known by. Errors: invalid, naming "term" or "code" (too short, too
// long, nothing to search for in this mode), "mode" (it is for the other kind), "types".
Result<std::string> search_slug(const SearchRequest& request);

// A search with what it matched. Errors: too_large, in OpenCodelists' words; as Release::search,
// naming "term" or "code", or "types".
Result<coding_systems::SearchExpansion> expand_search(const ReleasePointer& release,
                                                      const SearchRequest& request);

// An error of Release::search in the words of the request: its text is the term or the code.
Error in_words_of(const SearchRequest& request, Error error);

// What a stored search finds on a release, however much that is. Errors: invalid, for a search that
// cannot be run there.
Result<coding_systems::SearchExpansion> rerun_search(const ReleasePointer& release,
                                                     const events::SearchWithResults& search);

// What a search brings into a draft: the matches' topmost ancestors among themselves, with all
// their descendants; sorted. Errors: as expand_search.
Result<std::vector<std::string>> find_codes(const ReleasePointer& release,
                                            const SearchRequest& request);

// The codes and statuses of the source as they are; its searches run again on the release; whatever
// those or the hierarchy newly bring is unresolved. A search that now finds too many codes is left
// out, and listed as such. The draft of an old-style version has the table's codes, as far as the
// release knows them. Ids, release and author are left to the caller. Errors: corrupt (a stored
// table that cannot be read).
Result<events::VersionCreated> draft_of(const Views& views,
                                        const projections::VersionRecord& source,
                                        const ReleasePointer& release);

// `problem`: why it cannot be run; empty where it finds too much.
events::SearchLeftOut left_out(const events::SearchWithResults& search, std::uint64_t codes_count,
                               std::string problem);

}  // namespace codelog::commands
