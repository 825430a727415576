#include "tools/serve_mail.h"

#include "events/base/file.h"

namespace codelog::tools {
namespace {

std::string check_sender(std::string& address) {
  const auto message = mail::make_message({address, "", ""}, address, {}, "1");
  return message ? "" : "'" + address + "' is not an e-mail address";
}

std::string check_mail_server(std::string& url) {
  const bool is_known = url.starts_with("smtp://") || url.starts_with("smtps://");
  return is_known ? "" : "'" + url + "' is not a mail server, as smtp://mail.example.org:587";
}

}  // namespace

void add_mail_options(Command command, MailOptions& options) {
  command.add_option("--mail-from", options.from, "The sender of the site's mails")
      .check(check_sender)
      .type_name("EMAIL")
      .show_default();
  command
      .add_option("--mail-server", options.server,
                  "smtp://HOST:PORT or smtps://HOST:PORT; without it, mails become files in "
                  "DIR/mail")
      .check(check_mail_server)
      .type_name("URL");
  command.add_option("--mail-user", options.username, "The site's user at the mail server")
      .type_name("NAME");
  command
      .add_option("--mail-password-file", options.password_file,
                  "A file whose first line is that user's password")
      .type_name("FILE");
  command.add_flag("--mail-without-tls", options.without_tls,
                   "Also use a mail server that offers no encryption");
}

base::Result<std::unique_ptr<mail::Mailer>> make_mailer(const MailOptions& options,
                                                        const std::filesystem::path& data,
                                                        const base::Clock& clock, http::Log& log) {
  mail::Mailer::Options mailer_options;
  mailer_options.from = options.from;
  mailer_options.report = [&log](const std::string& problem) {
    log.write(http::LogLevel::error, "mail_not_sent", {{"detail", problem}});
  };
  if (options.server.empty()) {
    return std::make_unique<mail::Mailer>(std::move(mailer_options),
                                          mail::deliver_to_folder(data / "mail"), clock);
  }
  mail::SmtpOptions smtp;
  smtp.url = options.server;
  smtp.username = options.username;
  smtp.needs_tls = !options.without_tls;
  if (!options.password_file.empty()) {
    const auto text = base::read_file(options.password_file);
    if (!text) {
      return base::Error{
          base::ErrorCode::invalid, "--mail-password-file: " + text.error().detail, {}};
    }
    smtp.password = text->substr(0, text->find_first_of("\r\n"));
  }
  return std::make_unique<mail::Mailer>(std::move(mailer_options),
                                        mail::deliver_by_smtp(std::move(smtp)), clock);
}

}  // namespace codelog::tools
