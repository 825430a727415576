#include "server/oidc/issuer_client.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "events/base/waiting.h"
#include "server/curl/curl_handle.h"

namespace codelog::oidc {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr long connect_timeout_ms_max = 5'000;

// The state of one request that libcurl's callbacks change.
struct Exchange {
  Reach reach = Reach::public_only;
  std::string body;
  bool is_too_long = false;
  bool is_out_of_reach = false;
};

std::size_t take_piece(char* bytes, std::size_t, std::size_t size, void* target) {
  auto& exchange = *static_cast<Exchange*>(target);
  exchange.is_too_long = exchange.body.size() + size > answer_bytes_max;
  if (exchange.is_too_long) return 0;
  exchange.body.append(bytes, size);
  return size;
}

// Looks at the address that is really called: a name may stand for another one at each look-up.
curl_socket_t open_socket(void* target, curlsocktype, curl_sockaddr* address) {
  auto& exchange = *static_cast<Exchange*>(target);
  if (exchange.reach == Reach::public_only && !is_public(address->addr)) {
    exchange.is_out_of_reach = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

Error no_answer(std::string why) { return {ErrorCode::unavailable, std::move(why), {}}; }

}  // namespace

Result<IssuerAnswer> ask_issuer(const IssuerRequest& request) {
  const base::Waiting waiting;
  const curl::Handle handle = curl::make_handle();
  curl::List headers;
  curl::append(headers, "Accept: application/json");
  Exchange exchange;
  exchange.reach = request.reach;
  const auto timeout_ms = static_cast<long>(request.timeout.count());
  set(handle, CURLOPT_URL, request.address.c_str());
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_FOLLOWLOCATION, 0L);
  set(handle, CURLOPT_PROXY, "");
  set(handle, CURLOPT_TIMEOUT_MS, timeout_ms);
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, std::min(timeout_ms, connect_timeout_ms_max));
  set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(handle, CURLOPT_USERAGENT, "codelog");
  set(handle, CURLOPT_HTTPHEADER, headers.get());
  set(handle, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  set(handle, CURLOPT_OPENSOCKETDATA, &exchange);
  set(handle, CURLOPT_WRITEFUNCTION, &take_piece);
  set(handle, CURLOPT_WRITEDATA, &exchange);
  if (!request.username.empty()) {
    set(handle, CURLOPT_USERNAME, request.username.c_str());
    set(handle, CURLOPT_PASSWORD, request.password.c_str());
  }
  if (!request.bearer_token.empty()) {
    set(handle, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
    set(handle, CURLOPT_XOAUTH2_BEARER, request.bearer_token.c_str());
  }
  if (!request.form.empty()) {
    set(handle, CURLOPT_POSTFIELDS, request.form.c_str());
    set(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.form.size()));
  }
  const CURLcode code = curl_easy_perform(handle.get());
  if (exchange.is_too_long) {
    return no_answer("the issuer's answer has more than " + std::to_string(answer_bytes_max) +
                     " bytes");
  }
  if (code != CURLE_OK && exchange.is_out_of_reach) {
    return no_answer("an endpoint of the issuer is on a private network");
  }
  if (code != CURLE_OK) {
    return no_answer(std::string("the issuer does not answer: ") + curl_easy_strerror(code));
  }
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status >= 300 && status < 400) {
    return no_answer("the issuer answers with a redirect, which is not followed");
  }
  return IssuerAnswer{static_cast<int>(status), std::move(exchange.body)};
}

}  // namespace codelog::oidc
