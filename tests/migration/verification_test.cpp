// The comparison of the old site with the new one finds what differs.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "server/files/downloads.h"
#include "tests/migration/old_site.h"

namespace codelog::tests::verification_test {
namespace {

using base::VersionId;

// The differences of a site that is compared without being migrated again.
std::string compared(NewSite& site, const OldSite& old) {
  const auto outcome = site.try_migrate(old, true);
  if (!outcome) FAIL(outcome.error().detail);
  std::string all;
  for (const std::string& difference : outcome->verification->differences) all += difference + "\n";
  return all;
}

// Stores a download, and its digest, as OpenCodelists does when somebody has asked for it.
void cache(const OldSite& old, VersionId version, const std::string& download,
           const std::string& digest) {
  const nlohmann::json cached = {
      {"download_data_fixed_headers_False_include_mapped_vmps_True", download}, {"shas", {digest}}};
  std::string text = cached.dump();
  for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 2) {
    text.insert(at, 1, '\'');
  }
  old.run("UPDATE codelists_codelistversion SET cached_csv_data = '" + text +
          "' WHERE id = " + std::to_string(version.value()));
}

struct Difference {
  const char* sql;
  const char* sentence;
};

}  // namespace

TEST_CASE("differences of the two sites are found and named", "[migration]") {
  const auto difference = GENERATE(
      Difference{"UPDATE codelists_codeobj SET status = '!' WHERE id = 3",
                 "the statuses of codes differ"},
      Difference{"DELETE FROM codelists_searchresult WHERE id = 10",
                 "the list of searches or their results differs"},
      Difference{"UPDATE codelists_codelistversion SET csv_data = csv_data || 'x' WHERE id = 6",
                 "version 69a34cc0: the download is not the uploaded table"},
      Difference{"UPDATE codelists_codelistversion SET status = 'published' WHERE id = 3",
                 "versions in the API differs"},
      Difference{"UPDATE codelists_handle SET slug = 'gone' WHERE is_current = 0",
                 "the address organisation/test-org/gone leads elsewhere here"},
      Difference{"UPDATE opencodelists_user SET password = 'x' WHERE username = 'bob'",
                 "user bob: the password differs"},
      Difference{"UPDATE authtoken_token SET key = 'x' WHERE user_id = 'bob'",
                 "user bob: the API token does not work here"},
      Difference{"UPDATE versioning_codingsystemrelease SET import_ref = 'x' WHERE id = 1",
                 "release snomedct_small_20240101: the imported archive differs"},
      Difference{"DELETE FROM authtoken_token WHERE user_id = 'dave'",
                 "user dave: has an API token only here"},
      Difference{"DELETE FROM opencodelists_membership WHERE user_id = 'carol'",
                 "is one only here"},
      Difference{"DELETE FROM authtoken_token WHERE user_id = 'dave';"
                 "DELETE FROM opencodelists_user WHERE username = 'dave'",
                 "user dave: exists only here"},
      Difference{"UPDATE codelists_codelist SET is_private = 1 WHERE id = 1",
                 "is_private differs"});
  CAPTURE(difference.sql);
  const OldSite old;
  NewSite site;
  site.migrate(old);
  CHECK(compared(site, old).empty());
  old.run(difference.sql);
  CHECK_THAT(compared(site, old), Catch::Contains(difference.sentence));
}

TEST_CASE("downloads and digests that the old site has kept are compared to the byte",
          "[migration]") {
  const OldSite old;
  NewSite site;
  site.migrate(old);
  const auto views = site.views();
  const auto version = views.version(VersionId(1));
  const auto codelist = views.codelist_of(*version);
  const auto services = site.folder().site();
  const auto download = files::download_csv(services, views, codelist, *version, {});
  const auto digests = files::valid_shas(services, views, codelist, *version);
  REQUIRE(download);
  REQUIRE(digests);
  cache(old, VersionId(1), *download, digests->front());
  CHECK(compared(site, old).empty());
  cache(old, VersionId(1), *download + "1,more\r\n", digests->front());
  CHECK_THAT(compared(site, old), Catch::Contains("differs from the one that the old site"));
  cache(old, VersionId(1), *download, "0123456789");
  CHECK_THAT(compared(site, old), Catch::Contains("the digests differ"));
}

}  // namespace codelog::tests::verification_test
