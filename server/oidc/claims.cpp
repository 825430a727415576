#include "server/oidc/claims.h"

#include <nlohmann/json.hpp>

#include "events/base/text.h"

namespace codelog::oidc {
namespace {

constexpr std::size_t claim_bytes_max = 255;

std::string short_text(const nlohmann::json& claims, const char* name) {
  const std::string text = text_of(claims, name);
  return std::string(text.size() <= claim_bytes_max ? base::trim_unicode_space(text)
                                                    : std::string_view());
}

}  // namespace

std::string text_of(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Person person_of(const nlohmann::json& claims) {
  Person person;
  // Compared byte by byte, so nothing is trimmed.
  person.subject = text_of(claims, "sub");
  if (person.subject.size() > claim_bytes_max) person.subject.clear();
  person.email = short_text(claims, "email");
  const auto verified = claims.find("email_verified");
  person.is_email_verified = verified != claims.end() && *verified == true;
  person.name = short_text(claims, "name");
  person.preferred_username = short_text(claims, "preferred_username");
  return person;
}

}  // namespace codelog::oidc
