// The rules of the write side, command by command, on a site with a small made-up release:
//
//   c1000 is the root; TestSite makes the rest at random, so these tests ask the release what is
//   below what.
#include <catch2/catch.hpp>

#include "server/accounts/passwords.h"
#include "server/accounts/personal_data.h"
#include "tests/projections/random_history.h"

namespace codelog::tests::commands_test {

namespace base = codelog::base;
namespace commands = codelog::commands;
namespace events = codelog::events;
using base::CodeStatus;
using base::ErrorCode;
using codelog::tests::RandomHistory;
using codelog::tests::TemporaryFolder;
using codelog::tests::TestSite;
using events::OwnerKind;
using events::VersionStatus;

namespace {

struct Fixture {
  TemporaryFolder folder;
  TestSite site{folder.path(), 5, 120};
  commands::AccountCommands accounts{site.executor()};
  commands::CodelistCommands codelists{site.executor()};
  commands::VersionCommands versions{site.executor()};
  commands::DraftCommands drafts{site.executor()};

  // user0 (administrator, in both organisations) to user3, see RandomHistory::set_up.
  Fixture() { RandomHistory(site, 1).set_up(); }

  commands::Write as(const std::string& username) const {
    return {commands::Actor{.username = username, .is_admin = username == "user0"}, std::nullopt};
  }
  commands::Write system() const { return {commands::Actor::system(), std::nullopt}; }
  codelog::projections::Views views() { return site.projections().views(); }

  commands::CreateCodelist codelist(const std::string& name) const {
    commands::CreateCodelist command;
    command.owner = {OwnerKind::user, "user1"};
    command.name = name;
    command.coding_system = "bnf";
    return command;
  }
  // A codelist of user1's with an empty draft.
  base::VersionId draft(const std::string& name = "A list") {
    const auto commit = codelists.create(as("user1"), codelist(name));
    REQUIRE(commit);
    return std::get<events::VersionCreated>(commit->content.events.at(1)).version;
  }
  base::VersionId under_review(const std::string& name) {
    auto command = codelist(name);
    command.codes = {"c1001", "c1002"};
    command.status = VersionStatus::under_review;
    const auto commit = codelists.create(as("user1"), command);
    REQUIRE(commit);
    return std::get<events::VersionCreated>(commit->content.events.at(1)).version;
  }
  commands::ChangeStatuses decide(const std::string& code, CodeStatus status) const {
    commands::ChangeStatuses command;
    command.updates = {{code, status}};
    return command;
  }
  base::SearchId search(base::VersionId version, const std::string& text) {
    const auto outcome = drafts.add_search(as("user1"), version, {events::SearchKind::term, text});
    REQUIRE(outcome);
    return outcome->id;
  }
};

template <class T>
ErrorCode code_of(const base::Result<T>& result) {
  REQUIRE_FALSE(result);
  return result.error().code;
}

template <class T>
std::string field_of(const base::Result<T>& result) {
  REQUIRE_FALSE(result);
  REQUIRE_FALSE(result.error().fields.empty());
  return result.error().fields.front().field;
}

}  // namespace

TEST_CASE_METHOD(Fixture, "ids of codelists and versions are dense, in the order of the log") {
  for (std::uint32_t i = 1; i <= 3; ++i) {
    const auto commit = codelists.create(as("user1"), codelist("List " + std::to_string(i)));
    REQUIRE(commit);
    CHECK(std::get<events::CodelistCreated>(commit->content.events.at(0)).codelist.value() == i);
    CHECK(std::get<events::VersionCreated>(commit->content.events.at(1)).version.value() == i);
    CHECK_FALSE(codelists.create(as("user1"), codelist("List 1")));
  }
}

TEST_CASE_METHOD(Fixture, "an owner can use a codelist's name and slug only once, for ever") {
  const auto version = draft("Asthma");
  const auto first = views().version(version)->codelist;
  CHECK(field_of(codelists.create(as("user1"), codelist("Asthma"))) == "slug");
  CHECK(code_of(codelists.create(as("user1"), codelist("asthma!"))) == ErrorCode::conflict);
  auto elsewhere = codelist("Asthma");
  elsewhere.owner = {OwnerKind::organisation, "north"};
  CHECK(codelists.create(as("user1"), elsewhere));

  commands::ChangeDetails rename;
  rename.name = "Wheeze";
  rename.slug = "wheeze";
  REQUIRE(codelists.change_details(as("user1"), first, rename));
  const events::Owner owner{OwnerKind::user, "user1"};
  CHECK(views().find_codelist(owner, "asthma")->id == first);
  CHECK(views().find_codelist(owner, "wheeze")->id == first);
  CHECK(views().codelist(first)->handle().name == "Wheeze");
  CHECK(code_of(codelists.create(as("user1"), codelist("Asthma"))) == ErrorCode::conflict);

  SECTION("the slug alone can change, and going back uses the old handle again") {
    commands::ChangeDetails slug;
    slug.slug = "w";
    REQUIRE(codelists.change_details(as("user1"), first, slug));
    rename.name = "Asthma";
    rename.slug = "asthma";
    REQUIRE(codelists.change_details(as("user1"), first, rename));
    CHECK(views().codelist(first)->handles.size() == 3);
    CHECK(views().codelist(first)->handle().slug == "asthma");
  }
}

TEST_CASE_METHOD(Fixture,
                 "only owners, members and collaborators edit, and hand-overs need both ends") {
  const auto version = draft();
  const auto id = views().version(version)->codelist;
  commands::ChangeDetails change;
  change.description = "x";
  CHECK(code_of(codelists.change_details(as("user2"), id, change)) == ErrorCode::forbidden);
  CHECK(code_of(drafts.add_search(as("user2"), version, {events::SearchKind::term, "c10"})) ==
        ErrorCode::forbidden);
  REQUIRE(codelists.add_collaborator(as("user1"), id, "user2"));
  CHECK(codelists.change_details(as("user2"), id, change));
  CHECK(drafts.add_search(as("user2"), version, {events::SearchKind::term, "c10"}));

  commands::ChangeDetails take;
  take.owner = events::Owner{OwnerKind::user, "user2"};
  CHECK(code_of(codelists.change_details(as("user2"), id, take)) == ErrorCode::forbidden);
  commands::ChangeDetails give;
  give.owner = events::Owner{OwnerKind::organisation, "north"};
  CHECK(codelists.change_details(as("user1"), id, give));
  CHECK(views().codelists_of({OwnerKind::user, "user1"}).empty());
  CHECK(views().codelists_of({OwnerKind::organisation, "north"}).size() == 1);

  auto foreign = codelist("Mine");
  CHECK(code_of(codelists.create(as("user3"), foreign)) == ErrorCode::forbidden);
  foreign.owner = {OwnerKind::organisation, "nowhere"};
  CHECK(code_of(codelists.create(as("user3"), foreign)) == ErrorCode::not_found);
}

TEST_CASE_METHOD(Fixture, "wrong fields are named, and change nothing") {
  const auto before = site.log().head();
  auto command = codelist("ok");
  SECTION("name without letters") {
    command.name = "!?";
    CHECK(field_of(codelists.create(as("user1"), command)) == "name");
  }
  SECTION("slug") {
    command.slug = "a b";
    CHECK(field_of(codelists.create(as("user1"), command)) == "slug");
  }
  SECTION("script as reference") {
    command.references = {{"x", "java\tscript:alert(1)"}};
    CHECK(field_of(codelists.create(as("user1"), command)) == "references[0].url");
  }
  SECTION("unknown sign-off") {
    command.signoffs = {{"nobody", "2024-01-01"}};
    CHECK(field_of(codelists.create(as("user1"), command)) == "signoffs[0].user");
  }
  SECTION("no such day") {
    command.signoffs = {{"user1", "2023-02-29"}};
    CHECK(field_of(codelists.create(as("user1"), command)) == "signoffs[0].date");
  }
  SECTION("release of another system") {
    command.coding_system = "snomedct";
    command.release = "bnf_fake_20240101";
    CHECK(field_of(codelists.create(as("user1"), command)) == "release");
  }
  SECTION("unknown coding system") {
    command.coding_system = "bogus";
    CHECK(field_of(codelists.create(as("user1"), command)) == "coding_system");
  }
  SECTION("unknown codes are listed") {
    command.codes = {"c1001", "nope", "also"};
    const auto refused = codelists.create(as("user1"), command);
    CHECK(field_of(refused) == "codes");
    CHECK(refused.error().detail.ends_with("coding system: also, nope"));
  }
  SECTION("table without a code column, and with an unknown code") {
    command.csv_data = "x,y\n1,2\n";
    CHECK(codelists.create(as("user1"), command).error().detail.find("header 'x,y'") !=
          std::string::npos);
    command.csv_data = "code\nc1001\n\nnope\n";
    CHECK(codelists.create(as("user1"), command).error().detail.find("row 4") != std::string::npos);
  }
  SECTION("table with more fields than allowed") {
    command.csv_data = "code\nc1001" + std::string(1'000'000, ',');
    CHECK(codelists.create(as("user1"), command).error().detail.find("more than 1000000 fields") !=
          std::string::npos);
  }
  SECTION("tag that is a page") {
    command.tag = "edit";
    CHECK(field_of(codelists.create(as("user1"), command)) == "tag");
  }
  CHECK(site.log().head() == before);
}

TEST_CASE_METHOD(Fixture, "an idempotency key acts once, and never for something else") {
  auto write = as("user1");
  write.idempotency = events::IdempotencyKey{"key", base::sha256("request")};
  const auto first = codelists.create(write, codelist("Once"));
  const auto second = codelists.create(write, codelist("Once"));
  REQUIRE(first);
  REQUIRE(second);
  CHECK(*first == *second);
  CHECK(views().codelists().size() == 1);
  write.idempotency->request_digest = base::sha256("another");
  CHECK(code_of(codelists.create(write, codelist("Twice"))) == ErrorCode::unprocessable);
  auto other = as("user0");
  other.idempotency = events::IdempotencyKey{"key", base::sha256("request")};
  auto theirs = codelist("Once");
  theirs.owner = {OwnerKind::user, "user0"};
  CHECK(codelists.create(other, theirs));
}

TEST_CASE_METHOD(Fixture,
                 "a draft is decided, reviewed and published, and its siblings are deleted") {
  const auto version = draft();
  const auto id = views().version(version)->codelist;
  search(version, "c1001");
  CHECK(code_of(versions.save_for_review(as("user1"), version)) == ErrorCode::conflict);
  commands::ChangeStatuses all;
  for (const auto& code : views().codes(version))
    all.updates.push_back({code.code, CodeStatus::included});
  REQUIRE(drafts.change_statuses(as("user1"), version, all));
  REQUIRE(versions.save_for_review(as("user1"), version));
  CHECK(code_of(drafts.change_statuses(as("user1"), version, all)) == ErrorCode::conflict);
  const auto sibling = versions.create_draft(as("user1"), version, std::nullopt);
  REQUIRE(sibling);
  REQUIRE(views().versions_of(id).size() == 2);
  const auto published = versions.publish(as("user1"), version);
  REQUIRE(published);
  CHECK(published->content.events.size() == 2);
  CHECK(views().versions_of(id).size() == 1);
  CHECK(views().version(version)->status == VersionStatus::published);
  CHECK(code_of(versions.publish(as("user1"), version)) == ErrorCode::conflict);

  SECTION("only an administrator with a reason deletes a published version") {
    CHECK(code_of(versions.remove(as("user1"), version, "wrong")) == ErrorCode::forbidden);
    CHECK(code_of(codelists.remove(as("user1"), id, "wrong")) == ErrorCode::forbidden);
    CHECK(field_of(codelists.remove(as("user0"), id, "")) == "reason");
    REQUIRE(codelists.remove(as("user0"), id, "withdrawn by its authors"));
    CHECK_FALSE(views().codelist(id));
    CHECK_FALSE(views().version(version));
    CHECK(views().codes(version).empty());
    // The name is free again, and the history is not forgotten.
    CHECK(codelists.create(as("user1"), codelist("A list")));
  }
}

TEST_CASE_METHOD(Fixture, "the last version takes the codelist with it") {
  const auto version = under_review("Short-lived");
  const auto id = views().version(version)->codelist;
  const auto deleted = versions.remove(as("user1"), version, "");
  REQUIRE(deleted);
  CHECK(deleted->content.events.size() == 2);
  CHECK_FALSE(views().codelist(id));
  const auto discarded = draft("Another");
  REQUIRE(versions.discard(as("user1"), discarded));
  CHECK(views().codelists().empty());
}

TEST_CASE_METHOD(Fixture, "the same codes again make no version, unless asked for") {
  const auto version = under_review("Stable");
  const auto id = views().version(version)->codelist;
  commands::CreateVersion again;
  again.codes = {"c1002", "c1001"};
  again.release = "bnf_fake_20240101";
  const auto refused = versions.create(as("user1"), id, again);
  CHECK(code_of(refused) == ErrorCode::invalid);
  CHECK(refused.error().detail == "No difference to previous version");
  again.always_create_new_version = true;
  CHECK(versions.create(as("user1"), id, again));
  again.tag = "v1";
  CHECK(versions.create(as("user1"), id, again));
  CHECK(field_of(versions.create(as("user1"), id, again)) == "tag");
}

TEST_CASE_METHOD(Fixture, "an old-style version keeps its table and converts to its codes") {
  auto command = codelist("Uploaded");
  command.csv_data = "code,term\r\nc1003,three\r\nc1001,one\r\n";
  const auto commit = codelists.create(as("user1"), command);
  REQUIRE(commit);
  const auto version = std::get<events::VersionCreated>(commit->content.events.at(1)).version;
  CHECK(views().csv_data(version) == "code,term\nc1003,three\nc1001,one\n");
  const auto converted = versions.convert_to_new_style(as("user1"), version);
  REQUIRE(converted);
  const auto made = std::get<events::VersionCreated>(converted->content.events.at(0));
  CHECK(*commands::included_codes(views(), *views().version(made.version)) ==
        std::vector<std::string>{"c1001", "c1003"});
  CHECK(code_of(versions.convert_to_new_style(as("user1"), made.version)) == ErrorCode::conflict);
}

TEST_CASE_METHOD(
    Fixture, "a search is added once, and takes the codes that only it found when it is removed") {
  const auto version = draft();
  const auto wide = search(version, "c10");
  const auto narrow = search(version, "c1005");
  CHECK(search(version, "c10") == wide);
  CHECK(views().searches(version).size() == 2);
  const auto before = views().codes(version);
  const auto kept = views().search(version, narrow)->search.codes;
  REQUIRE(drafts.change_statuses(as("user1"), version,
                                 decide(before.back().code, CodeStatus::included)));
  REQUIRE(drafts.remove_search(as("user1"), version, wide));
  CHECK(code_of(drafts.remove_search(as("user1"), version, wide)) == ErrorCode::not_found);
  for (const auto& code : views().codes(version)) {
    CAPTURE(code.code);
    const bool of_other = std::binary_search(kept.begin(), kept.end(), code.code);
    CHECK((of_other || base::is_included(code.status)));
  }
  CHECK(field_of(drafts.add_search(as("user1"), version, {events::SearchKind::term, "c1"})) ==
        "term");
  CHECK(field_of(drafts.add_search(as("user1"), version,
                                   {events::SearchKind::code, std::string(19, 'c')})) == "code");
}

TEST_CASE_METHOD(Fixture, "undoing every step goes back through every state, and redoing forward") {
  const auto version = draft();
  std::mt19937 random(99);
  struct State {
    std::vector<events::CodeWithStatus> codes;
    std::vector<codelog::projections::SearchRecord> searches;
    bool operator==(const State&) const = default;
  };
  const auto state = [&] { return State{views().codes(version), views().searches(version)}; };
  std::vector<State> states{state()};
  while (states.size() < 60) {
    const auto codes = views().codes(version);
    const auto searches = views().searches(version);
    bool done = false;
    if (codes.size() < 20 || random() % 5 == 0) {
      const auto outcome = drafts.add_search(
          as("user1"), version, {events::SearchKind::term, "c10" + std::to_string(random() % 100)});
      done = outcome && outcome->commit;
    } else if (!searches.empty() && random() % 8 == 0) {
      done = static_cast<bool>(drafts.remove_search(
          as("user1"), version, searches[random() % searches.size()].search.id));
    } else {
      const CodeStatus wanted = random() % 2 == 0 ? CodeStatus::included : CodeStatus::excluded;
      done = static_cast<bool>(drafts.change_statuses(
          as("user1"), version, decide(codes[random() % codes.size()].code, wanted)));
    }
    if (done) states.push_back(state());
  }
  for (std::size_t i = states.size() - 1; i > 0; --i) {
    REQUIRE(drafts.undo(as("user1"), version));
    CHECK((state() == states[i - 1]));
  }
  CHECK(code_of(drafts.undo(as("user1"), version)) == ErrorCode::conflict);
  for (std::size_t i = 1; i < states.size(); ++i) {
    REQUIRE(drafts.redo(as("user1"), version));
    CHECK((state() == states[i]));
  }
  CHECK(code_of(drafts.redo(as("user1"), version)) == ErrorCode::conflict);
}

TEST_CASE_METHOD(Fixture, "two people on one draft are merged, or told the other's decision") {
  const auto version = draft();
  const auto id = views().version(version)->codelist;
  REQUIRE(codelists.add_collaborator(as("user1"), id, "user2"));
  search(version, "c10");
  const auto codes = views().codes(version);
  REQUIRE(codes.size() > 10);
  const auto seen = site.log().head().position;
  auto mine = decide(codes[3].code, CodeStatus::included);
  auto theirs = decide(codes[3].code, CodeStatus::excluded);
  mine.base_position = theirs.base_position = seen;
  REQUIRE(drafts.change_statuses(as("user1"), version, mine));
  const auto refused = drafts.change_statuses(as("user2"), version, theirs);
  CHECK(code_of(refused) == ErrorCode::conflict);
  CHECK(refused.error().fields == std::vector<base::FieldError>{{codes[3].code, "+"}});
  SECTION("different codes are both kept") {
    auto other = decide(codes[4].code, CodeStatus::excluded);
    other.base_position = seen;
    REQUIRE(drafts.change_statuses(as("user2"), version, other));
  }
  SECTION("agreeing is no conflict") {
    mine.base_position = seen;
    CHECK(drafts.change_statuses(as("user2"), version, mine));
  }
  SECTION("a user who has seen the decision may decide otherwise") {
    theirs.base_position = site.log().head().position;
    CHECK(drafts.change_statuses(as("user2"), version, theirs));
  }
  SECTION("without a position, what counts is the actor's own last step") {
    theirs.base_position.reset();
    CHECK(code_of(drafts.change_statuses(as("user2"), version, theirs)) == ErrorCode::conflict);
    auto again = decide(codes[3].code, CodeStatus::excluded);
    CHECK(drafts.change_statuses(as("user1"), version, again));
  }
  SECTION("a step elsewhere on the codelist does not count as seeing the draft") {
    commands::ChangeDetails tags;
    tags.tags = {"respiratory"};
    REQUIRE(codelists.change_details(as("user2"), id, tags));
    REQUIRE(versions.create_draft(as("user2"), version, std::nullopt));
    theirs.base_position.reset();
    CHECK(code_of(drafts.change_statuses(as("user2"), version, theirs)) == ErrorCode::conflict);
    // A step on the draft itself does.
    REQUIRE(
        drafts.change_statuses(as("user2"), version, decide(codes[4].code, CodeStatus::included)));
    CHECK(drafts.change_statuses(as("user2"), version, theirs));
  }
  SECTION("a position beyond the log is refused") {
    mine.base_position = site.log().head().position.next();
    CHECK(field_of(drafts.change_statuses(as("user1"), version, mine)) == "base_position");
  }
}

TEST_CASE_METHOD(Fixture, "a name is taken as long as any handle has it") {
  const auto version = draft("Asthma");
  const auto id = views().version(version)->codelist;
  commands::ChangeDetails slug;
  slug.slug = "wheeze";
  REQUIRE(codelists.change_details(as("user1"), id, slug));
  commands::ChangeDetails name;
  name.name = "Wheeze";
  REQUIRE(codelists.change_details(as("user1"), id, name));
  // The first handle, which still resolves, has this name.
  auto again = codelist("Asthma");
  again.slug = "asthma-2";
  CHECK(field_of(codelists.create(as("user1"), again)) == "name");
  REQUIRE(codelists.remove(as("user1"), id, ""));
  CHECK(codelists.create(as("user1"), again));
}

TEST_CASE_METHOD(Fixture, "clones are the cloner's own, with distinct names, up to a limit") {
  const auto version = under_review("Popular");
  for (int i = 0; i < 12; ++i) REQUIRE(codelists.clone(as("user2"), version));
  CHECK(code_of(codelists.clone(as("user2"), version)) == ErrorCode::conflict);
  const auto clones = views().codelists_of({OwnerKind::user, "user2"});
  REQUIRE(clones.size() == 12);
  CHECK(clones[0].handle().name == "Popular");
  CHECK(clones[1].handle().name == "Popular (clone)");
  CHECK(clones[11].handle().name == "Popular (clone10)");
  CHECK(clones[0].methodology == "Cloned from codelist : [Popular](/codelist/user/user1/popular/" +
                                     std::string("66f08cca/) \n"));
  CHECK(views().codes(views().versions_of(clones[3].id)[0].id) == views().codes(version));
  CHECK(code_of(codelists.clone(as("user2"), draft("Unfinished"))) == ErrorCode::conflict);
}

TEST_CASE_METHOD(Fixture, "people can be forgotten, and their accounts end") {
  const auto token = accounts.set_token(system(), "user3");
  REQUIRE(token);
  CHECK(views().user_by_token(codelog::accounts::digest_token(token->token))->username == "user3");
  const auto& keys = site.executor().site().keys;
  const auto sealed = views().user("user3")->personal;
  CHECK(codelog::accounts::open_sealed(keys, "user3", sealed)->email == "user3@example.org");
  CHECK(code_of(codelog::accounts::open_sealed(keys, "user2", sealed)) == ErrorCode::corrupt);
  REQUIRE(accounts.erase_user(system(), "user3"));
  CHECK(code_of(codelog::accounts::open_sealed(keys, "user3", sealed)) == ErrorCode::not_found);
  CHECK_FALSE(views().user_by_token(codelog::accounts::digest_token(token->token)));
  CHECK(views().organisations_of("user3").empty());
  CHECK_FALSE(views().member("north", "user3"));
  CHECK(code_of(accounts.set_token(system(), "user3")) == ErrorCode::conflict);
  CHECK(code_of(accounts.erase_user(as("user1"), "user2")) == ErrorCode::forbidden);
}

TEST_CASE_METHOD(Fixture, "usernames and addresses are unique ignoring case") {
  commands::AddUser user;
  user.username = "User1";
  user.name = "X";
  user.email = "new@example.org";
  CHECK(field_of(accounts.add_user(system(), user)) == "username");
  user.username = "new";
  user.email = "USER1@example.org";
  CHECK(field_of(accounts.add_user(system(), user)) == "email");
  user.email = "new@example.org";
  user.password = "correct horse";
  REQUIRE(accounts.add_user(system(), user));
  const auto data = codelog::accounts::open_sealed(site.executor().site().keys, "new",
                                                   views().user("new")->personal);
  REQUIRE(data);
  CHECK(*codelog::accounts::verify_password(data->password_hash, "correct horse"));
  CHECK_FALSE(*codelog::accounts::verify_password(data->password_hash, "wrong horse"));
}

}  // namespace codelog::tests::commands_test
