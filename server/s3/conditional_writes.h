// Writes to a bucket that depend on an object's tag. Stores with conditional writes (If-Match and
// If-None-Match) do it in one request. For all others, each writer first announces itself with an
// object of its own, a claim, and goes on only if it is then alone; README.md says what that
// promises.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/base/mutex.h"
#include "events/base/result.h"
#include "server/s3/s3_reply.h"
#include "server/s3/s3_requests.h"

namespace codelog::s3 {

// Objects under this name are ours: probes and claims.
inline constexpr std::string_view own_folder = ".codelog/";

// All objects of the bucket whose name begins with its prefix and `name_start`; keys without the
// bucket's prefix, in order. Errors: those of send(); io.
base::Result<std::vector<ListedObject>> list_objects(Requests& requests,
                                                     std::string_view name_start);

class ConditionalWrites {
 public:
  explicit ConditionalWrites(Requests& requests) : requests_(requests) {}

  // As Destination::put_if(). The first call finds out what the store can do.
  base::Result<std::string> put_if(std::string_view name, std::string_view bytes,
                                   const std::optional<std::string>& expected_tag);

 private:
  base::Result<bool> are_supported();
  base::Result<bool> probe();
  base::Result<bool> is_refused(const Request& request);
  base::Result<std::string> put_if_supported(const Request& put);
  base::Result<std::string> put_with_claim(Request put,
                                           const std::optional<std::string>& expected_tag);
  base::Result<void> be_alone(const std::string& claims, const std::string& claim);
  base::Result<std::string> tag_of_same_bytes(const Request& put);

  Requests& requests_;
  base::Mutex mutex_;
  std::optional<bool> are_supported_ GUARDED_BY(mutex_);
};

}  // namespace codelog::s3
