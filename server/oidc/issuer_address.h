// Which addresses the site may call on behalf of an issuer. No address comes from a client: the
// operator names the issuer, and the issuer's own document names its endpoints. But a document may
// be wrong or forged, and must not make this server call its neighbours (server-side request
// forgery). Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "events/base/result.h"

struct sockaddr;

namespace codelog::oidc {

// The addresses that a host's name may stand for.
enum class Reach : std::uint8_t {
  any,          // for the issuer's own host, which the operator has named
  public_only,  // none of this machine, its network, or a private network
};

// Checks an issuer's URL as the operator gave it: https, without query, fragment and user. For
// tests on one machine, also http to this machine ("http://127.0.0.1:9000"). Errors: invalid.
base::Result<void> check_issuer(const std::string& issuer);

// Checks an endpoint that the issuer's document names as `field`: https, or http on the same host
// if the issuer itself has http; an address written as numbers must be public, unless the host is
// the issuer's. Returns how far its host may reach. Errors: unavailable.
base::Result<Reach> check_endpoint(const std::string& issuer, const std::string& field,
                                   const std::string& address);

// True for an address that the whole internet can reach.
bool is_public_ipv4(const std::array<std::uint8_t, 4>& address);
bool is_public_ipv6(const std::array<std::uint8_t, 16>& address);
// False for families other than these.
bool is_public(const sockaddr& address);

}  // namespace codelog::oidc
