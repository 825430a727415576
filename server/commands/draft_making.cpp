#include "server/commands/draft_making.h"

#include <algorithm>
#include <map>

#include "coding_systems/base/codeset.h"
#include "events/base/text.h"
#include "server/commands/validation.h"

namespace codelog::commands {
namespace {

using coding_systems::CodeUniverse;
using coding_systems::SearchExpansion;

// "12,345", as the reference writes numbers in its messages.
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

// The codes of the draft by code, to which searches and the hierarchy add unresolved ones.
using Codes = std::map<std::string, base::CodeStatus>;

void add_unresolved(Codes& codes, std::vector<std::string> more) {
  for (std::string& code : more) codes.emplace(std::move(code), base::CodeStatus::unresolved);
}

}  // namespace

Result<std::string> search_slug(events::SearchKind kind, const std::string& text) {
  const bool by_term = kind == events::SearchKind::term;
  const std::string field = by_term ? "term" : "code";
  if (!base::is_utf8(text)) {
    return base::field_error(ErrorCode::invalid, field, "is not well-formed UTF-8");
  }
  if (base::slugify(text).empty()) {
    return base::field_error(ErrorCode::invalid, field,
                             "\"" + text + "\" is not a valid search term");
  }
  const std::size_t max = by_term ? term_characters_max : code_characters_max;
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

Result<SearchExpansion> expand_search(const ReleasePointer& release, events::SearchKind kind,
                                      const std::string& text) {
  const CodeUniverse universe(release);
  auto found = kind == events::SearchKind::term ? SearchExpansion::by_term(universe, text)
                                                : SearchExpansion::by_code(universe, text);
  if (found.all_codes_count() > search_codes_max) {
    return too_many_codes(kind, text, found.all_codes_count());
  }
  return found;
}

Result<std::vector<std::string>> find_codes(const ReleasePointer& release, events::SearchKind kind,
                                            const std::string& text) {
  const auto found = expand_search(release, kind, text);
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
    // Of a table on a release without a file, too: on this release its codes are codes.
    auto listed = table_codes(views, source);
    if (!listed) return listed.error();
    auto contents = contents_of_codes(release, std::move(*listed), true);
    if (!contents) return contents.error();
    for (auto& code : contents->codes) codes.emplace(std::move(code.code), code.status);
  } else {
    for (auto& code : views.codes(source.id)) codes.emplace(std::move(code.code), code.status);
  }
  SearchId next = views.next_ids().search;
  for (projections::SearchRecord& record : views.searches(source.id)) {
    events::SearchWithResults& search = record.search;
    auto found = find_codes(release, search.kind, search.text);
    if (!found) continue;
    add_unresolved(codes, *found);
    search.id = next;
    search.codes = std::move(*found);
    draft.searches.push_back(std::move(search));
    next = next.next();
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
