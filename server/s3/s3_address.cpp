#include "server/s3/s3_address.h"

#include <algorithm>

namespace codelog::s3 {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view scheme = "s3://";
constexpr std::string_view region_default = "us-east-1";
constexpr std::size_t bucket_name_characters_min = 3;
constexpr std::size_t bucket_name_characters_max = 63;

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_name_character(char c) {
  return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
}

bool is_bucket_name(std::string_view name) {
  return name.size() >= bucket_name_characters_min && name.size() <= bucket_name_characters_max &&
         is_lower_or_digit(name.front()) && is_lower_or_digit(name.back()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_lower_or_digit(c) || c == '-' || c == '.'; });
}

// A host goes into the request and its signature, a region into its signature: neither may bring
// anything else along.
bool is_region(std::string_view region) {
  return !region.empty() && std::all_of(region.begin(), region.end(),
                                        [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

// "https://host:9000" without a path; nothing for other texts.
bool is_endpoint(std::string_view url) {
  for (const std::string_view start : {"https://", "http://"}) {
    if (!url.starts_with(start)) continue;
    const std::string_view host = url.substr(start.size());
    return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
      return is_name_character(c) || c == ':' || c == '[' || c == ']';
    });
  }
  return false;
}

Error invalid(std::string detail) { return {ErrorCode::invalid, std::move(detail), {}}; }

}  // namespace

bool is_object_name(std::string_view name) {
  while (true) {
    const std::string_view part = name.substr(0, name.find('/'));
    if (part.empty() || part == "." || part == "..") return false;
    if (!std::all_of(part.begin(), part.end(), is_name_character)) return false;
    if (part.size() == name.size()) return true;
    name.remove_prefix(part.size() + 1);
  }
}

Result<Bucket> parse_bucket(std::string_view address, const Place& place) {
  if (!address.starts_with(scheme)) return invalid("is not an address such as s3://bucket/folder");
  const std::string_view rest = address.substr(scheme.size());
  const std::string_view name = rest.substr(0, rest.find('/'));
  std::string_view prefix = rest.substr(std::min(rest.size(), name.size() + 1));
  if (prefix.ends_with('/')) prefix.remove_suffix(1);
  if (!is_bucket_name(name)) {
    return invalid(std::string(address) +
                   ": a bucket's name has 3 to 63 small letters, digits, '-' and '.'");
  }
  if (!prefix.empty() && !is_object_name(prefix)) {
    return invalid(std::string(address) +
                   ": the folder in the bucket may have letters, digits, '-', '_', '.' and '/'");
  }
  Bucket bucket;
  bucket.name = name;
  if (!prefix.empty()) bucket.prefix = std::string(prefix) + "/";
  bucket.address = std::string(scheme) + bucket.name;
  if (!prefix.empty()) bucket.address += "/" + std::string(prefix);
  bucket.region = place.region.empty() ? region_default : place.region;
  if (!is_region(bucket.region)) return invalid("AWS_REGION: is not a region such as eu-west-2");

  std::string_view endpoint = place.endpoint;
  if (endpoint.ends_with('/')) endpoint.remove_suffix(1);
  if (!endpoint.empty()) {
    if (!is_endpoint(endpoint)) {
      return invalid("AWS_ENDPOINT_URL: is not an address such as https://store.example.org");
    }
    bucket.base_url = std::string(endpoint) + "/" + bucket.name;
  } else {
    // The certificate of *.s3.REGION.amazonaws.com is not for names with dots in them.
    const std::string host = "s3." + bucket.region + ".amazonaws.com";
    bucket.base_url = name.find('.') == std::string_view::npos
                          ? "https://" + bucket.name + "." + host
                          : "https://" + host + "/" + bucket.name;
  }
  return bucket;
}

}  // namespace codelog::s3
