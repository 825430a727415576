// Archives in a bucket of an S3-compatible store. README.md says what a store must be able to do.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string_view>

#include "events/archive/destination.h"
#include "events/base/result.h"
#include "server/s3/s3_credentials.h"
#include "server/s3/s3_requests.h"

namespace codelog::s3 {

struct DestinationOptions {
  Patience patience = {};
  // Ends running requests, and all later ones: unavailable.
  std::stop_token stop = {};
  // A larger file is sent in parts of at least this size; a part is held in memory. Stores take no
  // smaller ones than 5 MiB.
  std::uint64_t part_bytes = std::uint64_t{16} << 20;
};

// True for "s3://…".
bool is_bucket_address(std::string_view address);

// Asks the store nothing yet. Errors: invalid (the address, the region, the endpoint),
// unauthenticated (no credentials).
base::Result<std::unique_ptr<archive::Destination>> open_bucket(
    std::string_view address, const Environment& environment,
    const DestinationOptions& options = {});

}  // namespace codelog::s3
