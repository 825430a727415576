// An issuer of OpenID Connect, such as a university's sign-in service: where to send a browser, and
// who came back (authorisation code flow with PKCE).
//
// The issuer's document and keys are fetched when they are first needed, and again after an hour.
// If that fails, the old ones hold for a day. An unknown key asks for the keys again, at most once
// a minute. A failure is remembered for some seconds, and only a few requests to the issuer run at
// a time, so that an issuer that hangs does not tie up this server. Safe from any thread; functions
// that return a Result block, for at most a few times the timeout.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "events/base/clock.h"
#include "events/base/slots.h"
#include "server/oidc/cached.h"
#include "server/oidc/id_token.h"
#include "server/oidc/issuer_client.h"

namespace codelog::oidc {

struct IssuerOptions {
  std::string issuer;  // its URL, for which check_issuer() holds
  std::string client_id;
  std::string client_secret = {};  // empty: the site is a public client, and PKCE protects it alone
  std::string redirect_address;    // of this site, as it is registered at the issuer
  std::chrono::milliseconds timeout{8'000};  // of each request
  std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
};

// The secrets of one sign-in.
struct Challenge {
  std::string state;
  std::string nonce;
  std::string verifier;  // of PKCE
};

struct SignedOn {
  Person person;
  std::string access_token;
};

// An address of the issuer that this server calls.
struct Endpoint {
  std::string address;
  Reach reach = Reach::public_only;
};

// The parts that matter of the document in which an issuer describes itself.
struct IssuerDocument {
  std::string sign_in_address;
  Endpoint token;
  Endpoint keys;
  std::optional<Endpoint> details;
  bool takes_secret_in_header = true;  // otherwise in the form
  bool names_itself = false;           // in the browser's return
};

class Issuer {
 public:
  explicit Issuer(IssuerOptions options);
  ~Issuer();
  Issuer(const Issuer&) = delete;
  Issuer& operator=(const Issuer&) = delete;

  const std::string& address() const { return options_.issuer; }

  // Where to send the browser. Errors: unavailable.
  base::Result<std::string> sign_in_address(const Challenge& challenge);
  // Checks the parameter `iss` of the browser's return (RFC 9207): another issuer's code must not
  // come here. Errors: unauthenticated; unavailable.
  base::Result<void> check_returned_issuer(const std::optional<std::string>& issuer);
  // Exchanges the code that the browser brought. Errors: unauthenticated (the issuer does not know
  // the code, or its token is not what it should be), unavailable.
  base::Result<SignedOn> redeem(const std::string& code, const Challenge& challenge,
                                base::Timestamp now);
  // Asks the issuer for statements that its token did not make: e-mail address and name. Errors: as
  // redeem().
  base::Result<void> add_details(SignedOn& signed_on);

 private:
  base::Result<IssuerDocument> fetch_document();
  base::Result<IssuerDocument> read_document(const std::string& text) const;
  base::Result<KeySet> fetch_keys(const Endpoint& endpoint);
  base::Result<std::string> ask(IssuerRequest request);
  base::Result<std::shared_ptr<const IssuerDocument>> document();
  base::Result<std::shared_ptr<const KeySet>> keys(const IssuerDocument& document,
                                                   bool must_be_new);
  base::Result<IssuerRequest> token_request(const IssuerDocument& document, const std::string& code,
                                            const Challenge& challenge) const;
  base::Result<Person> check(const std::string& token, const IssuerDocument& document,
                             const Challenge& challenge, base::Timestamp now);

  const IssuerOptions options_;
  base::Slots requests_;
  Cached<IssuerDocument> document_;
  Cached<KeySet> keys_;
};

}  // namespace codelog::oidc
