// Compares users, organisations, members, releases and refsets.
#pragma once

#include "server/migration/verification_work.h"

namespace codelog::migration {

void verify_accounts(const VerificationWork& work);
void verify_releases(const VerificationWork& work);

}  // namespace codelog::migration
