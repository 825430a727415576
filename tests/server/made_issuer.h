// An issuer of OpenID Connect made for a test: a server on the loopback whose document, keys and
// tokens the test chooses, right ones and wrong ones.
#pragma once

#include <cjose/cjose.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "server/http/server.h"
#include "server/oidc/id_token.h"

namespace codelog::tests {

// A new key pair that signs tokens.
class TokenKey {
 public:
  enum class Kind { rsa, short_rsa, p256, p384 };
  explicit TokenKey(const std::string& id, Kind kind = Kind::rsa);

  const std::string& id() const { return id_; }
  // The public part as a JWK.
  const nlohmann::json& published() const { return published_; }
  // A token with these parts in its header besides the ones given.
  std::string sign(const nlohmann::json& claims, const nlohmann::json& header) const;
  // With "kid" and the usual algorithm of the key.
  std::string sign(const nlohmann::json& claims) const;

 private:
  struct Release {
    void operator()(cjose_jwk_t* key) const { cjose_jwk_release(key); }
  };
  std::string id_;
  std::string algorithm_;
  std::unique_ptr<cjose_jwk_t, Release> key_;
  nlohmann::json published_;
};

nlohmann::json key_set_of(const std::vector<nlohmann::json>& keys);

class MadeIssuer {
 public:
  MadeIssuer();

  std::string address() const;  // http://127.0.0.1:PORT
  const TokenKey& key() const { return key_; }

  // The document that it publishes; a test changes it before the site asks.
  nlohmann::json& document() { return document_; }
  // Answers this path from now on.
  void answer(const std::string& path, std::function<http::Response(const http::Request&)> answer);
  std::size_t requests_of(const std::string& path) const;
  // The form and the header Authorization of the last request for tokens.
  http::Parameters last_token_form() const;
  std::string last_authorization() const;

  // A person signs in: takes the address to which the site has sent the browser, and returns the
  // target on the site to which the issuer sends it back. The ID token has the usual claims,
  // changed by `claims` (null removes one).
  std::string sign_in(const std::string& location, const nlohmann::json& claims);

 private:
  http::Response handle(const http::Request& request);
  http::Response give_tokens(const http::Request& request);

  TokenKey key_{"key-1"};
  nlohmann::json document_;
  mutable std::mutex mutex_;
  std::map<std::string, std::function<http::Response(const http::Request&)>> answers_;
  std::map<std::string, std::size_t> requests_;
  std::map<std::string, nlohmann::json> codes_;  // with the claims of the token
  http::Parameters token_form_;
  std::string authorization_;
  std::unique_ptr<http::Server> server_;
  std::uint16_t port_ = 0;
};

}  // namespace codelog::tests
