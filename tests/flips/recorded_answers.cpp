#include "tests/flips/recorded_answers.h"

#include <catch2/catch.hpp>
#include <optional>
#include <set>

namespace codelog::tools::test {
namespace {

// The list of releases names changed files, which is a notice and not a change of content.
void pass_over_changed_files(Json& answer) {
  if (!answer.contains("releases")) return;
  for (Json& release : answer["releases"]) {
    if (release.value("state", "") == "changed") release["state"] = "ready";
  }
}

// Histories mark damaged commits in place of their events.
void pass_over_damaged_commits(Json& answer, Json& expected) {
  if (!answer.contains("events") || !expected.contains("events")) return;
  std::set<std::uint64_t> damaged;
  for (const Json& event : answer["events"]) {
    if (event.value("type", "") == "Damaged")
      damaged.insert(event["position"].get<std::uint64_t>());
  }
  for (Json* history : {&answer, &expected}) {
    Json kept = Json::array();
    for (const Json& event : (*history)["events"]) {
      if (!damaged.contains(event["position"].get<std::uint64_t>())) kept.push_back(event);
    }
    (*history)["events"] = std::move(kept);
  }
}

// A page says when a fault has been found.
std::string without_read_only_bar(std::string page) {
  const auto begin = page.find("<div class=\"read-only\"");
  if (begin == std::string::npos) return page;
  constexpr std::string_view end = "</div>\n";
  return page.erase(begin, page.find(end, begin) + end.size() - begin);
}

bool is_same(const std::string& target, const std::string& body, const std::string& expected) {
  if (without_read_only_bar(body) == without_read_only_bar(expected)) return true;
  Json answer = Json::parse(body, nullptr, false);
  Json before = Json::parse(expected, nullptr, false);
  if (!answer.is_object() || !before.is_object()) return false;
  if (target == "/api/v2/releases") pass_over_changed_files(answer);
  if (target.find("/history") != std::string::npos) pass_over_damaged_commits(answer, before);
  // Every problem has the id of its request.
  answer.erase("request_id");
  before.erase("request_id");
  return answer == before;
}

}  // namespace

RecordedAnswers::RecordedAnswers(const Server& server, const std::string& token) : token_(token) {
  record_get(server, "/api/v2/me");
  record_get(server, "/api/v1/codelist/");
  record_get(server, "/api/v1/codelist/example-university/");
  record_get(server, "/coding-systems/latest-releases");
  record_releases(server);
  record_codelists(server);
  REQUIRE(recorded_.size() > 40);
}

void RecordedAnswers::record(const Server& server, HttpRequest request) {
  request.headers.emplace_back("Authorization", "Token " + token_);
  const HttpAnswer answer = server.send(request);
  CAPTURE(request.target, answer.body);
  REQUIRE(answer.status < 500);
  recorded_.push_back({std::move(request), answer.status, answer.body});
}

void RecordedAnswers::record_get(const Server& server, const std::string& target) {
  record(server, {.target = target});
}

Json RecordedAnswers::get_json(const Server& server, const std::string& target) {
  record_get(server, target);
  Json json = Json::parse(recorded_.back().body, nullptr, false);
  CAPTURE(target, recorded_.back().body);
  REQUIRE(json.is_object());
  return json;
}

void RecordedAnswers::record_releases(const Server& server) {
  const Json releases = get_json(server, "/api/v2/releases");
  for (const Json& release : releases["releases"]) {
    if (release["digest"].is_null()) continue;
    const std::string base = "/api/v2/releases/" + release["alias"].get<std::string>();
    Json codes = Json::array();
    for (const char* term : {"ast", "ine", "ent"}) {
      const Json found = get_json(server, base + "/search?term=" + term);
      for (const Json& code : found["codes"]) codes.push_back(code);
    }
    CAPTURE(base);
    REQUIRE(codes.size() > 3);
    record_get(server, base + "/types");
    record_get(server, base + "/matches?term=a.*e&mode=regex&limit=20");
    record_get(server, base + "/matches?term=as&mode=words&limit=20");
    for (std::size_t i = 0; i < codes.size(); i += codes.size() / 3 + 1) {
      record_get(server, base + "/codes/" + codes[i].get<std::string>());
    }
    record(server, {.method = "POST",
                    .target = base + "/terms",
                    .headers = {{"Content-Type", "application/json"}},
                    .body = Json{{"codes", codes}}.dump()});
  }
}

void RecordedAnswers::record_codelists(const Server& server) {
  const Json list = get_json(server, "/api/v2/codelists?limit=1000");
  REQUIRE(list["codelists"].size() > 3);
  for (const Json& codelist : list["codelists"]) {
    const std::string owner = codelist["owner"].get<std::string>();
    const std::string slug = codelist["slug"].get<std::string>();
    const std::string resource = "/api/v2/codelists/" + owner + "/" + slug;
    const bool is_user = owner.starts_with("user/");
    const std::string page =
        "/codelist/" + (is_user ? owner : owner.substr(owner.find('/') + 1)) + "/" + slug + "/";
    const Json all = get_json(server, resource);
    record_get(server, resource + "/history?limit=1000&changes=true");
    for (const Json& version : all["versions"]) {
      record_version(server, page, version["hash"].get<std::string>());
    }
  }
}

void RecordedAnswers::record_version(const Server& server, const std::string& codelist,
                                     const std::string& hash) {
  const std::string resource = "/api/v2/versions/" + hash;
  const Json version = get_json(server, resource);
  record_get(server, resource + "?as_of=" + version["position"].dump());
  record_get(server, resource + "/assumptions");
  for (const char* file : {"download.csv", "definition.csv"}) {
    record_get(server, codelist + hash + "/" + file);
  }
}

RecordedAnswers::Outcome RecordedAnswers::compare(const Server& server) const {
  Outcome outcome;
  auto client = std::optional(server.client());
  for (const Recorded& recorded : recorded_) {
    const auto answer = client->send(recorded.request);
    if (!answer) {
      outcome.wrong.push_back(recorded.request.target + ": " + answer.error().detail);
      return outcome;
    }
    // The server may close a connection after an error.
    if (answer->header("connection") == "close") client.emplace(server.client());
    if (answer->status >= 500) {
      ++outcome.errors_count;
      continue;
    }
    if (answer->status == recorded.status &&
        is_same(recorded.request.target, answer->body, recorded.body)) {
      continue;
    }
    outcome.wrong.push_back(recorded.request.target + ": " + std::to_string(recorded.status) + " " +
                            recorded.body.substr(0, 300) + "\nbecame " +
                            std::to_string(answer->status) + " " + answer->body.substr(0, 300));
  }
  return outcome;
}

}  // namespace codelog::tools::test
