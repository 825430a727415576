// The views as they were: one codelist with its versions, at a position or at a time.
//
// Replays the codelist's own commits in memory, and the reports on releases, so the cost is that of
// its history (microseconds a commit).
#pragma once

#include <memory>
#include <string_view>

#include "events/log.h"
#include "projections/projections.h"

namespace codelog::api {

class Past {
 public:
  // `as_of` is a position, a time (RFC 3339) or a day (its beginning): the last commit not after it
  // is the last that counts. Errors: invalid (none of these, or after the end of the log, whose
  // views may still change).
  static base::Result<Past> open(const events::EventLog& log, base::Timestamp now,
                                 const projections::Views& views, base::CodelistId codelist,
                                 std::string_view as_of);

  const projections::Views& views() const { return *views_; }

 private:
  explicit Past(std::unique_ptr<projections::Store> store);

  std::unique_ptr<projections::Store> store_;
  std::unique_ptr<projections::Views> views_;
};

}  // namespace codelog::api
