// Where a bucket of an S3-compatible store is: "s3://bucket/prefix", the endpoint and the region.
#pragma once

#include <string>
#include <string_view>

#include "events/base/result.h"

namespace codelog::s3 {

struct Bucket {
  std::string name;
  std::string prefix;    // "" or "archives/site/": in front of the names of all objects
  std::string address;   // for messages: "s3://bucket/archives/site"
  std::string region;    // "us-east-1"
  std::string base_url;  // "https://bucket.s3.us-east-1.amazonaws.com" or "http://host:9000/bucket"
};

struct Place {
  std::string region;    // empty: us-east-1
  std::string endpoint;  // empty: Amazon's; otherwise "https://host[:port]"
};

// Errors: invalid (not an address of a bucket; not an endpoint).
base::Result<Bucket> parse_bucket(std::string_view address, const Place& place);

// True for the name of an object, as destination.h defines it.
bool is_object_name(std::string_view name);

}  // namespace codelog::s3
