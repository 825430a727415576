// The effects of events about accounts on the views. Part of event_applier.cpp.
#pragma once

#include <algorithm>
#include <string>

#include "events/commit.h"
#include "projections/keys.h"
#include "projections/projector.h"

namespace codelog::projections {

inline base::Error misfit(const events::Commit& commit, const std::string& what) {
  return {base::ErrorCode::corrupt,
          "commit " + std::to_string(commit.position.value()) + " does not fit the views: " + what,
          {}};
}

// Has one function for each type of event.
class AccountApplier {
 public:
  AccountApplier(Projector& projector, const events::Commit& commit)
      : views_(projector), commit_(commit), time_(commit.content.time) {}

 protected:
  using Outcome = base::Result<void>;

  Outcome on(const events::UserAdded& event) {
    UserRecord user;
    user.username = event.username;
    user.personal = event.personal;
    user.is_admin = event.is_admin;
    views_.put(keys::user(user.username), encode(user));
    return {};
  }

  Outcome on(const events::UserPersonalDataChanged& event) {
    return change_user(event.username, [&](UserRecord& user) { user.personal = event.personal; });
  }
  Outcome on(const events::UserActivationChanged& event) {
    return change_user(event.username, [&](UserRecord& user) { user.is_active = event.is_active; });
  }
  Outcome on(const events::UserAdminChanged& event) {
    return change_user(event.username, [&](UserRecord& user) { user.is_admin = event.is_admin; });
  }
  Outcome on(const events::UserErased& event) {
    return change_user(event.username, [&](UserRecord& user) {
      drop_tokens(user, [](const TokenRecord&) { return true; });
      drop_sessions(user, [](const SessionRecord&) { return true; });
      user.is_active = false;
      user.is_admin = false;
      user.is_erased = true;
      user.last_login_at.reset();
      user.identities.clear();
    });
  }

  Outcome on(const events::TokenSet& event) {
    return change_user(event.username, [&](UserRecord& user) {
      drop_tokens(user, [](const TokenRecord& token) { return token.is_replaceable; });
      TokenRecord token;
      token.digest = event.token_digest;
      token.created_at = event.created_at.value_or(time_);
      token.is_replaceable = true;
      add_token(user, std::move(token));
    });
  }
  Outcome on(const events::TokenAdded& event) {
    return change_user(event.username, [&](UserRecord& user) {
      add_token(user, {event.token_digest, event.name, event.scope, time_, event.expires_at});
    });
  }
  Outcome on(const events::TokenRevoked& event) {
    return change_user(event.username, [&](UserRecord& user) {
      drop_tokens(user, [&](const auto& token) { return token.digest == event.token_digest; });
    });
  }
  Outcome on(const events::SessionStarted& event) {
    return change_user(event.username, [&](UserRecord& user) {
      drop_sessions(user, [&](const auto& session) { return session.expires_at <= time_; });
      const std::size_t surplus =
          user.sessions.size() - std::min(user.sessions.size(), sessions_max - 1);
      std::size_t number = 0;
      drop_sessions(user, [&](const auto&) { return number++ < surplus; });
      views_.put(keys::session(event.session_digest), event.username);
      user.sessions.push_back({event.session_digest, time_, event.expires_at, event.client});
      user.last_login_at = time_;
    });
  }
  Outcome on(const events::SessionsEnded& event) {
    return change_user(event.username, [&](UserRecord& user) {
      drop_sessions(user, [&](const SessionRecord& session) {
        return std::ranges::find(event.sessions, session.digest) != event.sessions.end();
      });
    });
  }

  Outcome on(const events::IdentityLinked& event) {
    return change_user(event.username, [&](UserRecord& user) {
      drop_identity(user, event.issuer);
      user.identities.push_back({event.issuer, event.identity, time_});
    });
  }
  Outcome on(const events::IdentityUnlinked& event) {
    return change_user(event.username,
                       [&](UserRecord& user) { drop_identity(user, event.issuer); });
  }

  Outcome on(const events::OrganisationChanged& event) {
    if (!views_.get(keys::organisation(event.slug))) {
      return misfit(commit_, "no organisation " + event.slug);
    }
    views_.put(keys::organisation(event.slug),
               encode(OrganisationRecord{event.slug, event.name, event.url}));
    return {};
  }
  Outcome on(const events::UserMigrated& event) {
    return change_user(event.username, [&](UserRecord& user) {
      user.last_login_at = std::max(user.last_login_at, event.last_login_at);
    });
  }
  Outcome on(const events::OrganisationRemoved& event) {
    views_.erase(keys::organisation(event.slug));
    return {};
  }
  Outcome on(const events::OrganisationAdded& event) {
    views_.put(keys::organisation(event.slug),
               encode(OrganisationRecord{event.slug, event.name, event.url}));
    return {};
  }
  Outcome on(const events::MemberSet& event) {
    const std::string key = keys::member(event.organisation, event.username);
    MemberRecord member{event.organisation, event.username, event.is_admin,
                        base::format_date(time_)};
    if (event.date_joined) {
      member.date_joined = *event.date_joined;
    } else if (const auto bytes = views_.get(key)) {
      member.date_joined = decode_member(*bytes).date_joined;
    }
    views_.put(key, encode(member));
    views_.put(keys::membership(event.username, event.organisation), "");
    return {};
  }
  Outcome on(const events::MemberRemoved& event) {
    views_.erase(keys::member(event.organisation, event.username));
    views_.erase(keys::membership(event.username, event.organisation));
    return {};
  }

  Projector& views_;
  const events::Commit& commit_;
  const Timestamp time_;

 private:
  template <class Change>
  Outcome change_user(const std::string& username, Change change) {
    const auto bytes = views_.get(keys::user(username));
    if (!bytes) return misfit(commit_, "no user " + username);
    UserRecord user = decode_user(*bytes);
    change(user);
    views_.put(keys::user(username), encode(user));
    return {};
  }

  template <class Condition>
  void drop_tokens(UserRecord& user, Condition condition) {
    std::erase_if(user.tokens, [&](const TokenRecord& token) {
      const bool goes = condition(token);
      if (goes) views_.erase(keys::token(token.digest));
      return goes;
    });
  }
  template <class Condition>
  void drop_sessions(UserRecord& user, Condition condition) {
    std::erase_if(user.sessions, [&](const SessionRecord& session) {
      const bool goes = condition(session);
      if (goes) views_.erase(keys::session(session.digest));
      return goes;
    });
  }
  static void drop_identity(UserRecord& user, const std::string& issuer) {
    std::erase_if(user.identities,
                  [&](const IdentityRecord& identity) { return identity.issuer == issuer; });
  }
  void add_token(UserRecord& user, TokenRecord token) {
    views_.put(keys::token(token.digest), user.username);
    user.tokens.push_back(std::move(token));
  }
};

}  // namespace codelog::projections
