// Comparing versions: OpenCodelists' own diff pages, and what they lack.
#include <catch2/catch.hpp>

#include "events/base/digest.h"
#include "events/base/version_hash.h"
#include "server/commands/version_names.h"
#include "tests/server/api_golden.h"

namespace codelog::tests::diff_test {
namespace {

using nlohmann::json;

// The two versions of the address of a diff page, as an address of the API.
std::string api_path_of(ApiSite& site, const std::string& page, std::uint32_t right) {
  std::string rest = page.substr(std::string("/codelist/").size());
  events::Owner owner{events::OwnerKind::organisation, ""};
  if (rest.starts_with("user/")) {
    owner.kind = events::OwnerKind::user;
    rest.erase(0, 5);
  }
  std::vector<std::string> parts(1);
  for (const char c : rest) {
    if (c == '/') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  owner.name = parts.at(0);
  const auto left = commands::find_version(site.views(), owner, parts.at(1), parts.at(2));
  REQUIRE(left);
  return "/api/v2/versions/" + base::version_hash(left->version.id) + "/diff/" +
         base::version_hash(base::VersionId(right));
}

// The recorded codes or their number and digest.
void compare_codes(const json& part, const OrderedJson& expected) {
  std::string joined;
  for (const json& code : part.at("codes"))
    joined += (joined.empty() ? "" : "\n") + code.get<std::string>();
  if (expected.is_object()) {
    CHECK(part.at("codes").size() == expected.at("n"));
    CHECK(base::sha1_hex(joined) == expected.at("sha1").get<std::string>());
  } else {
    CHECK(part.at("codes") == json::parse(expected.dump()));
  }
}

void compare_groups(const json& part, const OrderedJson& expected) {
  const json& groups = part.at("groups");
  if (expected.is_object()) {
    CHECK(groups.size() == expected.at("n"));
    CHECK(base::sha1_hex(groups.dump()) == expected.at("canonical_json_sha1").get<std::string>());
  } else if (!expected.empty() && !expected.at(0).contains("descendants")) {
    // Without a release, OpenCodelists shows every term as "unknown", and Codelog the table's.
    CHECK(groups.size() == expected.size());
  } else {
    CHECK(groups == json::parse(expected.dump()));
  }
}

}  // namespace

TEST_CASE("versions differ as on OpenCodelists' pages", "[diff][golden]") {
  ApiSite site;
  seed_golden_state(site);
  std::size_t compared = 0;
  const OrderedJson golden = read_golden("07_diffs");
  for (const OrderedJson& page : golden.at("cases")) {
    const std::string target = page.at("GET");
    CAPTURE(target);
    const Reply reply = site.get(target);
    CHECK(reply.status == page.at("status"));
    if (page.contains("body")) CHECK(reply.body == page.at("body").get<std::string>());
    if (page.contains("location")) {
      CHECK(reply.header("location") == page.at("location").get<std::string>());
    }
    // Two pages have only their status.
    if (!page.contains("lhs_only_codes")) continue;
    const json diff = site.get(api_path_of(site, target, page.at("rhs_id"))).json();
    for (const auto& [ours, theirs] :
         {std::pair("left_only", "lhs_only"), std::pair("right_only", "rhs_only"),
          std::pair("common", "common")}) {
      CAPTURE(ours);
      const std::string name = theirs;
      compare_codes(diff.at(ours), page.at(name + "_codes"));
      compare_groups(diff.at(ours), page.at(name + "_summary"));
    }
    ++compared;
  }
  CHECK(compared == 65);
}

namespace {

// Makes a codelist from a table; returns its version's hash.
std::string make_list(ApiSite& site, const std::string& name, const std::string& system,
                      const std::string& csv) {
  const json created = site.send("POST", "/api/v2/codelists",
                                 {{"owner", "organisation/test-org"},
                                  {"name", name},
                                  {"coding_system", system},
                                  {"csv", csv}})
                           .json();
  INFO(created.dump());
  return created.at("version").at("hash");
}

std::string terms_of(const json& part) {
  std::string terms;
  for (const json& group : part.at("groups")) {
    terms += (terms.empty() ? "" : "; ") + group.at("term").get<std::string>();
  }
  return terms;
}

}  // namespace

TEST_CASE("without a release, codes are listed flat with the table's own terms", "[diff]") {
  ApiSite site;
  site.set_up();
  site.register_release("opcs4");
  const std::string left = make_list(site, "Left", "null", "code,term\nb,Second\na,<First>\nc,\n");
  const std::string right = make_list(site, "Right", "null", "Code , Term\nc,Third\n\na,Other\n");
  const json diff = site.get("/api/v2/versions/" + left + "/diff/" + right).json();
  CHECK(diff.at("left").at("codes_count") == 3);
  CHECK(diff.at("right").at("codelist").at("slug") == "right");
  CHECK(diff.at("left_only").at("codes") == json({"b"}));
  CHECK(terms_of(diff.at("left_only")) == "Second");
  CHECK(diff.at("right_only").at("codes").empty());
  CHECK(terms_of(diff.at("common")) == "<First>");

  const Reply page = site.get("/codelist/test-org/left/" + left + "/diff/" + right + "/");
  CHECK(page.status == 200);
  CHECK_THAT(page.body, Catch::Contains("Codes in Left only") &&
                            !Catch::Contains("Codes in Right only") &&
                            Catch::Contains("&lt;First&gt; (<code>a</code>)"));
  CHECK(site.get("/codelist/test-org/left/" + left + "/diff/" + right).status == 301);
}

TEST_CASE("versions of two coding systems are not compared", "[diff]") {
  ApiSite site;
  site.set_up();
  const std::string left = make_list(site, "Left", "null", "code\na\n");
  const std::string right = make_list(site, "Right", "snomedct", "code\n2247004\n");
  const Reply reply = site.get("/api/v2/versions/" + left + "/diff/" + right);
  CHECK(reply.status == 400);
  CHECK_THAT(reply.body, Catch::Contains("of two coding systems, null and snomedct"));
  CHECK(site.get("/codelist/test-org/left/" + left + "/diff/" + right + "/").status == 404);
  CHECK(site.get("/api/v2/versions/" + left + "/diff/nothing").status == 404);
}

TEST_CASE("a draft may be compared by its hash", "[diff]") {
  ApiSite site;
  site.set_up();
  const std::string finished = make_list(site, "List", "snomedct", "code\n2247004\n");
  const json draft = site.send("POST", "/api/v2/versions/" + finished + "/drafts").json();
  const std::string hash = draft.at("hash");
  const json diff = site.get("/api/v2/versions/" + hash + "/diff/" + finished).json();
  CHECK(diff.at("left").at("status") == "draft");
  CHECK(diff.at("common").at("codes") == json({"2247004"}));
  const Reply page = site.get("/codelist/test-org/list/" + finished + "/diff/" + hash + "/");
  CHECK(page.status == 200);
  CHECK_THAT(page.body, Catch::Contains("/builder/" + hash + "/"));
}

TEST_CASE("codes are compared in the release's spelling", "[diff]") {
  ApiSite site;
  site.set_up();
  site.register_release("icd10");
  const std::string left = make_list(site, "Left", "icd10", "icd_code\nb10.0\nB11\n");
  const std::string right = make_list(site, "Right", "icd10", "code\nB100\n");
  const json diff = site.get("/api/v2/versions/" + left + "/diff/" + right).json();
  CHECK(diff.at("common").at("codes") == json({"B100"}));
  CHECK(diff.at("left_only").at("codes") == json({"B11"}));
}

}  // namespace codelog::tests::diff_test
