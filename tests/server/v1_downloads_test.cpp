// Compares download.csv and definition.csv with OpenCodelists' bytes.
#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>

#include "events/base/digest.h"
#include "server/commands/csv_writer.h"
#include "tests/server/api_golden.h"
#include "tests/server/api_migrated.h"

namespace codelog::tests::v1_downloads_test {
namespace {

std::string table_of(const OrderedJson& rows) {
  std::string text;
  for (const OrderedJson& row : rows) {
    commands::append_csv_row(
        {row.at(0).get<std::string>(), row.at(1).get<std::string>(), row.at(2).get<std::string>()},
        text);
  }
  return text;
}

// The lines without their codes, and the lines sorted; for comparing files in which equal terms may
// come in any order.
std::pair<std::vector<std::string>, std::vector<std::string>> modulo_equal_terms(
    const std::string& table) {
  std::vector<std::string> terms;
  std::vector<std::string> lines;
  std::istringstream stream(table);
  for (std::string line; std::getline(stream, line);) {
    terms.push_back(line.substr(line.find(',')));
    lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  return {terms, lines};
}

}  // namespace

TEST_CASE("downloads and their headers equal OpenCodelists' byte for byte", "[v1][golden]") {
  ApiSite site;
  const auto seed = GENERATE(&seed_golden_state, &seed_migrated_state);
  seed(site);
  const OrderedJson golden = read_golden("06_downloads");
  std::size_t equal = 0;
  for (const OrderedJson& version : golden.at("versions")) {
    for (const OrderedJson& http : version.at("http")) {
      CAPTURE(http.at("GET"));
      const Reply reply = site.get(http.at("GET"));
      if (http.at("status") == 500) {  // dm+d files of versions that are not BNF
        CHECK(reply.status == 400);
        continue;
      }
      CHECK(reply.status == http.at("status"));
      CHECK(reply.header("content-type") == http.at("content_type").get<std::string>());
      if (http.at("location").is_string())
        CHECK(reply.header("location") == http.at("location").get<std::string>());
      if (http.at("content_disposition").is_string()) {
        CHECK(reply.header("content-disposition") ==
              http.at("content_disposition").get<std::string>());
      }
      const std::string target = http.at("GET");
      if (version.contains("definition_rows") && target.ends_with("definition.csv")) {
        CHECK(modulo_equal_terms(reply.body) ==
              modulo_equal_terms(table_of(version.at("definition_rows"))));
        CHECK(reply.body.size() == http.at("body_len"));
        continue;
      }
      if (http.at("body_len").is_number()) CHECK(reply.body.size() == http.at("body_len"));
      // OpenCodelists orders equal terms differently in every run, so only the size can be
      // compared.
      const bool is_unstable =
          target.ends_with("definition.csv") && version.value("definition_is_unstable", false);
      if (http.at("body_sha1").is_string() && !is_unstable) {
        CHECK(base::sha1_hex(reply.body) == http.at("body_sha1").get<std::string>());
        ++equal;
      }
    }
  }
  CHECK(equal >= 90);
}

TEST_CASE("a download answers by tag, by hash, by old names, and to HEAD", "[v1]") {
  ApiSite site;
  seed_golden_state(site);
  const std::string by_tag = site.get("/codelist/test-org/new-style-codelist/v1/download.csv").body;
  CHECK(site.get("/codelist/test-org/new-style-codelist/66f08cca/download.csv").body == by_tag);
  CHECK(site.get("/codelist/test-org/new-style-codelist/66F08CCA/download.csv").body == by_tag);
  CHECK(site.get("/codelist/test-org/original-name/45022624/download.csv").status == 200);
  CHECK(site.get("/codelist/test-org/new-style-codelist/v9/download.csv").status == 404);
  CHECK(site.get("/codelist/test-org/nothing/v1/download.csv").status == 404);
  CHECK(site.get("/codelist/user/test-org/new-style-codelist/v1/download.csv").status == 404);
  // The hash of another codelist's version leads to that version, as it does in a study's check.
  const Reply other = site.get("/codelist/test-org/new-style-codelist/69a34cc0/download.csv");
  CHECK(other.status == 200);
  CHECK_THAT(other.header("content-disposition"), !Catch::Contains("new-style-codelist"));
  CHECK(site.get("/codelist/test-org/new-style-codelist/12345678/download.csv").status == 404);
  const Reply head = site.ask(
      {.method = "HEAD", .target = "/codelist/test-org/new-style-codelist/v1/download.csv"});
  CHECK(head.status == 200);
  CHECK(head.header("content-length") == std::to_string(by_tag.size()));
}

}  // namespace codelog::tests::v1_downloads_test
