#include "server/identity/form_token.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "events/base/text.h"
#include "server/accounts/secret_texts.h"
#include "server/identity/cookies.h"

namespace codelog::identity {
namespace {

constexpr std::size_t nonce_bytes = 16;
constexpr std::size_t token_characters = 4 * nonce_bytes;

// The signature of a nonce, as short as the nonce.
std::string signature_of(const accounts::KeyRing& keys, std::string_view nonce,
                         const std::optional<base::Sha256>& session) {
  const std::string text(nonce);
  const base::Sha256 code = keys.sign("form token", session ? text + base::to_hex(*session) : text);
  return base::to_hex(code).substr(0, 2 * nonce_bytes);
}

// "https://example.org:8000" of an address.
std::string_view origin_of(std::string_view address) {
  const std::size_t host = address.find("://");
  if (host == std::string_view::npos) return {};
  return address.substr(0, address.find('/', host + 3));
}

// The origin that the browser names; nothing if it names none.
std::optional<std::string> named_origin(const http::Request& request) {
  if (const auto origin = request.header("Origin")) return base::ascii_lower(*origin);
  if (const auto referer = request.header("Referer")) {
    return base::ascii_lower(origin_of(*referer));
  }
  return std::nullopt;
}

bool comes_from_this_site(const http::Request& request, std::span<const std::string> addresses) {
  const auto site = request.header("Sec-Fetch-Site");
  if (site && *site != "same-origin" && *site != "none") return false;
  const auto origin = named_origin(request);
  if (!origin) return true;
  const std::string host = base::ascii_lower(request.header("Host").value_or(""));
  if (!host.empty() && (*origin == "http://" + host || *origin == "https://" + host)) return true;
  return std::ranges::any_of(addresses, [&](const std::string& address) {
    return base::ascii_lower(origin_of(address)) == *origin;
  });
}

}  // namespace

std::string make_form_token(const accounts::KeyRing& keys,
                            const std::optional<base::Sha256>& session) {
  std::array<std::uint8_t, nonce_bytes> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::string token = base::to_hex(bytes);
  token += signature_of(keys, token, session);
  return token;
}

bool is_form_token(const accounts::KeyRing& keys, std::string_view token,
                   const std::optional<base::Sha256>& session) {
  if (token.size() != token_characters) return false;
  const std::string_view nonce = token.substr(0, token_characters / 2);
  return accounts::are_equal_in_constant_time(token.substr(token_characters / 2),
                                              signature_of(keys, nonce, session));
}

std::string form_token_for(const http::Request& request, const accounts::KeyRing& keys,
                           const std::optional<base::Sha256>& session) {
  const auto held = find_cookie(request, form_cookie);
  if (held && is_form_token(keys, *held, session)) return std::string(*held);
  return make_form_token(keys, session);
}

bool is_genuine(const http::Request& request, const accounts::KeyRing& keys,
                const std::optional<base::Sha256>& session, std::string_view sent,
                std::span<const std::string> addresses) {
  if (!comes_from_this_site(request, addresses)) return false;
  const auto held = find_cookie(request, form_cookie);
  if (!held || !is_form_token(keys, *held, session)) return false;
  if (sent.empty()) sent = request.header("X-CSRFToken").value_or("");
  return accounts::are_equal_in_constant_time(sent, *held);
}

}  // namespace codelog::identity
