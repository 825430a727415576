#include "server/identity/authentication.h"

#include <vector>

#include "server/accounts/passwords.h"

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

base::Error unauthenticated(const char* details) {
  return {base::ErrorCode::unauthenticated, details, {}};
}

}  // namespace

base::Result<commands::Actor> authenticate(const http::Request& request,
                                           const projections::Views& views) {
  const auto words = words_of(request.header("Authorization").value_or(""));
  if (words.empty() || !http::equals_ignoring_case(words[0], "token")) {
    return unauthenticated("No token header provided.");
  }
  if (words.size() == 1) return unauthenticated("Invalid token header. No credentials provided.");
  if (words.size() > 2) {
    return unauthenticated("Invalid token header. Token string should not contain spaces.");
  }
  const auto user = views.user_by_token(accounts::digest_token(words[1]));
  if (!user) return unauthenticated("Invalid token.");
  if (!user->is_active) return unauthenticated("User inactive or deleted.");
  return commands::Actor{
      .username = user->username, .is_admin = user->is_admin, .is_system = false};
}

}  // namespace codelog::identity
