// Cached answers: the same bytes without the work, and never older than the client's own writes.
#include <catch2/catch.hpp>

#include "server/api_v1/lists.h"
#include "server/application/names.h"
#include "server/caching/cached_route.h"
#include "server/caching/response_cache.h"
#include "server/commands/version_names.h"
#include "server/files/downloads.h"
#include "tests/server/api_site.h"
#include "tests/server/http_client.h"

namespace codelog::tests::v1_cache_test {
namespace {

using nlohmann::json;

constexpr const char* all_lists = "/api/v1/codelist/?include-users&description";

constexpr const char* file = "/codelist/test-org/elbows/v1/download.csv";

// Checks that a cached answer always equals a new one.
class Fresh {
 public:
  explicit Fresh(ApiSite& site) : site_(site) {}

  void check(const std::string& what) {
    INFO(what);
    const auto views = site_.views();
    api_v1::ListQuery all;
    all.include_users = true;
    all.description = true;
    check_body(all_lists, new_lists_.make(views, std::nullopt, all));
    const events::Owner owner{events::OwnerKind::organisation, "test-org"};
    check_body("/api/v1/codelist/test-org/", new_lists_.make(views, owner, {}));
    // A request that waits for a position never gets a cached answer.
    check_body("/api/v2/codelists", site_.get("/api/v2/codelists?min_position=1").body);
    const auto codelist = views.find_codelist(owner, "elbows");
    const auto version =
        codelist ? commands::find_version(views, codelist->id, "v1") : std::nullopt;
    if (!version) {
      const int status = site_.get(file).status;
      CHECK((status == 404 || status == 410));  // never there, or withdrawn
      return;
    }
    const auto& site = site_.application().site();
    check_body(file, *files::download_csv(site, views, *codelist, *version, {}));
    check_body("/codelist/test-org/elbows/v1/definition.csv",
               *files::definition_csv(site, views, *codelist, *version));
    CHECK_THAT(site_.get(file).header("content-disposition"),
               Catch::Contains(files::download_name(*codelist, *version) + ".csv"));
  }

 private:
  void check_body(const std::string& target, const std::string& fresh) {
    CAPTURE(target);
    for (int i = 0; i < 2; ++i) CHECK(site_.get(target).body == fresh);
  }

  ApiSite& site_;
  api_v1::Lists new_lists_;
};

}  // namespace

TEST_CASE("a cached answer is never older than its client's own write", "[v1][cache]") {
  ApiSite site;
  site.set_up();
  Fresh fresh(site);
  fresh.check("nothing is there");
  const json created = site.send("POST", "/api/v1/codelist/test-org/",
                                 {{"name", "Elbows"},
                                  {"coding_system_id", "snomedct"},
                                  {"coding_system_database_alias", small_snomedct},
                                  {"codes", {"2247004", "2279008"}},
                                  {"tag", "v1"}})
                           .json();
  REQUIRE(created.at("codelist") == "/codelist/test-org/elbows/");
  fresh.check("created");
  const std::string list = "/api/v2/codelists/organisation/test-org/elbows";
  const json versions = site.get(list).json().at("versions");
  const std::string version = "/api/v2/versions/" + versions.at(0).at("hash").get<std::string>();
  const json draft = site.send("POST", version + "/drafts").json();
  fresh.check("a draft");
  const std::string draft_version = "/api/v2/versions/" + draft.at("hash").get<std::string>();
  REQUIRE(site.send("POST", draft_version + "/searches", {{"term", "elbow"}}).status == 201);
  fresh.check("a click");
  site.clock().set("2027-01-02T00:00:00Z");
  REQUIRE(site.send("PATCH", draft_version + "/statuses", one_update("2247004", "-")).status ==
          200);
  fresh.check("a click on another day");
  CHECK_THAT(site.get(all_lists).body, Catch::Contains("2027-01-02"));
  REQUIRE(site.send("PATCH", list, {{"name", "Joints"}, {"slug", "joints"}}).status == 200);
  fresh.check("renamed");
  CHECK_THAT(site.get("/codelist/test-org/elbows/v1/download.csv").header("content-disposition"),
             Catch::Contains("test-org-joints-v1.csv"));
  REQUIRE(site.send("PATCH", list, {{"tags", {"t"}}}).status == 200);
  fresh.check("tagged");
  site.register_release("snomedct");
  fresh.check("a release imported again");
  REQUIRE(site.send("POST", version + "/publish").status == 200);
  fresh.check("published");
  REQUIRE(site.send("DELETE", list, {{"reason", "test"}}).status == 200);
  fresh.check("deleted");
  CHECK(site.get("/codelist/test-org/elbows/v1/download.csv").status == 410);
}

TEST_CASE("no request can store one list under another's key", "[v1][cache]") {
  ApiSite site;
  site.set_up();
  REQUIRE(site.send("POST", "/api/v1/codelist/test-org/",
                    {{"name", "Elbows"},
                     {"coding_system_id", "snomedct"},
                     {"coding_system_database_alias", small_snomedct},
                     {"codes", {"2247004"}}})
              .status == 200);
  // These letters together are the address of test-org's list.
  CHECK(site.get("/api/v1/codelist/?coding_system_id=test-org/").body == R"({"codelists": []})");
  CHECK_THAT(site.get("/api/v1/codelist/test-org/").body, Catch::Contains("Elbows"));
}

TEST_CASE("a draft's click leaves the downloads of its published siblings in the cache",
          "[v1][cache]") {
  ApiSite site;
  site.set_up();
  REQUIRE(site.send("POST", "/api/v1/codelist/test-org/",
                    {{"name", "Elbows"},
                     {"coding_system_id", "snomedct"},
                     {"coding_system_database_alias", small_snomedct},
                     {"codes", {"2247004"}},
                     {"tag", "v1"}})
              .status == 200);
  const std::string list = "/api/v2/codelists/organisation/test-org/elbows";
  const std::string hash = site.get(list).json().at("versions").at(0).at("hash");
  const json draft = site.send("POST", "/api/v2/versions/" + hash + "/drafts").json();
  auto& cache = site.application().cache();
  const std::string key = std::string(file) + "0000";
  const std::string body = site.get(file).body;
  CHECK(site.get(std::string(file) + "?unknown=1").body == body);
  REQUIRE(cache.find(key));
  CHECK(cache.find(key)->content() == body);
  REQUIRE(site.send("POST", "/api/v2/versions/" + draft.at("hash").get<std::string>() + "/searches",
                    {{"term", "elbow"}})
              .status == 201);
  CHECK(cache.find(key));
  REQUIRE(site.send("PATCH", list, {{"name", "Joints"}}).status == 200);
  CHECK_FALSE(cache.find(key));
}

TEST_CASE("cached bodies are tagged and compressed once", "[v1][cache]") {
  ApiSite site;
  site.set_up();
  for (int i = 0; i < 12; ++i) {
    REQUIRE(site.send("POST", "/api/v2/codelists",
                      {{"owner", "organisation/test-org"},
                       {"name", "List " + std::to_string(i)},
                       {"coding_system", "snomedct"}})
                .status == 201);
  }
  const Reply plain = site.get(all_lists);
  REQUIRE(plain.body.size() > 1024);
  const Ask compressed{.target = all_lists, .headers = {{"Accept-Encoding", "gzip"}}};
  const Reply first = site.ask(compressed);
  CHECK(first.header("content-encoding") == "gzip");
  CHECK(first.body.size() < plain.body.size());
  CHECK(site.ask(compressed).body == first.body);
  const Ask again{.target = all_lists, .headers = {{"If-None-Match", plain.header("etag")}}};
  CHECK(site.ask(again).status == 304);
  CHECK(site.application().cache().bytes() > plain.body.size() + first.body.size());
}

TEST_CASE("cached answers are sent even when no worker is free", "[cache]") {
  caching::ChangeWatch changes;
  caching::ResponseCache cache(changes, 1'000'000);
  http::test::Door door;
  http::Router router;
  int made = 0;  // on the one worker only
  caching::add_cached_route(router, cache,
                            {.pattern = "/kept",
                             .may_be_personal = [](const http::Request&) { return false; },
                             .is_personal = [](const http::Request&) { return false; },
                             .key = [](const http::Request& request) { return request.path(); },
                             .make =
                                 [&](const http::Request&, const http::PathParameters&) {
                                   ++made;
                                   return caching::Answer{http::json_text(200, "[]"),
                                                          caching::ResponseCache::Scope{},
                                                          base::Position(1)};
                                 }});
  router.add({{http::Method::get},
              "/door",
              http::RunsOn::worker,
              [&](const http::Request&, const http::PathParameters&) {
                door.wait();
                return http::content(200, "text/plain", "open");
              }});
  http::ServerOptions options;
  options.worker_threads = 1;
  http::Server server(options, std::move(router));
  const auto port = server.start();
  REQUIRE(port);
  CHECK(http::test::Client(*port).ask(http::test::get("/kept"))->body == "[]");
  http::test::Client waiting(*port);
  REQUIRE(waiting.send(http::test::get("/door")));
  for (int i = 0; i < 3; ++i) {
    CHECK(http::test::Client(*port).ask(http::test::get("/kept"))->body == "[]");
  }
  CHECK(made == 1);
  door.open();
  CHECK(waiting.answer()->body == "open");
}

TEST_CASE("the cache drops the least recently used answers, and keeps to its limit of bytes",
          "[cache]") {
  using caching::ChangeWatch;
  using caching::ResponseCache;
  ChangeWatch changes;
  ResponseCache cache(changes, 40'000);
  const auto keep = [&](const std::string& key, std::size_t size) {
    http::Response response;
    response.shared_body = http::SharedBytes::make(std::string(size, 'x'));
    cache.keep(key, {}, base::Position(1), response);
  };
  for (const char* key : {"a", "b", "c", "d"}) keep(key, 8'000);
  CHECK(cache.find("a"));
  keep("e", 8'000);
  CHECK(cache.bytes() <= 40'000);
  CHECK_FALSE(cache.find("b"));
  CHECK(cache.find("a"));
  keep("too large", 10'000);
  CHECK_FALSE(cache.find("too large"));
  keep("a", 100);
  CHECK(cache.find("a")->content().size() == 100);
  for (int i = 0; i < 1000; ++i) keep(std::to_string(i), 1000);
  CHECK(cache.bytes() <= 40'000);
}

TEST_CASE("an answer is dropped when its content has changed, and not before", "[cache]") {
  using caching::ChangeWatch;
  using caching::ResponseCache;
  ChangeWatch changes;
  ResponseCache cache(changes, 1'000'000);
  http::Response response;
  response.shared_body = http::SharedBytes::make("x");
  std::uint64_t position = 10;
  const auto commit = [&](const char* stream, events::Event event, std::int64_t time_us = 0) {
    events::Commit made;
    made.position = base::Position(++position);
    made.content.time = {time_us};
    made.content.streams = {{events::Stream(stream), base::StreamVersion()}};
    made.content.events = {std::move(event)};
    changes.take_in({&made, 1});
  };
  const auto keep_all = [&] {
    cache.keep("list", {}, base::Position(position), response);
    cache.keep("one", {base::CodelistId(1)}, base::Position(position), response);
    cache.keep("two", {base::CodelistId(2)}, base::Position(position), response);
  };
  const auto kept = [&] {
    std::string keys;
    for (const char* key : {"list", "one", "two"}) keys += cache.find(key) ? "+" : "-";
    return keys;
  };
  keep_all();
  CHECK(kept() == "+++");
  commit("codelist/1", events::VersionPublished{base::VersionId(7)});
  CHECK(kept() == "--+");
  keep_all();
  commit("release/r", events::ReleaseRegistered{});
  CHECK(kept() == "---");
  keep_all();
  events::StatusesChanged click;
  click.version = base::VersionId(8);
  commit("codelist/2", click, 1);
  CHECK(kept() == "-++");
  keep_all();
  commit("codelist/2", click, 2);
  CHECK(kept() == "+++");
  commit("codelist/2", click, std::int64_t{86'400'000'000});
  CHECK(kept() == "-++");
  // Made from views older than the change.
  cache.keep("one", {base::CodelistId(1)}, base::Position(10), response);
  CHECK(kept() == "--+");
}

}  // namespace codelog::tests::v1_cache_test
