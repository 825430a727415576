#include "server/commands/draft_making.h"

#include <algorithm>
#include <map>

#include "coding_systems/algebra/codeset.h"
#include "coding_systems/index/search_text.h"
#include "events/base/text.h"
#include "server/commands/search_reruns.h"
#include "server/commands/validation.h"

namespace codelog::commands {
namespace {

using coding_systems::CodeUniverse;
using coding_systems::SearchExpansion;
using coding_systems::SearchMode;
using events::SearchKind;

// "12,345": the reference's format for numbers in messages.
std::string with_thousands(std::size_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

Error too_many_codes(events::SearchKind kind, const std::string& text, std::size_t count) {
  const bool by_term = kind == events::SearchKind::term;
  const std::string asked = by_term ? "Your search for \"" : "Your search for code \"";
  const std::string why =
      by_term ? "It's likely that you have searched for a very common term, or one that appears "
                "near the top of the coding system hierarchy. "
              : "When you search for a code, we return all codes that are descendants of that "
                "code, so if you search for a code near the top of the coding system hierarchy "
                "you get an unmanageable number of results. ";
  return {ErrorCode::too_large,
          asked + text + "\" returned " + with_thousands(count) +
              " codes, which exceeds the maximum limit of " + with_thousands(search_codes_max) +
              ". " + why + "Please try to refine your search to return fewer results.",
          {{by_term ? "term" : "code", "finds too many codes"}}};
}

std::string text_field(SearchKind kind) { return kind == SearchKind::term ? "term" : "code"; }

Result<void> check_types(const std::vector<std::string>& types) {
  if (types.size() > search_types_max) {
    return base::field_error(ErrorCode::invalid, "types",
                             "must be at most " + std::to_string(search_types_max));
  }
  for (std::size_t i = 0; i < types.size(); ++i) {
    const auto line = check_line("types[" + std::to_string(i) + "]", types[i], name_characters_max);
    if (!line) return line;
  }
  return {};
}

// The slug of OpenCodelists' searches.
Result<std::string> plain_slug(const SearchRequest& request) {
  const bool by_term = request.kind == SearchKind::term;
  const std::string field = text_field(request.kind);
  const std::string& text = request.text;
  if (!base::is_utf8(text)) {
    return base::field_error(ErrorCode::invalid, field, "is not well-formed UTF-8");
  }
  const std::size_t max = by_term ? term_characters_max : code_characters_max;
  // Stops early for megabytes of text: no character has more than four bytes.
  if (text.size() > 4 * max) return check_line(field, text, max).error();
  if (base::slugify(text).empty()) {
    return base::field_error(ErrorCode::invalid, field,
                             "\"" + text + "\" is not a valid search term");
  }
  if (const auto line = check_line(field, text, max); !line) return line.error();
  const std::size_t size = base::count_code_points(text);
  if (by_term && size < term_characters_min) {
    return base::field_error(ErrorCode::invalid, field,
                             "Ensure this value has at least " +
                                 std::to_string(term_characters_min) + " characters (it has " +
                                 std::to_string(size) + ").");
  }
  return by_term ? base::slugify(text) : "code:" + text;
}

// Expands the search without a limit.
Result<SearchExpansion> expand(const ReleasePointer& release, const SearchRequest& request) {
  const CodeUniverse universe(release);
  const bool is_plain =
      request.mode == SearchMode::contains && request.types.empty() && !request.active.has_value();
  if (!is_plain) {
    const auto found = release->search(query_of(request));
    if (!found) return found.error();
    return SearchExpansion::of_nodes(universe, *found);
  }
  if (request.kind == SearchKind::term) {
    return SearchExpansion::of_nodes(universe, release->search_by_term(request.text));
  }
  return SearchExpansion::of_matches(universe, release->search_by_code(request.text));
}

// The draft's codes; searches and the hierarchy add unresolved ones.
using Codes = std::map<std::string, base::CodeStatus>;

void add_unresolved(Codes& codes, std::vector<std::string> more) {
  for (std::string& code : more) codes.emplace(std::move(code), base::CodeStatus::unresolved);
}

}  // namespace

namespace {

template <class Search>
SearchRequest asked_by(const Search& search) {
  SearchRequest request{
      .kind = search.kind, .text = search.text, .mode = search.mode, .types = search.types};
  if (search.active != events::ActiveFilter::any) {
    request.active = search.active == events::ActiveFilter::active;
  }
  return request;
}

}  // namespace

SearchRequest request_of(const events::SearchWithResults& search) { return asked_by(search); }
SearchRequest request_of(const events::SearchLeftOut& search) { return asked_by(search); }

events::SearchWithResults search_of(const SearchRequest& request) {
  events::SearchWithResults search;
  search.kind = request.kind;
  search.text = request.text;
  search.mode = request.mode;
  search.types = request.types;
  if (request.active) {
    search.active = *request.active ? events::ActiveFilter::active : events::ActiveFilter::inactive;
  }
  return search;
}

coding_systems::SearchQuery query_of(const SearchRequest& request) {
  const bool is_plain_code =
      request.kind == events::SearchKind::code && request.mode == SearchMode::contains;
  return {.mode = is_plain_code ? SearchMode::code : request.mode,
          .text = request.text,
          .types = request.types,
          .active = request.active};
}

Error in_words_of(const SearchRequest& request, Error error) {
  if (error.fields.size() != 1 || error.fields[0].field != "text") return error;
  return base::field_error(error.code, text_field(request.kind), error.fields[0].detail);
}

events::SearchLeftOut left_out(const events::SearchWithResults& search, std::uint64_t codes_count,
                               std::string problem) {
  return {search.kind,   search.text,  codes_count,       search.mode,
          search.active, search.types, std::move(problem)};
}

Result<std::string> search_slug(const SearchRequest& request) {
  const bool by_term = request.kind == events::SearchKind::term;
  const bool is_default = request.mode == SearchMode::contains;
  if (!is_default && coding_systems::is_by_code(request.mode) == by_term) {
    return base::field_error(ErrorCode::invalid, "mode",
                             "\"" + std::string(base::to_string(request.mode)) + "\" takes a " +
                                 text_field(by_term ? SearchKind::code : SearchKind::term));
  }
  if (const auto good = check_types(request.types); !good) return good.error();
  if (is_default) return plain_slug(request);
  const std::size_t max = by_term                                  ? term_characters_max
                          : request.mode == SearchMode::code_range ? code_range_characters_max
                                                                   : code_characters_max;
  if (const auto line = check_line(text_field(request.kind), request.text, max); !line) {
    return line.error();
  }
  const auto good = coding_systems::check_search_text(request.mode, request.text);
  if (!good) return in_words_of(request, good.error());
  return std::string(base::to_string(request.mode)) + ":" +
         (by_term ? base::slugify(request.text) : request.text);
}

Result<SearchExpansion> expand_search(const ReleasePointer& release, const SearchRequest& request) {
  auto found = expand(release, request);
  if (!found) return in_words_of(request, found.error());
  if (found->all_codes_count() > search_codes_max) {
    return too_many_codes(request.kind, request.text, found->all_codes_count());
  }
  return found;
}

Result<SearchExpansion> rerun_search(const ReleasePointer& release,
                                     const events::SearchWithResults& search) {
  return expand(release, request_of(search));
}

Result<std::vector<std::string>> find_codes(const ReleasePointer& release,
                                            const SearchRequest& request) {
  const auto found = expand_search(release, request);
  if (!found) return found.error();
  return found->all_codes();
}

Result<events::VersionCreated> draft_of(const Views& views,
                                        const projections::VersionRecord& source,
                                        const ReleasePointer& release) {
  events::VersionCreated draft;
  draft.status = events::VersionStatus::draft;
  draft.origin = events::VersionOrigin::version;
  draft.source = source.id;
  Codes codes;
  if (source.has_csv_data) {
    // Also for a table on a release without a file: on this release its codes are looked up.
    auto listed = table_codes(views, source);
    if (!listed) return listed.error();
    auto contents = contents_of_table(*release, *listed);
    for (auto& code : contents.codes) codes.emplace(std::move(code.code), code.status);
  } else {
    // Assumptions not confirmed in the source stay unconfirmed.
    draft.assumed = views.assumptions(source.id);
    for (auto& code : views.codes(source.id)) codes.emplace(std::move(code.code), code.status);
  }
  SearchReruns searches(release, request_searches_work_max);
  for (projections::SearchRecord& record : views.searches(source.id)) {
    events::SearchWithResults& search = record.search;
    const SearchReruns::Found& found = searches.run(search);
    if (found.too_many) {
      draft.searches_left_out.push_back(left_out(search, *found.too_many, found.problem));
      continue;
    }
    search.codes = found.codes;
    add_unresolved(codes, search.codes);
    draft.searches.push_back(std::move(search));
  }
  const auto entries = [&] {
    std::vector<base::CodeWithStatus> list;
    for (const auto& [code, status] : codes) list.push_back({code, status});
    return list;
  };
  const auto codeset = coding_systems::Codeset::make(CodeUniverse(release), entries());
  add_unresolved(codes, codeset.missing_descendants());
  draft.codes = entries();
  return draft;
}

}  // namespace codelog::commands
