// The options of `codelog serve` for signing in through an issuer of OpenID Connect.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "server/identity/single_sign_on.h"
#include "tools/command_line.h"

namespace codelog::tools {

struct SingleSignOnFlags {
  std::string issuer;  // empty: people sign in with passwords only
  std::string client_id;
  std::string client_secret_file;
  std::string name;
  bool allows_registration = false;
};

void add_single_sign_on_options(Command command, SingleSignOnFlags& flags);

// Nothing without an issuer. Errors: invalid (an option is missing or without effect, or the
// secret's file cannot be read).
base::Result<std::optional<identity::SingleSignOnOptions>> make_single_sign_on(
    const SingleSignOnFlags& flags, std::span<const std::string> base_urls);

}  // namespace codelog::tools
