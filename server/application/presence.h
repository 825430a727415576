// Who has a draft open, and at which code, as their browsers tell every 20 seconds. In memory only:
// it is no event, and a restart forgets it. Safe from any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "events/base/mutex.h"
#include "events/base/strong.h"

namespace codelog::application {

struct PresentPerson {
  std::string username;
  std::string name;  // of the person
  base::VersionId draft;
  std::string code;  // that the person looks at; "" for none
  bool operator==(const PresentPerson&) const = default;
};

class Presence {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // Two beats may get lost.
  static constexpr std::chrono::seconds kept_for{50};
  // More people are not noted, so that nobody can fill the memory.
  static constexpr std::size_t people_of_codelist_max = 50;
  static constexpr std::size_t people_max = 10'000;

  // Returns true if others should be told: the person is new, or looks at another code.
  bool note(base::CodelistId codelist, const PresentPerson& person, Time now);
  // By username.
  std::vector<PresentPerson> people(base::CodelistId codelist, Time now) const;

 private:
  struct Noted {
    PresentPerson person;
    Time at;
  };
  using People = std::map<std::string, Noted>;

  void forget_late(Time now) REQUIRES(mutex_);

  mutable base::Mutex mutex_;
  std::map<base::CodelistId, People> noted_ GUARDED_BY(mutex_);
  std::size_t count_ GUARDED_BY(mutex_) = 0;
};

}  // namespace codelog::application
