// The main job, end to end over HTTP: search, include, exclude, save, publish, download, read the
// history. Then the server is restarted with views rebuilt from the log, and every byte must be the
// same. Every state seen on the way must be readable again.
#include <catch2/catch.hpp>
#include <map>
#include <sstream>

#include "tests/server/api_site.h"

namespace codelog::tests::main_job_test {
namespace {

using nlohmann::json;

struct Job {
  std::string system;
  std::string term;
  std::string name;
};

// One person at work on one codelist.
class Researcher {
 public:
  Researcher(ApiSite& site, const Job& job) : site_(site), job_(job) {}

  const std::string& hash() const { return hash_; }
  std::string version() const { return "/api/v2/versions/" + hash_; }
  std::string list() const { return "/api/v2/codelists/organisation/test-org/" + slug_; }
  std::string pages() const { return "/codelist/test-org/" + slug_ + "/" + hash_ + "/"; }
  // The version's JSON, by the position at which it was seen.
  const std::map<std::uint64_t, std::string>& seen() const { return seen_; }
  int decisions() const { return decisions_; }

  void create() {
    const Reply reply = site_.send("POST", "/api/v2/codelists",
                                   {{"owner", "organisation/test-org"},
                                    {"name", job_.name},
                                    {"coding_system", job_.system},
                                    {"release", job_.system + "_small_20240101"},
                                    {"methodology", "Searched, then looked at each code."}});
    INFO(reply.body);
    REQUIRE(reply.status == 201);
    const json created = reply.json();
    slug_ = created.at("slug");
    hash_ = created.at("version").at("hash");
    CHECK(created.at("version").at("status") == "draft");
    CHECK(reply.header("location") == list());
    note(created);
  }

  void search() {
    const json found =
        site_.get("/api/v2/releases/" + job_.system + "_small_20240101/search?term=" + job_.term)
            .json();
    REQUIRE(found.at("matching").size() > 1);
    const Reply reply = site_.send("POST", version() + "/searches", {{"term", job_.term}});
    REQUIRE(reply.status == 201);
    CHECK(reply.json().at("codes") == found.at("codes"));
    CHECK(reply.json().at("added") == found.at("codes"));
    note(reply.json());
  }

  // Includes all codes that the search found, removes one code again, and decides the codes that
  // this leaves in conflict.
  void decide() {
    const std::string release = "/api/v2/releases/" + job_.system + "_small_20240101";
    const json codes = {{"codes", codes_with("?")}};
    const json codeset =
        site_.ask({.method = "POST", .target = release + "/codeset", .body = codes.dump()}).json();
    json updates = json::array();
    for (const json& row : codeset.at("definition")) updates.push_back(row);
    set(updates, "");
    CHECK(codes_with("?").empty());
    const auto inherited = codes_with("(+)");
    REQUIRE_FALSE(inherited.empty());
    set(one_update(inherited.front(), "-").at("updates"), "not what it is about");
    for (auto open = codes_with("!"); !open.empty(); open = codes_with("!")) {
      set(one_update(open.front(), "+").at("updates"), "");
      REQUIRE(decisions_ < 100);
    }
  }

  void undo_and_redo() {
    const json before = site_.get(version()).json();
    note(step("undo"));
    CHECK(site_.get(version()).json().at("statuses") != before.at("statuses"));
    note(step("redo"));
    CHECK(site_.get(version()).json().at("statuses") == before.at("statuses"));
  }

  void publish() {
    const json saved = step("save");
    CHECK(saved.at("status") == "under review");
    note(saved);
    const json published = step("publish");
    CHECK(published.at("status") == "published");
    note(published);
  }

 private:
  std::vector<std::string> codes_with(const std::string& wanted) const {
    std::vector<std::string> codes;
    const json now = site_.get(version()).json();
    for (const auto& [code, status] : now.at("statuses").items()) {
      if (status == wanted) codes.push_back(code);
    }
    return codes;
  }

  void set(const json& updates, const std::string& reason) {
    ++decisions_;
    const Reply reply =
        site_.send("PATCH", version() + "/statuses", {{"updates", updates}, {"reason", reason}});
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    for (const json& update : updates) {
      CHECK(reply.json().at("changed").at(update.at(0).get<std::string>()) == update.at(1));
    }
    note(reply.json());
  }

  json step(const std::string& name) {
    const Reply reply = site_.send("POST", version() + "/" + name);
    INFO(name << ": " << reply.body);
    REQUIRE(reply.status == 200);
    return reply.json();
  }

  // A client that got its answer reads its own write.
  void note(const json& answer) {
    const Reply reply = site_.get(version());
    REQUIRE(reply.status == 200);
    CHECK(reply.json().at("position") == answer.at("position"));
    seen_[answer.at("position")] = reply.body;
  }

  ApiSite& site_;
  const Job job_;
  std::string slug_;
  std::string hash_;
  std::map<std::uint64_t, std::string> seen_;
  int decisions_ = 0;
};

// Reads every representation of the codelist.
std::map<std::string, std::string> read_all(const ApiSite& site, const Researcher& researcher) {
  std::map<std::string, std::string> all;
  for (const std::string& target :
       {researcher.version(), researcher.version() + "/searches", researcher.list(),
        researcher.list() + "/history?changes=true&limit=1000", researcher.pages() + "download.csv",
        researcher.pages() + "definition.csv", std::string("/api/v2/codelists"),
        std::string("/api/v2/releases"),
        std::string("/api/v1/codelist/?include-users&description&methodology&references")}) {
    const Reply reply = site.get(target);
    CAPTURE(target);
    REQUIRE(reply.status == 200);
    all[target] = reply.body;
  }
  return all;
}

void check_download(const ApiSite& site, const Researcher& researcher, const Job& job) {
  const json version = site.get(researcher.version()).json();
  std::vector<std::string> included;
  for (const auto& [code, status] : version.at("statuses").items()) {
    if (status == "+" || status == "(+)") included.push_back(code);
  }
  const std::string release = job.system + "_small_20240101";
  const json terms = site.ask({.method = "POST",
                               .target = "/api/v2/releases/" + release + "/terms",
                               .body = json({{"codes", included}}).dump()})
                         .json()
                         .at("terms");
  const std::string csv = site.get(researcher.pages() + "download.csv").body;
  std::istringstream lines(csv);
  std::string line;
  REQUIRE(std::getline(lines, line));
  CHECK(line == "code,term\r");
  for (const std::string& code : included) {
    REQUIRE(std::getline(lines, line));
    CHECK(line.substr(0, line.find(',')) == code);
    if (line.find('"') == std::string::npos) {
      CHECK(line == code + "," + terms.at(code).get<std::string>() + "\r");
    }
  }
  CHECK_FALSE(std::getline(lines, line));
}

void check_history(const ApiSite& site, const Researcher& researcher) {
  std::vector<std::string> types;
  std::uint64_t after = 0;
  for (;;) {
    const json page =
        site.get(researcher.list() + "/history?limit=3&after=" + std::to_string(after)).json();
    for (const json& event : page.at("events")) {
      CHECK(event.at("position") > after);
      CHECK(event.at("actor") == "alice");
      types.push_back(event.at("type"));
    }
    if (page.at("next").is_null()) break;
    after = page.at("next");
  }
  std::vector<std::string> expected = {"CodelistCreated", "VersionCreated", "SearchAdded"};
  expected.insert(expected.end(), static_cast<std::size_t>(researcher.decisions()),
                  "StatusesChanged");
  for (const char* type :
       {"DraftStepUndone", "DraftStepRedone", "VersionSavedForReview", "VersionPublished"}) {
    expected.emplace_back(type);
  }
  CHECK(types == expected);
}

// Every state seen on the way can be read again.
void check_past(const ApiSite& site, const Researcher& researcher) {
  for (const auto& [position, body] : researcher.seen()) {
    CAPTURE(position);
    CHECK(site.get(researcher.version() + "?as_of=" + std::to_string(position)).body == body);
  }
}

}  // namespace

TEST_CASE(
    "a codelist is searched, built, published, downloaded, and survives a rebuild to the byte",
    "[main-job]") {
  const auto job =
      GENERATE(Job{"snomedct", "fracture", "Fractures"}, Job{"bnf", "statins", "Statins"},
               Job{"ctv3", "fracture", "Fractures"}, Job{"readv2", "asthma", "Asthma"},
               Job{"opcs4", "excision", "Excisions"});
  CAPTURE(job.system);
  ApiSite site;
  site.set_up();
  if (job.system != "snomedct" && job.system != "bnf") site.register_release(job.system);
  Researcher researcher(site, job);
  researcher.create();
  researcher.search();
  researcher.decide();
  researcher.undo_and_redo();
  researcher.publish();
  check_download(site, researcher, job);
  check_history(site, researcher);
  check_past(site, researcher);
  const auto before = read_all(site, researcher);
  const base::Sha256 views = site.projections().digest();
  site.restart_with_new_views();
  CHECK(site.projections().digest() == views);
  CHECK(read_all(site, researcher) == before);
  check_past(site, researcher);
}

}  // namespace codelog::tests::main_job_test
