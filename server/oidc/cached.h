// A thing fetched from an issuer, kept while it is fresh. Safe from any thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "events/base/mutex.h"
#include "events/base/result.h"

namespace codelog::oidc {

template <class Value>
class Cached {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Limits {
    std::chrono::seconds fresh_for;      // not fetched again
    std::chrono::seconds usable_for;     // returned if it cannot be fetched again
    std::chrono::seconds failure_lasts;  // not tried again after a failure
  };

  // Returns what was kept or fetched; shared with the requests that use it. Does not hold the mutex
  // while it fetches, so that a slow fetch keeps nobody from using what is kept. Errors: those of
  // `fetch`.
  template <class Fetch>
  base::Result<std::shared_ptr<const Value>> get(Time now, const Limits& limits, Fetch fetch) {
    std::shared_ptr<const Value> before;
    {
      const base::Lock lock(mutex_);
      if (value_ != nullptr && now - fetched_at_ < limits.usable_for) before = value_;
      if (before != nullptr && now - fetched_at_ < limits.fresh_for) return before;
      if (failure_ && now - tried_at_ < limits.failure_lasts) {
        if (before != nullptr) return before;
        return *failure_;
      }
    }
    auto fetched = fetch();
    const base::Lock lock(mutex_);
    tried_at_ = now;
    if (fetched) {
      failure_.reset();
      fetched_at_ = now;
      value_ = std::make_shared<const Value>(std::move(*fetched));
      return value_;
    }
    failure_ = fetched.error();
    if (before != nullptr) return before;
    return fetched.error();
  }

 private:
  base::Mutex mutex_;
  std::shared_ptr<const Value> value_ GUARDED_BY(mutex_);
  Time fetched_at_ GUARDED_BY(mutex_);
  std::optional<base::Error> failure_ GUARDED_BY(mutex_);  // of the last attempt
  Time tried_at_ GUARDED_BY(mutex_);
};

}  // namespace codelog::oidc
