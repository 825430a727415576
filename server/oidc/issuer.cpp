#include "server/oidc/issuer.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "events/base/digest.h"
#include "server/accounts/secret_texts.h"
#include "server/http/urlencoded.h"
#include "server/oidc/claims.h"
#include "server/oidc/issuer_client.h"

namespace codelog::oidc {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using nlohmann::json;

constexpr std::chrono::hours fresh_for{1};
constexpr std::chrono::hours usable_for{24};
constexpr std::chrono::seconds failure_lasts{10};
constexpr std::chrono::minutes new_keys_after{1};
// Together less than half of the writers that a server has (ServerOptions::worker_threads).
constexpr std::size_t requests_at_once_max = 8;
constexpr std::size_t requests_waiting_max = 16;
constexpr std::size_t code_bytes_max = 4'096;

Error unavailable(std::string why) { return {ErrorCode::unavailable, std::move(why), {}}; }

std::string encoded(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  std::string text;
  for (const auto& [name, value] : fields) {
    if (!text.empty()) text += '&';
    text.append(name).append("=").append(http::percent_encode(value));
  }
  return text;
}

// Of a list of texts.
bool has_text(const json& list, std::string_view text) {
  return list.is_array() &&
         std::ranges::any_of(list, [&](const json& entry) { return entry == text; });
}

}  // namespace

Issuer::Issuer(IssuerOptions options)
    : options_(std::move(options)),
      requests_({.count = requests_at_once_max, .waiting_max = requests_waiting_max}) {
  CODELOG_CHECK(static_cast<bool>(check_issuer(options_.issuer)), "the issuer has been checked");
}

Issuer::~Issuer() = default;

// --- What the issuer publishes

Result<std::string> Issuer::ask(IssuerRequest request) {
  const auto place = requests_.take();
  if (!place) return unavailable("too many people sign in at this moment");
  request.timeout = options_.timeout;
  auto answer = ask_issuer(request);
  if (!answer) return answer.error();
  if (answer->status == 200) return std::move(answer->body);
  const bool is_refusal = answer->status >= 400 && answer->status < 500;
  // The token endpoint names the fault in a word.
  const json problem = json::parse(answer->body, nullptr, false);
  const std::string word = problem.is_object() ? text_of(problem, "error") : std::string();
  return Error{is_refusal ? ErrorCode::unauthenticated : ErrorCode::unavailable,
               "the issuer answers with the status " + std::to_string(answer->status) +
                   (word.empty() ? "" : " and the error " + word.substr(0, 100)),
               {}};
}

Result<IssuerDocument> Issuer::read_document(const std::string& text) const {
  const json found = json::parse(text, nullptr, false);
  if (!found.is_object()) return unavailable("the issuer's document is not a JSON object");
  if (text_of(found, "issuer") != options_.issuer) {
    return unavailable("the issuer's document names another issuer than " + options_.issuer);
  }
  IssuerDocument document;
  document.sign_in_address = text_of(found, "authorization_endpoint");
  const auto sign_in =
      check_endpoint(options_.issuer, "authorization_endpoint", document.sign_in_address);
  if (!sign_in) return sign_in.error();
  const auto endpoint = [&](const char* name, Endpoint& target) -> Result<void> {
    target.address = text_of(found, name);
    const auto reach = check_endpoint(options_.issuer, name, target.address);
    if (!reach) return reach.error();
    target.reach = *reach;
    return {};
  };
  if (const auto good = endpoint("token_endpoint", document.token); !good) return good.error();
  if (const auto good = endpoint("jwks_uri", document.keys); !good) return good.error();
  if (found.contains("userinfo_endpoint")) {
    const auto good = endpoint("userinfo_endpoint", document.details.emplace());
    if (!good) return good.error();
  }
  // Without a list, in the header (OpenID Connect Discovery, 3).
  const json methods = found.value("token_endpoint_auth_methods_supported", json());
  document.takes_secret_in_header = methods.is_null() || has_text(methods, "client_secret_basic");
  if (!options_.client_secret.empty() && !document.takes_secret_in_header &&
      !has_text(methods, "client_secret_post")) {
    return unavailable("the issuer takes no client secret in a header or a form");
  }
  const auto names_itself = found.find("authorization_response_iss_parameter_supported");
  document.names_itself = names_itself != found.end() && *names_itself == true;
  return document;
}

Result<IssuerDocument> Issuer::fetch_document() {
  const bool has_slash = options_.issuer.ends_with('/');
  const std::string base = options_.issuer.substr(0, options_.issuer.size() - (has_slash ? 1 : 0));
  const auto text =
      ask({.address = base + "/.well-known/openid-configuration", .reach = Reach::any});
  if (!text) return unavailable(text.error().detail);
  return read_document(*text);
}

Result<KeySet> Issuer::fetch_keys(const Endpoint& endpoint) {
  const auto text = ask({.address = endpoint.address, .reach = endpoint.reach});
  if (!text) return unavailable(text.error().detail);
  return KeySet::parse(*text);
}

Result<std::shared_ptr<const IssuerDocument>> Issuer::document() {
  return document_.get(options_.now(), {fresh_for, usable_for, failure_lasts},
                       [&] { return fetch_document(); });
}

Result<std::shared_ptr<const KeySet>> Issuer::keys(const IssuerDocument& document,
                                                   bool must_be_new) {
  const std::chrono::seconds age_max = must_be_new ? new_keys_after : fresh_for;
  return keys_.get(options_.now(), {age_max, usable_for, failure_lasts},
                   [&] { return fetch_keys(document.keys); });
}

// --- One sign-in

Result<std::string> Issuer::sign_in_address(const Challenge& challenge) {
  const auto known = document();
  if (!known) return known.error();
  const base::Sha256 digest = base::sha256(challenge.verifier);
  const std::string code_challenge =
      accounts::encode_base64_url({reinterpret_cast<const char*>(digest.data()), digest.size()});
  const std::string& address = (*known)->sign_in_address;
  return address + (address.find('?') == std::string::npos ? "?" : "&") +
         encoded({{"response_type", "code"},
                  {"client_id", options_.client_id},
                  {"redirect_uri", options_.redirect_address},
                  {"scope", "openid email profile"},
                  {"state", challenge.state},
                  {"nonce", challenge.nonce},
                  {"code_challenge", code_challenge},
                  {"code_challenge_method", "S256"}});
}

Result<void> Issuer::check_returned_issuer(const std::optional<std::string>& issuer) {
  if (issuer && *issuer == options_.issuer) return {};
  if (issuer) return Error{ErrorCode::unauthenticated, "the browser comes from another issuer", {}};
  const auto known = document();
  if (!known) return known.error();
  if (!(*known)->names_itself) return {};
  return Error{
      ErrorCode::unauthenticated, "the browser does not say which issuer it comes from", {}};
}

Result<IssuerRequest> Issuer::token_request(const IssuerDocument& document, const std::string& code,
                                            const Challenge& challenge) const {
  if (code.empty() || code.size() > code_bytes_max) {
    return Error{ErrorCode::unauthenticated, "the browser brings no usable code", {}};
  }
  IssuerRequest request{.address = document.token.address, .reach = document.token.reach};
  request.form = encoded({{"grant_type", "authorization_code"},
                          {"code", code},
                          {"redirect_uri", options_.redirect_address},
                          {"code_verifier", challenge.verifier}});
  const bool has_secret = !options_.client_secret.empty();
  if (has_secret && document.takes_secret_in_header) {
    // Encoded as in a form (RFC 6749, 2.3.1).
    request.username = http::percent_encode(options_.client_id);
    request.password = http::percent_encode(options_.client_secret);
    return request;
  }
  request.form += "&" + encoded({{"client_id", options_.client_id}});
  if (has_secret) request.form += "&" + encoded({{"client_secret", options_.client_secret}});
  return request;
}

Result<Person> Issuer::check(const std::string& token, const IssuerDocument& document,
                             const Challenge& challenge, base::Timestamp now) {
  const ExpectedToken expected{options_.issuer, options_.client_id, challenge.nonce, now};
  const auto known = keys(document, false);
  if (!known) return known.error();
  auto person = check_id_token(token, **known, expected);
  if (person || person.error().code != ErrorCode::not_found) return person;
  const auto newest = keys(document, true);
  if (!newest) return newest.error();
  person = check_id_token(token, **newest, expected);
  if (person || person.error().code != ErrorCode::not_found) return person;
  return Error{ErrorCode::unauthenticated, person.error().detail, {}};
}

Result<SignedOn> Issuer::redeem(const std::string& code, const Challenge& challenge,
                                base::Timestamp now) {
  const auto known = document();
  if (!known) return known.error();
  auto request = token_request(**known, code, challenge);
  if (!request) return request.error();
  const auto text = ask(std::move(*request));
  if (!text) return text.error();
  const json tokens = json::parse(*text, nullptr, false);
  if (!tokens.is_object()) return unavailable("the issuer's tokens are not a JSON object");
  auto person = check(text_of(tokens, "id_token"), **known, challenge, now);
  if (!person) return person.error();
  return SignedOn{std::move(*person), text_of(tokens, "access_token")};
}

Result<void> Issuer::add_details(SignedOn& signed_on) {
  const auto known = document();
  if (!known) return known.error();
  const std::string& access_token = signed_on.access_token;
  const bool is_sendable =
      std::ranges::all_of(access_token, [](char c) { return c > 0x20 && c < 0x7F; });
  const auto& details = (*known)->details;
  if (!details || access_token.empty() || !is_sendable) return {};
  const auto text =
      ask({.address = details->address, .reach = details->reach, .bearer_token = access_token});
  if (!text) return text.error();
  const json claims = json::parse(*text, nullptr, false);
  const Person said = claims.is_object() ? person_of(claims) : Person();
  if (said.subject != signed_on.person.subject) {
    return Error{ErrorCode::unauthenticated, "the issuer describes another person", {}};
  }
  signed_on.person = said;
  return {};
}

}  // namespace codelog::oidc
