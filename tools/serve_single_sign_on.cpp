#include "tools/serve_single_sign_on.h"

#include "events/base/file.h"
#include "server/oidc/issuer_address.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

std::string check_issuer_option(std::string& issuer) {
  const auto good = oidc::check_issuer(issuer);
  return good ? "" : good.error().detail;
}

Error invalid(std::string detail) { return {ErrorCode::invalid, std::move(detail), {}}; }

// "login.example.ac.uk" of "https://login.example.ac.uk/realm".
std::string host_of(const std::string& issuer) {
  const std::size_t host = issuer.find("://") + 3;
  return issuer.substr(host, issuer.find('/', host) - host);
}

}  // namespace

void add_single_sign_on_options(Command command, SingleSignOnFlags& flags) {
  command
      .add_option("--oidc-issuer", flags.issuer,
                  "People may also log in through this issuer of OpenID Connect; needs "
                  "--oidc-client-id and --base-url, at which the issuer sends people back to "
                  "/accounts/oidc/callback/")
      .check(check_issuer_option)
      .type_name("URL");
  command.add_option("--oidc-client-id", flags.client_id, "The site's name at the issuer")
      .type_name("ID");
  command
      .add_option(
          "--oidc-client-secret-file", flags.client_secret_file,
          "A file whose first line is the site's secret at the issuer; without it, the site "
          "is a public client")
      .type_name("FILE");
  command
      .add_option("--oidc-name", flags.name,
                  "The issuer's name on the button \"Log in with NAME\"; otherwise its host")
      .type_name("NAME");
  command.add_flag(
      "--oidc-allow-registration", flags.allows_registration,
      "People whose e-mail address the issuer confirms may make themselves an account");
}

Result<std::optional<identity::SingleSignOnOptions>> make_single_sign_on(
    const SingleSignOnFlags& flags, std::span<const std::string> base_urls) {
  if (flags.issuer.empty()) {
    const bool has_others = !flags.client_id.empty() || !flags.client_secret_file.empty() ||
                            !flags.name.empty() || flags.allows_registration;
    if (has_others) return invalid("the options --oidc-… need --oidc-issuer");
    return std::optional<identity::SingleSignOnOptions>();
  }
  if (flags.client_id.empty()) return invalid("--oidc-issuer needs --oidc-client-id");
  if (base_urls.empty()) {
    return invalid("--oidc-issuer needs --base-url: the issuer sends people back to that address");
  }
  identity::SingleSignOnOptions options;
  options.name = flags.name.empty() ? host_of(flags.issuer) : flags.name;
  options.allows_registration = flags.allows_registration;
  options.issuer.issuer = flags.issuer;
  options.issuer.client_id = flags.client_id;
  if (!flags.client_secret_file.empty()) {
    const auto text = base::read_file(flags.client_secret_file);
    if (!text) return invalid("--oidc-client-secret-file: " + text.error().detail);
    options.issuer.client_secret = text->substr(0, text->find_first_of("\r\n"));
    if (options.issuer.client_secret.empty()) {
      return invalid("--oidc-client-secret-file: the first line is empty");
    }
  }
  return std::optional(std::move(options));
}

}  // namespace codelog::tools
