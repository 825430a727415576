#include "server/identity/sign_in.h"

#include <charconv>

#include "events/base/text.h"
#include "server/accounts/secret_texts.h"

namespace codelog::identity {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::uint32_t no_limit = UINT32_MAX;
constexpr std::int64_t link_lifetime_s = 3 * 24 * 60 * 60;
// The part of a token before its last '-', as seconds; -1 for others.
std::int64_t time_of(std::string_view digits) {
  std::int64_t time_s = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), time_s);
  return error == std::errc() && end == digits.data() + digits.size() ? time_s : -1;
}

// Texts that may hold any byte, so that no two lists give the same bytes.
std::string joined(std::initializer_list<std::string_view> texts) {
  std::string all;
  for (const std::string_view text : texts) {
    all += std::to_string(text.size()) + ":";
    all += text;
  }
  return all;
}

}  // namespace

commands::Client client_of(const http::Request& request) {
  return {request.remote_address, std::string(request.header("User-Agent").value_or(""))};
}

std::int64_t SignIn::now_s() const { return executor_.site().clock.now().unix_us / 1'000'000; }

bool SignIn::is_secure() const {
  return !base_urls_.empty() && base_urls_.front().starts_with("https://");
}

SignIn::SignIn(commands::Executor& executor, const std::vector<std::string>& base_urls,
               mail::Mailer* mailer)
    : executor_(executor),
      commands_(executor),
      base_urls_(base_urls),
      mailer_(mailer),
      new_accounts_({.account = {no_limit, std::chrono::seconds(1)},
                     .address = {20, std::chrono::minutes(15)}}),
      mails_({.account = {3, std::chrono::hours(1)}, .address = {20, std::chrono::minutes(15)}}) {}

Result<void> SignIn::try_now(LoginThrottle& throttle, const std::string& account,
                             const http::Request& request, std::chrono::seconds& wait) {
  wait = throttle.try_now(account, client_network(request.remote_address),
                          std::chrono::steady_clock::now());
  if (wait.count() == 0) return {};
  return Error{ErrorCode::too_many,
               "Too many attempts have been made. Try again in " + std::to_string(wait.count()) +
                   (wait.count() == 1 ? " second." : " seconds."),
               {}};
}

Result<SignIn::NewSession> SignIn::log_in(const http::Request& request, const std::string& username,
                                          const std::string& password, std::chrono::seconds& wait) {
  const std::string account = base::ascii_lower(username);
  if (const auto may = try_now(throttle_, account, request, wait); !may) return may.error();
  auto session = commands_.log_in(username, password, client_of(request));
  if (session) {
    throttle_.succeeded(account, client_network(request.remote_address),
                        std::chrono::steady_clock::now());
  }
  return session;
}

Result<SignIn::NewSession> SignIn::sign_up(const http::Request& request,
                                           const commands::AddUser& command,
                                           std::chrono::seconds& wait) {
  if (const auto may = try_now(new_accounts_, {}, request, wait); !may) return may.error();
  return commands_.sign_up(command, client_of(request));
}

Result<commands::Commit> SignIn::change_password(
    const http::Request& request, const commands::Write& write,
    const commands::SignInCommands::ChangePassword& command, std::chrono::seconds& wait) {
  const std::string account = base::ascii_lower(write.actor.username);
  if (const auto may = try_now(throttle_, account, request, wait); !may) return may.error();
  auto changed = commands_.change_password(write, command);
  if (changed) {
    throttle_.succeeded(account, client_network(request.remote_address),
                        std::chrono::steady_clock::now());
  }
  return changed;
}

std::string SignIn::link(const std::string& path) const {
  return (base_urls_.empty() ? std::string("http://localhost:7000") : base_urls_.front()) + path;
}

std::string SignIn::reset_token(const projections::UserRecord& user,
                                const accounts::PersonalData& data, std::int64_t time_s) const {
  const std::string time = std::to_string(time_s);
  const std::int64_t login_us = user.last_login_at ? user.last_login_at->unix_us : 0;
  const base::Sha256 code = executor_.site().keys.sign(
      "password reset",
      joined({user.username, data.password_hash, data.email, std::to_string(login_us), time}));
  return time + "-" + base::to_hex(code);
}

Result<void> SignIn::send_reset_links(const http::Request& request, const std::string& email,
                                      std::chrono::seconds& wait) {
  const auto& keys = executor_.site().keys;
  const std::string folded = base::ascii_lower(email);
  if (auto may = try_now(mails_, folded, request, wait); !may) return may;
  for (const projections::UserRecord& user : executor_.site().projections.views().users()) {
    if (user.is_erased) continue;
    const auto data = accounts::open_sealed(keys, user.username, user.personal);
    if (!data || base::ascii_lower(data->email) != folded) continue;
    // A user who signs in through an issuer may set a first password.
    const bool may_sign_in = !data->password_hash.empty() || !user.identities.empty();
    if (!user.is_active || !may_sign_in || mailer_ == nullptr) continue;
    mailer_->send(
        {data->email, "OpenCodelists password reset",
         "Somebody, probably you, asked for a new password for your account.\n\n"
         "Choose one on this page, within three days:\n\n" +
             reset_link(user, *data) +
             "\n\nYour username, in case you have forgotten it: " + user.username +
             "\n\nIf you did not ask, ignore this mail. Your password stays as it is.\n"});
  }
  return {};
}

std::string SignIn::reset_link(const projections::UserRecord& user,
                               const accounts::PersonalData& data) const {
  return link("/accounts/reset/" + accounts::encode_base64_url(user.username) + "/" +
              reset_token(user, data, now_s()) + "/");
}

Result<std::string> SignIn::make_reset_link(const std::string& username) const {
  const auto& site = executor_.site();
  const auto user = site.projections.views().user(username);
  if (!user || user->is_erased) return commands::no_user(username);
  if (!user->is_active) {
    return base::Error{base::ErrorCode::conflict, "user " + username + " is not active", {}};
  }
  const auto data = commands::open_personal_data(site.keys, *user);
  if (!data) return data.error();
  return reset_link(*user, *data);
}

std::optional<SignIn::Reset> SignIn::open_reset_link(const std::string& user_text,
                                                     const std::string& token) const {
  const auto username = accounts::decode_base64_url(user_text);
  if (!username) return std::nullopt;
  const auto user = executor_.site().projections.views().user(*username);
  if (!user || user->is_erased || !user->is_active) return std::nullopt;
  const auto data = accounts::open_sealed(executor_.site().keys, *username, user->personal);
  if (!data) return std::nullopt;
  const std::int64_t time_s = time_of(token.substr(0, token.find('-')));
  if (time_s < 0 || now_s() - time_s > link_lifetime_s || time_s > now_s()) return std::nullopt;
  if (!accounts::are_equal_in_constant_time(token, reset_token(*user, *data, time_s)))
    return std::nullopt;
  return Reset{*username, data->password_hash};
}

// The new address, when, and a signature over both, the user, and the address and password hash
// before: a change of the password ends the links of whoever knew the old one.
std::string SignIn::email_token(const std::string& username, const accounts::PersonalData& current,
                                const std::string& wanted, std::int64_t time_s) const {
  const std::string time = std::to_string(time_s);
  const base::Sha256 code = executor_.site().keys.sign(
      "e-mail change", joined({username, current.email, current.password_hash, wanted, time}));
  return accounts::encode_base64_url(wanted) + "." + time + "." + base::to_hex(code);
}

Result<void> SignIn::send_email_link(const http::Request& request, const std::string& username,
                                     const std::string& email, std::chrono::seconds& wait) {
  if (auto may = try_now(mails_, base::ascii_lower(username), request, wait); !may) return may;
  if (auto good = commands::check_email(email); !good) return good;
  const auto& site = executor_.site();
  const auto views = site.projections.views();
  const auto user = views.user(username);
  if (!user || user->is_erased) return commands::no_user(username);
  if (auto free = commands::check_email_free(views, site.keys, email, username); !free) {
    return free;
  }
  const auto data = commands::open_personal_data(site.keys, *user);
  if (!data) return data.error();
  if (mailer_ == nullptr) return {};
  const std::string path = "/accounts/email/" + accounts::encode_base64_url(username) + "/" +
                           email_token(username, *data, email, now_s()) + "/";
  mailer_->send({email, "Confirm your e-mail address",
                 "Your account " + username +
                     " is to have this e-mail address.\n\nConfirm it on this page, within three "
                     "days:\n\n" +
                     link(path) + "\n\nIf you did not ask for it, ignore this mail.\n"});
  return {};
}

std::optional<SignIn::EmailChange> SignIn::open_email_link(const std::string& user_text,
                                                           const std::string& token) const {
  const auto username = accounts::decode_base64_url(user_text);
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first + 1);
  if (!username || first == std::string::npos || second == std::string::npos) return std::nullopt;
  const auto email = accounts::decode_base64_url(token.substr(0, first));
  const std::int64_t time_s = time_of(token.substr(first + 1, second - first - 1));
  if (!email || time_s < 0 || now_s() - time_s > link_lifetime_s || time_s > now_s()) {
    return std::nullopt;
  }
  const auto user = executor_.site().projections.views().user(*username);
  if (!user || user->is_erased || !user->is_active) return std::nullopt;
  const auto data = accounts::open_sealed(executor_.site().keys, *username, user->personal);
  if (!data ||
      !accounts::are_equal_in_constant_time(token, email_token(*username, *data, *email, time_s))) {
    return std::nullopt;
  }
  return EmailChange{*username, *email};
}

}  // namespace codelog::identity
