// Converting BNF codelists to dm+d codelists.
#include <catch2/catch.hpp>

#include "tests/server/api_golden.h"

namespace codelog::tests::dmd_conversion_test {
namespace {

using nlohmann::json;

std::string conversion_of(const std::string& hash) {
  return "/api/v2/versions/" + hash + "/dmd-conversion";
}

constexpr const char* bnf_new = "3f9ca638";  // test-org/bnf-new
constexpr const char* bnf_old = "268d3303";  // user/alice/bnf-old

std::string version_path(const json& converted) {
  return "/codelist/" + converted.at("codelist").at("owner").get<std::string>().substr(13) + "/" +
         converted.at("codelist").at("slug").get<std::string>() + "/" +
         converted.at("version").at("hash").get<std::string>();
}

// One codelist of the native API.
json codelist_of(const ApiSite& site, const json& converted) {
  return site
      .get("/api/v2/codelists/" + converted.at("codelist").at("owner").get<std::string>() + "/" +
           converted.at("codelist").at("slug").get<std::string>())
      .json();
}

}  // namespace

TEST_CASE("a BNF version becomes a dm+d codelist", "[api][conversion]") {
  ApiSite site;
  seed_golden_state(site);
  const Reply reply = site.send("POST", conversion_of(bnf_new));
  INFO(reply.body);
  REQUIRE(reply.status == 201);
  const json converted = reply.json();
  CHECK(converted.at("codelist").at("is_new") == true);
  CHECK(converted.at("codelist").at("slug") == "bnf-new-dmd");
  CHECK(converted.at("version").at("status") == "under review");
  CHECK(converted.at("version").at("release") == small_dmd);
  CHECK(converted.at("position") == site.head());

  const json codelist = codelist_of(site, converted);
  const json source = site.get("/api/v2/codelists/organisation/test-org/bnf-new").json();
  CHECK(codelist.at("name") == source.at("name").get<std::string>() + " - dmd");
  CHECK(codelist.at("coding_system") == "dmd");
  CHECK(codelist.at("description") == source.at("description"));
  CHECK(codelist.at("references") == source.at("references"));
  CHECK(codelist.at("methodology") ==
        "Converted from [pseudo-BNF system codelist](/codelist/test-org/bnf-new/3f9ca638/)");
  CHECK(codelist.at("versions").at(0).at("style") == "old");
  CHECK(codelist.at("versions").at(0).at("source") == bnf_new);

  // The stored table is the BNF version's download, with LF as line ends.
  std::string table = site.get("/codelist/test-org/bnf-new/3f9ca638/dmd-download.csv").body;
  std::erase(table, '\r');
  CHECK(site.get(version_path(converted) + "/download.csv?omit-mapped-vmps").body == table);
}

TEST_CASE("a BNF version is converted again only if the result differs", "[api][conversion]") {
  ApiSite site;
  seed_golden_state(site);
  const json first = site.send("POST", conversion_of(bnf_new)).json();
  const std::uint64_t head = site.head();
  const Reply again = site.send("POST", conversion_of(bnf_new));
  CHECK(again.status == 409);
  CHECK(again.json().at("detail") ==
        "An identical dm+d version of this codelist already exists: " + version_path(first) + "/");
  CHECK(site.head() == head);

  // Add another version of the BNF codelist, and change the description.
  const std::string list = "/api/v2/codelists/organisation/test-org/bnf-new";
  const std::string target = "/api/v2/codelists/organisation/test-org/bnf-new-dmd";
  REQUIRE(site.send("PATCH", list, {{"description", "Changed"}}).status == 200);
  REQUIRE(site.send("PATCH", target, {{"signoffs", {{{"user", "alice"}, {"date", "2024-02-03"}}}}})
              .status == 200);
  const Reply version = site.send("POST", list + "/versions",
                                  {{"codes", {"0101000AABHAAAA"}}, {"release", small_bnf}});
  REQUIRE(version.status == 201);
  const Reply second = site.send("POST", conversion_of(version.json().at("hash")));
  INFO(second.body);
  REQUIRE(second.status == 201);
  CHECK(second.json().at("codelist").at("is_new") == false);
  CHECK(second.json().at("codelist").at("id") == first.at("codelist").at("id"));
  const json codelist = codelist_of(site, second.json());
  CHECK(codelist.at("versions").size() == 2);
  CHECK(codelist.at("description") == "Changed");
  CHECK(codelist.at("signoffs").size() == 1);  // sign-offs are kept
  CHECK_THAT(codelist.at("methodology").get<std::string>(),
             Catch::Contains(version.json().at("hash").get<std::string>()));
}

TEST_CASE("a conversion whose codes map to nothing is a table with a header", "[api][conversion]") {
  ApiSite site;
  seed_golden_state(site);
  const Reply version =
      site.send("POST", "/api/v2/codelists/organisation/test-org/bnf-new/versions",
                {{"codes", {"01"}}, {"release", small_bnf}});
  REQUIRE(version.status == 201);
  const Reply reply = site.send("POST", conversion_of(version.json().at("hash")));
  REQUIRE(reply.status == 201);
  CHECK(site.get(version_path(reply.json()) + "/download.csv?omit-mapped-vmps").body ==
        "dmd_type,dmd_id,dmd_name,bnf_code\n");
}

TEST_CASE("a version that cannot be converted to dm+d is refused, and nothing changes",
          "[api][conversion]") {
  ApiSite site;
  seed_golden_state(site);
  const std::uint64_t head = site.head();
  const auto refused = [&](const std::string& hash, int status, const std::string& detail,
                           const std::string& user = "alice") {
    CAPTURE(hash);
    const Reply reply =
        site.ask({.method = "POST", .target = conversion_of(hash), .token = "Token " + user});
    CHECK(reply.status == status);
    CHECK_THAT(reply.body, Catch::Contains(detail));
    CHECK(site.head() == head);
  };
  const OrderedJson state = read_golden("00_state");
  std::map<std::string, std::string> tokens;
  for (const OrderedJson& user : state.at("users")) {
    tokens[user.at("username")] = user.at("token");
  }
  const std::string alice = tokens.at("alice");
  refused("66f08cca", 400, "Only BNF codelists", alice);
  refused("ffffffff", 404, "no such version", alice);
  refused("no-hash", 404, "no such version", alice);
  refused(bnf_new, 401, "", "x");
  refused(bnf_old, 403, "may not edit", tokens.at("bob"));
}

TEST_CASE("a long name is shortened for the dm+d codelist, as for a clone", "[api][conversion]") {
  ApiSite site;
  seed_golden_state(site);
  // Makes a BNF codelist with a version that can be converted; returns that version's hash.
  const auto bnf_list = [&](const std::string& name, const std::string& slug) {
    const Reply reply = site.send("POST", "/api/v2/codelists",
                                  {{"owner", "organisation/test-org"},
                                   {"name", name},
                                   {"slug", slug},
                                   {"coding_system", "bnf"},
                                   {"release", small_bnf},
                                   {"csv", "code\n0101000AABHAAAA\n"}});
    INFO(reply.body);
    REQUIRE(reply.status == 201);
    return reply.json().at("version").at("hash").get<std::string>();
  };
  const auto converted = [&](const std::string& hash) {
    const Reply reply = site.send("POST", conversion_of(hash));
    INFO(reply.body);
    REQUIRE(reply.status == 201);
    return reply.json().at("codelist");
  };
  const std::string begin = "x" + std::string(247, 'y');  // 248 characters
  SECTION("between characters, not within one") {
    // The 249th character has two bytes, and the name 255 characters.
    const json made = converted(bnf_list(begin + "\u00e9" + std::string(6, 'z'), "long"));
    CHECK(made.at("name") == begin + "\u00e9 - dmd");
    CHECK(made.at("slug") == "long-dmd");
  }
  SECTION("a name that fits is not shortened") {
    CHECK(converted(bnf_list(begin + "z", "fits")).at("name") == begin + "z - dmd");
  }
  SECTION("lists whose shortened names are equal have a dm+d codelist each") {
    const std::string first = bnf_list(begin + "z first", "a" + std::string(250, 'b') + "1");
    const std::string second = bnf_list(begin + "z other", "a" + std::string(250, 'b') + "2");
    const std::string whole = bnf_list(begin + "z", "whole");
    const json made = converted(first);
    CHECK(made.at("name") == begin + "z - dmd");
    CHECK(made.at("slug") == "a" + std::string(250, 'b') + "-dmd");
    const json other = converted(second);
    CHECK(other.at("is_new") == true);
    CHECK(other.at("id") != made.at("id"));
    CHECK(other.at("name") == begin + " - dmd2");
    const json third = converted(whole);
    CHECK(third.at("is_new") == true);
    // Each is found again.
    for (const std::string& hash : {first, second, whole}) {
      CHECK(site.send("POST", conversion_of(hash)).status == 409);
    }
    const Reply later = site.send("POST",
                                  "/api/v2/codelists/organisation/test-org/" +
                                      ("a" + std::string(250, 'b') + "2") + "/versions",
                                  {{"csv", "code\n01\n"}, {"release", small_bnf}});
    REQUIRE(later.status == 201);
    CHECK(converted(later.json().at("hash")).at("id") == other.at("id"));
  }
}

TEST_CASE("the name of the dm+d codelist may be taken", "[api][conversion]") {
  ApiSite site;
  seed_golden_state(site);
  const Reply taken = site.send("POST", "/api/v2/codelists",
                                {{"owner", "organisation/test-org"},
                                 {"name", "Other"},
                                 {"slug", "bnf-new-dmd"},
                                 {"coding_system", "snomedct"}});
  REQUIRE(taken.status == 201);
  const Reply reply = site.send("POST", conversion_of(bnf_new));
  CHECK(reply.status == 409);
  CHECK_THAT(reply.body, Catch::Contains("of another coding system"));
  // Without a mapping, no conversion is possible.
  ApiSite other;
  other.set_up();
  const Reply created = other.send("POST", "/api/v2/codelists",
                                   {{"owner", "organisation/test-org"},
                                    {"name", "X"},
                                    {"coding_system", "bnf"},
                                    {"csv", "code\n0101000AABHAAAA\n"}});
  REQUIRE(created.status == 201);
  const Reply unavailable =
      other.send("POST", conversion_of(created.json().at("version").at("hash")));
  CHECK(unavailable.status == 503);
  CHECK_THAT(unavailable.body, Catch::Contains("bnfdmd"));
}

}  // namespace codelog::tests::dmd_conversion_test
