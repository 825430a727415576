#include "server/oidc/id_token.h"

#include <cjose/cjose.h>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "server/accounts/secret_texts.h"
#include "server/oidc/claims.h"

namespace codelog::oidc {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using nlohmann::json;

constexpr std::size_t token_bytes_max = 64 << 10;
constexpr std::size_t keys_max = 100;
constexpr std::size_t rsa_modulus_bytes_min = 256;
constexpr double leeway_s = 60;

struct ReleaseJws {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};
using Jws = std::unique_ptr<cjose_jws_t, ReleaseJws>;

struct ReleaseJwk {
  void operator()(cjose_jwk_t* jwk) const { cjose_jwk_release(jwk); }
};
using Jwk = std::unique_ptr<cjose_jwk_t, ReleaseJwk>;

Error bad_token(std::string why) {
  return {ErrorCode::unauthenticated, "the issuer's ID token " + std::move(why), {}};
}

// The algorithm by which the library would verify the token.
std::string algorithm_of(cjose_jws_t* jws) {
  cjose_err error{};
  const char* const text = cjose_header_get(cjose_jws_get_protected(jws), CJOSE_HDR_ALG, &error);
  return text == nullptr ? std::string() : std::string(text);
}

json header_of(const std::string& token) {
  const auto text = accounts::decode_base64_url(token.substr(0, token.find('.')));
  return json::parse(text.value_or(""), nullptr, false);
}

// The type of the keys for the algorithm; empty for one that is not accepted. Without "none", and
// without HS256, whose secret would be the issuer's public key.
std::string key_type_of(std::string_view algorithm) {
  if (algorithm == "RS256" || algorithm == "PS256") return "RSA";
  return algorithm == "ES256" ? "EC" : "";
}

bool fits(const KeySet::Key& key, const std::string& type, const std::string& algorithm) {
  return key.type == type && (key.algorithm.empty() || key.algorithm == algorithm);
}

bool verifies(const KeySet::Key& key, const std::string& token) {
  cjose_err error{};
  const Jwk jwk(cjose_jwk_import(key.json.data(), key.json.size(), &error));
  if (jwk == nullptr) return false;
  const Jws jws(cjose_jws_import(token.data(), token.size(), &error));
  return jws != nullptr && cjose_jws_verify(jws.get(), jwk.get(), &error);
}

// Errors: not_found, unauthenticated.
Result<void> check_signature(const std::string& token, cjose_jws_t* jws, const KeySet& keys) {
  const std::string algorithm = algorithm_of(jws);
  const std::string type = key_type_of(algorithm);
  if (type.empty()) return bad_token("has an algorithm that is not accepted");
  const json header = header_of(token);
  if (!header.is_object()) return bad_token("has a header that is not JSON");
  if (header.contains("crit")) return bad_token("has extensions that are not known");
  const bool names_key = header.contains("kid");
  const std::string key_id = text_of(header, "kid");
  std::vector<const KeySet::Key*> candidates;
  for (const KeySet::Key& key : keys.keys()) {
    if (fits(key, type, algorithm) && (!names_key || key.id == key_id)) candidates.push_back(&key);
  }
  if (candidates.empty()) {
    return Error{ErrorCode::not_found, "the issuer does not publish the key of its ID token", {}};
  }
  if (!names_key && candidates.size() > 1) {
    return bad_token("names no key, and the issuer has several");
  }
  const bool is_signed =
      std::ranges::any_of(candidates, [&](const auto* key) { return verifies(*key, token); });
  if (!is_signed) return bad_token("is not signed by the issuer");
  return {};
}

std::optional<double> time_of(const json& claims, const char* name) {
  const auto found = claims.find(name);
  if (found == claims.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

bool is_for(const json& claims, const std::string& client_id) {
  const auto audience = claims.find("aud");
  if (audience == claims.end()) return false;
  if (audience->is_string()) return *audience == client_id;
  const auto is_this_site = [&](const json& name) { return name == client_id; };
  if (!audience->is_array() || std::ranges::none_of(*audience, is_this_site)) return false;
  return audience->size() == 1 || text_of(claims, "azp") == client_id;
}

Result<void> check_claims(const json& claims, const ExpectedToken& expected) {
  const double now_s = static_cast<double>(expected.now.unix_us) / 1e6;
  if (text_of(claims, "iss") != expected.issuer) return bad_token("is of another issuer");
  if (!is_for(claims, expected.client_id)) return bad_token("is for another site");
  if (claims.contains("azp") && text_of(claims, "azp") != expected.client_id) {
    return bad_token("was issued to another site");
  }
  const auto ends_s = time_of(claims, "exp");
  if (!ends_s || *ends_s + leeway_s <= now_s) return bad_token("has expired");
  const auto issued_s = time_of(claims, "iat");
  if (!issued_s || *issued_s - leeway_s > now_s) {
    return bad_token("is of the future: compare the clocks of this server and the issuer");
  }
  const auto begins_s = time_of(claims, "nbf");
  if (begins_s && *begins_s - leeway_s > now_s) return bad_token("is not valid yet");
  if (expected.nonce.empty() ||
      !accounts::are_equal_in_constant_time(text_of(claims, "nonce"), expected.nonce)) {
    return bad_token("belongs to another sign-in");
  }
  return {};
}

bool is_strong(const json& key) {
  if (text_of(key, "kty") == "EC") return text_of(key, "crv") == "P-256";
  if (text_of(key, "kty") != "RSA") return false;
  const auto modulus = accounts::decode_base64_url(text_of(key, "n"));
  return modulus && modulus->size() >= rsa_modulus_bytes_min;
}

// "sig", or no use at all.
bool is_for_signatures(const json& key) {
  return !key.contains("use") || text_of(key, "use") == "sig";
}

}  // namespace

Result<KeySet> KeySet::parse(std::string_view text) {
  const json set = json::parse(text, nullptr, false);
  const auto keys = set.is_object() ? set.find("keys") : set.end();
  if (!set.is_object() || keys == set.end() || !keys->is_array() || keys->size() > keys_max) {
    return Error{ErrorCode::unavailable, "the issuer's keys are not a JWK set", {}};
  }
  KeySet all;
  for (const json& key : *keys) {
    if (!key.is_object() || !is_strong(key) || !is_for_signatures(key)) continue;
    all.keys_.push_back(
        {text_of(key, "kty"), text_of(key, "kid"), text_of(key, "alg"), key.dump()});
  }
  return all;
}

Result<Person> check_id_token(const std::string& token, const KeySet& keys,
                              const ExpectedToken& expected) {
  cjose_err error{};
  const Jws jws(token.size() > token_bytes_max
                    ? nullptr
                    : cjose_jws_import(token.data(), token.size(), &error));
  if (jws == nullptr) return bad_token("is not a signed token of a known kind");
  const auto is_signed = check_signature(token, jws.get(), keys);
  if (!is_signed) return is_signed.error();
  std::uint8_t* bytes = nullptr;  // the token's
  std::size_t size = 0;
  if (!cjose_jws_get_plaintext(jws.get(), &bytes, &size, &error)) return bad_token("is empty");
  const json claims =
      json::parse(std::string_view(reinterpret_cast<const char*>(bytes), size), nullptr, false);
  if (!claims.is_object()) return bad_token("is not a JSON object");
  if (const auto good = check_claims(claims, expected); !good) return good.error();
  Person person = person_of(claims);
  if (person.subject.empty()) return bad_token("names nobody");
  return person;
}

}  // namespace codelog::oidc
