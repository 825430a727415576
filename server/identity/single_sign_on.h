// Signing in through an issuer of OpenID Connect, as pages do it: the browser leaves for the issuer
// and comes back with a code. Safe from any thread.
//
// The site keeps nothing while the browser is away. A signed cookie binds the return to the browser
// that left, for ten minutes and once; all secrets of the sign-in are derived from the cookie's
// random id and the site's secret. A second signed cookie keeps who a newcomer is until they have
// chosen a username.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "events/base/digest.h"
#include "events/base/mutex.h"
#include "server/commands/identity_commands.h"
#include "server/http/request.h"
#include "server/identity/login_throttle.h"
#include "server/oidc/issuer.h"

namespace codelog::identity {

using base::Result;

inline constexpr std::string_view sign_on_cookie = "sign_on";
inline constexpr std::string_view newcomer_cookie = "sign_on_newcomer";
inline constexpr std::chrono::minutes sign_on_lifetime{10};
inline constexpr std::string_view sign_on_return_path = "/accounts/oidc/callback/";

struct SingleSignOnOptions {
  std::string name;                  // of the issuer, as people know it: "Example University"
  bool allows_registration = false;  // people without an account may make one
  oidc::IssuerOptions issuer;        // its redirect_address is set by SingleSignOn
};

class SingleSignOn {
 public:
  // `base_url` is the address under which people reach the site.
  SingleSignOn(const commands::Site& site, SingleSignOnOptions options,
               const std::string& base_url);

  const std::string& name() const { return options_.name; }
  const std::string& issuer() const { return issuer_.address(); }
  bool allows_registration() const { return options_.allows_registration; }

  enum class Purpose : std::uint8_t {
    log_in,
    connect,  // links the user who is signed in
  };
  struct Departure {
    std::string cookie;
    std::string address;  // of the issuer
  };
  // `session` is that of the user who connects; the return counts only in it. `next` is where to go
  // afterwards; a very long one is dropped. Errors: unavailable (the issuer).
  Result<Departure> depart(Purpose purpose, std::string_view next,
                           const std::optional<base::Sha256>& session);

  struct Return {
    Purpose purpose = Purpose::log_in;
    std::string next;
    oidc::Challenge challenge;
  };
  // Nothing if the request is not the return of this browser, in the same session for `connect`, or
  // not the first one, or too late.
  std::optional<Return> take_return(const http::Request& request,
                                    const std::optional<base::Sha256>& session);

  // Asks the issuer who has returned. Errors: as oidc::Issuer::redeem; too_many, with the time to
  // wait in `wait`, which is otherwise zero.
  Result<oidc::SignedOn> redeem(const http::Request& request, const Return& returned,
                                std::chrono::seconds& wait);
  Result<void> add_details(oidc::SignedOn& signed_on) { return issuer_.add_details(signed_on); }
  // The client's earlier failures no longer count.
  void succeeded(const http::Request& request);
  commands::Identity identity_of(const oidc::Person& person) const {
    return {issuer(), person.subject};
  }

  // Somebody without an account, with a confirmed e-mail address.
  struct Newcomer {
    commands::Identity identity;
    std::string email;
    std::string name;
    std::string username;  // a proposal; may be empty
    std::string next;
  };
  // The value of the newcomer's cookie.
  std::string pack(const Newcomer& newcomer) const;
  std::optional<Newcomer> find_newcomer(const http::Request& request) const;

 private:
  std::int64_t now_s() const;
  std::string sign(std::string_view purpose, std::string_view text) const;
  oidc::Challenge challenge_of(const std::string& id) const;
  std::string signature_of(std::string_view signed_text,
                           const std::optional<base::Sha256>& session) const;
  bool use_once(const std::string& id, std::int64_t end_s);

  const commands::Site& site_;
  const SingleSignOnOptions options_;
  oidc::Issuer issuer_;
  LoginThrottle throttle_;
  base::Mutex mutex_;
  std::map<std::string, std::int64_t> used_ GUARDED_BY(mutex_);  // ids, with the end of their time
};

// A username made of what the issuer calls the person: "ada.adams@example.ac.uk" becomes
// "adaadams".
std::string proposed_username(std::string_view preferred);

}  // namespace codelog::identity
