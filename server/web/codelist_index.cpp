#include "server/web/codelist_index.h"

#include <algorithm>

#include "events/base/text.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using events::VersionStatus;
using projections::CodelistRecord;
using projections::Views;

CodelistIndex::Codelists read_all(const Views& views) {
  CodelistIndex::Codelists codelists;
  for (CodelistRecord& codelist : views.codelists()) {
    if (codelist.is_private) continue;
    auto versions = views.versions_of(codelist.id);
    const auto newest = std::find_if(versions.rbegin(), versions.rend(), [](const auto& version) {
      return version.status == VersionStatus::published;
    });
    if (newest == versions.rend()) continue;
    std::string owner = owner_name(views, codelist.handle().owner);
    codelists.push_back({std::move(codelist), std::move(*newest), std::move(owner)});
  }
  std::ranges::sort(codelists, {}, [](const IndexedCodelist& codelist) {
    return base::ascii_lower(codelist.record.handle().name);
  });
  return codelists;
}

// The lower, the better; nothing if a word is missing.
std::optional<int> rank_of(const IndexedCodelist& codelist, const std::vector<std::string>& words,
                           const std::string& whole) {
  const std::string name = base::ascii_lower(codelist.record.handle().name);
  const std::string description = base::ascii_lower(codelist.record.description.value_or(""));
  const auto in_name = [&](const std::string& word) {
    return name.find(word) != std::string::npos;
  };
  for (const std::string& word : words) {
    if (!in_name(word) && description.find(word) == std::string::npos) return std::nullopt;
  }
  if (in_name(whole)) return 1;
  if (std::ranges::all_of(words, in_name)) return 2;
  return std::ranges::any_of(words, in_name) ? 3 : 4;
}

}  // namespace

std::vector<std::string> words_of_query(std::string_view query) {
  std::vector<std::string> words;
  std::string rest;
  // Texts between two quotes first.
  while (true) {
    const std::size_t open = query.find('"');
    const std::size_t close = open == query.npos ? query.npos : query.find('"', open + 1);
    rest.append(query.substr(0, close == query.npos ? query.npos : open)).append(" ");
    if (close == query.npos) break;
    words.push_back(base::ascii_lower(query.substr(open + 1, close - open - 1)));
    query.remove_prefix(close + 1);
  }
  std::string_view left = rest;
  while (!left.empty()) {
    const std::size_t end = std::min(left.find_first_of(" \t\n\r"), left.size());
    if (end > 0) words.push_back(base::ascii_lower(left.substr(0, end)));
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return words;
}

std::shared_ptr<const CodelistIndex::Codelists> CodelistIndex::at(const Views& views) {
  const base::Position now = views.checkpoint();
  {
    base::Lock lock(mutex_);
    if (codelists_ && made_at_ == now) return codelists_;
  }
  auto made = std::make_shared<const Codelists>(read_all(views));
  base::Lock lock(mutex_);
  if (!codelists_ || made_at_ < now) {
    codelists_ = made;
    made_at_ = now;
  }
  return made;
}

std::vector<const IndexedCodelist*> find_codelists(const CodelistIndex::Codelists& codelists,
                                                   std::string_view query) {
  const std::vector<std::string> words = words_of_query(query);
  std::string whole = base::ascii_lower(base::trim_unicode_space(query));
  if (whole.size() > 1 && whole.starts_with('"') && whole.ends_with('"')) {
    whole = whole.substr(1, whole.size() - 2);
  }
  std::vector<std::pair<int, const IndexedCodelist*>> ranked;
  for (const IndexedCodelist& codelist : codelists) {
    if (const auto rank = rank_of(codelist, words, whole)) ranked.emplace_back(*rank, &codelist);
  }
  std::ranges::stable_sort(ranked, {}, &std::pair<int, const IndexedCodelist*>::first);
  std::vector<const IndexedCodelist*> found;
  for (const auto& [rank, codelist] : ranked) found.push_back(codelist);
  return found;
}

std::vector<const IndexedCodelist*> newest_codelists(const CodelistIndex::Codelists& codelists,
                                                     std::size_t count_max) {
  std::vector<const IndexedCodelist*> newest;
  for (const IndexedCodelist& codelist : codelists) newest.push_back(&codelist);
  const auto last = [](const IndexedCodelist* codelist) { return codelist->newest.changed_at; };
  std::ranges::sort(newest, std::ranges::greater{}, last);
  if (newest.size() > count_max) newest.resize(count_max);
  return newest;
}

}  // namespace codelog::web
