#include "tests/server/made_issuer.h"

#include <ctime>

#include "events/base/check.h"
#include "events/base/digest.h"
#include "server/accounts/secret_texts.h"
#include "server/http/urlencoded.h"

namespace codelog::tests {
namespace {

using nlohmann::json;

cjose_jwk_t* make_key(TokenKey::Kind kind, cjose_err& error) {
  constexpr std::uint8_t exponent[] = {1, 0, 1};
  switch (kind) {
    case TokenKey::Kind::rsa:
      return cjose_jwk_create_RSA_random(2048, exponent, sizeof exponent, &error);
    case TokenKey::Kind::short_rsa:
      return cjose_jwk_create_RSA_random(1024, exponent, sizeof exponent, &error);
    case TokenKey::Kind::p256:
      return cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &error);
    case TokenKey::Kind::p384:
      return cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_384, &error);
  }
  return nullptr;
}

http::Parameters parameters_of(const std::string& location) {
  http::Parameters parameters;
  const bool is_read =
      http::parse_urlencoded(location.substr(location.find('?') + 1), 100, parameters);
  CODELOG_CHECK(is_read, "the address has few parameters");
  return parameters;
}

}  // namespace

TokenKey::TokenKey(const std::string& id, Kind kind) : id_(id) {
  cjose_err error{};
  key_.reset(make_key(kind, error));
  CODELOG_CHECK(key_ != nullptr, "a key for a test");
  const bool is_rsa = kind == Kind::rsa || kind == Kind::short_rsa;
  algorithm_ = is_rsa ? "RS256" : kind == Kind::p256 ? "ES256" : "ES384";
  char* const text = cjose_jwk_to_json(key_.get(), false, &error);
  published_ = json::parse(text);
  cjose_get_dealloc()(text);
  published_["kid"] = id;
  published_["use"] = "sig";
}

std::string TokenKey::sign(const json& claims, const json& header) const {
  cjose_err error{};
  cjose_header_t* const parts = cjose_header_new(&error);
  for (const auto& [name, value] : header.items()) {
    const bool is_set =
        value.is_string()
            ? cjose_header_set(parts, name.c_str(), value.get<std::string>().c_str(), &error)
            : cjose_header_set_raw(parts, name.c_str(), value.dump().c_str(), &error);
    CODELOG_CHECK(is_set, "a header for a test");
  }
  const std::string text = claims.is_string() ? claims.get<std::string>() : claims.dump();
  cjose_jws_t* const jws = cjose_jws_sign(
      key_.get(), parts, reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), &error);
  CODELOG_CHECK(jws != nullptr, "a token for a test");
  const char* token = nullptr;
  CODELOG_CHECK(cjose_jws_export(jws, &token, &error), "a token as text");
  std::string copy(token);
  cjose_jws_release(jws);
  cjose_header_release(parts);
  return copy;
}

std::string TokenKey::sign(const json& claims) const {
  return sign(claims, {{"alg", algorithm_}, {"kid", id_}});
}

json key_set_of(const std::vector<json>& keys) { return {{"keys", keys}}; }

MadeIssuer::MadeIssuer() {
  http::Router router;
  router.add({.methods = {},
              .pattern = "/{path:rest}",
              .runs_on = http::RunsOn::writer,
              .handler = [this](const http::Request& request, const http::PathParameters&) {
                return handle(request);
              }});
  http::ServerOptions options;
  options.io_threads = 1;
  server_ = std::make_unique<http::Server>(options, std::move(router));
  const auto port = server_->start();
  CODELOG_CHECK(static_cast<bool>(port), "a free port");
  port_ = *port;
  document_ = {{"issuer", address()},
               {"authorization_endpoint", address() + "/authorise"},
               {"token_endpoint", address() + "/token"},
               {"jwks_uri", address() + "/keys"},
               {"userinfo_endpoint", address() + "/userinfo"},
               {"authorization_response_iss_parameter_supported", true}};
  answer("/.well-known/openid-configuration",
         [this](const http::Request&) { return http::json(200, document_); });
  answer("/keys",
         [this](const http::Request&) { return http::json(200, key_set_of({key_.published()})); });
  answer("/token", [this](const http::Request& request) { return give_tokens(request); });
}

std::string MadeIssuer::address() const { return "http://127.0.0.1:" + std::to_string(port_); }

void MadeIssuer::answer(const std::string& path,
                        std::function<http::Response(const http::Request&)> answer) {
  const std::scoped_lock lock(mutex_);
  answers_[path] = std::move(answer);
}

std::size_t MadeIssuer::requests_of(const std::string& path) const {
  const std::scoped_lock lock(mutex_);
  const auto found = requests_.find(path);
  return found == requests_.end() ? 0 : found->second;
}

http::Parameters MadeIssuer::last_token_form() const {
  const std::scoped_lock lock(mutex_);
  return token_form_;
}

std::string MadeIssuer::last_authorization() const {
  const std::scoped_lock lock(mutex_);
  return authorization_;
}

http::Response MadeIssuer::handle(const http::Request& request) {
  std::function<http::Response(const http::Request&)> answer;
  {
    const std::scoped_lock lock(mutex_);
    ++requests_[request.path()];
    if (const auto found = answers_.find(request.path()); found != answers_.end()) {
      answer = found->second;
    }
  }
  return answer ? answer(request) : http::content(404, "text/plain", "");
}

std::string MadeIssuer::sign_in(const std::string& location, const json& claims) {
  const http::Parameters asked = parameters_of(location);
  const std::int64_t now_s = std::time(nullptr);
  json all = {{"iss", address()},
              {"aud", asked.get("client_id")},
              {"iat", now_s},
              {"exp", now_s + 300},
              {"nonce", asked.get("nonce")},
              {"code_challenge", asked.get("code_challenge")}};
  all.merge_patch(claims);
  const std::scoped_lock lock(mutex_);
  const std::string code = "code-" + std::to_string(codes_.size() + 1);
  codes_[code] = std::move(all);
  const std::string target(asked.get("redirect_uri"));
  return target.substr(target.find('/', target.find("//") + 2)) + "?code=" + code +
         "&state=" + http::percent_encode(asked.get("state")) +
         "&iss=" + http::percent_encode(address());
}

// Each code once, and only with the verifier of its challenge.
http::Response MadeIssuer::give_tokens(const http::Request& request) {
  const auto form = http::parse_form(request);
  CODELOG_CHECK(static_cast<bool>(form), "the site sends a form");
  const base::Sha256 digest = base::sha256(form->get("code_verifier"));
  const std::string challenge =
      accounts::encode_base64_url({reinterpret_cast<const char*>(digest.data()), digest.size()});
  const std::scoped_lock lock(mutex_);
  token_form_ = *form;
  authorization_ = request.header("Authorization").value_or("");
  const auto found = codes_.find(std::string(form->get("code")));
  if (found == codes_.end() || found->second.is_null() ||
      found->second.value("code_challenge", "") != challenge) {
    return http::json(400, {{"error", "invalid_grant"}});
  }
  json claims = found->second;
  found->second = nullptr;
  claims.erase("code_challenge");
  return http::json(200, {{"access_token", "access-" + std::string(form->get("code"))},
                          {"token_type", "Bearer"},
                          {"id_token", key_.sign(claims)}});
}

}  // namespace codelog::tests
