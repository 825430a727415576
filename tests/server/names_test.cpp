// Names of versions: tags and hashes, the URLs made with them, and which names are free.
#include <catch2/catch.hpp>
#include <cctype>

#include "events/base/digest.h"
#include "events/base/text.h"
#include "events/base/version_hash.h"
#include "server/http/urlencoded.h"
#include "tests/server/api_site.h"

namespace codelog::tests::names_test {
namespace {

using nlohmann::json;

const std::string ulcer = "1806006";
const std::string infection = "1809004";
const std::string third_code = "2247004";

struct Site : ApiSite {
  Site() { set_up(); }

  std::string hash_of_next() { return base::version_hash(views().next_ids().version); }

  // Makes a codelist of test-org with this code; returns the hash of its version.
  std::string list(const std::string& name, const std::string& code, const json& tag = nullptr) {
    json body = {{"owner", "organisation/test-org"},
                 {"name", name},
                 {"coding_system", "snomedct"},
                 {"csv", "code,term\n" + code + ",Mine\n"}};
    if (!tag.is_null()) body["tag"] = tag;
    const Reply reply = send("POST", "/api/v2/codelists", body);
    INFO(reply.body);
    REQUIRE(reply.status == 201);
    return reply.json().at("version").at("hash");
  }

  Reply add(const std::string& slug, const std::string& code, const json& tag = nullptr) {
    json body = {{"csv", "code,term\n" + code + ",Mine\n"}, {"release", "snomedct_small_20240101"}};
    if (!tag.is_null()) body["tag"] = tag;
    return send("POST", "/api/v2/codelists/organisation/test-org/" + slug + "/versions", body);
  }

  Reply add_by_v1(const std::string& slug, const std::string& code, const std::string& tag) {
    return send("POST", "/api/v1/codelist/test-org/" + slug + "/versions/",
                {{"csv_data", "code,term\n" + code + ",Mine\n"},
                 {"coding_system_database_alias", "snomedct_small_20240101"},
                 {"tag", tag}});
  }

  // The code in the download of this page; the status if there is none.
  std::string code_at(const std::string& page) const {
    const Reply reply = get(page + "download.csv");
    if (reply.status != 200) return std::to_string(reply.status);
    const std::size_t line = reply.body.find('\n') + 1;
    return reply.body.substr(line, reply.body.find(',', line) - line);
  }
  std::string code_of(const std::string& slug, const std::string& name) const {
    return code_at("/codelist/test-org/" + slug + "/" + name + "/");
  }

  // The answer of the check for a study with this line and the digest of this download.
  json check(const std::string& line, const std::string& downloaded) const {
    const json manifest = {
        {"files", {{"list.csv", {{"id", line}, {"sha", base::sha1_hex(downloaded)}}}}}};
    const Reply reply = ask({.method = "POST",
                             .target = "/api/v1/check/",
                             .body = "codelists=" + http::percent_encode(line) +
                                     "&manifest=" + http::percent_encode(manifest.dump()),
                             .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}});
    return reply.json();
  }
};

// OpenCodelists' input for a digest: the lines joined by line feeds.
std::string joined_lines(std::string table) {
  std::erase(table, '\r');
  while (table.ends_with('\n')) table.pop_back();
  return table;
}

}  // namespace

TEST_CASE("a tag that is another version's hash is refused, and its link keeps its meaning",
          "[names]") {
  Site site;
  const std::string first = site.list("One", ulcer);
  std::string upper = first;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  for (const std::string& tag : {first, upper, first.substr(first.find_first_not_of('0'))}) {
    CAPTURE(tag);
    const std::uint64_t head = site.head();
    const Reply refused = site.add("one", infection, tag);
    CHECK(refused.status == 409);
    CHECK(refused.json().at("errors")[0].at("field") == "tag");
    CHECK(site.add_by_v1("one", infection, tag).status == 400);
    CHECK(site.head() == head);
    CHECK(site.code_of("one", tag) == ulcer);
  }
}

TEST_CASE("a hash stays its version's when the version has been deleted", "[names]") {
  Site site;
  site.list("One", ulcer);
  const std::string second = site.add("one", infection).json().at("hash");
  REQUIRE(site.send("DELETE", "/api/v2/versions/" + second).status == 200);
  CHECK(site.add("one", third_code, second).status == 409);
}

TEST_CASE("a new version never gets a hash that is a tag of its codelist", "[names]") {
  Site site;
  site.list("One", ulcer);
  const base::VersionId next = site.views().next_ids().version;
  const std::string coming = base::version_hash(next.next());
  REQUIRE(site.add("one", infection, coming).status == 201);
  const std::string third = site.add("one", third_code).json().at("hash");
  CHECK(third != coming);
  CHECK(site.code_of("one", coming) == infection);
  CHECK(site.code_of("one", third) == third_code);
  // Another codelist may get that hash, and later ids follow it.
  const std::string other = site.list("Two", ulcer);
  CHECK(site.code_of("two", other) == ulcer);
  CHECK(site.code_of("one", coming) == infection);
}

TEST_CASE("a tag names one version, and is free again when that version has been deleted",
          "[names]") {
  Site site;
  site.list("One", ulcer, "v1");
  CHECK(site.add("one", infection, "v1.0").status == 201);
  CHECK(site.code_of("one", "v1") == ulcer);
  CHECK(site.code_of("one", "v1.0") == infection);
  CHECK(site.code_of("one", "v") == "404");
  CHECK(site.code_of("one", "V1") == "404");
  for (const char* zeros : {"%00", "%00%00", "%00%00%00"}) {
    CHECK(site.code_of("one", std::string("v1") + zeros) == "404");
  }
  CHECK(site.add("one", third_code, "v1.0").status == 409);
  site.list("Two", third_code, "v1");
  CHECK(site.code_of("one", "v1") == ulcer);
  CHECK(site.code_of("two", "v1") == third_code);
  const events::Owner owner{events::OwnerKind::organisation, "test-org"};
  const auto codelist = site.views().find_codelist(owner, "one");
  REQUIRE(codelist);
  const auto tagged = site.views().version_tagged(codelist->id, "v1.0");
  REQUIRE(tagged);
  REQUIRE(site.send("DELETE", "/api/v2/versions/" + base::version_hash(tagged->id)).status == 200);
  CHECK(site.code_of("one", "v1.0") == "404");
  CHECK(site.add("one", third_code, "v1.0").status == 201);
  CHECK(site.code_of("one", "v1.0") == third_code);
}

TEST_CASE("a codelist of a coding system that only a newer program knows leaves the site working",
          "[names]") {
  Site site;
  const std::string known = site.list("One", ulcer);
  const auto ids = site.views().next_ids();
  events::CodelistCreated codelist;
  codelist.codelist = ids.codelist;
  codelist.coding_system = "icd11";
  codelist.owner = {events::OwnerKind::organisation, "test-org"};
  codelist.name = "Two";
  codelist.slug = "two";
  events::VersionCreated version;
  version.version = ids.version;
  version.codelist = ids.codelist;
  version.status = events::VersionStatus::published;
  version.release = "icd11_2026_20260101";
  version.csv_data = "code,term\nXA1,Mine\n";
  site.append({events::Stream::of_codelist(ids.codelist)}, {codelist, version});
  const std::string page = "/codelist/test-org/two/" + base::version_hash(ids.version) + "/";
  const Reply refused = site.get(page + "download.csv?fixed-headers=1");
  CHECK(refused.status == 503);
  CHECK(refused.body.find("does not know the coding system icd11") != std::string::npos);
  const std::string list = "/api/v2/codelists/organisation/test-org/two";
  CHECK(site.get(list).status == 200);
  const auto shown = site.get("/api/v2/versions/" + base::version_hash(ids.version)).json();
  CHECK(shown.at("content_digest").is_null());
  CHECK(shown.at("download_digest").is_null());
  const nlohmann::json signoff = {{"user", "bob"}, {"date", "2024-02-03"}};
  REQUIRE(site.send("PATCH", list, {{"signoffs", {signoff}}}).status == 200);
  const auto signed_off = site.get(list).json().at("signoffs").at(0);
  CHECK(signed_off.at("content_digest").is_null());
  CHECK(signed_off.at("stale").is_null());
  CHECK(site.code_of("one", known) == ulcer);
}

TEST_CASE("a version may be tagged with its own hash", "[names]") {
  Site site;
  const std::string own = site.hash_of_next();
  CHECK(site.list("One", ulcer, own) == own);
  CHECK(site.code_of("one", own) == ulcer);
}

TEST_CASE("an older log may hold a tag that is a hash: the name then means the hash", "[names]") {
  Site site;
  const std::string first = site.list("One", ulcer);
  const auto codelist = site.views().version(*base::parse_version_hash(first))->codelist;
  events::VersionCreated hiding;
  hiding.version = site.views().next_ids().version;
  hiding.codelist = codelist;
  hiding.status = events::VersionStatus::under_review;
  hiding.release = "snomedct_small_20240101";
  hiding.tag = first;
  hiding.csv_data = "code,term\n" + infection + ",Mine\n";
  site.append({events::Stream::of_codelist(codelist)}, {hiding});
  CHECK(site.code_of("one", first) == ulcer);
  CHECK(site.code_of("one", base::version_hash(hiding.version)) == infection);
  site.restart_with_new_views();
  CHECK(site.code_of("one", first) == ulcer);
}

TEST_CASE(
    "downloads and checks find a name in the same way: first in its own codelist, then as any hash",
    "[names]") {
  Site site;
  const std::string of_one = site.list("One", ulcer);
  site.list("Two", infection, of_one);  // created again with the ids from before
  site.list("Three", third_code);
  struct Case {
    std::string line;
    std::string code;
  };
  for (const auto& [line, code] :
       {Case{"test-org/one/" + of_one, ulcer}, Case{"test-org/two/" + of_one, infection},
        Case{"test-org/three/" + of_one, ulcer}, Case{"user/bob/gone/" + of_one, ulcer}}) {
    CAPTURE(line);
    const std::string page = "/codelist/" + line + "/";
    CHECK(site.code_at(page) == code);
    CHECK(site.code_at(page) == code);  // from the cache, if it was stored there
    const std::string table = site.get(page + "download.csv").body;
    CHECK(site.check(line, joined_lines(table)) == json{{"status", "ok"}});
  }
  // Once the codelist has the name, the name is its own, whatever was answered before.
  REQUIRE(site.add("three", infection, of_one).status == 201);
  CHECK(site.code_of("three", of_one) == infection);
}

TEST_CASE("a tag is escaped in URLs, and the URL in an answer leads to its version", "[names]") {
  Site site;
  site.list("One", third_code);
  struct Case {
    std::string tag;
    std::string escaped;
  };
  for (const auto& [tag, escaped] :
       {Case{"v1.0 (final)", "v1.0%20(final)"}, Case{"a?b", "a%3Fb"}, Case{"a%2Fb", "a%252Fb"},
        Case{"café", "caf%C3%A9"}, Case{"#1", "%231"}, Case{"50%", "50%25"},
        Case{"~:@!$&'()*+,;=", "~:@!$&'()*+,;="}, Case{"\"<q>\"", "%22%3Cq%3E%22"}}) {
    CAPTURE(tag);
    const Reply made = site.add_by_v1("one", ulcer, tag);
    INFO(made.body);
    REQUIRE(made.status == 200);
    const std::string page = made.json().at("codelist_version");
    CHECK(page == "/codelist/test-org/one/" + escaped + "/");
    CHECK(site.code_at(page) == ulcer);
    const Reply shown = site.get(page);
    CHECK(shown.status == 200);
    CHECK_THAT(shown.body, Catch::Contains("Under review"));
    // A study may write the name in either form.
    const std::string table = joined_lines(site.get(page + "download.csv").body);
    for (const std::string& name : {tag, escaped}) {
      CHECK(site.check("test-org/one/" + name, table) == json{{"status", "ok"}});
    }
  }
}

TEST_CASE("a clone's link to its source is escaped", "[names]") {
  Site site;
  const std::string hash = site.list("One", ulcer, "v1.0 (final)");
  const Reply cloned = site.send("POST", "/api/v2/versions/" + hash + "/clone");
  REQUIRE(cloned.status == 201);
  const json codelist = site.get(cloned.header("location")).json();
  CHECK_THAT(codelist.at("methodology").get<std::string>(),
             Catch::Contains("(/codelist/test-org/one/v1.0%20(final)/)"));
  CHECK(site.code_at("/codelist/user/alice/one/v1.0%20(final)/") == ulcer);
}

TEST_CASE("names may not begin or end with white space, or contain invisible characters",
          "[names]") {
  Site site;
  site.list("One", ulcer);
  for (const std::string tag :
       {"a ", " a", "a\u00a0", "\u3000a", "a\tb", "a\nb", "\u200ba", "\ufeffa", "a\u2028b",
        "a\u0085b", "a\u202eb", "a\u200e", "\u200fa", "a\u00ad", "\u200da", " "}) {
    CAPTURE(tag);
    const std::uint64_t head = site.head();
    CHECK(site.add("one", infection, tag).status == 400);
    CHECK(site.add_by_v1("one", infection, tag).status == 400);
    const json named = {{"owner", "organisation/test-org"},
                        {"name", tag},
                        {"slug", "another"},
                        {"coding_system", "snomedct"}};
    CHECK(site.send("POST", "/api/v2/codelists", named).status == 400);
    const std::string one = "/api/v2/codelists/organisation/test-org/one";
    CHECK(site.send("PATCH", one, {{"name", tag}}).status == 400);
    CHECK(site.send("PATCH", one, {{"tags", {tag}}}).status == 400);
    const json reference = {{"text", tag}, {"url", "https://example.com/"}};
    CHECK(site.send("PATCH", one, {{"references", {reference}}}).status == 400);
    CHECK(site.head() == head);
  }
}

TEST_CASE("a joiner inside a name is legal", "[names]") {
  Site site;
  const std::string tag = "a\u200db";
  CHECK(site.list("One " + tag, ulcer, tag) != "");
}

TEST_CASE("API v1 takes names and references with white space at their ends, and an empty tag",
          "[names]") {
  Site site;
  json body = {
      {"name", " Trimmed\u00a0"},
      {"slug", "trimmed"},
      {"coding_system_id", "snomedct"},
      {"coding_system_database_alias", "snomedct_small_20240101"},
      {"codes", {ulcer}},
      {"tag", ""},
      {"references", json::array({{{"text", "A paper "}, {"url", " https://example.com/ "}}})}};
  const std::string v1 = "/api/v1/codelist/test-org/";
  const Reply created = site.send("POST", v1, body);
  INFO(created.body);
  REQUIRE(created.status == 200);
  const std::string list = "/api/v2/codelists/organisation/test-org/trimmed";
  const json made = site.get(list).json();
  CHECK(made.at("name") == "Trimmed");
  CHECK(made.at("references") ==
        json::array({{{"text", "A paper"}, {"url", "https://example.com/"}}}));
  CHECK(made.at("versions").at(0).at("tag").is_null());
  // An update, which sends the same again.
  body["codes"] = {ulcer, infection};
  body["name"] = "Trimmed ";
  const Reply updated = site.send("POST", v1, body);
  INFO(updated.body);
  CHECK(updated.status == 200);
  const json version = {{"coding_system_database_alias", "snomedct_small_20240101"},
                        {"codes", {infection}},
                        {"name", " Renamed "},
                        {"tag", ""}};
  const Reply added = site.send("POST", v1 + "trimmed/versions/", version);
  INFO(added.body);
  CHECK(added.status == 200);
  CHECK(site.get(list).json().at("name") == "Renamed");
}

TEST_CASE("a name older than the rule stays, and other details can be changed", "[names]") {
  Site site;
  const std::string hash = site.list("One", ulcer);
  const auto codelist = site.views().version(*base::parse_version_hash(hash))->codelist;
  site.append({events::Stream::of_codelist(codelist)},
              {events::CodelistHandleChanged{
                  codelist, {events::OwnerKind::organisation, "test-org"}, "One ", "one"}});
  const std::string one = "/api/v2/codelists/organisation/test-org/one";
  CHECK(site.send("PATCH", one, {{"name", "One "}, {"description", "Ulcers"}}).status == 200);
  CHECK(site.send("PATCH", one, {{"name", "Two "}}).status == 400);
}

TEST_CASE("a clone's name is cut to the length that names may have", "[names]") {
  Site site;
  std::string name(254, 'x');
  name += "\u00e9";
  const std::string hash = site.list(name, ulcer);
  for (const std::string end : {"\u00e9", "x (clone)", "x (clone1)"}) {
    const Reply cloned = site.send("POST", "/api/v2/versions/" + hash + "/clone");
    REQUIRE(cloned.status == 201);
    const std::string own = cloned.json().at("name");
    CHECK(own.ends_with(end));
    CHECK(base::count_code_points(own) == 255);
    CHECK(cloned.json().at("slug").get<std::string>().size() <= 255);
  }
}

TEST_CASE("a codelist's page leads to its newest published version", "[names]") {
  Site site;
  const std::string first = site.list("One", ulcer);
  CHECK(site.get("/codelist/test-org/one/").header("location") == "/");
  REQUIRE(site.send("POST", "/api/v2/versions/" + first + "/publish").status == 200);
  site.add("one", infection);
  const Reply page = site.get("/codelist/test-org/one/");
  CHECK(page.status == 302);
  CHECK(page.header("location") == "/codelist/test-org/one/" + first + "/");
  CHECK(site.get("/codelist/test-org/nothing/").status == 404);
  CHECK(site.get("/codelist/test-org/one/nothing/").status == 404);
}

TEST_CASE("the files of a draft lead to a page about the draft", "[names]") {
  Site site;
  const Reply made =
      site.send("POST", "/api/v2/codelists",
                {{"owner", "user/alice"}, {"name", "A <list>"}, {"coding_system", "bnf"}});
  REQUIRE(made.status == 201);
  const std::string hash = made.json().at("version").at("hash");
  for (const char* file : {"download.csv", "definition.csv", "dmd-download.csv", ""}) {
    const Reply redirect = site.get("/codelist/user/alice/a-list/" + hash + "/" + file);
    CHECK(redirect.status == 302);
    const Reply page = site.get(redirect.header("location"));
    CHECK(page.status == 200);
    CHECK(page.header("content-type") == "text/html; charset=utf-8");
    CHECK_THAT(page.body, Catch::Contains("This version is a draft"));
    CHECK_THAT(page.body, Catch::Contains("A &lt;list&gt;"));
  }
  REQUIRE(site.send("POST", "/api/v2/versions/" + hash + "/save").status == 200);
  CHECK(site.get("/builder/" + hash + "/").header("location") ==
        "/codelist/user/alice/a-list/" + hash + "/");
  CHECK(site.get("/builder/nothing/").status == 404);
}

}  // namespace codelog::tests::names_test
