#include "server/identity/authentication.h"

#include <algorithm>
#include <vector>

#include "server/accounts/passwords.h"
#include "server/identity/cookies.h"
#include "server/identity/form_token.h"

namespace codelog::identity {
namespace {

std::vector<std::string_view> words_of(std::string_view text) {
  constexpr std::string_view spaces = " \t";
  std::vector<std::string_view> words;
  for (;;) {
    const std::size_t first = text.find_first_not_of(spaces);
    if (first == std::string_view::npos) return words;
    text.remove_prefix(first);
    const std::size_t size = std::min(text.find_first_of(spaces), text.size());
    words.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
}

void note_use(const commands::Site& site, const base::Sha256& digest) {
  if (site.last_uses != nullptr) site.last_uses->note(digest, site.clock.now());
}

base::Error unauthenticated(const char* details) {
  return {base::ErrorCode::unauthenticated, details, {}};
}

}  // namespace

base::Result<commands::Actor> authenticate(const http::Request& request,
                                           const projections::Views& views,
                                           const commands::Site& site) {
  const auto words = words_of(request.header("Authorization").value_or(""));
  if (words.empty() || !http::equals_ignoring_case(words[0], "token")) {
    return unauthenticated("No token header provided.");
  }
  if (words.size() == 1) return unauthenticated("Invalid token header. No credentials provided.");
  if (words.size() > 2) {
    return unauthenticated("Invalid token header. Token string should not contain spaces.");
  }
  const base::Sha256 digest = accounts::digest_token(words[1]);
  const auto user = views.user_by_token(digest);
  if (!user) return unauthenticated("Invalid token.");
  const auto token = std::ranges::find(user->tokens, digest, &projections::TokenRecord::digest);
  if (token == user->tokens.end()) return unauthenticated("Invalid token.");
  if (token->expires_at && *token->expires_at <= site.clock.now())
    return unauthenticated("Invalid token.");
  if (!user->is_active) return unauthenticated("User inactive or deleted.");
  note_use(site, digest);
  return commands::Actor{.username = user->username,
                         .is_admin = user->is_admin,
                         .is_system = false,
                         .may_only_read = token->scope == events::TokenScope::read};
}

std::optional<Visitor> find_visitor(const http::Request& request, const projections::Views& views,
                                    const commands::Site& site) {
  const auto id = find_cookie(request, session_cookie);
  if (!id || id->empty()) return std::nullopt;
  const base::Sha256 digest = accounts::digest_session_id(*id);
  const auto user = views.user_by_session(digest);
  if (!user || !user->is_active) return std::nullopt;
  const auto session =
      std::ranges::find(user->sessions, digest, &projections::SessionRecord::digest);
  if (session == user->sessions.end() || session->expires_at <= site.clock.now())
    return std::nullopt;
  note_use(site, digest);
  return Visitor{{.username = user->username, .is_admin = user->is_admin}, digest};
}

projections::Reader find_reader(const http::Request& request, const projections::Views& views,
                                const commands::Site& site) {
  if (request.header("Authorization")) {
    const auto actor = authenticate(request, views, site);
    if (actor) return {actor->username, actor->is_admin};
  }
  if (const auto visitor = find_visitor(request, views, site)) {
    return {visitor->actor.username, visitor->actor.is_admin};
  }
  return {};
}

bool names_a_reader(const http::Request& request) {
  return request.header("Authorization").has_value() ||
         find_cookie(request, session_cookie).has_value();
}

base::Result<commands::Actor> authenticate_any(const http::Request& request,
                                               const commands::Site& site,
                                               const projections::Views& views,
                                               std::span<const std::string> site_addresses) {
  if (request.header("Authorization")) return authenticate(request, views, site);
  const auto visitor = find_visitor(request, views, site);
  if (!visitor) return authenticate(request, views, site);
  const bool only_reads =
      request.method() == http::Method::get || request.method() == http::Method::head;
  if (only_reads || is_genuine(request, site.keys, visitor->session, {}, site_addresses)) {
    return visitor->actor;
  }
  return base::Error{base::ErrorCode::forbidden,
                     "send the cookie csrftoken also as the header X-CSRFToken, from a page of "
                     "this site",
                     {}};
}

}  // namespace codelog::identity
