// Bringing one codelist back: as it was at a moment, and nothing else.
#include <catch2/catch.hpp>

#include "server/commands/draft_commands.h"
#include "server/commands/release_commands.h"
#include "tests/projections/random_history.h"

namespace codelog::tests::restore_codelist_test {
namespace {

using base::CodelistId;
using base::ErrorCode;
using base::Position;
using base::VersionId;
using projections::Views;

// All that a restore brings back of a version. Drafts lose their steps; the changes are new.
struct Version {
  projections::VersionRecord record;
  std::vector<events::CodeWithStatus> codes;
  std::vector<projections::SearchRecord> searches;
  std::vector<std::string> assumptions;
  std::optional<std::string> csv_data;
  bool operator==(const Version&) const = default;
};

struct Codelist {
  projections::CodelistRecord record;
  projections::Handle handle;
  std::vector<Version> versions;
  bool operator==(const Codelist&) const = default;
};

std::optional<Codelist> read(const Views& views, CodelistId id) {
  auto record = views.codelist(id);
  if (!record) return std::nullopt;
  Codelist codelist;
  codelist.handle = record->handle();
  for (auto& version : views.versions_of(id)) {
    Version content{version, views.codes(version.id), views.searches(version.id),
                    views.assumptions(version.id), views.csv_data(version.id)};
    content.record.updated_at = {};
    content.record.changed_at = content.record.made_at = {};
    content.record.undo_steps = content.record.redo_steps = {};
    codelist.versions.push_back(std::move(content));
  }
  // Later names stay, and the order of names may differ.
  record->handles.clear();
  record->current_handle = 0;
  record->updated_at = {};
  std::ranges::sort(record->collaborators);
  codelist.record = std::move(*record);
  return codelist;
}

// Everything about one codelist, the positions of its changes included.
std::pair<std::optional<projections::CodelistRecord>, std::vector<projections::VersionRecord>>
exactly(const Views& views, CodelistId id) {
  return {views.codelist(id), views.versions_of(id)};
}

struct Moment {
  Position position;
  CodelistId id;
  Codelist codelist;
};

struct Fixture {
  TemporaryFolder folder;
  TestSite site{folder.path(), 3, 80};
  commands::CodelistCommands codelists{site.executor()};
  commands::VersionCommands versions{site.executor()};
  commands::DraftCommands drafts{site.executor()};
  const commands::Write admin{{.username = "user0", .is_admin = true}, std::nullopt};
  const commands::Write user{{.username = "user1"}, std::nullopt};

  Fixture() { RandomHistory(site, 1).set_up(); }

  Views views() { return site.projections().views(); }
  Position head() { return site.log().head().position; }

  // Published, with one code.
  CodelistId make(const std::string& name) {
    commands::CreateCodelist command;
    command.owner = {events::OwnerKind::user, "user1"};
    command.name = name;
    command.coding_system = "bnf";
    command.codes = {site.codes()[1]};
    command.status = events::VersionStatus::published;
    const auto made = codelists.create(user, command);
    if (!made) FAIL(made.error().detail);
    return std::get<events::CodelistCreated>(made->content.events.front()).codelist;
  }

  base::Result<events::Commit> restore(const std::string& slug, projections::Moment moment) {
    const auto past = codelists.find_past({{events::OwnerKind::user, "user1"}, slug, moment});
    if (!past) return past.error();
    return codelists.restore(admin, *past, "because");
  }
};

}  // namespace

TEST_CASE("codelists of a random history are brought back as they were, and nothing else changes",
          "[restore]") {
  const unsigned seed = GENERATE(1u, 2u);
  CAPTURE(seed);
  const TemporaryFolder folder;
  TestSite site(folder.path(), seed, 80);
  RandomHistory history(site, seed);
  history.set_up();
  std::vector<Moment> moments;
  for (int i = 0; i < 900; ++i) {
    history.step();
    if (i % 60 != 59) continue;
    const Views views = site.projections().views();
    for (const CodelistId id : views.codelist_ids()) {
      moments.push_back({views.checkpoint(), id, *read(views, id)});
    }
  }
  REQUIRE(moments.size() > 100);
  commands::CodelistCommands codelists(site.executor());
  const commands::Write admin{{.username = "user0", .is_admin = true}, std::nullopt};
  int restored_count = 0;
  int revived_count = 0;
  for (std::size_t i = 0; i < moments.size(); i += 2) {
    const Moment& moment = moments[i];
    CAPTURE(moment.position.value(), moment.id.value(), moment.codelist.handle.slug);
    const Views before = site.projections().views();
    const projections::Handle& handle = moment.codelist.handle;
    const auto past = codelists.find_past({handle.owner, handle.slug, moment.position});
    REQUIRE(past);
    REQUIRE(past->id == moment.id);
    const auto restored = codelists.restore(admin, *past, "");
    if (!restored) {
      REQUIRE(restored.error().code == ErrorCode::conflict);
      const auto by_slug = before.handle_with_slug(handle.owner, handle.slug);
      const auto by_name = before.handle_with_name(handle.owner, handle.name);
      const bool is_taken =
          (by_slug && *by_slug != moment.id) || (by_name && *by_name != moment.id);
      const bool is_same = read(before, moment.id) == moment.codelist;
      REQUIRE((is_taken || is_same));
      continue;
    }
    ++restored_count;
    if (!before.codelist(moment.id)) ++revived_count;
    const Views after = site.projections().views();
    const auto now = read(after, moment.id);
    REQUIRE(now);
    REQUIRE(*now == moment.codelist);
    const Views then(past->views->reader());
    const auto record = then.codelist(moment.id);
    REQUIRE(record);
    for (const auto& old : record->handles) {
      // This codelist has it, or one that took the name meanwhile.
      REQUIRE(after.handle_with_slug(old.owner, old.slug));
    }
    CHECK(commands::restored_by(*restored).codelist == moment.id);
    // A second time, there is nothing to do.
    const auto again = codelists.restore(admin, *past, "");
    REQUIRE_FALSE(again);
    REQUIRE(again.error().code == ErrorCode::conflict);
    for (const CodelistId other : before.codelist_ids()) {
      if (other != moment.id) REQUIRE(exactly(after, other) == exactly(before, other));
    }
  }
  CHECK(restored_count > 40);
  CHECK(revived_count > 3);
  CHECK(site.projections().failure().empty());
  const auto findings = site.event_log().verify({});
  REQUIRE(findings);
  CHECK(findings->empty());
}

TEST_CASE_METHOD(Fixture, "a deleted codelist comes back under its id, hash and times",
                 "[restore]") {
  const CodelistId id = make("Asthma");
  const auto before = read(views(), id);
  const Position then = head();
  // A change of the release is none of the codelist.
  commands::ReleaseCommands releases(site.executor());
  events::ReleaseRegistered release;
  release.alias = "bnf_other_20240301";
  release.coding_system = "bnf";
  release.name = "other";
  release.valid_from = "2024-03-01";
  REQUIRE(releases.register_release({commands::Actor::system(), std::nullopt}, release));
  const Position later = head();
  REQUIRE(codelists.remove(admin, id, "by mistake"));
  REQUIRE_FALSE(views().codelist(id));
  const auto restored = restore("asthma", later);
  REQUIRE(restored);
  CHECK(read(views(), id) == before);
  const auto did = commands::restored_by(*restored);
  CHECK(did.as_of == then);
  CHECK(did.made == std::vector<VersionId>{before->versions.front().record.id});
  CHECK(did.deleted.empty());
  CHECK(views().find_codelist({events::OwnerKind::user, "user1"}, "asthma"));
  // The ids that come next are new.
  CHECK(make("Gout") > id);
  // Later times see it, the time in between does not.
  const Position now = head();
  REQUIRE(codelists.remove(admin, id, "again"));
  CHECK(restore("asthma", Position(now.value() - 2)).error().code == ErrorCode::not_found);
  CHECK(restore("asthma", now));
}

TEST_CASE_METHOD(Fixture, "versions that are as they were are not touched by a restore",
                 "[restore]") {
  const CodelistId id = make("Asthma");
  const auto kept = views().versions_of(id).front();
  const Position then = head();
  commands::CreateVersion later;
  later.codes = {site.codes()[1], site.codes()[2]};
  later.release = "bnf_fake_20240101";
  REQUIRE(versions.create(user, id, later));
  commands::ChangeDetails details;
  details.description = "spoilt";
  details.name = "Worse name";
  REQUIRE(codelists.change_details(user, id, details));
  const auto restored = restore("asthma", then);
  REQUIRE(restored);
  const auto did = commands::restored_by(*restored);
  CHECK(did.made.empty());
  CHECK(did.deleted.size() == 1);
  CHECK(views().versions_of(id) == std::vector{kept});
  CHECK(views().codelist(id)->handle().name == "Asthma");
  CHECK_FALSE(views().codelist(id)->description);
}

TEST_CASE_METHOD(Fixture, "a restore that cannot be right is refused, and changes nothing",
                 "[restore]") {
  const CodelistId id = make("Asthma");
  const Position then = head();
  const auto refused = [&](const base::Result<events::Commit>& outcome, ErrorCode code) {
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == code);
  };
  refused(restore("asthma", then), ErrorCode::conflict);  // nothing to do
  refused(restore("gout", then), ErrorCode::not_found);
  refused(restore("asthma", Position(then.value() - 1)), ErrorCode::not_found);
  REQUIRE(codelists.remove(admin, id, "by mistake"));
  const events::Owner owner{events::OwnerKind::user, "user1"};
  const auto past = codelists.find_past({owner, "asthma", then});
  REQUIRE(past);
  refused(codelists.restore(user, *past, ""), ErrorCode::forbidden);
  make("Asthma");
  const Position last = head();
  refused(restore("asthma", then), ErrorCode::conflict);  // the name is another one's now
  CHECK(head() == last);
}

TEST_CASE_METHOD(Fixture, "nothing comes back to people who have been erased", "[restore]") {
  make("Asthma");
  commands::CreateCodelist shared;
  shared.owner = {events::OwnerKind::organisation, "south"};
  shared.name = "Gout";
  shared.coding_system = "bnf";
  const auto made = codelists.create(user, shared);
  REQUIRE(made);
  const CodelistId gout = std::get<events::CodelistCreated>(made->content.events.front()).codelist;
  REQUIRE(codelists.add_collaborator(user, gout, "user1"));
  REQUIRE(codelists.add_collaborator(user, gout, "user2"));
  const Position then = head();
  REQUIRE(codelists.remove(admin, gout, "by mistake"));
  commands::AccountCommands accounts(site.executor());
  REQUIRE(accounts.erase_user({commands::Actor::system(), std::nullopt}, "user1"));
  const auto refused = restore("asthma", then);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(refused.error().detail == "the codelist's owner has been erased");
  const auto past = codelists.find_past({shared.owner, "gout", then});
  REQUIRE(past);
  REQUIRE(codelists.restore(admin, *past, ""));
  CHECK(views().codelist(gout)->collaborators == std::vector<std::string>{"user2"});
}

}  // namespace codelog::tests::restore_codelist_test
