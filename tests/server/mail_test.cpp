// Mails: their bytes, their delivery, and the links in them.
#include <catch2/catch.hpp>
#include <condition_variable>
#include <filesystem>
#include <mutex>

#include "events/base/file.h"
#include "server/mail/mailer.h"
#include "tests/server/browser.h"

namespace codelog::mail::mail_test {
namespace {

using Catch::Contains;
using namespace std::chrono_literals;

constexpr base::Timestamp time{1'795'000'000'000'000};

std::string message_of(const Mail& mail) {
  const auto message = make_message(mail, "no-reply@example.org", time, "1f");
  REQUIRE(message);
  return *message;
}

// Takes deliveries, the first of which may fail.
class Postbox {
 public:
  explicit Postbox(std::vector<base::ErrorCode> failures = {}) : failures_(std::move(failures)) {}

  Delivery delivery() {
    return [this](const std::string&, const std::string& to,
                  const std::string& message) -> base::Result<void> {
      const std::lock_guard lock(mutex_);
      const std::size_t number = attempts_++;
      changed_.notify_all();
      if (number < failures_.size()) return base::Error{failures_[number], "no", {}};
      messages_.emplace_back(to, message);
      return {};
    };
  }
  std::pair<std::string, std::string> wait_for_message(std::size_t number = 0) {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, 30s, [&] { return messages_.size() > number; }));
    return messages_[number];
  }
  std::size_t attempts() {
    const std::lock_guard lock(mutex_);
    return attempts_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<base::ErrorCode> failures_;
  std::vector<std::pair<std::string, std::string>> messages_;
  std::size_t attempts_ = 0;
};

std::string link_in(const std::string& message) {
  return tests::between(message, "https://lists.example.org", "\r\n");
}

// A site that sends mails into a postbox.
struct MailingSite {
  Postbox postbox;
  tests::SteadyClock clock;
  Mailer mailer{{.from = "no-reply@example.org"}, postbox.delivery(), clock};
  tests::ApiSite site{{.base_urls = {"https://lists.example.org"}, .mailer = &mailer}};

  MailingSite() {
    site.set_up();
    tests::set_passwords(site, {"alice", "bob"});
  }
};

}  // namespace

TEST_CASE("a mail is a message of RFC 5322", "[mail]") {
  CHECK(message_of({"dora@example.org", "A link", "Hello\nhttps://x\n"}) ==
        "From: no-reply@example.org\r\nTo: dora@example.org\r\nSubject: A link\r\n"
        "Date: Wed, 18 Nov 2026 11:06:40 +0000\r\nMessage-ID: <1f@example.org>\r\n"
        "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
        "Hello\r\nhttps://x\r\n");
  const std::string other = message_of({"dora@example.org", "Grüße", "Grüße\n"});
  CHECK_THAT(other, Contains("Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\n"));
  CHECK_THAT(other, Contains("Content-Transfer-Encoding: base64\r\n\r\nR3LDvMOfZQ0K\r\n"));
}

TEST_CASE("a mail cannot add lines to its head", "[mail][security]") {
  for (const char* address : {"", "dora", "@example.org", "dora@", "a@b\r\nBcc: eve@example.org",
                              "a@b, eve@example.org", "<a@b>", "a b@c", "a@b\n"}) {
    CAPTURE(address);
    CHECK_FALSE(make_message({address, "x", "y"}, "no-reply@example.org", time, "1"));
  }
  CHECK_FALSE(
      make_message({"a@b", "x\r\nBcc: eve@example.org", "y"}, "no-reply@example.org", time, "1"));
}

TEST_CASE("a mail that the server refuses for now is sent again, others are given up", "[mail]") {
  const base::SystemClock clock;
  std::mutex mutex;
  std::vector<std::string> problems;
  const auto report = [&](const std::string& problem) {
    const std::lock_guard lock(mutex);
    problems.push_back(problem);
  };
  SECTION("for now") {
    Postbox postbox({base::ErrorCode::unavailable, base::ErrorCode::unavailable});
    Mailer mailer({.pauses = {1ms, 1ms}, .report = report}, postbox.delivery(), clock);
    mailer.send({"a@example.org", "x", "y\n"});
    CHECK(postbox.wait_for_message().first == "a@example.org");
    CHECK(postbox.attempts() == 3);
    CHECK(problems.empty());
  }
  SECTION("for good") {
    Postbox postbox({base::ErrorCode::invalid});
    Mailer mailer({.pauses = {1ms, 1ms}, .report = report}, postbox.delivery(), clock);
    mailer.send({"a@example.org", "x", "y\n"});
    mailer.send({"b@example.org", "x", "y\n"});
    CHECK(postbox.wait_for_message().first == "b@example.org");
    const std::lock_guard lock(mutex);
    CHECK(problems.size() == 1);
  }
}

TEST_CASE("a folder takes mails as files of its owner", "[mail]") {
  const tests::TemporaryFolder folder;
  const Delivery deliver = deliver_to_folder(folder.path() / "mail");
  REQUIRE(deliver("a@b", "c@d", "text"));
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "mail")) {
    files.push_back(entry.path());
  }
  REQUIRE(files.size() == 1);
  CHECK(files[0].extension() == ".eml");
  CHECK(*base::read_file(files[0]) == "text");
  CHECK((std::filesystem::status(files[0]).permissions() & std::filesystem::perms::group_all) ==
        std::filesystem::perms::none);
}

TEST_CASE_METHOD(MailingSite, "a forgotten password is set by a link that works once",
                 "[mail][accounts]") {
  tests::Browser browser(site);
  browser.log_in("alice");
  tests::Browser stranger(site);
  CHECK(stranger.post("/accounts/password_reset/", {{"email", "Alice@Example.com"}})
            .header("location") == "/accounts/password_reset/done/");
  const auto [to, message] = postbox.wait_for_message();
  CHECK(to == "alice@example.com");
  CHECK_THAT(message, Contains("Subject: OpenCodelists password reset") && Contains("alice"));
  const std::string link = link_in(message);
  CHECK_THAT(stranger.get(link).body, Contains("Choose a new password"));
  CHECK_THAT(stranger.get(link + "x").body, Contains("Page not found"));
  std::string other = link;
  other[other.size() - 2] = other[other.size() - 2] == '0' ? '1' : '0';
  CHECK_THAT(stranger.get(other).body, Contains("Invalid link"));
  const tests::Browser::Fields fields = {{"new_password1", "battery staple 9"},
                                         {"new_password2", "battery staple 9"}};
  CHECK_THAT(stranger.post(link, {{"new_password1", "x"}, {"new_password2", "x"}}).body,
             Contains("too short"));
  CHECK(stranger.post(link, fields).header("location") == "/accounts/reset/done/");
  CHECK_THAT(stranger.get(link).body, Contains("Invalid link"));
  CHECK_THAT(stranger.post(link, fields).body, Contains("Invalid link"));
  CHECK(browser.get("/accounts/settings/").status == 302);
  CHECK(stranger.post("/accounts/login/", {{"username", "alice"}, {"password", "battery staple 9"}})
            .status == 302);
}

TEST_CASE_METHOD(MailingSite, "a link ends with its time, a sign-in, and its user",
                 "[mail][accounts]") {
  tests::Browser browser(site);
  browser.post("/accounts/password_reset/", {{"email", "alice@example.com"}});
  const std::string link = link_in(postbox.wait_for_message().second);
  const base::Timestamp now = site.clock().now();
  SECTION("three days") {
    site.clock().set(base::format_timestamp({now.unix_us + 3LL * 86'400'000'000 - 1'000'000}));
    CHECK_THAT(browser.get(link).body, Contains("Choose a new password"));
    site.clock().set(base::format_timestamp({now.unix_us + 3LL * 86'400'000'000 + 1'000'000}));
  }
  SECTION("a sign-in") { browser.log_in("alice"); }
  SECTION("deactivated") {
    REQUIRE(
        site.application().accounts().set_active({commands::Actor::system(), {}}, "alice", false));
  }
  CHECK_THAT(browser.get(link).body, Contains("Invalid link"));
}

TEST_CASE_METHOD(MailingSite, "nobody is sent more than a few links in an hour",
                 "[mail][accounts][security]") {
  tests::Browser browser(site);
  int sent_count = 0;
  for (int i = 0; i < 8; ++i) {
    const tests::Reply reply =
        browser.post("/accounts/password_reset/", {{"email", "alice@example.com"}});
    if (reply.status == 302) ++sent_count;
    if (reply.status == 429) CHECK_FALSE(reply.header("retry-after").empty());
  }
  CHECK(sent_count < 8);
}

TEST_CASE_METHOD(MailingSite, "a new password ends links for a new address",
                 "[mail][accounts][security]") {
  tests::Browser thief(site);
  thief.log_in("alice");
  REQUIRE(thief.post("/accounts/settings/email/", {{"email", "thief@example.com"}}).status == 302);
  const std::string link = link_in(postbox.wait_for_message().second);
  REQUIRE(site.application().accounts().set_password({commands::Actor::system(), {}}, "alice",
                                                     "another password 5"));
  CHECK_THAT(thief.get(link).body, Contains("Invalid link"));
}

TEST_CASE_METHOD(MailingSite, "nobody learns from asking for a link which addresses are known",
                 "[mail][accounts][security]") {
  tests::Browser browser(site);
  const auto ask = [&](const std::string& email) {
    return browser.post("/accounts/password_reset/", {{"email", email}}).header("location");
  };
  CHECK(ask("nobody@example.com") == ask("alice@example.com"));
  // carol has no password to reset.
  CHECK(ask("carol@example.com") == ask("x"));
  CHECK(postbox.wait_for_message().first == "alice@example.com");
  CHECK(ask("bob@example.com") == "/accounts/password_reset/done/");
  CHECK(postbox.wait_for_message(1).first == "bob@example.com");
}

TEST_CASE_METHOD(MailingSite, "a new address counts once its owner has confirmed it",
                 "[mail][accounts]") {
  tests::Browser browser(site);
  browser.log_in("alice");
  const auto email = [&] {
    return accounts::open_sealed(site.keys(), "alice", site.views().user("alice")->personal)->email;
  };
  CHECK_THAT(browser.post("/accounts/settings/email/", {{"email", "bob@example.com"}}).body,
             Contains("already exists"));
  CHECK(browser.post("/accounts/settings/email/", {{"email", "new@example.org"}}).status == 302);
  const auto [to, message] = postbox.wait_for_message();
  CHECK(to == "new@example.org");
  const std::string link = link_in(message);
  // Mail programs look at links.
  CHECK_THAT(browser.get(link).body, Contains("Confirm"));
  CHECK(email() == "alice@example.com");
  CHECK(browser.post(link).status == 302);
  CHECK(email() == "new@example.org");
  CHECK_THAT(browser.get(link).body, Contains("Invalid link"));
}

TEST_CASE_METHOD(MailingSite, "a user without a password, who signs in elsewhere, sets one by mail",
                 "[mail][accounts][sso]") {
  REQUIRE(site.application().identities().link({{.username = "carol"}, std::nullopt},
                                               {"https://login.example.ac.uk", "person-1"}));
  tests::Browser browser(site);
  browser.post("/accounts/password_reset/", {{"email", "carol@example.com"}});
  const auto [to, message] = postbox.wait_for_message();
  CHECK(to == "carol@example.com");
  const std::string password = "battery staple 9";
  CHECK(browser.post(link_in(message), {{"new_password1", password}, {"new_password2", password}})
            .header("location") == "/accounts/reset/done/");
  browser.post("/accounts/login/", {{"username", "carol"}, {"password", password}});
  CHECK(browser.is_signed_in());
}

}  // namespace codelog::mail::mail_test
