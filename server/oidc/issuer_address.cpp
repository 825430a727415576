#include "server/oidc/issuer_address.h"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>

#include "events/base/check.h"
#include "events/base/text.h"

namespace codelog::oidc {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t address_bytes_max = 2000;

struct Parts {
  std::string scheme;  // in lower case
  std::string host;    // in lower case; IPv6 without brackets
  bool has_user = false;
  bool has_query = false;
  bool has_fragment = false;
};

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

std::optional<std::string> part(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, 0) != CURLUE_OK) return std::nullopt;
  std::string copy(text);
  curl_free(text);
  return copy;
}

// Reads the address as libcurl does, which will call it. Nothing for text that is no URL.
std::optional<Parts> parse(const std::string& address) {
  const bool is_clean =
      std::ranges::all_of(address, [](char c) { return c > 0x20 && c < 0x7F && c != '\\'; });
  if (!is_clean || address.size() > address_bytes_max) return std::nullopt;
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  CODELOG_CHECK(url != nullptr, "libcurl has no memory for a URL");
  if (curl_url_set(url.get(), CURLUPART_URL, address.c_str(), CURLU_NON_SUPPORT_SCHEME) !=
      CURLUE_OK) {
    return std::nullopt;
  }
  const auto scheme = part(url.get(), CURLUPART_SCHEME);
  auto host = part(url.get(), CURLUPART_HOST);
  if (!scheme || !host || host->empty()) return std::nullopt;
  if (host->starts_with('[') && host->ends_with(']')) *host = host->substr(1, host->size() - 2);
  return Parts{base::ascii_lower(*scheme), base::ascii_lower(*host),
               part(url.get(), CURLUPART_USER) || part(url.get(), CURLUPART_PASSWORD),
               part(url.get(), CURLUPART_QUERY).has_value(),
               part(url.get(), CURLUPART_FRAGMENT).has_value()};
}

bool is_this_machine(const std::string& host) {
  return host == "127.0.0.1" || host == "::1" || host == "localhost";
}

// False for a host written as a private address; true for names, which are looked up later.
bool may_be_public(const std::string& host) {
  std::array<std::uint8_t, 4> ipv4{};
  if (::inet_pton(AF_INET, host.c_str(), ipv4.data()) == 1) return is_public_ipv4(ipv4);
  std::array<std::uint8_t, 16> ipv6{};
  if (::inet_pton(AF_INET6, host.c_str(), ipv6.data()) == 1) return is_public_ipv6(ipv6);
  return true;
}

struct Ipv4Range {
  std::uint32_t first;
  unsigned bits;
};
// IANA's registry of special-purpose addresses, and multicast.
constexpr Ipv4Range special_ranges[] = {
    {0x00000000, 8},  {0x0A000000, 8},  {0x64400000, 10}, {0x7F000000, 8},  {0xA9FE0000, 16},
    {0xAC100000, 12}, {0xC0000000, 24}, {0xC0000200, 24}, {0xC0586300, 24}, {0xC0A80000, 16},
    {0xC6120000, 15}, {0xC6336400, 24}, {0xCB007100, 24}, {0xE0000000, 3}};

}  // namespace

Result<void> check_issuer(const std::string& issuer) {
  const auto parts = parse(issuer);
  const auto refuse = [&](const std::string& why) {
    return Error{ErrorCode::invalid, "'" + issuer + "' " + why, {}};
  };
  if (!parts) return refuse("is not an issuer, as https://login.example.ac.uk");
  if (parts->has_user || parts->has_query || parts->has_fragment) {
    return refuse("must be an address without user, query and fragment");
  }
  const bool is_test = parts->scheme == "http" && is_this_machine(parts->host);
  if (parts->scheme != "https" && !is_test) return refuse("must begin with https://");
  return {};
}

Result<Reach> check_endpoint(const std::string& issuer, const std::string& field,
                             const std::string& address) {
  const auto refuse = [&](const std::string& why) {
    return Error{
        ErrorCode::unavailable, "the issuer's document names a bad " + field + ": " + why, {}};
  };
  const auto own = parse(issuer);
  const auto parts = parse(address);
  if (!own || !parts) return refuse("it is not a URL");
  const bool is_same_host = parts->host == own->host;
  const bool is_test = parts->scheme == "http" && own->scheme == "http" && is_same_host;
  if (parts->scheme != "https" && !is_test) return refuse("it must begin with https://");
  if (parts->has_user || parts->has_fragment) return refuse("it has a user or a fragment");
  if (is_same_host) return Reach::any;
  if (!may_be_public(parts->host)) return refuse("its host is not on the public internet");
  return Reach::public_only;
}

bool is_public_ipv4(const std::array<std::uint8_t, 4>& address) {
  std::uint32_t number = 0;
  for (const std::uint8_t byte : address) number = number << 8 | byte;
  return std::ranges::none_of(special_ranges, [&](const Ipv4Range& range) {
    return number >> (32 - range.bits) == range.first >> (32 - range.bits);
  });
}

// Only global unicast (2000::/3) is public, without the ranges in it that stand for IPv4 addresses
// or are never routed. The IPv4 address in a translated one (64:ff9b::/96) must be public.
bool is_public_ipv6(const std::array<std::uint8_t, 16>& address) {
  constexpr std::array<std::uint8_t, 12> translated = {0, 0x64, 0xFF, 0x9B};
  if (std::equal(translated.begin(), translated.end(), address.begin())) {
    return is_public_ipv4({address[12], address[13], address[14], address[15]});
  }
  if ((address[0] & 0xE0) != 0x20) return false;
  const unsigned first = address[0] * 256u + address[1];
  const unsigned second = address[2] * 256u + address[3];
  const bool is_6to4 = first == 0x2002;
  const bool is_teredo_or_special = first == 0x2001 && second < 0x0200;
  const bool is_documentation = (first == 0x2001 && second == 0x0DB8) || first == 0x3FFF;
  return !is_6to4 && !is_teredo_or_special && !is_documentation;
}

bool is_public(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in ipv4{};
    std::memcpy(&ipv4, &address, sizeof ipv4);
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &ipv4.sin_addr, bytes.size());
    return is_public_ipv4(bytes);
  }
  if (address.sa_family != AF_INET6) return false;
  sockaddr_in6 ipv6{};
  std::memcpy(&ipv6, &address, sizeof ipv6);
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), &ipv6.sin6_addr, bytes.size());
  return is_public_ipv6(bytes);
}

}  // namespace codelog::oidc
