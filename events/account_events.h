// The events about people, their sign-ins and their organisations. Part of event.h, whose rules
// hold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/clock.h"
#include "events/base/digest.h"

namespace codelog::events {

// Personal data of one user, encrypted with that user's key. server/accounts seals and opens it;
// the log never can. Destroying the key erases the person; the event and every proof over it stay.
struct Sealed {
  std::string nonce;       // 24 bytes
  std::string ciphertext;  // XChaCha20-Poly1305
  bool operator==(const Sealed&) const = default;
};

struct UserAdded {
  std::string username;
  Sealed personal;  // JSON {name, email, password_hash}
  bool is_admin = false;
  bool operator==(const UserAdded&) const = default;
};

// Name, e-mail address or password hash changed. Holds the whole sealed record again.
struct UserPersonalDataChanged {
  std::string username;
  Sealed personal;
  bool operator==(const UserPersonalDataChanged&) const = default;
};

struct UserActivationChanged {
  std::string username;
  bool is_active = true;
  bool operator==(const UserActivationChanged&) const = default;
};

struct UserAdminChanged {
  std::string username;
  bool is_admin = false;
  bool operator==(const UserAdminChanged&) const = default;
};

// The key of the user's sealed data has been destroyed; the token and the memberships end too.
struct UserErased {
  std::string username;
  bool operator==(const UserErased&) const = default;
};

// The digest of a new API token, which replaces the earlier one of this kind: a user has one. The
// token itself is shown once and never stored.
struct TokenSet {
  std::string username;
  base::Sha256 token_digest{};
  std::optional<base::Timestamp> created_at = {};  // nothing: with this commit
  bool operator==(const TokenSet&) const = default;
};

enum class TokenScope : std::uint8_t {
  write = 0,  // everything that the user may do
  read = 1,
};
std::string_view to_string(TokenScope value);

// A further API token, beside the user's others.
struct TokenAdded {
  std::string username;
  base::Sha256 token_digest{};
  std::string name;  // the user's words, e.g. "nightly import"
  TokenScope scope = TokenScope::write;
  std::optional<base::Timestamp> expires_at;
  bool operator==(const TokenAdded&) const = default;
};

struct TokenRevoked {
  std::string username;
  base::Sha256 token_digest{};
  bool operator==(const TokenRevoked&) const = default;
};

// Somebody has signed in. The session's cookie is never stored, only its digest. A session's last
// use is no event: it would make a write of every read.
struct SessionStarted {
  std::string username;
  base::Sha256 session_digest{};
  base::Timestamp expires_at;
  Sealed client;  // JSON {address, user_agent}
  bool operator==(const SessionStarted&) const = default;
};

enum class SessionEnd : std::uint8_t {
  logged_out = 0,
  revoked = 1,           // by the user, from another session
  password_changed = 2,  // also reset
  deactivated = 3,
};
std::string_view to_string(SessionEnd value);

// Sessions that end by expiring have no event.
struct SessionsEnded {
  std::string username;
  std::vector<base::Sha256> sessions;  // digests
  SessionEnd cause = SessionEnd::logged_out;
  bool operator==(const SessionsEnded&) const = default;
};

// The user signs in through this issuer of OpenID Connect too, as one person of it. A user has at
// most one such link to an issuer, and a person at most one user.
struct IdentityLinked {
  std::string username;
  std::string issuer;  // its URL
  Sealed identity;     // JSON {subject}: the person's name at the issuer
  bool operator==(const IdentityLinked&) const = default;
};

struct IdentityUnlinked {
  std::string username;
  std::string issuer;
  bool operator==(const IdentityUnlinked&) const = default;
};

struct OrganisationAdded {
  std::string slug;
  std::string name;
  std::string url;
  bool operator==(const OrganisationAdded&) const = default;
};

// All details as they are from now on.
struct OrganisationChanged {
  std::string slug;
  std::string name;
  std::string url;
  bool operator==(const OrganisationChanged&) const = default;
};

// Adds a member, or changes the role of an existing one.
struct MemberSet {
  std::string organisation;
  std::string username;
  bool is_admin = false;
  // YYYY-MM-DD; nothing: for a new member the day of this commit, otherwise as before.
  std::optional<std::string> date_joined = {};
  bool operator==(const MemberSet&) const = default;
};

struct MemberRemoved {
  std::string organisation;
  std::string username;
  bool operator==(const MemberRemoved&) const = default;
};

}  // namespace codelog::events
