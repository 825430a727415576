// The options of `codelog serve` for mails, and the mailer that they describe.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "server/http/log.h"
#include "server/mail/mailer.h"
#include "tools/command_line.h"

namespace codelog::tools {

struct MailOptions {
  std::string from = "no-reply@localhost.localdomain";
  std::string server;  // smtp://…; empty: mails become files in a folder
  std::string username;
  std::string password_file;
  bool without_tls = false;
};

void add_mail_options(Command command, MailOptions& options);

// Without a mail server, mails go to the folder `mail` of the site's data. Errors: invalid (the
// password's file cannot be read).
base::Result<std::unique_ptr<mail::Mailer>> make_mailer(const MailOptions& options,
                                                        const std::filesystem::path& data,
                                                        const base::Clock& clock, http::Log& log);

}  // namespace codelog::tools
