// Bringing the seeded OpenCodelists site into a new one: whole, again, and after interruptions.
#include "server/migration/migration.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <catch2/catch.hpp>

#include "server/accounts/passwords.h"
#include "server/accounts/personal_data.h"
#include "tests/migration/old_site.h"

namespace codelog::tests::migration_test {
namespace {

using base::CodelistId;
using base::VersionId;
using events::Owner;
using events::OwnerKind;

const Owner test_org{OwnerKind::organisation, "test-org"};

std::int64_t microseconds_of(const char* time) { return base::parse_timestamp(time)->unix_us; }

}  // namespace

TEST_CASE("a site is migrated whole, and then answers as the old one does", "[migration]") {
  const OldSite old;
  const auto files = old.files();
  NewSite site;
  const auto outcome = site.try_migrate(old);
  if (!outcome) FAIL(outcome.error().detail);
  CHECK(old.files() == files);
  CHECK_FALSE(std::filesystem::exists(site.path() / "migration"));

  const auto& report = outcome->report;
  CHECK(report.users.added == 4);
  CHECK(report.codelists.added == 31);
  CHECK(report.versions.added == 33);
  CHECK(report.codes_count == 1952);
  CHECK(report.searches_count == 5);
  CHECK(report.mappings.added == 2);
  CHECK(report.corrected.empty());
  CHECK(outcome->verification->differences == std::vector<std::string>());
  CHECK(outcome->verification->notices == std::vector<std::string>());
  CHECK(outcome->verification->downloads_count == 72);

  const auto views = site.views();
  CHECK(views.next_ids() == events::NextIds{CodelistId(32), VersionId(34), base::SearchId(6)});
  const auto alice = views.user_by_token(accounts::digest_token(std::string(40, 'a')));
  REQUIRE(alice);
  CHECK(alice->username == "alice");
  const auto personal = accounts::open_sealed(site.folder().keys(), "alice", alice->personal);
  REQUIRE(personal);
  CHECK(
      personal->password_hash ==
      "pbkdf2_sha256$1000000$nDRuwk2ApDXFrpUbeRbO04$C9MO/l63nMv0k3TDjd/UlothXq13Wgc3YMpkws2RWb4=");
  CHECK_FALSE(views.user("dave")->is_active);
  CHECK(views.member("test-org", "carol")->date_joined == "2024-01-01");
  const auto release = views.release("snomedct_small_20240101");
  CHECK(release->import_ref == "synthetic");
  CHECK(release->imported_at.unix_us == microseconds_of("2026-11-22T12:52:54.727126Z"));
  CHECK(release->concepts_count > 1000);
  CHECK(views.release("snomedct_half_20240601")->state == events::ReleaseState::importing);
  const auto refset = views.latest_refset_version(events::RefsetKind::pcd);
  CHECK(refset->recorded_at.unix_us == microseconds_of("2026-11-22T12:53:02.304552Z"));
  CHECK(views.version(VersionId(1))->updated_at.unix_us == microseconds_of("2024-03-03"));
}

TEST_CASE("a second migration of an unchanged site appends nothing", "[migration]") {
  const OldSite old;
  NewSite site;
  site.migrate(old);
  const auto head = site.head();
  CHECK(site.migrate(old).commits_count == 0);
  CHECK(site.head() == head);
  site.close();
  site.open();
  CHECK(site.migrate(old).commits_count == 0);
  CHECK(site.head() == head);
}

TEST_CASE("views rebuilt from a migrated log are the same", "[migration]") {
  const OldSite old;
  NewSite site;
  site.migrate(old);
  const base::Sha256 digest = site.folder().projections().digest();
  REQUIRE(site.folder().rebuild_views_at_next_open());
  site.close();
  site.open();
  CHECK(site.folder().projections().digest() == digest);
}

TEST_CASE("a dry run tells what would be brought, and writes nothing", "[migration]") {
  const OldSite old;
  NewSite site;
  const auto head = site.head();
  const auto outcome = site.try_migrate(old, true);
  REQUIRE(outcome);
  CHECK(outcome->report.is_plan);
  CHECK(outcome->report.versions.added == 33);
  CHECK(outcome->verification->differences_count > 31);
  CHECK(site.head() == head);
  CHECK(site.folder().keys().seal("alice", "").error().code == base::ErrorCode::not_found);
}

TEST_CASE("an interrupted migration goes on where it stopped", "[migration]") {
  const OldSite old;
  // Up to the end of the check, in the middle of accounts, releases and codelists.
  const int calls_max = GENERATE(10, 60, 62, 68, 75, 85, 100);
  CAPTURE(calls_max);
  NewSite site;
  int calls = 0;
  const auto stopped =
      site.try_migrate(old, false, [&](const auto&) { return ++calls <= calls_max; });
  REQUIRE(!stopped);
  CHECK(stopped.error().code == base::ErrorCode::unavailable);
  if (site.views().migration()) {
    CHECK_THAT(stopped.error().detail, Catch::Contains("the migration stopped at ") &&
                                           Catch::Contains("run the command again to go on"));
  } else {
    CHECK_THAT(stopped.error().detail, Catch::Contains("before it wrote anything"));
  }
  site.close();
  site.open();
  CHECK(site.differences(old).empty());
  CHECK(site.migrate(old).commits_count == 0);
  CHECK(site.views().next_ids() ==
        events::NextIds{CodelistId(32), VersionId(34), base::SearchId(6)});
}

TEST_CASE("a failure while writing tells how far the migration came", "[migration]") {
  const OldSite old;
  NewSite site;
  const std::string name = "coding_systems/bnf/bnf_small_20240101.sqlite3";
  bool has_written = false;
  const auto outcome = site.try_migrate(old, false, [&](const site::WorkProgress& progress) {
    // After the planning, and before the copy.
    if (progress.stage == "releases" && !std::exchange(has_written, true)) {
      write_bytes(old.storage() / (name + "-wal"), "the old site writes");
    }
    return true;
  });
  REQUIRE(!outcome);
  CHECK(outcome.error().code == base::ErrorCode::unavailable);
  CAPTURE(outcome.error().detail);
  CHECK_THAT(outcome.error().detail, Catch::StartsWith("the migration stopped at releases ("));
  CHECK_THAT(outcome.error().detail, Catch::Contains("has written to " + old.storage().string()));
  CHECK_THAT(outcome.error().detail, Catch::Contains(name));
  CHECK_THAT(outcome.error().detail, Catch::Contains("are written and stay"));
  CHECK_THAT(outcome.error().detail, Catch::Contains("run the command again to go on"));
  CHECK(site.views().users().size() == 4);
  CHECK_FALSE(std::filesystem::exists(site.path() / name));
  std::filesystem::remove(old.storage() / (name + "-wal"));
  CHECK(site.differences(old).empty());
}

TEST_CASE("what the old site has in its write-ahead log is brought, and stays there",
          "[migration]") {
  const OldSite old;
  SQLite::Database database((old.storage() / "db.sqlite3").string(), SQLite::OPEN_READWRITE);
  database.exec("PRAGMA wal_autocheckpoint = 0");
  database.exec("UPDATE codelists_codelist SET description = 'only in the log' WHERE id = 1");
  const auto files = old.files();
  REQUIRE_FALSE(files.at("db.sqlite3-wal").empty());
  NewSite site;
  CHECK(site.differences(old).empty());
  CHECK(site.views().codelist(CodelistId(1))->description == "only in the log");
  CHECK(old.files() == files);
}

TEST_CASE("ids that the old site has given and deleted are not given again", "[migration]") {
  const OldSite old;
  old.run("UPDATE sqlite_sequence SET seq = 900 WHERE name = 'codelists_codelistversion'");
  NewSite site;
  site.migrate(old);
  CHECK(site.views().next_ids().version == VersionId(901));
  CHECK(site.folder().log().next_ids().version == VersionId(901));
  site.close();
  site.open();
  CHECK(site.folder().log().next_ids().version == VersionId(901));
}

TEST_CASE("what a new site cannot have is corrected or left out, and reported", "[migration]") {
  const OldSite old;
  old.run(
      "DELETE FROM codelists_handle WHERE codelist_id = 5;"
      "UPDATE codelists_handle SET is_current = 0 WHERE codelist_id = 4;"
      "INSERT INTO codelists_collaboration (created_at, updated_at, codelist_id, collaborator_id) "
      "VALUES ('2024-01-01 00:00:00', '2024-01-02 00:00:00', 1, 'bob'), "
      "('2024-01-03 00:00:00', '2024-01-04 00:00:00', 1, 'bob');"
      "UPDATE codelists_codelistversion SET tag = '' WHERE id = 3;"
      "UPDATE codelists_handle SET slug = '' WHERE codelist_id = 6;"
      "UPDATE codelists_handle SET slug = 'a b/c' WHERE codelist_id = 7;"
      "UPDATE codelists_codelistversion SET csv_data = '' WHERE id = 5;"
      "INSERT INTO codelists_codeobj (code, status, version_id) VALUES ('1', '+', 6);"
      "INSERT INTO django_session VALUES ('key', 'data', '2024-01-01 00:00:00');"
      "INSERT INTO taggit_tag (name, slug) VALUES ('unused', 'unused');");
  NewSite site;
  const auto report = site.migrate(old);
  CHECK(report.corrected.size() == 4);
  std::string left_out;
  for (const std::string& sentence : report.left_out) left_out += sentence + "\n";
  CAPTURE(left_out);
  CHECK(left_out.find("codelist 5, which has no name in the old site") != std::string::npos);
  CHECK(left_out.find("1 statuses of codes and 0 searches of version") != std::string::npos);
  CHECK(left_out.find("1 session: ") != std::string::npos);
  CHECK(left_out.find("1 tag that nothing has") != std::string::npos);
  CHECK_FALSE(site.views().codelist(CodelistId(5)));
  CHECK(site.views().find_codelist(test_org, "old-style-codelist")->id == CodelistId(4));
  CHECK(site.views().codelist(CodelistId(1))->collaborators == std::vector<std::string>{"bob"});
  CHECK(site.differences(old).empty());
}

}  // namespace codelog::tests::migration_test
