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

}  // namespace codelog::accounts
