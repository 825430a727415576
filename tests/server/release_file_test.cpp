// Read v2 and OPCS-4. On OpenCodelists' one release without a file, a version is a table with any
// content; on an imported release, its codes are checked like those of any other system.
#include <catch2/catch.hpp>

#include "tests/server/api_site.h"

namespace codelog::tests::release_file_test {
namespace {

using nlohmann::json;

struct System {
  std::string id;
  std::string known, unknown;  // codes: in the imported release, and in none
  std::string term;            // of the known code
};

json table_of(const System& system, const std::string& name, const std::string& release,
              const std::string& csv) {
  return {{"owner", "organisation/test-org"},
          {"name", name},
          {"coding_system", system.id},
          {"release", release},
          {"csv", csv}};
}

struct Site : ApiSite {
  explicit Site(const System& system)
      : unknown(system.id + "_unknown_19000101"), imported(system.id + "_small_20240101") {
    set_up();
    register_release(system.id);
  }

  // Creates a codelist; returns the hash of its version.
  std::string create(const json& codelist) const {
    const Reply reply = send("POST", "/api/v2/codelists", codelist);
    INFO(reply.body);
    REQUIRE(reply.status == 201);
    return reply.json().at("version").at("hash");
  }
  int status_of(const json& codelist) const {
    return send("POST", "/api/v2/codelists", codelist).status;
  }

  const std::string unknown;
  const std::string imported;
};

const auto systems = {System{"readv2", "H33..", "Z9999", "Asthma"},
                      System{"opcs4", "A011", "Z999", "Hemispherectomy"}};

}  // namespace

TEST_CASE("on a release without a file a table of any codes is kept unchanged", "[release-file]") {
  const System system = GENERATE(values(systems));
  const Site site(system);
  const std::string csv = "code,term\nanything,As uploaded\n" + system.known + ",Mine\n";
  const std::string hash = site.create(table_of(system, "Tables", site.unknown, csv));
  const std::string pages = "/codelist/test-org/tables/" + hash + "/";
  CHECK(site.get(pages + "download.csv").body == csv);
  const Reply definition = site.get(pages + "definition.csv");
  CHECK(definition.status == 400);
  CHECK(definition.body.find("This codelist version does not have a codeset.") !=
        std::string::npos);
  // No builder: no searches, no drafts, no codes.
  const std::string release = "/api/v2/releases/" + site.unknown;
  const Reply search = site.get(release + "/search?term=" + system.term);
  CHECK(search.status == 400);
  CHECK(search.json().at("detail") ==
        "the release " + site.unknown + " has no file: its codes are only uploaded, as tables");
  const json draft = {{"release", site.unknown}};
  CHECK(site.send("POST", "/api/v2/versions/" + hash + "/drafts", draft).status == 400);
  json codes = table_of(system, "Codes", site.unknown, "");
  codes.erase("csv");
  codes["codes"] = {system.known};
  CHECK(site.status_of(codes) == 400);
}

TEST_CASE("on an imported release codes are checked, named and defined", "[release-file]") {
  const System system = GENERATE(values(systems));
  const Site site(system);
  CHECK(site.status_of(table_of(system, "Wrong", site.imported,
                                "code,term\n" + system.unknown + ",No such code\n")) == 400);
  const std::string csv = "code,term\n" + system.known + ",Mine\n";
  const std::string table = site.create(table_of(system, "Tables", site.imported, csv));
  const std::string definition = "/codelist/test-org/tables/" + table + "/definition.csv";
  const std::string defined =
      "code,term,is_included\r\n" + system.known + "," + system.term + ",+\r\n";
  CHECK(site.get(definition).body.starts_with(defined));

  json codes = table_of(system, "Codes", site.imported, "");
  codes.erase("csv");
  codes["codes"] = {system.known, system.unknown};
  CHECK(site.status_of(codes) == 400);
  codes["codes"] = {system.known};
  const std::string built = site.create(codes);
  const json statuses = site.get("/api/v2/versions/" + built).json().at("statuses");
  CHECK(statuses.at(system.known) == "+");
}

TEST_CASE("a table from before a release was imported becomes a draft on it", "[release-file]") {
  const System system = GENERATE(values(systems));
  const Site site(system);
  const std::string csv = "code,term\nanything,As uploaded\n" + system.known + ",Mine\n";
  const std::string hash = site.create(table_of(system, "Tables", site.unknown, csv));
  const Reply reply =
      site.send("POST", "/api/v2/versions/" + hash + "/drafts", {{"release", site.imported}});
  INFO(reply.body);
  REQUIRE(reply.status == 201);
  const std::string draft = reply.json().at("hash");
  const json statuses = site.get("/api/v2/versions/" + draft).json().at("statuses");
  CHECK(statuses.at(system.known) == "+");
  CHECK(!statuses.contains("anything"));
  // An upgrade also lists codes that the release does not know, since somebody decided on them
  // once.
  const json preview =
      site.get("/api/v2/versions/" + hash + "/upgrade?release=" + site.imported).json();
  CHECK(preview.at("compared_with_release_before") == false);
  CHECK(preview.at("outcome") == "affected");
  CHECK(preview.at("not_codes").empty());
  const Reply upgraded =
      site.send("POST", "/api/v2/versions/" + hash + "/upgrade", {{"release", site.imported}});
  REQUIRE(upgraded.status == 201);
  const std::string upgraded_url =
      "/api/v2/versions/" + upgraded.json().at("hash").get<std::string>();
  const json on_it = site.get(upgraded_url).json().at("statuses");
  CHECK(on_it.at(system.known) == "+");
  CHECK(on_it.at("anything") == "+");
  // The table is unchanged.
  CHECK(site.get("/codelist/test-org/tables/" + hash + "/download.csv").body == csv);
}

TEST_CASE("a table with entries that are not codes is upgraded without them", "[release-file]") {
  const System system = GENERATE(values(systems));
  const Site site(system);
  const std::string csv = "code,term\nno code at all,Mine\n,Empty\n" + system.known + ",Mine\n";
  const std::string hash = site.create(table_of(system, "Tables", site.unknown, csv));
  const std::string url = "/api/v2/versions/" + hash;
  const json preview = site.get(url + "/upgrade?release=" + site.imported).json();
  CHECK(preview.at("not_codes") == json({"", "no code at all"}));
  for (const std::string way : {"/upgrade", "/drafts"}) {
    CAPTURE(way);
    const Reply made = site.send("POST", url + way, {{"release", site.imported}});
    INFO(made.body);
    REQUIRE(made.status == 201);
    const json statuses = site.get("/api/v2/versions/" + made.json().at("hash").get<std::string>())
                              .json()
                              .at("statuses");
    CHECK(statuses.at(system.known) == "+");
    CHECK(!statuses.contains(""));
    CHECK(!statuses.contains("no code at all"));
  }
}

TEST_CASE("an upgrade to a release without a file names it", "[release-file]") {
  const System system = GENERATE(values(systems));
  const Site site(system);
  const std::string csv = "code,term\n" + system.known + ",Mine\n";
  const std::string hash = site.create(table_of(system, "Tables", site.imported, csv));
  for (const std::string way : {"/upgrade", "/drafts"}) {
    const Reply refused =
        site.send("POST", "/api/v2/versions/" + hash + way, {{"release", site.unknown}});
    CHECK(refused.status == 400);
    CHECK(refused.json().at("errors")[0].at("field") == "release");
  }
  CHECK(site.send("POST", "/api/v2/releases/" + site.unknown + "/upgrade-report").status == 400);
}

TEST_CASE("every site accepts tables whose release nobody knows", "[release-file]") {
  ApiSite site;
  const auto known = [&] {
    std::vector<std::string> aliases;
    for (const auto& release : site.views().releases()) aliases.push_back(release.alias);
    return aliases;
  };
  const std::vector<std::string> all = {"null_unknown_19000101", "opcs4_unknown_19000101",
                                        "readv2_unknown_19000101"};
  CHECK(known() == all);
  const std::uint64_t head = site.head();
  site.restart_with_new_views();
  CHECK(known() == all);
  CHECK(site.head() == head);
  site.set_up();
  for (const std::string system : {"null", "opcs4", "readv2"}) {
    CAPTURE(system);
    const Reply made = site.send("POST", "/api/v1/codelist/test-org/",
                                 {{"name", "Of " + system},
                                  {"coding_system_id", system},
                                  {"coding_system_database_alias", system + "_unknown_19000101"},
                                  {"description", "A table"},
                                  {"methodology", ""},
                                  {"csv_data", "code,term\nanything,As uploaded\n"}});
    INFO(made.body);
    REQUIRE(made.status == 200);
    const std::string page = made.json().at("codelist");
    const Reply version = site.send("POST", "/api/v1" + page + "versions/",
                                    {{"coding_system_database_alias", system + "_unknown_19000101"},
                                     {"csv_data", "code,term\nmore,As uploaded\n"}});
    REQUIRE(version.status == 200);
    const std::string files = version.json().at("codelist_version");
    CHECK(site.get(files + "download.csv").body == "code,term\nmore,As uploaded\n");
  }
  // The site lists no release for them.
  CHECK(site.get("/coding-systems/latest-releases?type=json").json().size() == 2);
}

TEST_CASE("of releases with one date, the one registered last is the newest, everywhere",
          "[release-file]") {
  ApiSite site;
  site.set_up();
  const auto newest = [&] {
    const json latest = site.get("/coding-systems/latest-releases?type=json").json();
    const std::string alias = latest.at("snomedct").at("database_alias");
    static int lists = 0;
    const Reply made = site.send("POST", "/api/v2/codelists",
                                 {{"owner", "user/alice"},
                                  {"name", "List " + std::to_string(++lists)},
                                  {"coding_system", "snomedct"}});
    REQUIRE(made.status == 201);
    CHECK(made.json().at("version").at("release") == alias);
    return alias;
  };
  // The log's order counts, although the server's clock is set back before each registration.
  site.clock().set("2021-01-01T00:00:00Z");
  // Its alias sorts before the other's.
  const std::string later =
      site.import_snomedct("uk_sct2cl_5.1.0_20240601000001Z.zip", "corrected", "2024-01-01");
  REQUIRE(later < std::string(small_snomedct));
  CHECK(newest() == later);
  // Commits about a release that do not register it change nothing.
  site.append({events::Stream::of_release(small_snomedct)},
              {events::UpgradesReported{small_snomedct, {}, {}}});
  CHECK(newest() == later);
  site.clock().set("2020-01-01T00:00:00Z");
  site.register_release("snomedct");
  CHECK(newest() == std::string(small_snomedct));
  site.restart_with_new_views();
  CHECK(newest() == std::string(small_snomedct));
}

TEST_CASE("a release whose file cannot be read is unavailable, not an error of the server",
          "[release-file]") {
  ApiSite site;
  site.set_up();
  const auto database = ApiSite::releases_folder() / "coding_systems" / "snomedct" /
                        (std::string(small_snomedct) + ".sqlite3");
  REQUIRE(
      site.get("/api/v2/releases/" + std::string(small_snomedct) + "/search?term=elbow").status ==
      200);
  // A folder cannot be read as a file.
  const auto kept = ApiSite::releases_folder() / "kept";
  std::filesystem::rename(database, kept);
  std::filesystem::create_directory(database);
  site.restart_with_new_views();  // an open release goes on from its index
  const json codes = {{"codes", {"1806006"}}};
  const json codelist = {{"owner", "organisation/test-org"},
                         {"name", "A list"},
                         {"coding_system", "snomedct"},
                         {"codes", {"1806006"}}};
  const std::string release = "/api/v2/releases/" + std::string(small_snomedct);
  for (const Reply& refused :
       {site.get(release + "/search?term=elbow"), site.send("POST", release + "/terms", codes),
        site.send("POST", release + "/codeset", codes),
        site.send("POST", "/api/v2/codelists", codelist)}) {
    INFO(refused.body);
    CHECK(refused.status == 503);
    CHECK(refused.header("retry-after") == "1");
    CHECK(refused.body.find(ApiSite::releases_folder().string()) == std::string::npos);
  }
  std::filesystem::remove(database);
  std::filesystem::rename(kept, database);
  CHECK(site.get(release + "/search?term=elbow").status == 200);
  CHECK(site.send("POST", "/api/v2/codelists", codelist).status == 201);
}

}  // namespace codelog::tests::release_file_test
