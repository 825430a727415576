// The pages for administrators of the site, and the ends of versions: withdrawn, closed.
#include <catch2/catch.hpp>

#include "events/base/version_hash.h"
#include "tests/server/browser.h"

namespace codelog::tests::superuser_test {
namespace {

using Catch::Contains;
using events::VersionStatus;

constexpr const char* elbows = "/codelist/test-org/elbows/";
constexpr const char* bobs_page = "/superusers/users/bob/";

const commands::Write by_system{commands::Actor::system(), std::nullopt};

struct Fixture {
  ApiSite site;
  Browser alice{site};  // an administrator, and a member of test-org
  Browser bob{site};
  Browser carol{site};  // a member

  Fixture() {
    site.set_up();
    set_passwords(site, {"alice", "bob", "carol"});
    alice.log_in("alice");
    bob.log_in("bob");
    carol.log_in("carol");
  }

  Reply act(const std::string& action, Browser::Fields fields) {
    return alice.post(bobs_page + action + "/", std::move(fields));
  }
  // The last commit that is no log-in.
  events::Commit last_commit() {
    const auto commit = site.log().read(site.log().head().position);
    REQUIRE(commit);
    return *commit;
  }
  std::string last_reason() {
    const events::Commit commit = last_commit();
    const auto* const explained =
        std::get_if<events::CommitExplained>(&commit.content.events.back());
    return explained ? explained->reason : "";
  }

  // The page of a published version with a tag.
  std::string publish_elbows() {
    commands::CreateCodelist command;
    command.owner = {events::OwnerKind::organisation, "test-org"};
    command.name = "Elbows";
    command.slug = "elbows";
    command.coding_system = "snomedct";
    command.codes = {{"2247004"}};
    command.tag = "first";
    command.status = VersionStatus::published;
    REQUIRE(site.application().codelists().create(by_system, command));
    return std::string(elbows) + "first/";
  }
  projections::CodelistRecord codelist() {
    return *site.views().find_codelist({events::OwnerKind::organisation, "test-org"}, "elbows");
  }
  // A draft of the author's, and a version under review; the pages of both.
  std::pair<std::string, std::string> make_siblings(const std::string& author = "carol") {
    const auto published = site.views().newest_version_of(codelist().id)->id;
    commands::CreateVersion review;
    review.codes = {{"2281005"}};
    review.release = site.views().version(published)->release;
    REQUIRE(site.application().versions().create(by_system, codelist().id, review));
    const auto version = *site.views().newest_version_of(codelist().id);
    REQUIRE(site.application().versions().create_draft(
        {commands::Actor{.username = author}, std::nullopt}, published, std::nullopt));
    const auto draft = *site.views().newest_version_of(codelist().id);
    return {base::version_hash(draft.id), elbows + base::version_hash(version.id) + "/"};
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "administrators of the site find people by name and address, others none",
                 "[superusers]") {
  CHECK_THAT(alice.get("/superusers/users/?q=BOB%40example").body, Contains(bobs_page));
  CHECK_THAT(alice.get("/superusers/users/?q=nobody-here").body, Contains("Nobody has this"));
  CHECK_THAT(alice.get("/superusers/?q=bob").body, Contains(bobs_page));
  CHECK(bob.get("/superusers/users/?q=alice").status == 403);
  CHECK_THAT(bob.get("/superusers/users/?q=alice").body, !Contains("alice@example.com"));
  CHECK(Browser(site).get("/superusers/").status == 302);
}

TEST_CASE_METHOD(Fixture, "each action on a person is in the log, with its reason",
                 "[superusers]") {
  CHECK(act("details", {{"name", "Robert"}, {"email", "bob@example.org"}, {"reason", "married"}})
            .status == 302);
  CHECK(last_reason() == "married");
  CHECK(act("rights", {{"wanted", "yes"}, {"reason", "helps"}}).status == 302);
  CHECK(last_reason() == "helps");
  CHECK(bob.get("/superusers/").status == 200);
  CHECK(act("rights", {{"wanted", "no"}, {"reason", "no more"}}).status == 302);
  CHECK(bob.get("/superusers/").status == 403);
  CHECK(act("activation", {{"wanted", "no"}, {"reason", "has left"}}).status == 302);
  CHECK(last_reason() == "has left");
  CHECK_FALSE(site.views().user("bob")->is_active);
  CHECK(bob.get("/organisations/").status == 302);
  const std::string page = alice.get(bobs_page).body;
  for (const char* reason : {"married", "helps", "no more", "has left", "Deactivate user"}) {
    CHECK_THAT(page, Contains(reason));
  }
  CHECK(act("activation", {{"wanted", "yes"}}).status == 302);
  CHECK(site.views().user("bob")->is_active);
  CHECK(last_reason().empty());
}

TEST_CASE_METHOD(Fixture, "what a person cannot be called changes nothing, and the form says so",
                 "[superusers]") {
  const std::uint64_t head = site.head();
  const Reply taken = act("details", {{"name", "Bob"}, {"email", "carol@example.com"}});
  CHECK_THAT(taken.body, Contains("There is a problem") && Contains("carol@example.com"));
  CHECK_THAT(act("erase", {{"username", "bobby"}}).body, Contains("must be bob"));
  CHECK(alice.post("/superusers/users/alice/activation/").status == 302);
  CHECK(alice.post("/superusers/users/alice/rights/").status == 302);
  CHECK_THAT(act("activation", {{"wanted", "perhaps"}}).body, Contains("must be yes or no"));
  CHECK(act("nothing", {}).status == 404);
  CHECK(site.head() == head);
}

TEST_CASE_METHOD(Fixture, "a link for a new password works once, and its making is in the log",
                 "[superusers]") {
  const Reply made = act("reset-link", {{"reason", "has no mail"}});
  CHECK(last_commit().content.command == "MakeResetLink");
  CHECK(last_reason() == "has no mail");
  const std::string link = between(made.body, "<code>", "</code>");
  const std::string path = link.substr(link.find("/accounts/reset/"));
  Browser guest(site);
  CHECK_THAT(guest.get(path).body, Contains("Choose a new password"));
  CHECK(guest.post(path, {{"new_password1", "long horses 88"}, {"new_password2", "long horses 88"}})
            .header("location") == "/accounts/reset/done/");
  CHECK_THAT(guest.get(path).body, Contains("Invalid link"));
}

TEST_CASE_METHOD(Fixture, "an erased person's name and address are on no page any more",
                 "[superusers]") {
  REQUIRE(act("details", {{"name", "Robert Unique"}, {"email", "unique@example.org"}}).status ==
          302);
  REQUIRE(site.application().accounts().set_member(by_system, "test-org", "bob", false));
  const char* pages[] = {"/superusers/users/", "/superusers/users/bob/", "/superusers/?q=unique",
                         "/superusers/users/?q=unique", "/organisations/test-org/users"};
  for (const char* page : pages) CHECK_THAT(alice.get(page).body, Contains("unique"));
  CHECK(act("erase", {{"username", "bob"}, {"reason", "asked for it"}}).status == 302);
  for (const char* page : pages) {
    INFO(page);
    CHECK_THAT(alice.get(page).body, !Contains("Robert Unique") && !Contains("unique@example.org"));
  }
  CHECK_THAT(alice.get(bobs_page).body, Contains("asked for it") && Contains("erased"));
}

TEST_CASE_METHOD(Fixture, "people and organisations are added, and organisations changed",
                 "[superusers]") {
  CHECK(alice
            .post("/superusers/users/",
                  {{"username", "dora"}, {"name", "Dora"}, {"email", "dora@example.org"}})
            .header("location") == "/superusers/users/dora/");
  CHECK(site.views().user("dora"));
  CHECK_THAT(alice.post("/superusers/users/", {{"username", "dora"}}).body,
             Contains("There is a problem"));
  const std::string organisations = "/superusers/organisations/";
  CHECK(alice
            .post(organisations, {{"slug", "new-org"},
                                  {"name", "New"},
                                  {"url", "https://example.org"},
                                  {"reason", "joined"}})
            .header("location") == "/organisations/new-org/users");
  CHECK(last_reason() == "joined");
  CHECK(alice
            .post(organisations + "new-org/",
                  {{"name", "Newer"}, {"url", "https://example.org"}, {"reason", "renamed"}})
            .status == 302);
  CHECK(site.views().organisation("new-org")->name == "Newer");
  CHECK_THAT(alice.get(organisations + "new-org/").body, Contains("renamed"));
}

TEST_CASE_METHOD(Fixture, "a codelist is handed over, deleted and brought back", "[superusers]") {
  publish_elbows();
  const std::string page = "/superusers/codelists/" + std::to_string(codelist().id.value()) + "/";
  CHECK_THAT(alice.get("/superusers/codelists/?q=elbow").body, Contains(page));
  CHECK_THAT(alice.post(page + "hand-over/", {{"owner", "user/nobody"}}).body,
             Contains("There is a problem"));
  CHECK(alice.post(page + "hand-over/", {{"owner", "user/bob"}, {"reason", "moves"}}).status ==
        302);
  CHECK(last_reason() == "moves");
  CHECK(site.views().codelist(codelist().id)->handle().owner.name == "bob");
  CHECK_THAT(alice.post(page + "delete/").body, Contains("There is a problem"));
  const Reply deleted = alice.post(page + "delete/", {{"reason", "a mistake"}});
  CHECK(deleted.status == 302);
  CHECK_FALSE(site.views().find_codelist({events::OwnerKind::user, "bob"}, "elbows"));
  const std::string as_of = std::to_string(site.head() - 1);
  CHECK_THAT(deleted.header("location"), Contains("as_of=" + as_of));
  // The published version's page says why, at the old address too.
  const Reply gone = Browser(site).get("/codelist/test-org/elbows/first/");
  CHECK(gone.status == 410);
  CHECK_THAT(gone.body, Contains("a mistake") && Contains("no other published version"));
  CHECK(alice
            .post("/superusers/codelists/restore/",
                  {{"codelist", "user/bob/elbows"}, {"as_of", as_of}, {"reason", "was right"}})
            .header("location") == page);
  CHECK(Browser(site).get("/codelist/user/bob/elbows/first/").status == 200);
}

TEST_CASE_METHOD(Fixture, "OpenCodelists' /admin/ leads to the pages that do the same",
                 "[superusers]") {
  for (const auto& [path, target] :
       {std::pair{"/admin/", "/superusers/"}, std::pair{"/admin/login/", "/superusers/"},
        std::pair{"/admin/opencodelists/user/bob/change/", "/superusers/users/"},
        std::pair{"/admin/opencodelists/organisation/add/", "/superusers/organisations/"},
        std::pair{"/admin/authtoken/tokenproxy/", "/superusers/users/"}}) {
    const Reply reply = alice.get(path);
    CHECK(reply.status == 302);
    CHECK(reply.header("location") == target);
  }
}

TEST_CASE_METHOD(Fixture, "a withdrawn version keeps its page, with the reason and what to use",
                 "[superusers][versions]") {
  const std::string page = publish_elbows();
  const auto [draft, review] = make_siblings();
  REQUIRE(alice.post(review + "publish/").status == 302);
  const std::string hash = base::version_hash(*base::parse_version_hash(
      between(Browser(site).get(page).body, "id=\"version-hash\">", "<")));
  CHECK(bob.get(page + "withdraw/").status == 403);
  CHECK(bob.post(page + "withdraw/", {{"reason", "x"}}).status == 403);
  CHECK_THAT(alice.post(page + "withdraw/", {{"reason", ""}}).body, Contains("There is a problem"));
  CHECK(Browser(site).get(page).status == 200);
  CHECK(alice.post(page + "withdraw/", {{"reason", "wrong <b>codes</b>"}}).status == 302);
  for (const std::string& address : {page, elbows + hash + "/"}) {
    const Reply gone = Browser(site).get(address);
    CHECK(gone.status == 410);
    CHECK_THAT(gone.body, Contains("wrong &lt;b&gt;codes&lt;/b&gt;") && Contains(review));
  }
  CHECK(Browser(site).get(page + "download.csv").status == 410);
  CHECK(Browser(site).get(elbows + std::string("never/")).status == 404);
  // For those who may not read the codelist, it never was.
  REQUIRE(site.application().access().set_codelist_access(by_system, codelist().id, true));
  CHECK(Browser(site).get(page).status == 404);
  CHECK(bob.get(page + "download.csv").status == 404);
  CHECK(carol.get(page).status == 410);
  // Views that are made again from the log say the same.
  site.restart_with_new_views();
  CHECK(carol.get(page).status == 410);
}

TEST_CASE_METHOD(Fixture, "a withdrawn page leads to the overview only if there is one",
                 "[superusers][versions]") {
  const std::string page = publish_elbows();
  make_siblings();
  REQUIRE(alice.post(page + "withdraw/", {{"reason", "wrong"}}).status == 302);
  const std::string overview = std::string(elbows) + "-/";
  CHECK(Browser(site).get(overview).status == 404);
  CHECK_THAT(Browser(site).get(page).body, !Contains(overview));
  CHECK(carol.get(overview).status == 200);
  CHECK_THAT(carol.get(page).body, Contains(overview));
}

TEST_CASE_METHOD(Fixture, "a list of an owner whose lists are restricted is marked so",
                 "[superusers][access]") {
  publish_elbows();
  constexpr const char* chip = "<span class=\"chip\">restricted</span>";
  CHECK_THAT(alice.get("/superusers/codelists/").body, Contains("Elbows") && !Contains(chip));
  REQUIRE(site.application().access().set_owner_access(
      by_system, {events::OwnerKind::organisation, "test-org"}, true));
  CHECK_THAT(alice.get("/superusers/codelists/").body, Contains(chip));
}

TEST_CASE_METHOD(Fixture, "whoever publishes sees what is closed, and its author is told once",
                 "[superusers][versions]") {
  publish_elbows();
  const auto [draft, review] = make_siblings();
  CHECK_THAT(alice.get(review).body,
             Contains("The draft " + draft + " of carol") && Contains("will be closed"));
  CHECK_THAT(carol.get("/").body, !Contains("closed your draft"));
  REQUIRE(alice.post(review + "publish/").status == 302);
  Browser prefetching(site);
  prefetching.log_in("carol");
  prefetching.add_header("Sec-Purpose", "prefetch");
  CHECK_THAT(prefetching.get("/").body, !Contains("closed your draft"));
  CHECK_THAT(bob.get("/").body, !Contains("closed your draft"));
  CHECK_THAT(alice.get("/").body, !Contains("closed your draft"));
  CHECK_THAT(carol.get("/").body,
             Contains("alice published") && Contains("which closed your draft " + draft));
  CHECK_THAT(carol.get("/").body, !Contains("closed your draft"));
}

TEST_CASE_METHOD(Fixture, "authors are told whatever their names are made of",
                 "[superusers][versions]") {
  // OpenCodelists' users may have names that do not fit in a cookie.
  const std::string author = GENERATE("jos\xC3\xA9", "a,b", "o\"x", "a b;c");
  site.add_user(author);
  set_passwords(site, {author});
  site.append({events::Stream::of_organisation("test-org")},
              {events::MemberSet{"test-org", author, false}});
  Browser browser(site);
  browser.log_in(author);
  REQUIRE(browser.is_signed_in());
  publish_elbows();
  const auto [draft, review] = make_siblings(author);
  REQUIRE(alice.post(review + "publish/").status == 302);
  CHECK_THAT(browser.get("/").body, Contains("which closed your draft " + draft));
  CHECK_THAT(browser.get("/").body, !Contains("closed your draft"));
}

TEST_CASE_METHOD(Fixture, "forms of others show a reader's page and who could send them",
                 "[superusers]") {
  publish_elbows();
  const Reply edit = bob.get(std::string(elbows) + "edit/");
  CHECK(edit.status == 403);
  CHECK_THAT(edit.body, Contains("You can read this codelist. Members of ") &&
                            Contains("can change it.") && !Contains("<textarea"));
  CHECK(bob.get("/codelist/test-org/add/").status == 403);
  CHECK(bob.post(std::string(elbows) + "edit/", {{"name", "x"}}).header("location") == "/");
}

TEST_CASE_METHOD(Fixture, "pages of errors have the request's id", "[superusers]") {
  for (const char* path : {"/400", "/403", "/404", "/410", "/500", "/503", "/users/nobody/"}) {
    const Reply reply = Browser(site).get(path);
    INFO(path);
    CHECK(reply.status >= 400);
    CHECK_THAT(reply.body, Contains("Reference <code>" + reply.header("x-request-id") + "</code>"));
  }
}

TEST_CASE_METHOD(Fixture, "an organisation's page has its codelists and what is under review",
                 "[superusers]") {
  publish_elbows();
  const auto [draft, review] = make_siblings();
  const std::string page = Browser(site).get("/organisations/test-org/").body;
  CHECK_THAT(page, Contains(std::string(elbows) + "first/") && Contains(review) &&
                       Contains("2 members") && !Contains(">carol<"));
  CHECK_THAT(carol.get("/organisations/test-org/").body, Contains(">carol<"));
  CHECK_THAT(Browser(site).get("/codelist/test-org/under-review/").body,
             Contains(review) && !Contains(draft));
}

}  // namespace codelog::tests::superuser_test
