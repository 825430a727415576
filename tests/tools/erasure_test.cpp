// After a person was erased, no byte of the data folder has the person's strings, in whatever form
// files keep them, and no page shows them.
#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <thread>

#include "events/base/digest.h"
#include "events/base/file.h"
#include "server/http/urlencoded.h"
#include "tests/tools/program.h"

namespace codelog::tools::test::erasure_test {
namespace {

namespace fs = std::filesystem;
using Fields = std::vector<std::pair<std::string, std::string>>;

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

// The content of a table file, as it was before compression, what was overwritten included.
std::string table_content(const fs::path& file) {
  rocksdb::Options options;
  rocksdb::SstFileReader reader(options);
  REQUIRE(reader.Open(file.string()).ok());
  std::string content;
  const std::unique_ptr<rocksdb::Iterator> entries(reader.NewIterator({}));
  for (entries->SeekToFirst(); entries->Valid(); entries->Next()) {
    content += entries->key().ToString() + "\n" + entries->value().ToString() + "\n";
  }
  REQUIRE(entries->status().ok());
  return content;
}

// "mail/a.eml: zara" for each of these strings, in any case, that a file has; in its name too.
std::vector<std::string> finds(const fs::path& folder, const std::vector<std::string>& strings) {
  std::vector<std::string> found;
  std::size_t tables_count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::string text = fs::relative(entry.path(), folder).string() + "\n";
    text += *base::read_file(entry.path());
    if (entry.path().extension() == ".sst") {
      ++tables_count;
      text += table_content(entry.path());
    }
    text = lower(std::move(text));
    for (const std::string& string : strings) {
      if (text.find(lower(string)) == std::string::npos) continue;
      found.push_back(fs::relative(entry.path(), folder).string() + ": " + string);
    }
  }
  CHECK(tables_count > 0);
  return found;
}

// A person at a browser.
class Visitor {
 public:
  Visitor(const Server& server, std::string agent) : server_(server), agent_(std::move(agent)) {}

  HttpAnswer get(const std::string& target) { return send({.target = target}); }

  HttpAnswer post(const std::string& target, const Fields& fields) {
    if (cookies_["csrftoken"].empty()) get("/accounts/login/");
    std::string body = "csrfmiddlewaretoken=" + cookies_["csrftoken"];
    for (const auto& [name, value] : fields) {
      body += "&" + name + "=" + http::percent_encode(value);
    }
    return send({.method = "POST",
                 .target = target,
                 .headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                             {"Origin", "http://localhost"},
                             {"Sec-Fetch-Site", "same-origin"}},
                 .body = body});
  }

  const std::string& session() { return cookies_["sessionid"]; }

 private:
  HttpAnswer send(HttpRequest request) {
    std::string cookies;
    for (const auto& [name, value] : cookies_) {
      if (!value.empty()) cookies += (cookies.empty() ? "" : "; ") + name + "=" + value;
    }
    request.headers.emplace_back("User-Agent", agent_);
    if (!cookies.empty()) request.headers.emplace_back("Cookie", cookies);
    HttpAnswer answer = server_.send(request);
    const std::string mark = "set-cookie: ";
    const std::string head = lower(answer.head);
    for (std::size_t at = 0; (at = head.find(mark, at)) != std::string::npos;) {
      at += mark.size();
      const std::size_t equals = answer.head.find('=', at);
      const std::string name = answer.head.substr(at, equals - at);
      cookies_[name] =
          answer.head.substr(equals + 1, answer.head.find_first_of(";\r", equals) - equals - 1);
    }
    return answer;
  }

  const Server& server_;
  const std::string agent_;
  std::map<std::string, std::string> cookies_;
};

// All that is known of a person, and what the person has left behind on a site.
struct Zara {
  const std::string username = "zb";
  const std::vector<std::string> strings = {
      "Beeblebrova",      "Maidenova", "zara@heart.example", "z2@heart.example",
      "z3@heart.example", "Zaraphone", "zaphod pass 42"};
};

std::vector<std::string> shown_in(const std::string& text,
                                  const std::vector<std::string>& strings) {
  std::vector<std::string> found;
  for (const std::string& string : strings) {
    if (lower(text).find(lower(string)) != std::string::npos) found.push_back(string);
  }
  return found;
}

}  // namespace

TEST_CASE("nothing in a data folder, and no page, has the strings of an erased person",
          "[erasure]") {
  const Data data;
  const Zara zara;
  const std::string path = data.path().string();
  const auto none = std::vector<std::string>();
  REQUIRE(run_codelog({"user", "add", "zb", "--name", "Zara Maidenova", "--email",
                       "zara@heart.example", "--password-stdin", "--data", path},
                      "zaphod pass 42\n")
              .exit_code == 0);
  REQUIRE(run_codelog({"user", "add", "root", "--name", "Root", "--email", "root@example.org",
                       "--admin", "--password-stdin", "--data", path},
                      "horse battery 17\n")
              .exit_code == 0);
  data.run({"organisation", "add", "ship", "--name", "Ship", "--url", "https://ship.example"});
  data.run({"organisation", "member", "ship", "zb", "--admin"});
  data.run({"user", "change", "zb", "--name", "Zara Beeblebrova", "--email", "z2@heart.example"});
  std::string token = data.run({"user", "token", "zb"});
  token = token.substr(0, token.find('\n'));

  auto server = std::make_unique<Server>(data.path());
  Visitor visitor(*server, "Zaraphone/7.1");
  REQUIRE(visitor.post("/accounts/login/", {{"username", "zb"}, {"password", "zaphod pass 42"}})
              .status == 302);
  const std::string session = visitor.session();
  REQUIRE_FALSE(session.empty());
  Visitor root(*server, "Rootphone");
  REQUIRE(root.post("/accounts/login/", {{"username", "root"}, {"password", "horse battery 17"}})
              .status == 302);
  const Json codelist = {{"owner", "user/zb"}, {"name", "Towels"}, {"coding_system", "null"}};
  server->send(json_request("POST", "/api/v2/codelists", token, codelist));
  const Json me = Json::parse(server->send(json_request("GET", "/api/v2/me", token, nullptr)).body);
  CHECK(me["email"] == "z2@heart.example");
  // A new address that is never confirmed, and a forgotten password: two mails.
  CHECK(visitor.post("/accounts/settings/email/", {{"email", "z3@heart.example"}}).status == 302);
  CHECK(Visitor(*server, "Phone")
            .post("/accounts/password_reset/", {{"email", "z2@heart.example"}})
            .status == 302);
  const auto mails_count = [&] {
    std::error_code error;
    return std::distance(fs::directory_iterator(data.path() / "mail", error), {});
  };
  while (mails_count() < 2) std::this_thread::yield();

  const std::vector<std::string> pages = {"/accounts/settings/",
                                          "/organisations/ship/",
                                          "/organisations/",
                                          "/users/zb/",
                                          "/",
                                          "/find/?q=beeblebrova",
                                          "/superusers/",
                                          "/superusers/users/",
                                          "/superusers/users/?q=beeblebrova",
                                          "/superusers/users/zb/",
                                          "/api/v2/codelists",
                                          "/api/v1/codelist/",
                                          "/api/v2/search?q=beeblebrova"};
  std::size_t shown_count = 0;
  for (const std::string& page : pages) {
    for (Visitor* reader : {&visitor, &root}) {
      const std::string body = reader->get(page).body;
      shown_count += shown_in(body, {"Zara Beeblebrova", "z2@heart.example"}).size();
    }
    (void)server->get(page);
  }
  CHECK(shown_count > 4);
  // A second server run, so that some of it is in table files.
  REQUIRE(server->stop() == 0);
  data.run({"log", "rebuild"});
  CHECK_FALSE(finds(data.path(), zara.strings).empty());
  server = std::make_unique<Server>(data.path());
  Visitor root_again(*server, "Rootphone");
  REQUIRE(
      root_again.post("/accounts/login/", {{"username", "root"}, {"password", "horse battery 17"}})
          .status == 302);
  for (const std::string& page : pages) (void)root_again.get(page);

  const fs::path key_file =
      data.path() / "keys" / "users" / (base::to_hex(base::sha256(zara.username)) + ".key");
  const std::string key = *base::read_file(key_file);
  data.run({"user", "erase", "zb"});
  CHECK(finds(data.path(), zara.strings) == none);
  CHECK(finds(data.path(), {session, token, key}) == none);
  CHECK(server->send(json_request("GET", "/api/v2/me", token, nullptr)).status == 401);
  for (const std::string& page : pages) {
    CAPTURE(page);
    // The query itself comes back in the page.
    const bool is_search = page.find("q=") != std::string::npos;
    const std::vector<std::string> strings =
        is_search ? std::vector<std::string>{"Zara", "heart.example"} : zara.strings;
    CHECK(shown_in(root_again.get(page).body, strings) == none);
    CHECK(shown_in(server->get(page).body, strings) == none);
  }
  CHECK(shown_in(data.run({"log", "list"}), zara.strings) == none);
  CHECK(server->stop() == 0);

  // Neither a rebuild nor a restore brings anything back, and every proof still holds.
  data.run({"log", "rebuild"});
  data.run({"log", "verify"});
  CHECK(finds(data.path(), zara.strings) == none);
  const fs::path restored = data.path().parent_path() / "restored";
  REQUIRE(run_codelog({"restore", path, "--to", restored.string()}).exit_code == 0);
  CHECK(finds(restored, zara.strings) == none);
}

TEST_CASE("an erasure that was interrupted is completed at the next start", "[erasure]") {
  const Data data;
  data.run({"user", "add", "zb", "--name", "Zara", "--email", "zara@heart.example"});
  const fs::path keys = data.path() / "keys" / "users";
  const fs::path copy = data.path().parent_path() / "key";
  const fs::path key = fs::directory_iterator(keys)->path();
  fs::copy_file(key, copy);
  data.run({"user", "erase", "zb"});
  CHECK_FALSE(fs::exists(key));
  // As if it had stopped after the event.
  fs::copy_file(copy, key);
  fs::create_directory(data.path() / "mail");
  REQUIRE(base::write_file_durably(data.path() / "mail" / "1.eml", "To: zara@heart.example"));
  data.run({"release", "list"});
  CHECK_FALSE(fs::exists(key));
  CHECK_FALSE(fs::exists(data.path() / "mail" / "1.eml"));
}

}  // namespace codelog::tools::test::erasure_test
