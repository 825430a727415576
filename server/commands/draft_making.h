// Searches for a draft, and the initial content of a draft made from a version.
#pragma once

#include "coding_systems/algebra/search_expansion.h"
#include "server/commands/executor.h"
#include "server/commands/validation.h"
#include "server/commands/version_contents.h"

namespace codelog::commands {

// A search that finds more codes is refused.
inline constexpr std::size_t search_codes_max = 20'000;

// A draft with this many searches takes no more. Versions from elsewhere may have more.
inline constexpr std::size_t searches_max = 500;
// A draft also takes no more searches once the codes found by all its searches add up to this.
inline constexpr std::size_t searches_codes_max = 1'000'000;

inline constexpr std::size_t code_range_characters_max = 2 * code_characters_max + 4;
inline constexpr std::size_t search_types_max = 100;

// A search as requested. With the mode `contains` and no filter, it is OpenCodelists' search by
// term or by code.
struct SearchRequest {
  events::SearchKind kind = events::SearchKind::term;
  std::string text;
  coding_systems::SearchMode mode = coding_systems::SearchMode::contains;
  std::vector<std::string> types = {};  // see SearchQuery
  std::optional<bool> active = {};
  bool operator==(const SearchRequest&) const = default;
};

// The request of a version's search, for running it again. Ignores its slug and codes.
SearchRequest request_of(const events::SearchWithResults& search);
SearchRequest request_of(const events::SearchLeftOut& search);
// The event's form of a request; without id, slug and codes.
events::SearchWithResults search_of(const SearchRequest& request);

// The release's form of a request.
coding_systems::SearchQuery query_of(const SearchRequest& request);

// The slug that identifies a search. Errors: invalid, naming "term" or "code" (too short, too long,
// nothing to search for in this mode), "mode" (wrong for the kind of search), "types".
Result<std::string> search_slug(const SearchRequest& request);

// A search with its matches. Errors: too_large, in OpenCodelists' words; as Release::search, naming
// "term" or "code", or "types".
Result<coding_systems::SearchExpansion> expand_search(const ReleasePointer& release,
                                                      const SearchRequest& request);

// Turns an error of Release::search into the request's terms: the text is the term or the code.
Error in_words_of(const SearchRequest& request, Error error);

// Runs a stored search on a release, without a limit. Errors: invalid, for a search that cannot run
// there.
Result<coding_systems::SearchExpansion> rerun_search(const ReleasePointer& release,
                                                     const events::SearchWithResults& search);

// The codes that a search brings into a draft: its topmost matches with all their descendants;
// sorted. Errors: as expand_search.
Result<std::vector<std::string>> find_codes(const ReleasePointer& release,
                                            const SearchRequest& request);

// A draft with the source's codes and statuses; its searches run again on the release, and codes
// that these or the hierarchy add are unresolved. A search that now finds too many codes is left
// out, and listed as such. The draft of an old-style version has the table's codes that the release
// knows. The caller sets ids, release and author. Errors: corrupt (a stored table that cannot be
// read).
Result<events::VersionCreated> draft_of(const Views& views,
                                        const projections::VersionRecord& source,
                                        const ReleasePointer& release);

// `problem`: why the search cannot run; empty if it finds too much.
events::SearchLeftOut left_out(const events::SearchWithResults& search, std::uint64_t codes_count,
                               std::string problem);

}  // namespace codelog::commands
