// The ids that the next new things get. They follow the order of the log: a new codelist, version
// or search takes the next number of its kind.
#pragma once

#include "events/base/strong.h"
#include "events/event.h"

namespace codelog::events {

struct NextIds {
  base::CodelistId codelist{1};
  base::VersionId version{1};
  base::SearchId search{1};

  // Marks the ids that an event gives to new things as taken.
  void take(const Event& event);
  // Marks the ids before the other ones as taken.
  void raise_to(const NextIds& other);
  // True if an id that is free here is taken in the other one.
  bool is_behind(const NextIds& other) const;
  bool operator==(const NextIds&) const = default;
};

}  // namespace codelog::events
