// OpenCodelists' forms for codelists, versions and organisations, filled in by a browser.
#include <catch2/catch.hpp>

#include "events/base/version_hash.h"
#include "tests/server/browser.h"

namespace codelog::tests::web_forms_test {
namespace {

using Catch::Contains;
using Catch::StartsWith;

constexpr const char* elbows = "/codelist/test-org/elbows/";

struct Fixture {
  ApiSite site;
  Browser alice{site};
  Browser bob{site};

  Fixture() {
    site.set_up();
    set_passwords(site, {"alice", "bob", "carol"});
    alice.log_in("alice");
    bob.log_in("bob");
  }

  Reply add(Browser& browser, const std::string& csv, Browser::Fields fields = {}) {
    if (fields.empty()) fields = {{"name", "Elbows"}, {"coding_system_id", "snomedct"}};
    return browser.upload("/codelist/test-org/add/", fields, {"csv_data", "codes.csv", csv});
  }
  projections::CodelistRecord codelist(const std::string& slug = "elbows") {
    const auto found =
        site.views().find_codelist({events::OwnerKind::organisation, "test-org"}, slug);
    REQUIRE(found);
    return *found;
  }
  projections::VersionRecord newest() { return *site.views().newest_version_of(codelist().id); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a codelist is created from a table, and a version uploaded",
                 "[web][forms]") {
  CHECK_THAT(alice.get("/codelist/test-org/add/").body, Contains("name=\"csv_data\""));
  const Reply added = add(alice,
                          "\xEF\xBB\xBF"
                          "code,term\r\n2247004,x\r\n",
                          {{"name", "Elbows"},
                           {"coding_system_id", "snomedct"},
                           {"description", "All of them"},
                           {"methodology", "By hand"},
                           {"reference-TOTAL_FORMS", "3"},
                           {"reference-0-text", "Paper"},
                           {"reference-0-url", "example.org/paper"},
                           {"reference-1-text", ""},
                           {"reference-1-url", ""},
                           {"reference-2-text", "Gone"},
                           {"reference-2-url", "https://example.org/gone"},
                           {"reference-2-DELETE", "on"},
                           {"signoff-TOTAL_FORMS", "1"},
                           {"signoff-0-user", "bob"},
                           {"signoff-0-date", "4/21/2021"}});
  CHECK(added.status == 302);
  CHECK(added.header("location") == elbows);
  const auto made = codelist();
  CHECK(made.description == "All of them");
  REQUIRE(made.references.size() == 1);
  CHECK(made.references[0].url == "https://example.org/paper");
  REQUIRE(made.signoffs.size() == 1);
  CHECK(made.signoffs[0].date == "2021-04-21");
  CHECK(*site.views().csv_data(newest().id) == "code,term\n2247004,x\n");
  const Reply uploaded = alice.upload(std::string(elbows) + "upload-version/", {},
                                      {"csv_data", "more.csv", "code\n2247004\n2281005\n"});
  CHECK(uploaded.header("location") == elbows);
  CHECK(site.views().versions_of(made.id).size() == 2);
}

TEST_CASE_METHOD(Fixture, "a form with faults comes back with what was typed", "[web][forms]") {
  const auto refused = [&](const Reply& reply, const std::string& reason) {
    CHECK(reply.status == 200);
    CHECK_THAT(reply.body, Contains("role=\"alert\"") && Contains(reason));
    CHECK_THAT(reply.body, Contains("value=\"Elbows\""));
  };
  refused(add(alice, ""), "The submitted file is empty.");
  refused(add(alice, "\xff\xfe"), "UTF-8");
  refused(add(alice, "term\nx\n"), "code");
  refused(add(alice, "code\n999\n"), "999");
  refused(
      alice.post("/codelist/test-org/add/", {{"name", "Elbows"}, {"coding_system_id", "snomedct"}}),
      "choose the file");
  refused(add(alice, "code\n2247004\n",
              {{"name", "Elbows"},
               {"coding_system_id", "snomedct"},
               {"reference-TOTAL_FORMS", "1"},
               {"reference-0-text", "Only text"}}),
          "reference-0-url");
  refused(add(alice, "code\n2247004\n",
              {{"name", "Elbows"},
               {"coding_system_id", "snomedct"},
               {"reference-TOTAL_FORMS", "99999999999"}}),
          "reference-TOTAL_FORMS");
  REQUIRE(add(alice, "code\n2247004\n").status == 302);
  refused(add(alice, "code\n2247004\n"), "There is already a codelist called Elbows");
}

TEST_CASE_METHOD(Fixture, "details are edited, and old addresses go on leading here",
                 "[web][forms]") {
  REQUIRE(add(alice, "code\n2247004\n").status == 302);
  CHECK_THAT(alice.get(std::string(elbows) + "edit/").body, Contains("value=\"Elbows\""));
  const Reply edited = alice.post(std::string(elbows) + "edit/", {{"name", "Joints"},
                                                                  {"slug", "joints"},
                                                                  {"owner", "user:alice"},
                                                                  {"description", "New"},
                                                                  {"methodology", ""}});
  CHECK(edited.header("location") == "/codelist/user/alice/joints/");
  CHECK(codelist().description == "New");  // by its old name
  CHECK(codelist().handle().slug == "joints");
  CHECK_THAT(alice.post(std::string(elbows) + "edit/", {{"name", "!"}, {"slug", "x"}}).body,
             Contains("at least one letter or number"));
  CHECK_THAT(
      alice.post(std::string(elbows) + "edit/", {{"name", "x"}, {"slug", "x"}, {"owner", "nobody"}})
          .body,
      Contains("Select a valid choice. nobody is not one of the available choices."));
}

TEST_CASE_METHOD(Fixture, "an edit leaves what its form does not mention", "[web][forms]") {
  REQUIRE(add(alice, "code\n2247004\n",
              {{"name", "Elbows"},
               {"coding_system_id", "snomedct"},
               {"description", "All of them"},
               {"reference-TOTAL_FORMS", "1"},
               {"reference-0-text", "Paper"},
               {"reference-0-url", "https://example.org/"}})
              .status == 302);
  CHECK(alice.post(std::string(elbows) + "edit/", {{"name", "Joints"}}).status == 302);
  CHECK(codelist().handle().name == "Joints");
  CHECK(codelist().handle().slug == "elbows");
  CHECK(codelist().description == "All of them");
  CHECK(codelist().references.size() == 1);
  CHECK(alice.post(std::string(elbows) + "edit/", {{"reference-TOTAL_FORMS", "0"}}).status == 302);
  CHECK(codelist().references.empty());
}

TEST_CASE_METHOD(Fixture, "a new codelist begins as a draft, with or without codes",
                 "[web][forms]") {
  const Reply empty = alice.post("/users/alice/new-codelist/",
                                 {{"name", "Wrists"}, {"coding_system_id", "snomedct"}});
  CHECK_THAT(empty.header("location"), StartsWith("/builder/"));
  const Reply full = alice.upload("/users/alice/new-codelist/",
                                  {{"name", "Elbows"},
                                   {"owner", "organisation:test-org"},
                                   {"coding_system_id", "snomedct"},
                                   {"csv_has_header", "No"}},
                                  {"csv_data", "codes.csv", "2247004\n2281005\n"});
  CHECK_THAT(full.header("location"), StartsWith("/builder/"));
  CHECK(newest().status == events::VersionStatus::draft);
  CHECK(newest().author == "alice");
  CHECK_THAT(
      alice
          .upload("/users/alice/new-codelist/",
                  {{"name", "Third"}, {"coding_system_id", "snomedct"}, {"csv_has_header", "Yes"}},
                  {"csv_data", "codes.csv", "2247004\n999\n"})
          .body,
      Contains("999"));
  const auto paste = [&](const std::string& name, const std::string& codes) {
    return alice.post("/users/alice/new-codelist/",
                      {{"name", name}, {"coding_system_id", "snomedct"}, {"codes", codes}});
  };
  const Reply pasted = paste("Fourth", " 2247004 |Elbow|\r\n\r\n2281005, cyst\r\n");
  CHECK_THAT(pasted.header("location"), StartsWith("/builder/"));
  CHECK(newest().codes_count() == 2);
  CHECK_THAT(paste("Fifth", "2247004\nno code at all").body,
             Contains("Line 2") && Contains("2247004\nno code at all"));
  CHECK_THAT(
      alice
          .upload("/users/alice/new-codelist/",
                  {{"name", "Fifth"}, {"coding_system_id", "snomedct"}, {"codes", "2247004"}},
                  {"csv_data", "codes.csv", "2247004\n"})
          .body,
      Contains("either from this field or from a file"));
  // For others nobody creates.
  CHECK(alice.get("/users/bob/new-codelist/").header("location") == "/");
  CHECK(bob.post("/users/alice/new-codelist/", {{"name", "x"}, {"coding_system_id", "snomedct"}})
            .header("location") == "/");
  CHECK_THAT(bob.post("/users/bob/new-codelist/", {{"name", "x"},
                                                   {"owner", "organisation:test-org"},
                                                   {"coding_system_id", "snomedct"}})
                 .body,
             Contains("is not one of the available choices."));
}

TEST_CASE_METHOD(Fixture, "a version is published, made into a draft, cloned and deleted",
                 "[web][forms]") {
  REQUIRE(add(alice, "code\n2247004\n").status == 302);
  const std::string path =
      alice.post(std::string(elbows) + "edit/", {{"name", "Elbows"}, {"slug", "elbows"}})
          .header("location");
  const auto page = [&] {
    const auto version = newest();
    return elbows + base::version_hash(version.id) + "/";
  };
  const std::string first = page();
  CHECK(bob.post(first + "publish/").header("location") == "/");
  CHECK(newest().status == events::VersionStatus::under_review);
  CHECK(alice.post(first + "publish/").header("location") == first);
  CHECK(newest().status == events::VersionStatus::published);
  CHECK(alice.post(first + "publish/").status == 409);
  CHECK(alice.post(first + "delete/").status >= 400);
  REQUIRE(alice
              .upload(std::string(elbows) + "upload-version/", {},
                      {"csv_data", "x.csv", "code\n2281005\n"})
              .status == 302);
  const std::string second = page();
  CHECK(second != first);
  CHECK(alice.post(second + "delete/").header("location") == elbows);
  CHECK(page() == first);
  const Reply cloned = bob.post(std::string(elbows) + "clone/");
  CHECK(cloned.header("location") == "/codelist/user/bob/elbows/");
  const Reply draft =
      alice.post(first + "create-new-version/", {{"coding_system_database_alias", ""}});
  CHECK_THAT(draft.header("location"), StartsWith("/builder/"));
  const std::string draft_page = elbows + draft.header("location").substr(9);
  CHECK(alice.post(draft_page + "publish/").header("location") == draft.header("location"));
  CHECK(
      alice.post(first + "create-new-version/", {{"coding_system_database_alias", "snomedct_none"}})
          .status == 400);
  CHECK(alice.post(elbows + std::string("nothing/publish/")).status == 404);
}

TEST_CASE_METHOD(Fixture, "no GET clones", "[web][forms][security]") {
  REQUIRE(add(alice, "code\n2247004\n").status == 302);
  const std::uint64_t head = site.head();
  for (const auto& [name, value] :
       {std::pair{"Sec-Fetch-Site", "cross-site"}, std::pair{"Sec-Purpose", "prefetch"},
        std::pair{"Purpose", "prefetch"}, std::pair{"Referer", "https://evil.example/"},
        std::pair{"Sec-Fetch-Site", "same-origin"}, std::pair{"Referer", "http://test/"}}) {
    Browser browser(site);
    browser.log_in("alice");
    const std::uint64_t before = site.head();
    browser.add_header(name, value);
    const Reply reply = browser.get(std::string(elbows) + "clone/");
    CHECK(reply.status == 200);
    CHECK_THAT(reply.body, Contains("<form method=\"post\""));
    CHECK(site.head() == before);
  }
  CHECK(site.head() > head);
  CHECK(alice.post(std::string(elbows) + "clone/").header("location") ==
        "/codelist/user/alice/elbows/");
  CHECK(Browser(site).get(std::string(elbows) + "clone/").header("location") ==
        "/accounts/login/?next=/codelist/test-org/elbows/clone/");
}

TEST_CASE_METHOD(Fixture, "an administrator of an organisation adds and removes members",
                 "[web][forms]") {
  const std::string members = "/organisations/test-org/users";
  Browser carol(site);
  carol.log_in("carol");
  // A member sees who the others are, and who may change that.
  const Reply as_member = carol.get(members);
  CHECK(as_member.status == 403);
  CHECK_THAT(as_member.body, Contains(">alice<") && Contains("add and remove members") &&
                                 !Contains("alice@example.com"));
  const Reply as_stranger = bob.get(members);
  CHECK(as_stranger.status == 403);
  CHECK_THAT(as_stranger.body, !Contains(">alice<") && Contains("Only members of"));
  REQUIRE(site.application().accounts().set_member({commands::Actor::system(), {}}, "test-org",
                                                   "carol", true));
  CHECK_THAT(carol.get("/organisations/").body, Contains(members));
  CHECK_THAT(carol.get(members).body, Contains("alice@example.com"));
  const auto add_member = [&](const std::string& text) {
    return carol.post(members, {{"user_idenitfier", text}});
  };
  for (const auto& [who, why] : {std::pair{"nobody", "User nobody does not exist"},
                                 std::pair{"alice", "User alice is already a member"}}) {
    const std::string body = add_member(who).body;
    CHECK_THAT(body, Contains("<a href=\"#id_user_idenitfier\">Username or e-mail address: " +
                              std::string(why) + "</a>"));
    CHECK_THAT(body, Contains("id=\"error_user_idenitfier\">" + std::string(why)));
    CHECK_THAT(body, Contains("name=\"user_idenitfier\" value=\"" + std::string(who) + "\""));
  }
  CHECK(add_member("bob@example.com").status == 302);
  CHECK(site.views().member("test-org", "bob"));
  CHECK_THAT(carol.get(members).body, Contains("bob is a member now."));
  CHECK(carol.post(members + "/role", {{"username", "bob"}, {"role", "admin"}}).status == 302);
  CHECK(site.views().member("test-org", "bob")->is_admin);
  CHECK(bob.post(members + "/remove", {{"username", "carol"}}).status == 302);
  CHECK_FALSE(site.views().member("test-org", "carol"));
  CHECK(carol.post(members + "/remove", {{"username", "bob"}}).header("location") ==
        "/organisations/");
  CHECK(site.views().member("test-org", "bob"));
}

TEST_CASE_METHOD(Fixture, "texts that people typed do not run in anybody's browser",
                 "[web][forms][security]") {
  const std::string script = "<script>alert(1)</script>";
  REQUIRE(add(alice, "code\n2247004\n",
              {{"name", "E" + script},
               {"coding_system_id", "snomedct"},
               {"description", script},
               {"methodology", script},
               {"reference-TOTAL_FORMS", "1"},
               {"reference-0-text", script},
               {"reference-0-url", "https://example.org/\"" + script}})
              .status == 302);
  const std::string slug = site.views().codelists().back().handle().slug;
  const std::string path = "/codelist/test-org/" + slug + "/";
  const auto version = site.views().newest_version_of(site.views().codelists().back().id);
  REQUIRE(version);
  REQUIRE(site.application().versions().publish({commands::Actor::system(), std::nullopt},
                                                version->id));
  const std::string hash = base::version_hash(version->id);
  alice.post("/accounts/settings/name/", {{"name", script}});
  for (const std::string& page :
       {path + "edit/", path + "upload-version/", path + "clone/", std::string("/superusers/"),
        path + hash + "/", path + "-/", std::string("/users/alice/"),
        std::string("/?q=") + "%3Cscript%3Ealert(1)%3C/script%3E",
        std::string("/accounts/settings/"), std::string("/accounts/login/?next=/" + script)}) {
    Browser browser(site);
    browser.log_in("alice");
    browser.add_header("Sec-Purpose", "prefetch");
    const Reply reply = browser.get(page);
    CHECK(reply.status < 400);
    CHECK_THAT(reply.body, !Contains("<script>") && !Contains("\"<script"));
  }
  CHECK_THAT(alice.get("/accounts/settings/").body, Contains("&lt;script&gt;"));
}

}  // namespace codelog::tests::web_forms_test
