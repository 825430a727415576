#include "server/identity/single_sign_on.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <vector>

#include "server/accounts/secret_texts.h"
#include "server/identity/cookies.h"

namespace codelog::identity {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t next_bytes_max = 500;
constexpr std::size_t used_max = 10'000;
constexpr std::size_t id_bytes = 16;
constexpr std::int64_t lifetime_s = std::chrono::seconds(sign_on_lifetime).count();

std::string make_id() {
  std::array<std::uint8_t, id_bytes> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return base::to_hex(bytes);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Any client may ask for sign-ins; accounts are not guessed at.
LoginThrottle::Options throttle_options() {
  return {.account = {UINT32_MAX, std::chrono::seconds(1)},
          .address = {20, std::chrono::minutes(15)}};
}

SingleSignOnOptions with_return_to(SingleSignOnOptions options, const std::string& base_url) {
  options.issuer.redirect_address = base_url + std::string(sign_on_return_path);
  return options;
}

}  // namespace

SingleSignOn::SingleSignOn(const commands::Site& site, SingleSignOnOptions options,
                           const std::string& base_url)
    : site_(site),
      options_(with_return_to(std::move(options), base_url)),
      issuer_(options_.issuer),
      throttle_(throttle_options()) {}

std::int64_t SingleSignOn::now_s() const { return site_.clock.now().unix_us / 1'000'000; }

std::string SingleSignOn::sign(std::string_view purpose, std::string_view text) const {
  const base::Sha256 code = site_.keys.sign(purpose, text);
  return accounts::encode_base64_url({reinterpret_cast<const char*>(code.data()), code.size()});
}

oidc::Challenge SingleSignOn::challenge_of(const std::string& id) const {
  return {sign("sign-on state", id), sign("sign-on nonce", id), sign("sign-on verifier", id)};
}

std::string SingleSignOn::signature_of(std::string_view signed_text,
                                       const std::optional<base::Sha256>& session) const {
  const std::string text(signed_text);
  return sign("sign-on", session ? text + " " + base::to_hex(*session) : text);
}

// --- Leaving and returning

// ID.TIME.PURPOSE.NEXT.SIGNATURE
Result<SingleSignOn::Departure> SingleSignOn::depart(Purpose purpose, std::string_view next,
                                                     const std::optional<base::Sha256>& session) {
  const std::string id = make_id();
  const auto address = issuer_.sign_in_address(challenge_of(id));
  if (!address) return address.error();
  if (next.size() > next_bytes_max) next = {};
  const bool connects = purpose == Purpose::connect;
  const std::string text = id + "." + std::to_string(now_s()) + (connects ? ".c." : ".l.") +
                           accounts::encode_base64_url(next);
  return Departure{text + "." + signature_of(text, connects ? session : std::nullopt), *address};
}

std::optional<SingleSignOn::Return> SingleSignOn::take_return(
    const http::Request& request, const std::optional<base::Sha256>& session) {
  const auto cookie = find_cookie(request, sign_on_cookie);
  const auto parts = split(cookie.value_or(""), '.');
  if (parts.size() != 5) return std::nullopt;
  const bool connects = parts[2] == "c";
  if (connects && !session) return std::nullopt;
  const std::string_view signed_text = cookie->substr(0, cookie->rfind('.'));
  const std::string signature = signature_of(signed_text, connects ? session : std::nullopt);
  if (!accounts::are_equal_in_constant_time(parts[4], signature)) return std::nullopt;
  const auto began_s = number_in(parts[1]);
  const auto next = accounts::decode_base64_url(parts[3]);
  const std::int64_t now = now_s();
  if (!began_s || !next || now < *began_s || now - *began_s > lifetime_s) return std::nullopt;
  const std::string id(parts[0]);
  Return returned{connects ? Purpose::connect : Purpose::log_in, *next, challenge_of(id)};
  if (!accounts::are_equal_in_constant_time(request.query().get("state"),
                                            returned.challenge.state)) {
    return std::nullopt;
  }
  if (!use_once(id, *began_s + lifetime_s)) return std::nullopt;
  return returned;
}

// Of too many, the oldest is forgotten; the issuer takes its code no second time either.
bool SingleSignOn::use_once(const std::string& id, std::int64_t end_s) {
  const std::int64_t now = now_s();
  const base::Lock lock(mutex_);
  if (used_.contains(id)) return false;
  if (used_.size() >= used_max) {
    std::erase_if(used_, [&](const auto& entry) { return entry.second < now; });
  }
  if (used_.size() >= used_max) {
    used_.erase(
        std::ranges::min_element(used_, {}, [](const auto& entry) { return entry.second; }));
  }
  used_.emplace(id, end_s);
  return true;
}

Result<oidc::SignedOn> SingleSignOn::redeem(const http::Request& request, const Return& returned,
                                            std::chrono::seconds& wait) {
  wait = throttle_.try_now({}, client_network(request.remote_address),
                           std::chrono::steady_clock::now());
  if (wait.count() != 0) {
    return Error{ErrorCode::too_many, "Too many attempts have been made.", {}};
  }
  const auto& query = request.query();
  const auto issuer =
      query.has("iss") ? std::optional(std::string(query.get("iss"))) : std::nullopt;
  if (const auto good = issuer_.check_returned_issuer(issuer); !good) return good.error();
  return issuer_.redeem(std::string(query.get("code")), returned.challenge, site_.clock.now());
}

void SingleSignOn::succeeded(const http::Request& request) {
  throttle_.succeeded({}, client_network(request.remote_address), std::chrono::steady_clock::now());
}

// --- Newcomers

// JSON.SIGNATURE
std::string SingleSignOn::pack(const Newcomer& newcomer) const {
  const nlohmann::json json = {
      {"subject", newcomer.identity.subject}, {"email", newcomer.email}, {"name", newcomer.name},
      {"username", newcomer.username},        {"next", newcomer.next},   {"time", now_s()}};
  const std::string text = accounts::encode_base64_url(
      json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  return text + "." + sign("sign-on newcomer", text + " " + issuer());
}

std::optional<SingleSignOn::Newcomer> SingleSignOn::find_newcomer(
    const http::Request& request) const {
  const auto cookie = find_cookie(request, newcomer_cookie);
  const auto parts = split(cookie.value_or(""), '.');
  if (parts.size() != 2) return std::nullopt;
  const std::string text(parts[0]);
  const std::string signature = sign("sign-on newcomer", text + " " + issuer());
  if (!accounts::are_equal_in_constant_time(parts[1], signature)) return std::nullopt;
  const auto json =
      nlohmann::json::parse(accounts::decode_base64_url(text).value_or(""), nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const std::int64_t age_s = now_s() - json.value("time", std::int64_t{0});
  if (age_s < 0 || age_s > lifetime_s) return std::nullopt;
  return Newcomer{{issuer(), json.value("subject", "")},
                  json.value("email", ""),
                  json.value("name", ""),
                  json.value("username", ""),
                  json.value("next", "")};
}

std::string proposed_username(std::string_view preferred) {
  std::string name;
  for (const char c : preferred.substr(0, preferred.find('@'))) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (is_letter || (c >= '0' && c <= '9') || c == '-' || c == '_') name += c;
  }
  return name.substr(0, commands::account_name_characters_max);
}

}  // namespace codelog::identity
