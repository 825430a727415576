// A second migration after further use of the old site, and changes of the new site in its way.
#include <catch2/catch.hpp>

#include "events/base/file.h"
#include "server/accounts/passwords.h"
#include "server/accounts/personal_data.h"
#include "tests/migration/old_site.h"

namespace codelog::tests::changed_site_test {
namespace {

using base::CodelistId;
using base::VersionId;
using events::Owner;
using events::OwnerKind;
using events::Stream;

const Owner test_org{OwnerKind::organisation, "test-org"};

void use_accounts(const OldSite& old) {
  old.run(
      "INSERT INTO opencodelists_user VALUES ('pbkdf2_sha256$1$a$b', '2026-11-30 10:00:00.000001', "
      "'erin', 'Erin', 'erin@example.com', 1, 0);"
      "INSERT INTO authtoken_token VALUES ('e1', '2026-11-29 10:00:00', 'erin');"
      "UPDATE opencodelists_user SET password = 'pbkdf2_sha256$1$c$d', is_admin = 1, "
      "last_login = '2026-11-30 11:00:00' WHERE username = 'bob';"
      "UPDATE opencodelists_user SET is_active = 0 WHERE username = 'carol';"
      "DELETE FROM authtoken_token WHERE user_id = 'carol';"
      "UPDATE authtoken_token SET key = 'b2' WHERE user_id = 'bob';"
      "DELETE FROM authtoken_token WHERE user_id = 'dave';"
      "DELETE FROM opencodelists_user WHERE username = 'dave';"
      "UPDATE opencodelists_organisation SET name = 'Renamed' WHERE slug = 'test-org';"
      "DELETE FROM opencodelists_membership WHERE user_id = 'carol';"
      "INSERT INTO opencodelists_membership (is_admin, date_joined, organisation_id, user_id) "
      "VALUES (1, '2026-11-28', 'other-org', 'erin');"
      "INSERT INTO versioning_pcdrefsetversion (release, tag, release_date, import_timestamp) "
      "VALUES ('PCD 2', '20260101', '2026-01-01', '2026-11-28 10:00:00');"
      "DELETE FROM bnfdmd_mapping WHERE rowid IN (SELECT rowid FROM bnfdmd_mapping LIMIT 3);");
}

void use_codelists(const OldSite& old) {
  old.run(
      // Two codelists exchange their names.
      "UPDATE codelists_handle SET name = 'x' WHERE id = 4;"
      "UPDATE codelists_handle SET name = 'Old-style Codelist' WHERE id = 5;"
      "UPDATE codelists_handle SET name = 'Old Header Variants' WHERE id = 4;"
      // One moves to a user, under another name.
      "UPDATE codelists_handle SET is_current = 0 WHERE codelist_id = 2;"
      "INSERT INTO codelists_handle (name, slug, is_current, created_at, updated_at, codelist_id, "
      "organisation_id, user_id) VALUES ('Moved', 'moved', 1, '2026-11-30 10:00:00', "
      "'2026-11-30 10:00:00', 2, NULL, 'bob');"
      "UPDATE codelists_codelist SET description = 'new', is_private = 1, "
      "updated_at = '2026-11-30 10:00:00' WHERE id = 1;"
      "DELETE FROM codelists_reference; DELETE FROM codelists_signoff;"
      "INSERT INTO codelists_signoff (date, codelist_id, user_id) VALUES ('2026-11-30', 1, 'bob');"
      "INSERT INTO codelists_collaboration (created_at, updated_at, codelist_id, collaborator_id) "
      "VALUES ('2026-11-30 10:00:00', '2026-11-30 10:00:00', 3, 'bob');"
      "DELETE FROM taggit_taggeditem WHERE id = 2;"
      // A codelist is deleted, and one is made.
      "DELETE FROM codelists_handle WHERE codelist_id = 9;"
      "DELETE FROM codelists_cachedhierarchy WHERE version_id = 11;"
      "DELETE FROM codelists_codelistversion WHERE id IN (SELECT id FROM "
      "codelists_codelistversion WHERE codelist_id = 9);"
      "DELETE FROM codelists_codelist WHERE id = 9;"
      "INSERT INTO codelists_codelist VALUES (32, 'snomedct', NULL, NULL, '2026-11-30 10:00:00', "
      "'2026-11-30 10:00:00', 0);"
      "INSERT INTO codelists_handle (name, slug, is_current, created_at, updated_at, codelist_id, "
      "organisation_id, user_id) VALUES ('New', 'new', 1, '2026-11-30 10:00:00', "
      "'2026-11-30 10:00:00', 32, 'other-org', NULL);");
}

void use_versions(const OldSite& old) {
  old.run(
      "INSERT INTO codelists_codelistversion VALUES (34, 'v1', NULL, 32, '2026-11-30 10:00:00', "
      "'2026-11-30 10:00:01', 'draft', 'bob', 1, '{}');"
      "INSERT INTO codelists_codeobj (code, status, version_id) VALUES ('1676005', '+', 34);"
      "INSERT INTO codelists_search (term, slug, version_id, code) VALUES ('abc', 'abc', 34, NULL);"
      "INSERT INTO codelists_searchresult (code_obj_id, search_id) SELECT max(id), 6 FROM "
      "codelists_codeobj;"
      // A draft goes on, another version is published, and a third has been downloaded.
      "UPDATE codelists_codeobj SET status = '-' WHERE id = (SELECT min(id) FROM codelists_codeobj "
      "WHERE version_id = 4);"
      "UPDATE codelists_codelistversion SET status = 'published', "
      "updated_at = '2026-11-30 12:00:00' WHERE id = 2;"
      "UPDATE codelists_codelistversion SET updated_at = '2026-11-30 13:00:00' WHERE id = 6;"
      "INSERT INTO codelists_codelistversion_compatible_releases (codelistversion_id, "
      "codingsystemrelease_id) VALUES (1, 9);");
}

std::string lines_of(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += text + "\n";
  return all;
}

void check_changes(const projections::Views& views) {
  CHECK(views.user("dave")->is_erased);
  CHECK_FALSE(views.user_by_token(accounts::digest_token(std::string(40, 'c'))));
  CHECK_FALSE(views.user_by_token(accounts::digest_token(std::string(40, 'b'))));
  CHECK(views.user("bob")->last_login_at == base::parse_timestamp("2026-11-30T11:00:00Z"));
  CHECK(views.find_codelist(test_org, "draft-codelist")->handle().slug == "moved");
  CHECK(views.codelist(CodelistId(1))->is_private);
  CHECK(views.compatible_releases(VersionId(1)).size() == 1);
}

}  // namespace

TEST_CASE("a later migration brings what the old site has changed", "[migration]") {
  const OldSite old;
  NewSite site;
  site.migrate(old);
  use_accounts(old);
  use_codelists(old);
  use_versions(old);
  const auto report = site.migrate(old);
  CHECK(report.users.added == 1);
  CHECK(report.users.changed == 2);
  CHECK(report.users.removed == 1);
  CHECK(report.codelists.added == 1);
  CHECK(report.codelists.removed == 1);
  CHECK(report.versions.added == 1);
  CHECK(report.versions.changed == 4);
  CHECK(site.differences(old).empty());
  CHECK(site.migrate(old).commits_count == 0);

  check_changes(site.views());

  // Everything follows from the log.
  const base::Sha256 digest = site.folder().projections().digest();
  REQUIRE(site.folder().rebuild_views_at_next_open());
  site.close();
  site.open();
  CHECK(site.folder().projections().digest() == digest);
}

TEST_CASE("a codelist that lost a handle is made again with its id", "[migration]") {
  const OldSite old;
  NewSite site;
  site.migrate(old);
  old.run("UPDATE codelists_handle SET slug = 'other', name = 'Other' WHERE id = 1");
  site.migrate(old);
  CHECK(site.differences(old).empty());
  CHECK(site.views().find_codelist(test_org, "other")->id == CodelistId(1));
  CHECK_FALSE(site.views().find_codelist(test_org, "new-style-codelist"));
}

TEST_CASE("changes of the new site in the way are refused by name", "[migration]") {
  const OldSite old;
  NewSite site;
  site.migrate(old);
  site.append({Stream::of_codelist(CodelistId(1))},
              {events::CodelistDetailsChanged{CodelistId(1), "ours", std::nullopt}},
              "UpdateCodelist");
  const std::string reason = site.refusal(old);
  CHECK(reason.find("codelist test-org/new-style-codelist (1)") != std::string::npos);
  CHECK(reason.find("UpdateCodelist by alice") != std::string::npos);
}

TEST_CASE("versions made by both sites are refused, as their ids are the same", "[migration]") {
  const OldSite old;
  NewSite site;
  site.migrate(old);
  events::VersionCreated made;
  made.version = VersionId(34);
  made.codelist = CodelistId(1);
  made.release = "snomedct_small_20240101";
  site.append({Stream::of_codelist(CodelistId(1))}, {made}, "CreateVersion");
  CHECK(site.try_migrate(old));  // the old site has made none
  old.run(
      "INSERT INTO codelists_codelistversion VALUES (34, 'x', NULL, 2, '2026-11-30 10:00:00', "
      "'2026-11-30 10:00:01', 'draft', 'bob', 1, '{}');");
  CHECK(site.refusal(old).find("version 34 of new-style-codelist") != std::string::npos);
}

TEST_CASE("a user's own changes here stay while the old site does not change the same",
          "[migration]") {
  const OldSite old;
  NewSite site;
  site.migrate(old);
  auto sealed = accounts::seal(site.folder().keys(), "bob", {"Bob", "bob@example.com", "argon2id"});
  REQUIRE(sealed);
  site.append({Stream::of_user("bob")}, {events::UserPersonalDataChanged{"bob", *sealed}},
              "SetPassword");
  old.run("UPDATE opencodelists_user SET is_admin = 1 WHERE username = 'bob'");
  const auto report = site.migrate(old);
  CHECK(lines_of(report.kept).find("user bob: name, e-mail address or password") !=
        std::string::npos);
  CHECK(site.views().user("bob")->is_admin);
  old.run("UPDATE opencodelists_user SET name = 'Robert' WHERE username = 'bob'");
  CHECK(site.refusal(old).find("user bob: both sites have changed") != std::string::npos);
}

TEST_CASE("only the site that was migrated before may follow", "[migration]") {
  const OldSite old;
  SECTION("another old site") {
    NewSite site;
    site.migrate(old);
    old.run("UPDATE django_migrations SET applied = '2020-01-01 00:00:00'");
    CHECK(site.refusal(old).find("from another OpenCodelists site") != std::string::npos);
  }
  SECTION("an older state of its database") {
    NewSite site;
    old.run("UPDATE sqlite_sequence SET seq = 99 WHERE name = 'codelists_codelist'");
    site.migrate(old);
    old.run("UPDATE sqlite_sequence SET seq = 31 WHERE name = 'codelists_codelist'");
    CHECK(site.refusal(old).find("is older than") != std::string::npos);
  }
  SECTION("a new site with codelists of its own") {
    NewSite site;
    site.append({Stream::of_codelist(CodelistId(1))},
                {events::CodelistCreated{.codelist = CodelistId(1),
                                         .coding_system = "snomedct",
                                         .owner = test_org,
                                         .name = "Ours",
                                         .slug = "ours",
                                         .description = {},
                                         .methodology = {},
                                         .references = {},
                                         .signoffs = {},
                                         .cloned_from = {}}},
                "CreateCodelist");
    CHECK(site.refusal(old).find("1 codelist of its own") != std::string::npos);
  }
}

namespace {

// A codelist that somebody makes on the new site between two migrations.
void make_codelist_here(NewSite& site, const Owner& owner, const std::string& slug,
                        const std::string& author) {
  const auto next = site.views().next_ids();
  events::CodelistCreated created;
  created.codelist = next.codelist;
  created.coding_system = "null";
  created.owner = owner;
  created.name = created.slug = slug;
  events::VersionCreated version;
  version.version = next.version;
  version.codelist = next.codelist;
  version.release = "null_unknown_19000101";
  version.origin = events::VersionOrigin::csv;
  version.csv_data = "code\n1\n";
  version.author = author;
  site.append({Stream::of_names(owner), Stream::of_codelist(next.codelist)}, {created, version},
              "CreateCodelist");
}

}  // namespace

TEST_CASE("what was made here keeps its address, its people and their organisation",
          "[migration]") {
  const OldSite old;
  NewSite site;
  site.migrate(old);
  SECTION("an address") {
    make_codelist_here(site, test_org, "foo", "alice");
    old.run("UPDATE codelists_handle SET slug = 'foo', name = 'Foo' WHERE id = 1");
    CHECK_THAT(site.refusal(old), Catch::Contains("has the slug 'foo' in the old site"));
  }
  SECTION("a name") {
    make_codelist_here(site, test_org, "foo", "alice");
    old.run("UPDATE codelists_handle SET name = 'foo' WHERE id = 1");
    CHECK_THAT(site.refusal(old), Catch::Contains("has the name 'foo' in the old site"));
  }
  SECTION("a user who owns a codelist") {
    make_codelist_here(site, {OwnerKind::user, "dave"}, "foo", "dave");
    old.run(
        "DELETE FROM authtoken_token WHERE user_id = 'dave';"
        "DELETE FROM opencodelists_user WHERE username = 'dave'");
    CHECK_THAT(site.refusal(old),
               Catch::Contains("deleted user dave, but they have made or renamed codelists here"));
    CHECK_FALSE(site.views().user("dave")->is_erased);
  }
  SECTION("a user who has made a version") {
    make_codelist_here(site, test_org, "foo", "dave");
    old.run(
        "DELETE FROM authtoken_token WHERE user_id = 'dave';"
        "DELETE FROM opencodelists_user WHERE username = 'dave'");
    CHECK_THAT(site.refusal(old), Catch::Contains("deleted user dave, but they have made version"));
  }
  SECTION("an organisation") {
    make_codelist_here(site, {OwnerKind::organisation, "nhs-drug-refsets"}, "foo", "alice");
    old.run(
        "DELETE FROM opencodelists_membership WHERE organisation_id = 'nhs-drug-refsets';"
        "DELETE FROM opencodelists_organisation WHERE slug = 'nhs-drug-refsets'");
    CHECK_THAT(site.refusal(old), Catch::Contains("deleted organisation nhs-drug-refsets"));
  }
}

TEST_CASE("a user of the old site does not take the name or address of one added here",
          "[migration]") {
  const OldSite old;
  NewSite site;
  site.migrate(old);
  REQUIRE(site.folder().keys().make_key("frank"));
  const auto sealed =
      accounts::seal(site.folder().keys(), "frank", {"Frank", "frank@example.com", ""});
  REQUIRE(sealed);
  site.append({Stream::of_user("frank"), Stream::of_accounts()},
              {events::UserAdded{"frank", *sealed, false}}, "AddUser");
  const std::string rest = "', 1, 0)";
  for (const std::string who : {"'frankie', 'F', 'Frank@example.com", "'FRANK', 'F', 'f@x.org"}) {
    old.run(
        "DELETE FROM opencodelists_user WHERE username IN ('frankie', 'FRANK');"
        "INSERT INTO opencodelists_user VALUES ('!', NULL, " +
        who + rest);
    CHECK_THAT(site.refusal(old), Catch::Contains("user frank, who was added here"));
  }
}

TEST_CASE("what a killed migration leaves goes at the next start, with a warning", "[migration]") {
  const OldSite old;
  NewSite site;
  site.migrate(old);
  site.close();
  std::filesystem::create_directory(site.path() / "migration");
  REQUIRE(base::write_file_durably(site.path() / "migration" / "db.sqlite3", "secret", 0600));
  site.open();
  CHECK_FALSE(std::filesystem::exists(site.path() / "migration"));
  REQUIRE(site.folder().unfinished_imports().size() == 1);
  CHECK_THAT(site.folder().unfinished_imports()[0], Catch::Contains("run it again"));
}

}  // namespace codelog::tests::changed_site_test
