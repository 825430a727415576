// A browser without a screen: keeps cookies, and fills in the forms of pages as people do, with the
// hidden token.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/server/api_site.h"

namespace codelog::tests {

class Browser {
 public:
  explicit Browser(const ApiSite& site) : site_(site) {}

  using Fields = std::vector<std::pair<std::string, std::string>>;

  Reply get(const std::string& target);
  // Sends the fields with the token of the cookie, as the page's form would. Does not follow
  // redirects.
  Reply post(const std::string& target, Fields fields = {});
  // As post(), without the token.
  Reply forge(const std::string& target, const Fields& fields = {});
  // One file field beside the others.
  struct File {
    std::string field;
    std::string name;
    std::string content;
  };
  Reply upload(const std::string& target, const Fields& fields, const File& file);
  // A request of a page's script, with the token as a header.
  Reply send_json(const std::string& method, const std::string& target, const std::string& body);

  // Signs in with the password "pw-<username>-long", which sign_in_users() has set.
  void log_in(const std::string& username);
  bool is_signed_in() { return !cookie("sessionid").empty(); }

  std::string cookie(const std::string& name) const;
  void set_cookie(const std::string& name, const std::string& value) { cookies_[name] = value; }
  // Sent with every request from now on.
  void add_header(const std::string& name, const std::string& value);

 private:
  Reply ask(Ask request);
  const std::string& form_token();

  const ApiSite& site_;
  std::map<std::string, std::string> cookies_;
  std::vector<std::pair<std::string, std::string>> headers_;
  std::string origin_ = "http://test";  // as a form of the last page has it
};

// The text between the first `before` and the next `after`, both of which must be there.
std::string between(const std::string& text, const std::string& before, const std::string& after);

// The password of a user of these tests.
std::string password_of(const std::string& username);
// Gives these users of the site their passwords.
void set_passwords(ApiSite& site, const std::vector<std::string>& usernames);

}  // namespace codelog::tests
