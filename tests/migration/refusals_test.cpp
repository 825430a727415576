// Unknown parts of a database and values that do not fit are refused by name before anything is
// written.
#include <catch2/catch.hpp>

#include "tests/migration/old_site.h"

namespace codelog::tests::refusals_test {
namespace {

struct Refused {
  const char* sql;
  const char* reason;
};

}  // namespace

TEST_CASE("everything unknown in the old site's database is refused by name", "[migration]") {
  const auto refused = GENERATE(
      Refused{"CREATE TABLE plugins (id integer)",
              "the old site has the table plugins, which this migration does not know"},
      Refused{"CREATE VIEW seen AS SELECT 1", "the old site has the view seen"},
      Refused{"ALTER TABLE codelists_codelist ADD COLUMN colour text",
              "table codelists_codelist has the column colour"},
      Refused{"ALTER TABLE codelists_codelist DROP COLUMN is_private",
              "table codelists_codelist lacks the column is_private"},
      Refused{"DROP TABLE taggit_taggeditem", "lacks the table taggit_taggeditem"},
      Refused{"INSERT INTO django_migrations (app, name, applied) VALUES ('codelists', "
              "'0065_colour', '2026-11-30 10:00:00')",
              "Django's migration codelists.0065_colour"},
      Refused{"INSERT INTO django_migrations (app, name, applied) VALUES ('plugins', "
              "'0001_initial', '2026-11-30 10:00:00')",
              "Django's migration plugins.0001_initial"},
      Refused{"UPDATE codelists_codelistversion SET status = 'archived' WHERE id = 3",
              "codelists_codelistversion row 3, status: 'archived' is not a known status"},
      Refused{"UPDATE codelists_codeobj SET status = '++' WHERE id = 7",
              "codelists_codeobj row 7, status: '++' is not a known status"},
      Refused{"UPDATE codelists_codelist SET coding_system_id = 'icd11' WHERE id = 4",
              "codelists_codelist row 4, coding_system_id: 'icd11' is not a known coding system"},
      Refused{"UPDATE versioning_codingsystemrelease SET state = 'odd' WHERE id = 2",
              "versioning_codingsystemrelease row 2, state: 'odd' is not a known state"});
  CAPTURE(refused.sql);
  const OldSite old;
  old.run(refused.sql);
  NewSite site;
  CHECK_THAT(site.refusal(old), Catch::Contains(refused.reason));
  CHECK(site.views().users().empty());
}

TEST_CASE("a value that does not fit is refused with its table, row and column", "[migration]") {
  const auto refused = GENERATE(
      Refused{"UPDATE codelists_codelistversion SET created_at = 'yesterday' WHERE id = 9",
              "codelists_codelistversion row 9, created_at: 'yesterday' is not a time"},
      Refused{"UPDATE codelists_codelist SET description = x'ff' WHERE id = 2",
              "codelists_codelist row 2, description: a blob is not a text"},
      Refused{"UPDATE codelists_codelist SET description = CAST(x'ff' AS text) WHERE id = 2",
              "codelists_codelist row 2, description: is not valid UTF-8"},
      Refused{"UPDATE opencodelists_user SET is_active = 7 WHERE username = 'bob'",
              "opencodelists_user row bob, is_active: '7' is neither 0 nor 1"},
      Refused{"UPDATE opencodelists_membership SET date_joined = '2024-02-30' WHERE id = 1",
              "opencodelists_membership row 1, date_joined: '2024-02-30' is not a day"},
      Refused{"UPDATE codelists_signoff SET date = 5 WHERE id = 1",
              "codelists_signoff row 1, date: '5' is not a text"},
      Refused{"UPDATE opencodelists_user SET username = 'a/b' WHERE username = 'dave';"
              "UPDATE authtoken_token SET user_id = 'a/b' WHERE user_id = 'dave'",
              "opencodelists_user row a/b, username: 'a/b' cannot be part of an address"},
      Refused{"DELETE FROM opencodelists_organisation WHERE slug = 'other-org'",
              "opencodelists_membership row 3, organisation_id: refers to a row of "
              "opencodelists_organisation that does not exist"},
      Refused{"UPDATE codelists_codeobj SET code = '1' || char(10) || '2' WHERE id = 7",
              "a code contains a line feed or NUL"},
      Refused{"UPDATE bnfdmd_mapping SET dmd_code = '1234567890123456789' WHERE rowid = 5",
              "longer than its coding system allows"});
  CAPTURE(refused.sql);
  const OldSite old;
  old.run(refused.sql);
  NewSite site;
  CHECK_THAT(site.refusal(old), Catch::Contains(refused.reason));
}

TEST_CASE("all reasons are named at once", "[migration]") {
  const OldSite old;
  old.run(
      "UPDATE codelists_codelistversion SET status = 'a' WHERE id = 3;"
      "UPDATE codelists_codelistversion SET status = 'b' WHERE id = 9;");
  NewSite site;
  const std::string reasons = site.refusal(old);
  CHECK_THAT(reasons, Catch::Contains("2 reasons"));
  CHECK_THAT(reasons, Catch::Contains("row 3, status"));
  CHECK_THAT(reasons, Catch::Contains("row 9, status"));
}

TEST_CASE("every row that does not fit is named in the same run", "[migration]") {
  const OldSite old;
  old.run(
      "UPDATE opencodelists_user SET is_active = 7 WHERE username IN ('alice', 'bob');"
      "UPDATE opencodelists_user SET last_login = 'never' WHERE username = 'carol';"
      "UPDATE opencodelists_organisation SET url = x'00' WHERE slug = 'test-org';"
      "UPDATE opencodelists_membership SET date_joined = '' WHERE id IN (1, 2);"
      "UPDATE versioning_codingsystemrelease SET valid_from = '1.1.2024' WHERE id IN (2, 3);"
      "UPDATE versioning_pcdrefsetversion SET release_date = 'May';"
      "UPDATE codelists_codelist SET created_at = 'then' WHERE id = 1;"
      "UPDATE codelists_handle SET is_current = 2 WHERE codelist_id = 1;"
      "UPDATE codelists_codelistversion SET tag = CAST(id AS blob) WHERE id IN (1, 2);"
      "UPDATE codelists_codeobj SET status = '?!' WHERE id IN (SELECT id FROM codelists_codeobj "
      "WHERE version_id = (SELECT max(version_id) FROM codelists_codeobj) LIMIT 2);");
  NewSite site;
  const std::string reasons = site.refusal(old);
  CAPTURE(reasons);
  for (const char* row :
       {"opencodelists_user row alice, is_active", "opencodelists_user row bob, is_active",
        "opencodelists_user row carol, last_login", "opencodelists_organisation row test-org, url",
        "opencodelists_membership row 1, date_joined",
        "opencodelists_membership row 2, date_joined",
        "versioning_codingsystemrelease row 2, valid_from",
        "versioning_codingsystemrelease row 3, valid_from",
        "versioning_pcdrefsetversion row 1, release_date", "codelists_codelist row 1, created_at",
        "codelists_handle row 1, is_current", "codelists_codelistversion row 1, tag",
        "codelists_codelistversion row 2, tag", "'?!' is not a known status"}) {
    CHECK_THAT(reasons, Catch::Contains(row));
  }
  // Each only once, and nothing that is only a consequence.
  CHECK_THAT(reasons, Catch::Contains("refused for 15 reasons"));
}

TEST_CASE("the reasons are counted, and the first of very many are named", "[migration]") {
  const OldSite old;
  old.run("UPDATE codelists_codeobj SET status = '++'");
  NewSite site;
  const auto outcome = site.try_migrate(old);
  REQUIRE(!outcome);
  CHECK(outcome.error().detail == "the migration is refused for 1952 reasons");
  REQUIRE(outcome.error().fields.size() == 201);
  CHECK(outcome.error().fields.back().detail == "1752 more");
}

TEST_CASE("a refused row does not look like a deleted one in a later run", "[migration]") {
  const OldSite old;
  NewSite site;
  site.migrate(old);
  site.append({events::Stream::of_user("bob"), events::Stream::of_accounts()},
              {events::UserAdminChanged{"bob", true}}, "ChangeUser");
  old.run(
      "UPDATE opencodelists_user SET is_active = 7 WHERE username = 'bob';"
      "UPDATE codelists_codelistversion SET tag = x'00' WHERE id = 1;");
  const std::string reasons = site.refusal(old);
  CAPTURE(reasons);
  CHECK_THAT(reasons, Catch::Contains("refused for 2 reasons"));
  CHECK_THAT(reasons, Catch::Contains("row bob, is_active"));
  CHECK_THAT(reasons, Catch::Contains("codelists_codelistversion row 1, tag"));
}

TEST_CASE("a folder without a database, and a damaged database, are named", "[migration]") {
  const OldSite old;
  NewSite site;
  SECTION("no database") {
    std::filesystem::remove(old.storage() / "db.sqlite3");
    const auto outcome = site.try_migrate(old);
    REQUIRE(!outcome);
    CHECK(outcome.error().code == base::ErrorCode::not_found);
  }
  SECTION("damaged pages") {
    std::string bytes = read_bytes(old.storage() / "db.sqlite3");
    bytes.replace(8192, 40'000, std::string(40'000, '\x7F'));
    write_bytes(old.storage() / "db.sqlite3", bytes);
    const auto outcome = site.try_migrate(old);
    REQUIRE(!outcome);
    CHECK(outcome.error().code == base::ErrorCode::corrupt);
    CHECK_THAT(outcome.error().detail, Catch::Contains("db.sqlite3"));
  }
}

}  // namespace codelog::tests::refusals_test
