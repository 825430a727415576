#include "server/application/presence.h"

namespace codelog::application {

bool Presence::note(base::CodelistId codelist, const PresentPerson& person, Time now) {
  const base::Lock lock(mutex_);
  People& people = noted_[codelist];
  const auto known = people.find(person.username);
  if (known != people.end()) {
    const bool is_news = known->second.person != person || known->second.at + kept_for < now;
    known->second = {person, now};
    return is_news;
  }
  if (people.size() >= people_of_codelist_max || count_ >= people_max) forget_late(now);
  // The codelist's people may have been forgotten with the last of them.
  People& left = noted_[codelist];
  if (left.size() >= people_of_codelist_max || count_ >= people_max) return false;
  left.emplace(person.username, Noted{person, now});
  ++count_;
  return true;
}

std::vector<PresentPerson> Presence::people(base::CodelistId codelist, Time now) const {
  const base::Lock lock(mutex_);
  std::vector<PresentPerson> present;
  const auto people = noted_.find(codelist);
  if (people == noted_.end()) return present;
  for (const auto& [username, noted] : people->second) {
    if (noted.at + kept_for >= now) present.push_back(noted.person);
  }
  return present;
}

void Presence::forget_late(Time now) {
  for (auto codelist = noted_.begin(); codelist != noted_.end();) {
    count_ -= std::erase_if(codelist->second,
                            [&](const auto& entry) { return entry.second.at + kept_for < now; });
    codelist = codelist->second.empty() ? noted_.erase(codelist) : std::next(codelist);
  }
}

}  // namespace codelog::application
