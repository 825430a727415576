#include "server/accounts/personal_data.h"

#include <nlohmann/json.hpp>

namespace codelog::accounts {

base::Result<events::Sealed> seal(const KeyRing& keys, std::string_view username,
                                  const PersonalData& data) {
  const nlohmann::json json = {
      {"name", data.name}, {"email", data.email}, {"password_hash", data.password_hash}};
  return keys.seal(username, json.dump());
}

base::Result<PersonalData> open_sealed(const KeyRing& keys, std::string_view username,
                                       const events::Sealed& sealed) {
  const auto plaintext = keys.open_sealed(username, sealed);
  if (!plaintext) return plaintext.error();
  const auto json = nlohmann::json::parse(*plaintext, nullptr, false);
  if (!json.is_object()) {
    return base::Error{base::ErrorCode::corrupt, "the sealed data of a user is not JSON", {}};
  }
  return PersonalData{json.value("name", ""), json.value("email", ""),
                      json.value("password_hash", "")};
}

std::optional<std::string> problem_with_key(const KeyRing& keys, std::string_view username,
                                            const events::Sealed& sealed) {
  const auto data = open_sealed(keys, username, sealed);
  if (data) return std::nullopt;
  const bool is_missing = data.error().code == base::ErrorCode::not_found;
  return "the key of user " + std::string(username) +
         (is_missing ? " is missing, but the user has not been erased"
                     : " does not open the user's name and e-mail address: it is damaged") +
         "; put the key files back from a backup";
}

}  // namespace codelog::accounts
