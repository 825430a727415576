// A user's personal data, in the clear only here and in memory.
#pragma once

#include <optional>
#include <string>

#include "server/accounts/key_ring.h"

namespace codelog::accounts {

struct PersonalData {
  std::string name;
  std::string email;
  std::string password_hash;  // empty: the user has no password, and every password is wrong
  bool operator==(const PersonalData&) const = default;
};

// Seals with the key of a user who has one. Errors: as KeyRing::seal.
base::Result<events::Sealed> seal(const KeyRing& keys, std::string_view username,
                                  const PersonalData& data);
// Errors as KeyRing::open_sealed.
base::Result<PersonalData> open_sealed(const KeyRing& keys, std::string_view username,
                                       const events::Sealed& sealed);

// For a user who has not been erased: the fault of the key, and what to do about it. Nothing if the
// key opens the user's data.
std::optional<std::string> problem_with_key(const KeyRing& keys, std::string_view username,
                                            const events::Sealed& sealed);

}  // namespace codelog::accounts
