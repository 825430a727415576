// Compares the OpenAPI document with the router and with real answers: every route is documented,
// every documented route exists, and the answers of every operation match their schemas.
#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "events/base/text.h"
#include "server/api/endpoints.h"
#include "server/json/json_schema.h"
#include "tests/server/api_golden.h"
#include "tests/server/http_client.h"

namespace codelog::tests::api_openapi_test {
namespace {

using nlohmann::json;

// Sends requests and checks each answer against the document.
class Checked {
 public:
  explicit Checked(ApiSite& site)
      : site_(site), document_(site.get("/api/v2/openapi.json").json()) {}

  // `path` is the document's; `target` is the path of the request.
  Reply ask(const std::string& method, const std::string& path, const std::string& target,
            const json& body = nullptr, const std::string& username = "alice",
            const std::string& accept = "") {
    INFO(method << " " << target << " " << body.dump());
    Ask request{.method = method, .target = target};
    if (!username.empty()) request.token = "Token " + ApiSite::token_of(username);
    if (!body.is_null()) request.body = body.dump();
    if (!accept.empty()) request.headers = {{"Accept", accept}};
    const Reply reply = site_.ask(request);
    INFO(reply.body);
    const std::string lower = base::ascii_lower(method);
    REQUIRE(document_.at("paths").contains(path));
    REQUIRE(document_["paths"][path].contains(lower));
    const json& responses = document_["paths"][path][lower].at("responses");
    const std::string status = std::to_string(reply.status);
    const json& content =
        responses.at(responses.contains(status) ? status : "default").at("content");
    const std::string media_type = reply.header("content-type");
    REQUIRE(content.contains(media_type));
    const bool is_json = media_type.ends_with("json");
    const auto errors = codelog::json::check_schema(content.at(media_type).at("schema"),
                                                    document_.at("components").at("schemas"),
                                                    is_json ? reply.json() : json(reply.body));
    for (const base::FieldError& error : errors) {
      UNSCOPED_INFO(error.field << " " << error.detail);
    }
    CHECK(errors.empty());
    if (reply.status < 300) succeeded_.insert(method + " " + path);
    return reply;
  }

  // Of an operation whose answer does not end.
  void begin_to_ask(const std::string& path, const std::string& target) {
    http::test::Client client(site_.port());
    REQUIRE(client.send("GET " + target + " HTTP/1.1\r\nHost: test\r\n\r\n"));
    const std::string head = client.read_until("\r\n\r\n");
    const json& content = document_.at("paths").at(path).at("get").at("responses").at("200");
    for (const auto& [media_type, schema] : content.at("content").items()) {
      if (head.find("Content-Type: " + media_type) == std::string::npos) continue;
      succeeded_.insert("GET " + path);
    }
  }

  const json& document() const { return document_; }
  const std::set<std::string>& succeeded() const { return succeeded_; }

 private:
  ApiSite& site_;
  const json document_;
  std::set<std::string> succeeded_;
};

constexpr const char* codelist_path = "/api/v2/codelists/{owner_kind}/{owner}/{slug}";
constexpr const char* version_path = "/api/v2/versions/{hash}";

std::string codelist(const std::string& rest = "") {
  return "/api/v2/codelists/organisation/test-org/elbows" + rest;
}

void ask_about_searches(Checked& checked, const std::string& base, const std::string& release) {
  for (const char* query :
       {"?term=elbow", "?term=ELB%20cyst&mode=words", "?term=elbow&mode=phrase",
        "?term=elb&mode=starts_with", "?term=elb.%2B&mode=regex", "?code=2281005",
        "?code=228&mode=code_prefix", "?code=2-5&mode=code_range",
        "?term=elbow&mode=words&type=Disorder&type=Finding&active=true",
        "?code=2-5&mode=code_range&active=false"}) {
    const std::string target = release + "/matches" + query;
    const json all = checked.ask("GET", base + "/matches", target, nullptr, "").json();
    CHECK(all.at("total") > 0);
    const json found =
        checked.ask("GET", base + "/search", release + "/search" + query, nullptr, "").json();
    CHECK(found.at("matching").size() == all.at("total"));
    const json second =
        checked.ask("GET", base + "/matches", target + "&limit=1&offset=0", nullptr, "").json();
    CHECK(second.at("hits").size() == 1);
    CHECK(second.at("hits").at(0) == all.at("hits").at(0));
  }
  checked.ask("GET", base + "/matches", release + "/matches?term=x&mode=wrong", nullptr, "");
  checked.ask("GET", base + "/types", release + "/types", nullptr, "");
  checked.ask("GET", base + "/codes/{code}", release + "/codes/2281005", nullptr, "");
  CHECK(checked.ask("GET", base + "/codes/{code}", release + "/codes/1", nullptr, "").status ==
        404);
}

void ask_about_releases(Checked& checked) {
  const std::string release = "/api/v2/releases/snomedct_small_20240101";
  const std::string base = "/api/v2/releases/{alias}";
  checked.ask("GET", "/api/v2/releases", "/api/v2/releases", nullptr, "");
  checked.ask("GET", "/api/v2/me", "/api/v2/me");
  CHECK(checked.ask("GET", "/api/v2/me", "/api/v2/me", nullptr, "").status == 401);
  checked.ask("GET", base + "/search", release + "/search?term=elbow", nullptr, "");
  checked.ask("GET", base + "/search", release + "/search?term=x", nullptr, "");
  ask_about_searches(checked, base, release);
  checked.ask("POST", base + "/terms", release + "/terms", {{"codes", {"2247004", "x"}}}, "");
  checked.ask("POST", base + "/codeset", release + "/codeset", {{"codes", {"2247004"}}}, "");
}

// What the builder reads, in both forms.
void ask_about_the_builder(Checked& checked, const std::string& version, const std::string& code,
                           const json& step) {
  const std::string path = version_path;
  for (const std::string accept : {"", "application/json"}) {
    for (const std::string rest : {"/tree", "/tree/terms", "/statuses"}) {
      checked.ask("GET", path + rest, version + rest, nullptr, "", accept);
    }
  }
  CHECK(checked.ask("GET", path + "/tree/terms", version + "/tree/terms?block=1", nullptr, "")
            .status == 400);
  checked.ask("GET", path + "/codes/{code}", version + "/codes/" + code, nullptr, "");
  CHECK(checked.ask("GET", path + "/codes/{code}", version + "/codes/1", nullptr, "").status ==
        404);
  checked.ask("GET", path + "/matches", version + "/matches?term=elbow", nullptr, "");
  checked.ask("GET", path + "/rows", version + "/rows?q=e&sort=status&limit=3", nullptr, "");
  checked.ask("GET", path + "/composition", version + "/composition", nullptr, "");
  checked.ask("GET", path + "/icicle", version + "/icicle?nodes_max=5", nullptr, "");
  checked.ask("POST", path + "/reasons", version + "/reasons", {{"step", step}, {"reason", "r"}});
  checked.ask("GET", path + "/steps", version + "/steps");
  checked.ask("PUT", path + "/presence", version + "/presence", {{"code", code}});
}

// Returns the hash of the draft.
std::string ask_about_codelists(Checked& checked) {
  const json list = {{"owner", "organisation/test-org"},
                     {"name", "Elbows"},
                     {"coding_system", "snomedct"},
                     {"description", "All of them"}};
  const json created = checked.ask("POST", "/api/v2/codelists", "/api/v2/codelists", list).json();
  CHECK(checked.ask("POST", "/api/v2/codelists", "/api/v2/codelists", list).status == 409);
  CHECK(checked.ask("POST", "/api/v2/codelists", "/api/v2/codelists", list, "bob").status == 403);
  checked.ask("GET", "/api/v2/codelists", "/api/v2/codelists?status=draft", nullptr, "");
  checked.ask("GET", codelist_path, codelist(), nullptr, "");
  const std::string collaborator = std::string(codelist_path) + "/collaborators/{username}";
  checked.ask("PUT", collaborator, codelist("/collaborators/bob"));
  checked.ask("DELETE", collaborator, codelist("/collaborators/bob"));
  checked.ask("PATCH", codelist_path, codelist(),
              {{"references", json::array({{{"text", "T"}, {"url", "https://e.com"}}})},
               {"signoffs", json::array({{{"user", "carol"}, {"date", "2024-02-03"}}})},
               {"tags", {"joints"}}});
  checked.ask("PATCH", codelist_path, codelist(), {{"tags", {"joints"}}});
  return created.at("version").at("hash");
}

void ask_about_a_draft(Checked& checked, const std::string& hash) {
  const std::string version = "/api/v2/versions/" + hash;
  const std::string searches = std::string(version_path) + "/searches";
  const json added =
      checked.ask("POST", searches, version + "/searches", {{"term", "elbow"}}).json();
  CHECK(checked.ask("POST", searches, version + "/searches", {{"term", "elbow"}}).status == 200);
  const std::string id = added.at("id").dump();
  checked.ask("POST", searches, version + "/searches", {{"code", "17111000000103"}});
  checked.ask("GET", searches, version + "/searches", nullptr, "");
  checked.ask("GET", searches + "/{id}", version + "/searches/" + id, nullptr, "");
  const std::string code = added.at("codes").at(0);
  const json include = {{"updates", json::array({json::array({code, "+"})})}};
  const json included =
      checked.ask("PATCH", std::string(version_path) + "/statuses", version + "/statuses", include)
          .json();
  checked.ask("PATCH", std::string(version_path) + "/statuses", version + "/statuses",
              {{"select", {{"under", code}}}, {"to", "-"}, {"answer", "crc"}});
  ask_about_the_builder(checked, version, code, included.at("position"));
  checked.ask("POST", std::string(version_path) + "/undo", version + "/undo");
  checked.ask("POST", std::string(version_path) + "/redo", version + "/redo");
  CHECK(checked.ask("POST", std::string(version_path) + "/redo", version + "/redo").status == 409);
  checked.ask("POST", std::string(version_path) + "/reapply", version + "/reapply");
  checked.ask("DELETE", searches + "/{id}", version + "/searches/" + id);
  const json now = checked.ask("GET", version_path, version, nullptr, "").json();
  json all = {{"updates", json::array()}};
  for (const auto& [undecided, status] : now.at("statuses").items()) {
    if (status == "?") all["updates"].push_back({undecided, "+"});
  }
  checked.ask("PATCH", std::string(version_path) + "/statuses", version + "/statuses", all);
  checked.ask("POST", std::string(version_path) + "/save", version + "/save", json::object());
}

void ask_about_upgrades(ApiSite& site, Checked& checked, const std::string& hash) {
  const std::string path = version_path;
  const std::string version = "/api/v2/versions/" + hash;
  const std::string alias =
      site.import_snomedct("uk_sct2cl_5.1.0_20240601000001Z.zip", "second", "2024-06-01");
  checked.ask("GET", path + "/upgrade", version + "/upgrade", nullptr, "");
  const json draft =
      checked.ask("POST", path + "/upgrade", version + "/upgrade", {{"release", alias}}).json();
  const std::string upgraded = "/api/v2/versions/" + draft.at("hash").get<std::string>();
  checked.ask("GET", path + "/assumptions", upgraded + "/assumptions", nullptr, "");
  checked.ask("POST", path + "/assumptions", upgraded + "/assumptions");
  checked.ask("POST", path + "/discard", upgraded + "/discard");
  const std::string report = "/api/v2/releases/{alias}/upgrade-report";
  const std::string url = "/api/v2/releases/" + alias + "/upgrade-report";
  checked.ask("GET", report, url, nullptr, "");
  checked.ask("POST", report, url);
  while (site.application().upgrade_reports().state_of(alias)->is_running) {
    std::this_thread::yield();
  }
  checked.ask("GET", report, url, nullptr, "");
}

void ask_about_history(Checked& checked, const std::string& path, const std::string& target) {
  const auto ask = [&](const std::string& at, const std::string& end) {
    return checked.ask("GET", path + at, target + end, nullptr, "").json();
  };
  ask("/history", "/history?group=session&limit=3");
  ask("/history", "/history?group=session&code=2247004");
  const json moments = ask("/history/moments", "/history/moments");
  for (const json& position : moments.at("positions")) {
    ask("/history/moments/{position}", "/history/moments/" + position.dump());
  }
  ask("/history/activity", "/history/activity");
  ask("/changes", "/changes?from=1");
  ask("/replay", "/replay?limit=5");
  ask("/replay", "/replay?direction=backward");
  checked.ask("GET", "/api/v2/log/changes", "/api/v2/log/changes?from=0", nullptr, "");
  const std::string commit = "/api/v2/commits/" + moments.at("positions").back().dump();
  checked.ask("GET", "/api/v2/commits/{position}", commit, nullptr, "", "application/json");
  checked.ask("GET", "/api/v2/commits/{position}", commit, nullptr, "");
}

void ask_about_versions(Checked& checked, const std::string& hash) {
  const std::string path = version_path;
  const std::string version = "/api/v2/versions/" + hash;
  const json draft = checked.ask("POST", path + "/drafts", version + "/drafts").json();
  const std::string second = draft.at("hash");
  checked.ask("POST", path + "/discard", "/api/v2/versions/" + second + "/discard");
  checked.ask("POST", path + "/signoffs", version + "/signoffs");
  CHECK(checked.ask("POST", path + "/signoffs", version + "/signoffs").status == 409);
  checked.ask("POST", path + "/publish", version + "/publish");
  CHECK(checked.ask("POST", path + "/publish", version + "/publish").status == 409);
  checked.ask("POST", path + "/clone", version + "/clone", nullptr, "bob");
  const std::string versions = std::string(codelist_path) + "/versions";
  const json table = {
      {"csv", "code,term\n2247004,x\n"}, {"release", "snomedct_small_20240101"}, {"tag", "table"}};
  const json old_style = checked.ask("POST", versions, codelist("/versions"), table).json();
  const std::string old_version = "/api/v2/versions/" + old_style.at("hash").get<std::string>();
  checked.ask("GET", path, old_version, nullptr, "");
  checked.ask("GET", path + "/rows", old_version + "/rows", nullptr, "");
  checked.ask("GET", path + "/blame", old_version + "/blame", nullptr, "");
  checked.ask("GET", path + "/blame", version + "/blame", nullptr, "");
  checked.ask("GET", path + "/blame", version + "/blame?code=2247004", nullptr, "");
  checked.ask("GET", std::string(codelist_path) + "/sizes", codelist("/sizes"), nullptr, "");
  checked.ask("GET", path + "/diff/{other}",
              version + "/diff/" + old_style.at("hash").get<std::string>(), nullptr, "");
  CHECK(checked.ask("GET", path + "/diff/{other}", version + "/diff/x", nullptr, "").status == 404);
  checked.ask("POST", path + "/convert", old_version + "/convert");
  checked.ask("DELETE", path, old_version);
  checked.ask("GET", std::string(codelist_path) + "/history", codelist("/history?changes=true"),
              nullptr, "");
  ask_about_history(checked, std::string(codelist_path), codelist());
  const Reply deleted = checked.ask("DELETE", codelist_path, codelist(), {{"reason", "A test"}});
  CHECK(checked.ask("GET", codelist_path, codelist(), nullptr, "").status == 404);
  checked.ask("GET", path, version + "?as_of=1", nullptr, "");
  const auto position = deleted.json().at("position").get<std::uint64_t>();
  checked.ask("POST", std::string(codelist_path) + "/restore", codelist("/restore"),
              {{"as_of", position - 1}});
}

void ask_about_conversions(Checked& checked, ApiSite& site) {
  site.register_release("dmd");
  seed_golden_mappings(site);
  const std::string path = "/api/v2/conversions";
  const json codes = {"0101000AABHAAAA", "0101"};
  checked.ask("POST", path, path, {{"from", "bnf"}, {"to", "dmd"}, {"codes", codes}}, "");
  checked.ask("POST", path, path, {{"from", "bnf"}, {"to", "bnf"}, {"codes", codes}}, "");
  const json table = {{"owner", "organisation/test-org"},
                      {"name", "Wool"},
                      {"coding_system", "bnf"},
                      {"csv", "code\n0101000AABHAAAA\n"}};
  const json created = checked.ask("POST", "/api/v2/codelists", "/api/v2/codelists", table).json();
  const std::string hash = created.at("version").at("hash");
  const std::string conversion = "/api/v2/versions/" + hash + "/dmd-conversion";
  const std::string conversion_path = std::string(version_path) + "/dmd-conversion";
  checked.ask("POST", conversion_path, conversion);
  CHECK(checked.ask("POST", conversion_path, conversion).status == 409);
}

void ask_about_comparisons(Checked& checked, const std::string& hash) {
  const std::string path = "/api/v2/comparisons";
  const json of = {hash, hash};
  checked.ask("POST", path, path, {{"of", of}}, "");
  checked.ask("POST", path + "/rows", path + "/rows", {{"of", of}, {"region", {0, 1}}}, "");
  CHECK(checked.ask("POST", path, path, {{"of", {hash}}}, "").status == 400);
}

void ask_about_finding(Checked& checked) {
  checked.ask("GET", "/api/v2/find", "/api/v2/find?q=elbow", nullptr, "");
  CHECK(checked.ask("GET", "/api/v2/find", "/api/v2/find", nullptr, "").status == 400);
  checked.ask("GET", "/api/v2/releases/{alias}/codes/{code}/codelists",
              "/api/v2/releases/snomedct_small_20240101/codes/2247004/codelists", nullptr, "");
  checked.ask("GET", std::string(codelist_path) + "/similar", codelist("/similar"), nullptr, "");
  const std::string upload = "/api/v2/uploads/check";
  checked.ask("POST", upload, upload,
              {{"csv", "code;term\n2247004;x\n2247005;y\n"}, {"coding_system", "snomedct"}}, "");
  CHECK(checked.ask("POST", upload, upload, {{"csv", "x"}, {"coding_system", "y"}}, "").status ==
        400);
}

void ask_about_proofs(Checked& checked, ApiSite& site) {
  const std::string path = "/api/v2/log/";
  checked.ask("GET", path + "inclusion", path + "inclusion?position=2&size=3", nullptr, "");
  checked.ask("GET", path + "consistency", path + "consistency?from=2", nullptr, "");
  CHECK(checked.ask("GET", path + "inclusion", path + "inclusion", nullptr, "").status == 400);
  const json table = {{"owner", "organisation/test-org"},
                      {"name", "Silk"},
                      {"coding_system", "bnf"},
                      {"csv", "code\n0101000AABHAAAA\n"}};
  const std::string hash =
      site.send("POST", "/api/v2/codelists", table).json().at("version").at("hash");
  checked.ask("GET", "/api/v2/commits/{position}/proof",
              "/api/v2/commits/" + std::to_string(site.head()) + "/proof", nullptr, "");
  checked.ask("GET", std::string(version_path) + "/receipt",
              "/api/v2/versions/" + hash + "/receipt", nullptr, "");
}

}  // namespace

TEST_CASE("every route of the native API is documented, and every documented one exists",
          "[api][openapi]") {
  ApiSite site;
  const json document = site.get("/api/v2/openapi.json").json();
  std::set<std::string> documented;
  std::set<std::string> operations;
  for (const auto& [path, methods] : document.at("paths").items()) {
    for (const auto& [method, operation] : methods.items()) {
      documented.insert(method + " " + path);
      CHECK(operations.insert(operation.at("operationId")).second);
    }
  }
  std::set<std::string> routed;
  for (const http::Route& route : site.routes().routes()) {
    if (!route.pattern.starts_with("/api/v2/") || route.pattern == "/api/v2/openapi.json") continue;
    for (const http::Method method : route.methods) {
      routed.insert(base::ascii_lower(http::to_string(method)) + " " + route.pattern);
    }
  }
  CHECK(routed == documented);
  CHECK(documented.size() >= 32);
  CHECK(document.at("openapi") == "3.1.0");
}

TEST_CASE("answers have the shapes that the document promises, for every operation",
          "[api][openapi]") {
  ApiSite site;
  site.set_up();
  Checked checked(site);
  ask_about_releases(checked);
  const std::string hash = ask_about_codelists(checked);
  ask_about_a_draft(checked, hash);
  ask_about_upgrades(site, checked, hash);
  ask_about_versions(checked, hash);
  ask_about_conversions(checked, site);
  checked.ask("GET", "/api/v2/site", "/api/v2/site");
  checked.ask("POST", "/api/v2/markdown", "/api/v2/markdown", {{"markdown", "*x*"}});
  ask_about_comparisons(checked, hash);
  ask_about_finding(checked);
  ask_about_proofs(checked, site);
  checked.begin_to_ask("/api/v2/events", "/api/v2/events?codelist=1");
  std::set<std::string> all;
  for (const api::Endpoint& endpoint : api::all_endpoints()) {
    all.insert(std::string(http::to_string(endpoint.method)) + " " + std::string(endpoint.path));
  }
  CHECK(checked.succeeded() == all);
}

TEST_CASE("every schema of the document refuses some value", "[api][openapi]") {
  ApiSite site;
  const json document = site.get("/api/v2/openapi.json").json();
  const json& schemas = document.at("components").at("schemas");
  for (const auto& [name, schema] : schemas.items()) {
    CAPTURE(name);
    CHECK_FALSE(codelog::json::check_schema(schema, schemas, 3.5).empty());
  }
}

}  // namespace codelog::tests::api_openapi_test
