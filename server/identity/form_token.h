// Protection against forged requests: a page of another site can make a browser send a form here,
// with the user's cookies. Two things must hold for every request that changes something and is
// signed in by a cookie, and for every form of somebody who is not signed in:
//
// - It carries a token that only our pages have: in the field `csrfmiddlewaretoken` or the header
//   `X-CSRFToken`, equal to the cookie `csrftoken`. The token is signed and belongs to one session,
//   so a cookie that another host of the same domain has planted is of no use.
// - If the browser names the page that sent it (Sec-Fetch-Site, Origin, else Referer), it is one of
//   this site.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "events/base/digest.h"
#include "server/accounts/key_ring.h"
#include "server/http/request.h"

namespace codelog::identity {

inline constexpr std::string_view form_token_field = "csrfmiddlewaretoken";

// 64 characters. `session` is the digest of the session's id, or nothing for somebody who is not
// signed in.
std::string make_form_token(const accounts::KeyRing& keys,
                            const std::optional<base::Sha256>& session);
bool is_form_token(const accounts::KeyRing& keys, std::string_view token,
                   const std::optional<base::Sha256>& session);

// The token of the request's cookie if it is good for the session; otherwise a new one, which then
// belongs in a cookie of the answer.
std::string form_token_for(const http::Request& request, const accounts::KeyRing& keys,
                           const std::optional<base::Sha256>& session);

// True if the token is good, and the browser says that a page of this site sent the request, or
// says nothing. `sent` is the form's field, if the request has a form. `addresses` are the site's,
// such as "https://codelists.example.org"; the Host that was asked counts too.
bool is_genuine(const http::Request& request, const accounts::KeyRing& keys,
                const std::optional<base::Sha256>& session, std::string_view sent,
                std::span<const std::string> addresses);

}  // namespace codelog::identity
