// A codelist's commits as server-sent events.
#include <catch2/catch.hpp>
#include <memory>
#include <thread>

#include "tests/server/api_site.h"
#include "tests/server/http_client.h"

namespace codelog::tests::api_live_test {
namespace {

using nlohmann::json;

struct Fixture {
  ApiSite site;
  std::string version;
  std::uint64_t codelist = 0;

  Fixture() {
    site.set_up();
    const json made = create("Elbows");
    codelist = made.at("id");
    version = "/api/v2/versions/" + made.at("version").at("hash").get<std::string>();
  }
  json create(const std::string& name) const {
    return site
        .send("POST", "/api/v2/codelists",
              {{"owner", "organisation/test-org"}, {"name", name}, {"coding_system", "snomedct"}})
        .json();
  }
  std::string query() const { return "codelist=" + std::to_string(codelist); }
  // Returns the position.
  std::uint64_t decide(const std::string& code, const std::string& status) const {
    return site.send("PATCH", version + "/statuses", one_update(code, status))
        .json()
        .at("position");
  }
};

// A client of the events.
class Follower {
 public:
  Follower(const ApiSite& site, const std::string& query, const std::string& header = "")
      : client_(site.port()) {
    REQUIRE(client_.send("GET /api/v2/events?" + query + " HTTP/1.1\r\nHost: test\r\n" + header +
                         "\r\n"));
  }

  // The head, and the comment that a quiet stream begins with.
  std::string begin() { return client_.read_until(":\n\n\r\n"); }
  // The data of the next event, which has its position as id.
  json next() {
    for (;;) {
      const std::size_t id = input_.find("id: ");
      const std::size_t end = input_.find("\n\n", id);
      if (id != std::string::npos && end != std::string::npos) {
        const std::string event = input_.substr(id, end - id);
        input_.erase(0, end);
        const json data = json::parse(event.substr(event.find("data: ") + 6));
        CHECK_THAT(event, Catch::StartsWith("id: " + data.at("position").dump() +
                                            "\nevent: commit\ndata: "));
        return data;
      }
      const std::string more = client_.read_until("\n\n\r\n");
      REQUIRE_FALSE(more.empty());
      input_ += more;
    }
  }

 private:
  http::test::Client client_;
  std::string input_;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a follower of a codelist sees its commits as they happen",
                 "[api][live]") {
  Follower client(site, query());
  const std::string head = client.begin();
  CHECK_THAT(head, Catch::StartsWith("HTTP/1.1 200 OK\r\n"));
  CHECK_THAT(head, Catch::Contains("Content-Type: text/event-stream\r\n"));
  CHECK_THAT(head, Catch::Contains("Cache-Control: no-store\r\n"));
  create("Another");  // not of this codelist
  for (const char* status : {"+", "-"}) {
    const std::uint64_t position = decide("2247004", status);
    const json event = client.next();
    CHECK(event.at("position") == position);
    CHECK(event.at("events").at(0).at("type") == "StatusesChanged");
    CHECK(event.at("events").at(0).at("actor") == "alice");
  }
  const json history =
      site.get("/api/v2/codelists/organisation/test-org/elbows/history").json().at("events");
  REQUIRE(site.send("DELETE", "/api/v2/codelists/organisation/test-org/elbows",
                    {{"reason", "no longer needed"}})
              .status == 200);
  const json last = client.next();
  CHECK(last.at("events").size() >= 1);
  CHECK(history.back().at("type") == "StatusesChanged");
}

TEST_CASE_METHOD(Fixture, "a follower continues where it ended", "[api][live]") {
  std::vector<std::uint64_t> positions;
  for (const char* status : {"+", "-", "+"}) positions.push_back(decide("2247004", status));
  Follower by_query(site, query() + "&after=" + std::to_string(positions[0]));
  CHECK(by_query.next().at("position") == positions[1]);
  CHECK(by_query.next().at("position") == positions[2]);
  Follower by_header(site, query() + "&after=1",
                     "Last-Event-ID: " + std::to_string(positions[1]) + "\r\n");
  CHECK(by_header.next().at("position") == positions[2]);
  const std::uint64_t more = decide("2247004", "-");
  CHECK(by_header.next().at("position") == more);
  CHECK(by_query.next().at("position") == more);
}

TEST_CASE_METHOD(Fixture, "a long commit is followed by its address", "[api][live]") {
  Follower client(site, query());
  client.begin();
  const Reply changed = site.send("PATCH", "/api/v2/codelists/organisation/test-org/elbows",
                                  {{"description", std::string(100'000, 'x')}});
  REQUIRE(changed.status == 200);
  const json event = client.next();
  CHECK(event.at("position") == changed.json().at("position"));
  CHECK(event.at("events").empty());
  const json page = site.get(event.at("more").get<std::string>()).json();
  CHECK(page.at("events").at(0).at("position") == event.at("position"));
  CHECK(page.at("events").at(0).at("description").get<std::string>().size() == 100'000);
}

TEST_CASE_METHOD(Fixture, "following needs a codelist and a position", "[api][live]") {
  CHECK(site.get("/api/v2/events").status == 400);
  CHECK(site.get("/api/v2/events?codelist=x").status == 400);
  CHECK(site.get("/api/v2/events?codelist=4000000").status == 404);
  const std::string target = "/api/v2/events?" + query();
  CHECK(site.get(target + "&after=x").status == 400);
  CHECK(site.ask({.target = target, .headers = {{"Last-Event-ID", "1;"}}}).status == 400);
}

TEST_CASE_METHOD(Fixture, "clients that have left are not waited for", "[api][live]") {
  auto& live = site.application().live_commits();
  {
    std::vector<std::unique_ptr<Follower>> clients;
    for (int i = 0; i < 20; ++i) {
      clients.push_back(std::make_unique<Follower>(site, query()));
      clients.back()->begin();
    }
    for (int i = 0; i < 1000 && live.waiting_count() < 20; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    CHECK(live.waiting_count() == 20);
  }
  for (int i = 0; i < 2000 && live.waiting_count() > 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(live.waiting_count() == 0);
  CHECK(decide("2247004", "+") > 0);
}

}  // namespace codelog::tests::api_live_test
