// The checks of an ID token (OpenID Connect Core, 3.1.3.7): a signed statement of the issuer that a
// person has just signed in for this site. The signature is libcjose's work. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/clock.h"
#include "events/base/result.h"

namespace codelog::oidc {

// What the issuer says about a person. All but the subject may be empty.
struct Person {
  std::string subject;  // their name at the issuer, for ever
  std::string email;
  bool is_email_verified = false;
  std::string name;
  std::string preferred_username;
};

// The issuer's public keys that sign tokens: RSA with at least 2048 bits, and P-256.
class KeySet {
 public:
  // Keys of other kinds are left out. Errors: unavailable (no JWK set).
  static base::Result<KeySet> parse(std::string_view text);

  struct Key {
    std::string type;       // "RSA" or "EC"
    std::string id;         // may be empty
    std::string algorithm;  // the only one it is for; may be empty
    std::string json;
  };
  const std::vector<Key>& keys() const { return keys_; }

 private:
  std::vector<Key> keys_;
};

struct ExpectedToken {
  std::string issuer;
  std::string client_id;
  std::string nonce;
  base::Timestamp now;
};

// Accepts the algorithms RS256, PS256 and ES256. The clocks may differ by a minute. Errors:
// not_found (the keys do not have the token's key: they may have changed), unauthenticated (the
// token is not what it should be).
base::Result<Person> check_id_token(const std::string& token, const KeySet& keys,
                                    const ExpectedToken& expected);

}  // namespace codelog::oidc
