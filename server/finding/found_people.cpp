#include "server/finding/found_people.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "events/base/text.h"

namespace codelog::finding {

using events::Owner;
using events::OwnerKind;

std::string owner_name(const projections::Views& views, const Owner& owner) {
  if (owner.kind == OwnerKind::user) return owner.name;
  const auto organisation = views.organisation(owner.name);
  return organisation ? organisation->name : owner.name;
}

std::vector<FoundOwner> find_people(Readable& readable, const Contents& contents,
                                    std::string_view query, std::size_t limit) {
  const projections::Views& views = readable.views();
  const std::vector<std::string> words = words_of_query(query);
  std::map<Owner, FoundOwner> found;
  const auto add_if_found = [&](const Owner& owner, const std::string& name) {
    const std::string text = base::ascii_lower(name + " " + owner.name);
    const auto has = [&](const std::string& word) { return text.find(word) != std::string::npos; };
    if (std::ranges::all_of(words, has)) found.try_emplace(owner, FoundOwner{owner, name, 0});
  };
  for (const auto& organisation : views.organisations()) {
    add_if_found({OwnerKind::organisation, organisation.slug}, organisation.name);
  }
  for (const auto& codelist : contents.by_name) {
    const Owner& owner = codelist->handle.owner;
    if (!readable.has(*codelist)) continue;
    if (owner.kind == OwnerKind::user) add_if_found(owner, owner.name);
    const auto known = found.find(owner);
    if (known != found.end()) ++known->second.codelists_count;
  }
  std::erase_if(found, [&](const auto& entry) {
    const auto user =
        entry.first.kind == OwnerKind::user ? views.user(entry.first.name) : std::nullopt;
    return user && user->is_erased;
  });
  std::vector<FoundOwner> sorted;
  for (auto& [owner, one] : found) sorted.push_back(std::move(one));
  std::ranges::stable_sort(sorted, {},
                           [](const FoundOwner& one) { return base::ascii_lower(one.name); });
  if (sorted.size() > limit) sorted.resize(limit);
  return sorted;
}

}  // namespace codelog::finding
