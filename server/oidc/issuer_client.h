// Requests to an issuer, with libcurl: blocking, with a deadline, without redirects and proxies,
// and with short answers only. Safe from any thread.
#pragma once

#include <chrono>
#include <string>

#include "events/base/result.h"
#include "server/oidc/issuer_address.h"

namespace codelog::oidc {

inline constexpr std::size_t answer_bytes_max = 256 << 10;

struct IssuerRequest {
  std::string address;
  Reach reach = Reach::public_only;
  std::chrono::milliseconds timeout{8'000};  // from the look-up of the name to the last byte
  std::string username = {};                 // with the password, in the header; empty: none
  std::string password = {};
  std::string bearer_token = {};  // in the header; empty: none
  // Sent with POST as a form; empty: GET.
  std::string form = {};
};

struct IssuerAnswer {
  int status = 0;
  std::string body;
};

// Errors: unavailable (no connection, no answer in time, an address out of reach, an answer that is
// a redirect or too long). The thread counts as waiting meanwhile (base::Waiting).
base::Result<IssuerAnswer> ask_issuer(const IssuerRequest& request);

}  // namespace codelog::oidc
