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

const std::vector<std::string> none;

std::vector<std::string> shown_in(const std::string& text,
                                  const std::vector<std::string>& strings) {
  std::vector<std::string> found;
  for (const std::string& string : strings) {
    if (lower(text).find(lower(string)) != std::string::npos) found.push_back(string);
  }
  return found;
}

// A site on which Zara has done what leaves traces, and an administrator.
class SiteOfZara {
 public:
  SiteOfZara() {
    add_user({"zb", "--name", "Zara Maidenova", "--email", "zara@heart.example"}, zara_password);
    add_user({"root", "--name", "Root", "--email", "root@example.org", "--admin"}, root_password);
    data.run({"organisation", "add", "ship", "--name", "Ship", "--url", "https://ship.example"});
    data.run({"organisation", "member", "ship", "zb", "--admin"});
    data.run({"user", "change", "zb", "--name", "Zara Beeblebrova", "--email", "z2@heart.example"});
    token = data.run({"user", "token", "zb"});
    token = token.substr(0, token.find('\n'));
  }

  Visitor log_in(const Server& server, const std::string& username) const {
    const bool is_zara = username == "zb";
    Visitor visitor(server, is_zara ? "Zaraphone/7.1" : "Rootphone");
    const char* password = is_zara ? zara_password : root_password;
    const HttpAnswer answer =
        visitor.post("/accounts/login/", {{"username", username}, {"password", password}});
    REQUIRE(answer.status == 302);
    REQUIRE_FALSE(visitor.session().empty());
    return visitor;
  }

  // A new address that is never confirmed, and a forgotten password.
  void cause_mails(const Server& server, Visitor& zara) const {
    const auto new_address =
        zara.post("/accounts/settings/email/", {{"email", "z3@heart.example"}});
    CHECK(new_address.status == 302);
    const auto forgotten =
        Visitor(server, "Phone").post("/accounts/password_reset/", {{"email", "z2@heart.example"}});
    CHECK(forgotten.status == 302);
    const auto mails_count = [&] {
      std::error_code error;
      return std::distance(fs::directory_iterator(data.path() / "mail", error), {});
    };
    while (mails_count() < 2) std::this_thread::yield();
  }

  std::string key() const {
    return *base::read_file(data.path() / "keys" / "users" /
                            (base::to_hex(base::sha256("zb")) + ".key"));
  }

  const Data data;
  std::string token;

 private:
  static constexpr const char* zara_password = "zaphod pass 42";
  static constexpr const char* root_password = "horse battery 17";

  void add_user(std::vector<std::string> arguments, const std::string& password) const {
    arguments.insert(arguments.begin(), {"user", "add"});
    arguments.insert(arguments.end(), {"--password-stdin", "--data", data.path().string()});
    REQUIRE(run_codelog(arguments, password + "\n").exit_code == 0);
  }
};

const std::vector<std::string> zaras_strings = {
    "Beeblebrova",      "Maidenova", "zara@heart.example", "z2@heart.example",
    "z3@heart.example", "Zaraphone", "zaphod pass 42"};

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

void check_pages(const Server& server, Visitor& root) {
  for (const std::string& page : pages) {
    CAPTURE(page);
    // A page repeats what was searched for.
    const bool is_search = page.find("q=") != std::string::npos;
    const std::vector<std::string> strings =
        is_search ? std::vector<std::string>{"Zara", "heart.example"} : zaras_strings;
    CHECK(shown_in(root.get(page).body, strings) == none);
    CHECK(shown_in(server.get(page).body, strings) == none);
  }
}

}  // namespace

TEST_CASE("nothing in a data folder, and no page, has the strings of an erased person",
          "[erasure]") {
  const SiteOfZara site;
  const Data& data = site.data;
  std::string session;
  {
    Server server(data.path());
    Visitor zara = site.log_in(server, "zb");
    Visitor root = site.log_in(server, "root");
    session = zara.session();
    const Json codelist = {{"owner", "user/zb"}, {"name", "Towels"}, {"coding_system", "null"}};
    server.send(json_request("POST", "/api/v2/codelists", site.token, codelist));
    site.cause_mails(server, zara);
    std::size_t shown_count = 0;
    for (const std::string& page : pages) {
      for (Visitor* reader : {&zara, &root}) {
        shown_count +=
            shown_in(reader->get(page).body, {"Zara Beeblebrova", "z2@heart.example"}).size();
      }
    }
    CHECK(shown_count > 4);
    REQUIRE(server.stop() == 0);
  }
  // Also in other table files.
  data.run({"log", "rebuild"});
  CHECK_FALSE(finds(data.path(), zaras_strings).empty());

  const std::string key = site.key();
  Server server(data.path());
  Visitor root = site.log_in(server, "root");
  // Whatever is cached is so now.
  for (const std::string& page : pages) {
    (void)root.get(page);
    (void)server.get(page);
  }
  data.run({"user", "erase", "zb"});
  CHECK(finds(data.path(), zaras_strings) == none);
  CHECK(finds(data.path(), {session, site.token, key}) == none);
  CHECK(server.send(json_request("GET", "/api/v2/me", site.token, nullptr)).status == 401);
  check_pages(server, root);
  CHECK(server.stop() == 0);

  // Neither a rebuild nor a restore brings anything back, and every proof still holds.
  data.run({"log", "rebuild"});
  data.run({"log", "verify"});
  CHECK(finds(data.path(), zaras_strings) == none);
  const fs::path restored = data.path().parent_path() / "restored";
  REQUIRE(run_codelog({"restore", data.path().string(), "--to", restored.string()}).exit_code == 0);
  CHECK(finds(restored, zaras_strings) == none);
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
