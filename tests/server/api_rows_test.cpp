// What people read of a version: its rows, its numbers by type, its largest branches; and the sizes
// of a codelist's versions.
#include <catch2/catch.hpp>

#include "events/base/version_hash.h"
#include "server/files/recent_rows.h"
#include "tests/server/small_draft.h"

namespace codelog::tests::api_rows_test {
namespace {

using nlohmann::json;

json codes_in(const json& answer) {
  json codes = json::array();
  for (const json& row : answer.at("rows")) codes.push_back(row.at(0));
  return codes;
}

// A draft with a included and b excluded, so that d is in conflict.
struct Decided : SmallDraft {
  Decided() {
    decide("a", "+");
    decide("b", "-");
  }
  json codes(const std::string& query) const { return codes_in(read("/rows" + query)); }

  // A version of the codelist that is this table.
  std::string upload(const std::string& csv) {
    const Reply made =
        site.send("POST", "/api/v2/codelists/organisation/test-org/diamonds/versions",
                  {{"csv", csv}, {"release", "bnf_small_20230601"}});
    INFO(made.body);
    REQUIRE(made.status == 201);
    return "/api/v2/versions/" + made.json().at("hash").get<std::string>();
  }
};

// A table of a system whose releases have no files.
std::string upload_without_release(ApiSite& site, const std::string& csv) {
  const Reply made = site.send("POST", "/api/v2/codelists",
                               {{"owner", "organisation/test-org"},
                                {"name", "Plain " + std::to_string(site.head())},
                                {"coding_system", "null"},
                                {"csv", csv}});
  INFO(made.body);
  REQUIRE(made.status == 201);
  return "/api/v2/versions/" + made.json().at("version").at("hash").get<std::string>();
}

}  // namespace

TEST_CASE_METHOD(Decided, "rows have code, term, status, type and flags", "[rows]") {
  const json all = read("/rows");
  CHECK(all.at("total") == 6);
  CHECK(all.at("position") == site.get(version).json().at("position"));
  REQUIRE(all.at("rows").size() == 6);
  CHECK(all.at("rows").at(0) == json({"a", "name of a", "+", "Type", 3}));
  CHECK(all.at("rows").at(3) == json({"d", "name of d", "!", "Type", 3}));
  CHECK_FALSE(all.contains("columns"));
}

TEST_CASE_METHOD(Decided, "rows are as new as the version, though answers are kept", "[rows]") {
  const json undecided = codes("?status=undecided");
  decide("a", "?");
  CHECK(codes("?status=undecided") != undecided);
  decide("a", "+");
  decide("b", "?");
  decide("root", "+");
  REQUIRE(site.send("POST", version + "/save").status == 200);
  const auto rows_of_guest = [&] { return site.get(version + "/rows").json(); };
  const json saved = rows_of_guest();
  CHECK(saved.at("total") == 6);
  CHECK(rows_of_guest() == saved);
  REQUIRE(site.send("POST", version + "/publish").status == 200);
  CHECK(rows_of_guest().at("position") == site.get(version).json().at("position"));
  REQUIRE(
      site.send("DELETE", "/api/v2/codelists/organisation/test-org/diamonds", {{"reason", "test"}})
          .status == 200);
  CHECK(site.get(version + "/rows").status == 404);
}

TEST_CASE_METHOD(Decided, "rows are sorted by term, code or status", "[rows]") {
  CHECK(codes("?sort=code") == json({"a", "b", "c", "d", "e", "root"}));
  CHECK(codes("?sort=term") == json({"a", "b", "c", "d", "e", "root"}));
  CHECK(codes("?sort=status") == json({"a", "c", "b", "e", "root", "d"}));
  CHECK(codes("?sort=usual") == codes(""));
  check_error(get("/rows?sort=uses"), 400, "sort");
}

TEST_CASE_METHOD(Decided, "rows come page by page", "[rows]") {
  const json page = read("/rows?sort=code&offset=4&limit=3");
  CHECK(page.at("total") == 6);
  CHECK(codes_in(page) == json({"e", "root"}));
  CHECK(codes("?offset=6").empty());
  CHECK(codes("?offset=18446744073709551615").empty());
  check_error(get("/rows?limit=0"), 400, "limit");
  check_error(get("/rows?limit=1001"), 400, "limit");
  check_error(get("/rows?offset=-1"), 400, "offset");
}

TEST_CASE_METHOD(Decided, "rows are filtered by words, status and type", "[rows]") {
  CHECK(codes("?q=ROOT") == json({"root"}));
  CHECK(codes("?q=of%20name%20%20a") == json({"a", "b", "c", "d", "e", "root"}));
  CHECK(codes("?q=zz").empty());
  CHECK(read("/rows?q=zz").at("total") == 0);
  CHECK(codes("?q=a%0Aname").size() == 6);  // white space only separates words
  CHECK(codes("?q=roota").empty());         // and no word reaches into another row
  check_error(get("/rows?q=" + std::string(101, 'a')), 400, "q");

  CHECK(codes("?status=%2B") == json({"a"}));
  CHECK(codes("?status=included") == json({"a", "c"}));
  CHECK(codes("?status=excluded&status=!") == json({"b", "d", "e"}));
  CHECK(codes("?status=undecided&status=conflict") == json({"d", "root"}));
  check_error(get("/rows?status=x"), 400, "status");

  CHECK(codes("?type=TYPE&q=root") == json({"root"}));
  CHECK(codes("?type=Other").empty());
  CHECK(codes("?type=Other&type=Type").size() == 6);
}

TEST_CASE_METHOD(Decided, "rows follow decisions, and show the past", "[rows]") {
  const std::string before = std::to_string(site.head());
  CHECK(codes("?status=conflict") == json({"d"}));
  decide("b", "?");
  CHECK(codes("?status=conflict").empty());
  const std::string then = "?as_of=" + before;
  for (int i = 0; i < 2; ++i) {
    CHECK(codes(then + "&status=conflict") == json({"d"}));
    CHECK(codes(then + "&q=root") == json({"root"}));
    CHECK(read("/composition" + then).at("counts").at("!") == 1);
    CHECK(read("/icicle" + then).at("nodes").at(1).at("included_count") == 2);
  }
  check_error(get("/rows?as_of=x"), 400, "as_of");
  CHECK(get("/rows?as_of=1").status == 404);
  CHECK(site.get("/api/v2/versions/ffffffff/rows").status == 404);
}

TEST_CASE_METHOD(Decided, "rows of a table are its own, with all its columns", "[rows]") {
  version = upload("code,term,note\ne,Fifth,x\na,,y\n");
  const json rows = read("/rows");
  CHECK(codes_in(rows) == json({"e", "a"}));
  CHECK(rows.at("rows").at(0) == json({"e", "Fifth", "+", "Type", 1}));
  CHECK(rows.at("columns") == json({"note"}));
  CHECK(rows.at("cells") == json::parse(R"([["x"],["y"]])"));
  const json sorted = read("/rows?sort=code");
  CHECK(codes_in(sorted) == json({"a", "e"}));
  CHECK(sorted.at("cells") == json::parse(R"([["y"],["x"]])"));
  CHECK(codes("?q=fif") == json({"e"}));
  CHECK(codes("?status=excluded").empty());
  // A table without terms gets the release's.
  version = upload("code\nc\nb\n");
  CHECK(read("/rows").at("rows").at(0) == json({"c", "name of c", "+", "Type", 1}));
  CHECK(codes("?sort=term") == json({"b", "c"}));
}

TEST_CASE("rows of a table are there without a release's file", "[rows]") {
  SmallDraft draft;
  draft.version = upload_without_release(draft.site, "1\n2\n");
  CHECK(codes_in(draft.read("/rows")) == json({"1", "2"}));  // the table has no header
  draft.version = upload_without_release(draft.site, "name,id\nx,7\n");
  const json rows = draft.read("/rows");
  CHECK(rows.at("rows") == json::array({json::array({"7", nullptr, "+", nullptr, 0})}));
  CHECK(rows.at("columns") == json({"name"}));
  CHECK(draft.read("/composition").at("types").empty());
  CHECK(draft.get("/icicle").status == 400);
  // A row that ends before the column of codes.
  draft.version = upload_without_release(draft.site, "name,id\nx,7\ny\n");
  const json short_rows = draft.read("/rows");
  CHECK(codes_in(short_rows) == json({"7", ""}));
  CHECK(short_rows.at("cells") == json::parse(R"([["x"],["y"]])"));
}

TEST_CASE("rows of a stored table that would be too large are refused", "[rows]") {
  SmallDraft draft;
  const auto views = draft.site.views();
  events::VersionCreated created;
  created.version = views.next_ids().version;
  created.codelist = base::CodelistId(1);
  created.status = events::VersionStatus::published;
  created.origin = events::VersionOrigin::migration;
  created.release = "bnf_small_20230601";
  const std::string header = GENERATE("name", "code");
  std::string table = header + std::string(9'999, ',') + "\n";
  for (int i = 0; i < 400; ++i) table += "a\n";
  created.csv_data = std::move(table);
  draft.site.append({events::Stream::of_codelist(created.codelist)}, {created});
  draft.version = "/api/v2/versions/" + base::version_hash(created.version);
  const Reply refused = draft.get("/rows");
  CHECK(refused.status == 400);
  CHECK(refused.body.find("4000000 cells") != std::string::npos);
}

TEST_CASE_METHOD(Decided, "the composition counts codes by type and status", "[rows]") {
  const json whole = read("/composition");
  CHECK(whole.at("codes_count") == 6);
  const json counts = {{"+", 1}, {"(+)", 1}, {"-", 1}, {"(-)", 1}, {"?", 1}, {"!", 1}};
  CHECK(whole.at("counts") == counts);
  CHECK(whole.at("types") ==
        json::array({{{"title", "Type"}, {"codes_count", 6}, {"counts", counts}}}));
}

TEST_CASE_METHOD(Decided, "an icicle has the largest branches, each code once", "[rows][icicle]") {
  const json nodes = read("/icicle").at("nodes");
  json names = json::array();
  for (const json& node : nodes) names.push_back(node.at("title"));
  // The section, root, then the larger branch; d is at home below a.
  CHECK(names == json({"Type", "name of root", "name of a", "name of b", "name of c", "name of d",
                       "name of e"}));
  CHECK(nodes.at(0) == json::parse(R"({"parent": null, "code": null, "title": "Type",
    "codes_count": 6, "included_count": 2, "cut": false})"));
  CHECK(nodes.at(2).at("codes_count") == 3);
  CHECK(nodes.at(2).at("included_count") == 2);
  CHECK(nodes.at(3).at("codes_count") == 2);
  CHECK(nodes.at(5).at("parent") == 2);
  for (std::size_t i = 1; i < nodes.size(); ++i) CHECK(nodes.at(i).at("parent") < i);

  const json few = read("/icicle?nodes_max=3").at("nodes");
  REQUIRE(few.size() == 3);
  CHECK(few.at(1).at("cut") == true);
  CHECK(few.at(0).at("cut") == false);
  const json under = read("/icicle?under=b").at("nodes");
  REQUIRE(under.size() == 2);
  CHECK(under.at(0).at("code") == "b");
  CHECK(under.at(0).at("parent").is_null());
  check_error(get("/icicle?under=zzz"), 400, "under");
  check_error(get("/icicle?nodes_max=0"), 400, "nodes_max");
  check_error(get("/icicle?nodes_max=2001"), 400, "nodes_max");
}

TEST_CASE_METHOD(Decided, "sizes tell of every version, tables too", "[rows][sizes]") {
  const std::string list = "/api/v2/codelists/organisation/test-org/diamonds";
  const std::string before = std::to_string(site.head());
  upload("code,term\na,x\nc,x\n");
  for (int i = 0; i < 2; ++i) {
    const json versions = site.get(list + "/sizes").json().at("versions");
    REQUIRE(versions.size() == 2);
    CHECK(versions.at(0).at("codes_count") == 6);
    CHECK(versions.at(0).at("included_count") == 2);
    CHECK(versions.at(0).at("status") == "draft");
    CHECK(versions.at(1).at("codes_count") == 2);
    CHECK(versions.at(1).at("included_count") == 2);
  }
  decide("b", "?");  // a step of a draft
  CHECK(site.get(list + "/sizes").json().at("versions").at(0).at("included_count") == 3);
  CHECK(site.get(list + "/sizes?as_of=" + before).json().at("versions").size() == 1);
  CHECK(site.get(list + "x/sizes").status == 404);
}

TEST_CASE("rows being read are kept within a limit", "[rows]") {
  SmallDraft draft;
  const auto views = draft.site.application().views();
  const auto version = views.newest_version_of(views.codelists().back().id);
  const commands::Site& site = draft.site.application().site();
  files::RecentRows rows;
  const auto first = *rows.rows_of(site, views, *version);
  CHECK(*rows.rows_of(site, views, *version) == first);
  draft.decide("a", "+");
  const auto later_views = draft.site.application().views();
  const auto later = later_views.version(version->id);
  CHECK(*rows.rows_of(site, later_views, *later) != first);
  files::RecentRows tiny(1);
  CHECK((*tiny.rows_of(site, views, *version))->size() == 6);
}

}  // namespace codelog::tests::api_rows_test
