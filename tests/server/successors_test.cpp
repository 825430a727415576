// Successors of inactive and removed codes, over HTTP: in previews of upgrades, and in the details
// of codes.
#include <catch2/catch.hpp>

#include "tests/server/api_golden.h"
#include "tests/server/made_release.h"

namespace codelog::tests::successors_test {
namespace {

using Catch::Contains;
using nlohmann::json;

// Codes of the small releases.
constexpr const char* cyst = "2281005";
constexpr const char* vmp = "10016881000001109";

void add(coding_systems::IndexSource& source, const std::string& code,
         coding_systems::CodeKind kind) {
  source.add_concept(code, kind);
  source.add_text(code, coding_systems::TextRole::name, "name of " + code);
}

// The cyst is inactive, and so is 1001, which replaced it; 1003 replaced both.
coding_systems::IndexSource release_with_chain() {
  coding_systems::IndexSource source;
  add(source, cyst, made_inactive);
  add(source, "1001", made_inactive);
  add(source, "1003", made_active);
  source.add_link(cyst, made_replaced_by, "1001");
  source.add_link("1001", made_replaced_by, "1003");
  return source;
}

json successor(const std::string& relation, const std::string& code, bool active,
               const std::string& instead_of) {
  return {{"relation", relation},
          {"code", code},
          {"term", "name of " + code},
          {"active", active},
          {"instead_of", instead_of}};
}

// A codelist of one code; the URL of its version.
std::string version_with(ApiSite& site, const json& body) {
  const Reply created = site.send("POST", "/api/v2/codelists", body);
  INFO(created.body);
  REQUIRE(created.status == 201);
  return "/api/v2/versions/" + created.json().at("version").at("hash").get<std::string>();
}

// The entry of the code in the preview, in which it is the first.
json upgrade_of(const std::string& code, const ApiSite& site, const std::string& version,
                const std::string& release) {
  const Reply preview = site.get(version + "/upgrade?release=" + release);
  INFO(preview.body);
  REQUIRE(preview.status == 200);
  const json upgraded = preview.json().at("codes").at(0);
  REQUIRE(upgraded.at("code") == code);
  return upgraded;
}

}  // namespace

TEST_CASE("an upgrade's preview follows the successors of an inactive code to an active one",
          "[upgrade]") {
  ApiSite site;
  site.set_up();
  const std::string release = site.register_made_release({"snomedct", "made", "2024-02-01"},
                                                         made_release(release_with_chain()));
  const std::string version = version_with(site, {{"owner", "organisation/test-org"},
                                                  {"name", "Cysts"},
                                                  {"coding_system", "snomedct"},
                                                  {"release", small_snomedct},
                                                  {"codes", {cyst}}});
  const json code = upgrade_of(cyst, site, version, release);
  CHECK(code.at("changes").front() == "inactive");
  CHECK(code.at("successors") == json{successor("replaced by", "1001", false, cyst),
                                      successor("replaced by", "1003", true, "1001")});
}

TEST_CASE("an upgrade's preview gives the new id of a VMP that the release no longer has",
          "[upgrade]") {
  ApiSite site;
  site.set_up();
  site.register_release("dmd");
  coding_systems::IndexSource source;
  add(source, "2001", made_active);
  const std::string release =
      site.register_made_release({"dmd", "made", "2024-02-01"}, made_release(source, "dmd"));
  const std::string version =
      version_with(site, {{"owner", "organisation/test-org"},
                          {"name", "Drugs"},
                          {"coding_system", "dmd"},
                          {"release", small_dmd},
                          {"csv", std::string("code,term\n") + vmp + ",x\n"}});
  CHECK(upgrade_of(vmp, site, version, release).at("successors") == json::array());
  write_previous_vmps(site.mapping_file("dmdvmpprevmap"), OrderedJson::array({{"2001", vmp}}));
  site.register_mapping("dmdvmpprevmap");
  const json code = upgrade_of(vmp, site, version, release);
  CHECK(code.at("changes").front() == "removed");
  CHECK(code.at("successors") == json{successor("HAS NEW ID", "2001", true, vmp)});
}

TEST_CASE("the links of a code say whether their ends are active", "[api]") {
  ApiSite site;
  site.set_up();
  const std::string release = site.register_made_release({"snomedct", "made", "2024-02-01"},
                                                         made_release(release_with_chain()));
  const auto links_of = [&](const std::string& code) {
    return site.get("/api/v2/releases/" + release + "/codes/" + code).json().at("links");
  };
  const auto link = [](const std::string& code, bool active) {
    return json{
        {"kind", "replaced_by"}, {"code", code}, {"term", "name of " + code}, {"active", active}};
  };
  CHECK(links_of(cyst) == json{link("1001", false)});
  CHECK(links_of("1001") == json{link("1003", true)});
}

TEST_CASE("the page of an inactive code names those that take its place", "[pages]") {
  ApiSite site;
  site.set_up();
  site.register_release("dmd");
  coding_systems::IndexSource source;
  add(source, "2001", made_inactive);
  add(source, "2002", made_active);
  add(source, "20+03", made_inactive);
  source.add_link("20+03", made_replaced_by, "2001");
  add(source, "2004", made_inactive);
  const std::string release =
      site.register_made_release({"dmd", "made", "2024-02-01"}, made_release(source, "dmd"));
  const auto page_of = [&](const std::string& code) {
    const Reply page = site.get("/releases/" + release + "/code/" + code + "/");
    REQUIRE(page.status == 200);
    return page.body;
  };
  constexpr const char* no_other = "names no other in its place";
  CHECK_THAT(page_of("2001"), Contains(no_other));
  // A mapping knows more than the release; what the release does not have is no successor there.
  write_previous_vmps(site.mapping_file("dmdvmpprevmap"),
                      OrderedJson::array({{"2002", "2001"}, {"2999", "2004"}}));
  site.register_mapping("dmdvmpprevmap");
  CHECK_THAT(page_of("2001"),
             Contains("has new id") && Contains("name of 2002") && !Contains(no_other));
  CHECK_THAT(page_of("2004"), Contains(no_other));
  CHECK_THAT(page_of("20%2B03"), Contains("name of 2001") && Contains("/codes/20%2B03\""));
}

}  // namespace codelog::tests::successors_test
