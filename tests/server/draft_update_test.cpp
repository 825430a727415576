// A draft brought up to date with its release: what OpenCodelists' command update_draft does.
#include <catch2/catch.hpp>
#include <map>

#include "tests/coding_systems/codeset_fake_release.h"
#include "tests/server/api_site.h"

namespace codelog::tests::draft_update_test {
namespace {

using base::CodeStatus;
using Statuses = std::map<std::string, std::string>;

// root has asthma and elbow; asthma has allergic and exercise; allergic has pollen.
std::shared_ptr<const coding_systems::Release> small_release() {
  const FakeRelease::Edges edges = {{"root", "asthma"},
                                    {"root", "elbow"},
                                    {"asthma", "allergic"},
                                    {"asthma", "exercise"},
                                    {"allergic", "pollen"}};
  return std::make_shared<FakeRelease>(edges, std::vector<std::string>(), "root");
}

struct UpdateSite {
  ApiSite site;
  std::string alias;
  base::VersionId draft{1};
  commands::Write alice{commands::Actor{.username = "alice"}, std::nullopt};

  UpdateSite() {
    site.set_up();
    alias = site.register_made_release({"bnf", "small", "2023-01-01"}, small_release());
  }

  // A draft with any content, as a migration or an import of the release under the same name may
  // leave it.
  void make_draft(std::vector<events::CodeWithStatus> codes,
                  std::vector<events::SearchWithResults> searches) {
    const auto ids = site.views().next_ids();
    draft = ids.version;
    const events::Owner owner{events::OwnerKind::user, "alice"};
    events::CodelistCreated codelist;
    codelist.codelist = ids.codelist;
    codelist.coding_system = "bnf";
    codelist.owner = owner;
    codelist.name = "List";
    codelist.slug = "list";
    events::VersionCreated version;
    version.version = draft;
    version.codelist = ids.codelist;
    version.release = alias;
    version.author = "alice";
    version.codes = std::move(codes);
    base::SearchId id = ids.search;
    for (events::SearchWithResults& search : searches) {
      search.id = id;
      id = id.next();
    }
    version.searches = std::move(searches);
    site.append({events::Stream::of_codelist(ids.codelist), events::Stream::of_names(owner)},
                {codelist, version});
  }

  Statuses statuses() {
    Statuses all;
    for (const auto& code : site.views().codes(draft)) {
      all[code.code] = base::to_string(code.status);
    }
    return all;
  }

  base::Result<events::Commit> update() { return site.application().drafts().update(alice, draft); }
};

events::SearchWithResults search_for(const std::string& term, std::vector<std::string> codes) {
  events::SearchWithResults search;
  search.kind = events::SearchKind::term;
  search.text = term;
  search.slug = term;
  search.codes = std::move(codes);
  return search;
}

}  // namespace

TEST_CASE_METHOD(UpdateSite, "an update removes and adds codes, and computes statuses again",
                 "[draft]") {
  make_draft({{"allergic", CodeStatus::unresolved},
              {"asthma", CodeStatus::included},
              {"gone", CodeStatus::included}},
             {search_for("elb", {"gone"})});
  const Statuses before = statuses();
  const auto commit = update();
  REQUIRE(commit);
  CHECK(commit->content.command == "UpdateDraft");
  const Statuses after = {
      {"allergic", "(+)"}, {"asthma", "+"}, {"elbow", "?"}, {"exercise", "(+)"}, {"pollen", "(+)"}};
  CHECK(statuses() == after);
  const auto searches = site.views().searches(draft);
  REQUIRE(searches.size() == 1);
  CHECK(searches[0].search.codes == std::vector<std::string>{"elbow"});

  SECTION("again, it changes nothing") {
    const auto again = update();
    REQUIRE(again);
    CHECK(again->content.events.empty());
  }
  SECTION("it is one step, which can be undone and redone") {
    REQUIRE(site.application().drafts().undo(alice, draft));
    CHECK(statuses() == before);
    CHECK(site.views().searches(draft)[0].search.codes == std::vector<std::string>{"gone"});
    REQUIRE(site.application().drafts().redo(alice, draft));
    CHECK(statuses() == after);
  }
  SECTION("later steps see the searches as they are now") {
    const auto id = searches[0].search.id;
    REQUIRE(site.application().drafts().remove_search(alice, draft, id));
    CHECK_FALSE(statuses().contains("elbow"));
  }
  SECTION("the history shows it") {
    const Reply history = site.get("/api/v2/codelists/user/alice/list/history?changes=true");
    CHECK_THAT(history.body,
               Catch::Contains("\"StatusesReapplied\"") && Catch::Contains("\"gone\":null"));
  }
}

TEST_CASE_METHOD(UpdateSite, "only a draft can be updated", "[draft]") {
  make_draft({{"elbow", CodeStatus::included}}, {});
  REQUIRE(site.application().versions().save_for_review(alice, draft));
  const auto refused = update();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::ErrorCode::conflict);
  CHECK_FALSE(site.application().drafts().update(alice, base::VersionId(9'999)));
}

TEST_CASE_METHOD(UpdateSite, "the site itself makes a draft for a user, and nobody else does",
                 "[draft]") {
  make_draft({{"elbow", CodeStatus::included}}, {});
  auto& versions = site.application().versions();
  const commands::Write system{commands::Actor::system(), std::nullopt};
  const auto made = versions.create_draft(system, draft, std::nullopt, "carol");
  REQUIRE(made);
  const auto& created = std::get<events::VersionCreated>(made->content.events.front());
  CHECK(created.author == "carol");
  const auto unknown = versions.create_draft(system, draft, std::nullopt, "nobody");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == base::ErrorCode::not_found);
  CHECK_FALSE(versions.create_draft(alice, draft, std::nullopt, "carol"));
}

}  // namespace codelog::tests::draft_update_test
