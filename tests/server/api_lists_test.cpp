// Lists of codelists: pages and filters.
#include <catch2/catch.hpp>

#include "tests/server/api_site.h"

namespace codelog::tests::api_lists_test {
namespace {

using nlohmann::json;

using Names = std::vector<std::string>;

struct Site : ApiSite {
  Site() {
    set_up();
    for (const char* owner : {"organisation/test-org", "user/alice"}) {
      for (const char* name : {"A", "B", "C"}) create(owner, name);
    }
  }

  void create(const std::string& owner, const std::string& name) const {
    const Reply made = send(
        "POST", "/api/v2/codelists",
        {{"owner", owner}, {"name", name}, {"coding_system", "snomedct"}, {"codes", {"1806006"}}});
    INFO(made.body);
    REQUIRE(made.status == 201);
  }

  // The names on all pages, and the number of pages.
  std::pair<Names, int> pages(const std::string& query) const {
    Names names;
    int count = 0;
    std::string after;
    for (bool is_last = false; !is_last; ++count) {
      REQUIRE(count < 10);
      const json page = get("/api/v2/codelists?" + query + after).json();
      for (const json& codelist : page.at("codelists")) {
        const std::string owner = codelist.at("owner");
        names.push_back(owner.substr(owner.find('/') + 1) + "/" +
                        codelist.at("name").get<std::string>());
      }
      is_last = page.at("next").is_null();
      if (!is_last) after = "&after=" + std::to_string(page.at("next").get<int>());
    }
    return {names, count};
  }
};

}  // namespace

TEST_CASE("codelists are listed page by page, each once, in the order of their ids", "[lists]") {
  const Site site;
  const Names all = {"test-org/A", "test-org/B", "test-org/C", "alice/A", "alice/B", "alice/C"};
  const Names of_alice = {"alice/A", "alice/B", "alice/C"};
  CHECK(site.pages("limit=100") == std::pair(all, 1));
  CHECK(site.pages("limit=6") == std::pair(all, 1));
  CHECK(site.pages("limit=4") == std::pair(all, 2));
  CHECK(site.pages("limit=1") == std::pair(all, 6));
  CHECK(site.pages("owner=user/alice&limit=2") == std::pair(of_alice, 2));
  CHECK(site.pages("status=draft&limit=5") == std::pair(all, 2));
  for (const char* other : {"published", "under%20review"}) {
    CHECK(site.pages(std::string("limit=5&status=") + other) == std::pair(Names(), 1));
  }
  CHECK(site.pages("coding_system=bnf") == std::pair(Names(), 1));
  for (const char* wrong : {"limit=0", "limit=1001", "limit=x", "after=-1", "after=4294967296",
                            "status=final", "coding_system=icd11", "owner=alice"}) {
    CAPTURE(wrong);
    const Reply refused = site.get(std::string("/api/v2/codelists?") + wrong);
    CHECK(refused.status == 400);
    const std::string field = std::string(wrong).substr(0, std::string(wrong).find('='));
    CHECK(refused.json().at("errors")[0].at("field") == field);
  }
}

}  // namespace codelog::tests::api_lists_test
