// The descriptions of the events about accounts. Part of fields.h, which says what they are.
#pragma once

#include <string_view>

#include "events/account_events.h"

namespace codelog::events {

// Has a specialisation for every event.
template <class T>
struct Description;

template <>
struct Description<UserAdded> {
  static constexpr std::string_view name = "UserAdded";
  static void fields(auto& event, auto&& field) {
    field("username", event.username);
    field("personal", event.personal);
    field("is_admin", event.is_admin);
  }
};

template <>
struct Description<UserPersonalDataChanged> {
  static constexpr std::string_view name = "UserPersonalDataChanged";
  static void fields(auto& event, auto&& field) {
    field("username", event.username);
    field("personal", event.personal);
  }
};

template <>
struct Description<UserActivationChanged> {
  static constexpr std::string_view name = "UserActivationChanged";
  static void fields(auto& event, auto&& field) {
    field("username", event.username);
    field("is_active", event.is_active);
  }
};

template <>
struct Description<UserAdminChanged> {
  static constexpr std::string_view name = "UserAdminChanged";
  static void fields(auto& event, auto&& field) {
    field("username", event.username);
    field("is_admin", event.is_admin);
  }
};

template <>
struct Description<UserErased> {
  static constexpr std::string_view name = "UserErased";
  static void fields(auto& event, auto&& field) { field("username", event.username); }
};

template <>
struct Description<TokenSet> {
  static constexpr std::string_view name = "TokenSet";
  static void fields(auto& event, auto&& field) {
    field("username", event.username);
    field("token_digest", event.token_digest);
    field("created_at", event.created_at);
  }
};

template <>
struct Description<TokenAdded> {
  static constexpr std::string_view name = "TokenAdded";
  static void fields(auto& event, auto&& field) {
    field("username", event.username);
    field("token_digest", event.token_digest);
    field("name", event.name);
    field("scope", event.scope);
    field("expires_at", event.expires_at);
  }
};

template <>
struct Description<TokenRevoked> {
  static constexpr std::string_view name = "TokenRevoked";
  static void fields(auto& event, auto&& field) {
    field("username", event.username);
    field("token_digest", event.token_digest);
  }
};

template <>
struct Description<SessionStarted> {
  static constexpr std::string_view name = "SessionStarted";
  static void fields(auto& event, auto&& field) {
    field("username", event.username);
    field("session_digest", event.session_digest);
    field("expires_at", event.expires_at);
    field("client", event.client);
  }
};

template <>
struct Description<SessionsEnded> {
  static constexpr std::string_view name = "SessionsEnded";
  static void fields(auto& event, auto&& field) {
    field("username", event.username);
    field("sessions", event.sessions);
    field("cause", event.cause);
  }
};

template <>
struct Description<IdentityLinked> {
  static constexpr std::string_view name = "IdentityLinked";
  static void fields(auto& event, auto&& field) {
    field("username", event.username);
    field("issuer", event.issuer);
    field("identity", event.identity);
  }
};

template <>
struct Description<IdentityUnlinked> {
  static constexpr std::string_view name = "IdentityUnlinked";
  static void fields(auto& event, auto&& field) {
    field("username", event.username);
    field("issuer", event.issuer);
  }
};

template <>
struct Description<OrganisationAdded> {
  static constexpr std::string_view name = "OrganisationAdded";
  static void fields(auto& event, auto&& field) {
    field("slug", event.slug);
    field("name", event.name);
    field("url", event.url);
  }
};

template <>
struct Description<OrganisationChanged> {
  static constexpr std::string_view name = "OrganisationChanged";
  static void fields(auto& event, auto&& field) {
    field("slug", event.slug);
    field("name", event.name);
    field("url", event.url);
  }
};

template <>
struct Description<MemberSet> {
  static constexpr std::string_view name = "MemberSet";
  static void fields(auto& event, auto&& field) {
    field("organisation", event.organisation);
    field("username", event.username);
    field("is_admin", event.is_admin);
    field("date_joined", event.date_joined);
  }
};

template <>
struct Description<MemberRemoved> {
  static constexpr std::string_view name = "MemberRemoved";
  static void fields(auto& event, auto&& field) {
    field("organisation", event.organisation);
    field("username", event.username);
  }
};

}  // namespace codelog::events
