// Ways to hand a message over. Each returned function blocks until the message is handed over, and
// may be called from one thread at a time.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "events/base/result.h"

namespace codelog::mail {

// Hands over a message from one address to another. Errors: invalid (never try again), unavailable.
using Delivery = std::function<base::Result<void>(const std::string& from, const std::string& to,
                                                  const std::string& message)>;

// Writes each message as an `.eml` file, readable only by its owner, for developers and for sites
// without a mail server. The folder is made when it is needed.
Delivery deliver_to_folder(std::filesystem::path folder);

struct SmtpOptions {
  std::string url;  // smtp://HOST[:PORT], or smtps://… for TLS from the first byte
  std::string username;
  std::string password;
  bool needs_tls = true;  // refuse servers that do not offer STARTTLS
  std::chrono::milliseconds timeout{30'000};
};
Delivery deliver_by_smtp(SmtpOptions options);

}  // namespace codelog::mail
