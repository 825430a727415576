#include "server/finding/found_codes.h"

#include <algorithm>
#include <set>

#include "coding_systems/base/typed_code.h"
#include "events/base/text.h"

namespace codelog::finding {
namespace {

using coding_systems::Node;
using coding_systems::Release;
using coding_systems::SearchMode;

bool is_like_a_code(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return text.find(' ') == std::string_view::npos && std::ranges::any_of(text, is_digit);
}

FoundCode found_code(const Release& release, Node node) {
  const std::string term(commands::shown_term(release, node));
  return {.coding_system = std::string(release.system().id),
          .release = release.alias(),
          .code = std::string(release.code(node)),
          .term = term,
          .matched = term,
          .is_active = release.is_active(node)};
}

void add_hits(const Release& release, SearchMode mode, std::string_view text, std::size_t limit,
              std::vector<FoundCode>& found) {
  const auto page =
      release.search_page({.mode = mode, .text = std::string(text)}, {.offset = 0, .limit = limit});
  if (!page) return;  // the text is none for this mode
  for (const auto& hit : page->hits) {
    FoundCode code = found_code(release, hit.node);
    if (hit.matched) code.matched = std::string(*hit.matched);
    const auto same = [&](const FoundCode& other) { return other.code == code.code; };
    if (std::ranges::none_of(found, same)) found.push_back(std::move(code));
  }
}

// The exact one first.
std::vector<FoundCode> codes_in(const Release& release, std::string_view query, std::size_t limit) {
  std::vector<FoundCode> found;
  const std::string_view typed = coding_systems::trim_typed_code(query);
  if (const auto node = coding_systems::find_typed_code(release, query)) {
    if (release.has_concept(*node)) {
      found.push_back(found_code(release, *node));
      found.back().is_exact = true;
    }
  }
  if (typed.size() < term_bytes_min) return found;
  const bool is_code = is_like_a_code(typed);
  if (is_code) add_hits(release, SearchMode::code_prefix, typed, limit, found);
  if (!is_code || found.empty()) add_hits(release, SearchMode::words, query, limit, found);
  return found;
}

}  // namespace

std::vector<FoundCode> find_codes(const commands::Site& site, const Contents& contents,
                                  std::string_view query, std::size_t limit) {
  std::vector<std::vector<FoundCode>> by_system;
  for (const projections::ReleaseRecord& record : contents.newest_releases) {
    const auto release = site.open_release(record.coding_system, record.alias);
    if (release) by_system.push_back(codes_in(**release, query, limit));
  }
  std::vector<FoundCode> found;
  for (std::size_t place = 0; place < limit + 1; ++place) {
    for (auto& codes : by_system) {
      if (place < codes.size()) found.push_back(std::move(codes[place]));
    }
  }
  std::ranges::stable_partition(found, &FoundCode::is_exact);
  if (found.size() > limit) found.resize(limit);
  return found;
}

std::vector<const ListedCodelist*> readable_codelists_with(Readable& readable,
                                                           const Contents& contents,
                                                           const CodeIndex& codes,
                                                           std::string_view coding_system,
                                                           std::string_view code) {
  std::vector<const ListedCodelist*> found;
  for (const base::CodelistId id : codes.codelists_with(coding_system, code)) {
    const ListedCodelist* const codelist = contents.find(id);
    if (codelist != nullptr && readable.has(*codelist)) found.push_back(codelist);
  }
  std::ranges::sort(found, {}, [](const ListedCodelist* codelist) -> const std::string& {
    return codelist->name;
  });
  return found;
}

std::size_t count_codelists_with(Readable& readable, const Contents& contents,
                                 const CodeIndex& codes, const FoundCode& code) {
  const auto ids = codes.codelists_with(code.coding_system, code.code);
  return static_cast<std::size_t>(std::ranges::count_if(ids, [&](base::CodelistId id) {
    const ListedCodelist* const codelist = contents.find(id);
    return codelist != nullptr && readable.has(*codelist);
  }));
}

std::vector<FoundCodelist> find_readable_codelists(Readable& readable, const Contents& contents,
                                                   const CodeIndex& index, std::string_view query,
                                                   const std::vector<FoundCode>& codes) {
  std::vector<FoundCodelist> found;
  std::set<base::CodelistId> known;
  for (const ListedCodelist* codelist : find_codelists(contents, query)) {
    if (!readable.has(*codelist)) continue;
    known.insert(codelist->id);
    found.push_back({codelist, false});
  }
  for (const FoundCode& code : codes) {
    if (!code.is_exact) continue;
    for (const ListedCodelist* codelist :
         readable_codelists_with(readable, contents, index, code.coding_system, code.code)) {
      if (known.insert(codelist->id).second) found.push_back({codelist, true});
    }
  }
  return found;
}

std::vector<SimilarCodelist> find_similar(Readable& readable, const Contents& contents,
                                          const CodeIndex& codes, base::CodelistId codelist,
                                          std::size_t limit) {
  std::vector<SimilarCodelist> similar;
  const std::size_t own_count = codes.codes_count(codelist);
  for (const Overlap& overlap : codes.overlaps_of(codelist)) {
    const ListedCodelist* const other = contents.find(overlap.codelist);
    if (other == nullptr) continue;
    const std::size_t either_count = own_count + overlap.codes_count - overlap.shared_count;
    similar.push_back({other, overlap.shared_count, overlap.codes_count,
                       static_cast<double>(overlap.shared_count) /
                           static_cast<double>(std::max<std::size_t>(either_count, 1))});
  }
  std::ranges::sort(similar, [](const SimilarCodelist& one, const SimilarCodelist& other) {
    if (one.similarity != other.similarity) return one.similarity > other.similarity;
    return one.codelist->name < other.codelist->name;
  });
  std::vector<SimilarCodelist> shown;
  for (const SimilarCodelist& one : similar) {
    if (shown.size() == limit) break;
    if (readable.has(*one.codelist)) shown.push_back(one);
  }
  return shown;
}

}  // namespace codelog::finding
