#include <catch2/catch.hpp>

#include "server/http/router.h"

namespace codelog::http::http_router_test {
namespace {

using Kind = RouteMatch::Kind;

Handler says(std::string text) {
  return [text](const Request&, const PathParameters&) { return content(200, "text/plain", text); };
}

// The reference's hardest case: an organisation form before a user form, literal sub-pages before
// slugs.
Router example() {
  Router router;
  router.add({{Method::get}, "/", RunsOn::io_thread, says("index")});
  router.add({{Method::get}, "/codelist/{owner:slug}/", RunsOn::io_thread, says("owner")});
  router.add(
      {{Method::get, Method::post}, "/codelist/{owner:slug}/add/", RunsOn::worker, says("add")});
  router.add(
      {{Method::get}, "/codelist/{owner:slug}/{slug:slug}/", RunsOn::io_thread, says("list")});
  router.add({{Method::post}, "/codelist/{other:slug}/{slug:slug}/", RunsOn::worker, says("post")});
  router.add({{Method::get},
              "/codelist/{owner:slug}/{slug:slug}/{tag}/download.csv",
              RunsOn::io_thread,
              says("csv")});
  router.add({{Method::get}, "/search/{id:digits}", RunsOn::io_thread, says("search")});
  router.add({{Method::get}, "/static/{path:rest}", RunsOn::io_thread, says("file")});
  return router;
}

std::string said(const RouteMatch& match) {
  if (match.kind != Kind::found) return "";
  return match.route->handler(Request(), match.parameters).body;
}

}  // namespace

TEST_CASE("the first matching pattern decides", "[http]") {
  const Router router = example();
  const auto get = [&](std::string_view path) { return said(router.match(Method::get, path)); };
  CHECK(get("/") == "index");
  CHECK(get("/codelist/org/") == "owner");
  CHECK(get("/codelist/org/add/") == "add");
  CHECK(get("/codelist/org/added/") == "list");
  CHECK(get("/codelist/org/list/any tag at all/download.csv") == "csv");
  CHECK(get("/search/12") == "search");
  // `add` has no route for PUT, and later patterns are not tried.
  const RouteMatch put = router.match(Method::put, "/codelist/org/add/");
  CHECK(put.kind == Kind::wrong_method);
  CHECK(put.allow == "GET, POST, HEAD, OPTIONS");
}

TEST_CASE("parameters stand for one whole segment of their kind", "[http]") {
  const Router router = example();
  const RouteMatch csv = router.match(Method::get, "/codelist/o-1/s_2/v1.0/download.csv");
  REQUIRE(csv.kind == Kind::found);
  CHECK(csv.parameters["owner"] == "o-1");
  CHECK(csv.parameters["slug"] == "s_2");
  CHECK(csv.parameters["tag"] == "v1.0");
  CHECK(csv.route->pattern == "/codelist/{owner:slug}/{slug:slug}/{tag}/download.csv");
  for (const char* path :
       {"/codelist/o.1/", "/codelist/\xC3\xA9/", "/codelist//", "/codelist/a b/", "/search/",
        "/search/1a", "/search/\xD9\xA1", "//", "", "codelist/org/", "/codelist/a/b/c/d/e/f/",
        "/static/", "/Search/1", "/codelist/org/list//download.csv"}) {
    CAPTURE(path);
    CHECK(router.match(Method::get, path).kind == Kind::nothing);
  }
}

TEST_CASE("a {:rest} parameter may contain any number of slashes", "[http]") {
  const Router router = example();
  std::string path = "/static";
  for (int i = 0; i < 60; ++i) {
    path += "/" + std::to_string(i);
    const RouteMatch match = router.match(Method::get, path);
    REQUIRE(match.kind == Kind::found);
    CHECK(match.parameters["path"] == path.substr(8));
  }
  const RouteMatch slash = router.match(Method::get, "/static/a/");
  REQUIRE(slash.kind == Kind::found);
  CHECK(slash.parameters["path"] == "a/");
}

TEST_CASE("routes of one shape are one pattern, each with its own names", "[http]") {
  const Router router = example();
  const RouteMatch got = router.match(Method::get, "/codelist/org/list/");
  const RouteMatch posted = router.match(Method::post, "/codelist/org/list/");
  CHECK(said(got) == "list");
  CHECK(said(posted) == "post");
  CHECK(got.parameters["owner"] == "org");
  CHECK(posted.parameters["other"] == "org");
  CHECK(router.match(Method::delete_, "/codelist/org/list/").allow == "GET, POST, HEAD, OPTIONS");
}

TEST_CASE("a missing slash is added only if a route then matches", "[http]") {
  const Router router = example();
  CHECK(router.match(Method::get, "/codelist/org").kind == Kind::add_slash);
  CHECK(router.match(Method::delete_, "/codelist/org/list").kind == Kind::add_slash);
  CHECK(router.match(Method::get, "/search/12/").kind == Kind::nothing);
  CHECK(router.match(Method::get, "/codelist").kind == Kind::nothing);
  CHECK(router.match(Method::options, "*").kind == Kind::nothing);
}

TEST_CASE("unlisted methods are implied, unless the route forbids them", "[http]") {
  Router router;
  router.add({{Method::get}, "/a", RunsOn::io_thread, says("a")});
  router.add({{}, "/any", RunsOn::io_thread, says("any")});
  router.add({{Method::post}, "/any", RunsOn::io_thread, says("posted")});
  router.add({{Method::get}, "/c", RunsOn::io_thread, says("c"), {}, ImpliedMethods::none});
  CHECK(said(router.match(Method::head, "/a")) == "a");
  CHECK(router.match(Method::options, "/a").kind == Kind::options);
  CHECK(said(router.match(Method::other, "/any")) == "any");
  CHECK(said(router.match(Method::options, "/any")) == "any");
  CHECK(said(router.match(Method::post, "/any")) == "posted");
  CHECK(router.match(Method::head, "/c").kind == Kind::wrong_method);
  CHECK(router.match(Method::head, "/c").allow == "GET");
}

}  // namespace codelog::http::http_router_test
