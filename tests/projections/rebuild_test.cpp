// The views are a function of the log: equal logs give equal bytes, for any way and any portions of
// building.
#include <catch2/catch.hpp>
#include <fstream>

#include "events/rocksdb/rocks_log.h"
#include "projections/memory_store.h"
#include "projections/past.h"
#include "tests/projections/random_history.h"

namespace codelog::tests::rebuild_test {

namespace fs = std::filesystem;
namespace base = codelog::base;
namespace events = codelog::events;
namespace projections = codelog::projections;
using codelog::tests::RandomHistory;
using codelog::tests::TemporaryFolder;
using codelog::tests::TestSite;

namespace {

constexpr std::size_t codes_count = 150;

projections::Projector::Options live_options(const events::Log& log) {
  return {.mode = projections::WriteMode::live, .log = projections::identity_of(log)};
}

// Applies the commits up to `after` in portions that end at random commits. Each portion is the
// life of one projector, whose last commits are lost before it writes them.
void take_in_with_crashes(projections::Store& store, const events::Log& log, base::Position after,
                          std::mt19937& random) {
  for (;;) {
    projections::Projector projector(store, live_options(log));
    if (projector.checkpoint() == after) return;
    const auto reader = log.read_all(projector.checkpoint().next(), events::Direction::forward);
    const std::size_t life = 1 + random() % 300;
    for (std::size_t i = 0; i < life && projector.checkpoint() < after; ++i) {
      auto commit = reader->next();
      REQUIRE(commit.has_value());
      REQUIRE(*commit);
      REQUIRE(projector.apply(**commit));
      // Commits applied after the last flush die with the projector.
      if (random() % 10 == 0 || projector.checkpoint() == after) {
        REQUIRE(projector.flush());
      }
    }
  }
}

struct Moment {
  base::Position position;
  base::VersionId version;
  projections::VersionRecord record;
  std::vector<events::CodeWithStatus> codes;
};

}  // namespace

TEST_CASE("rebuilt views are byte-identical, for any portions of the rebuilding") {
  const unsigned seed = GENERATE(1u, 2u, 3u);
  CAPTURE(seed);
  const TemporaryFolder folder;
  TestSite site(folder.path(), seed, codes_count);
  RandomHistory history(site, seed);
  history.set_up();
  int accepted = 0;
  for (int i = 0; i < 6000; ++i) accepted += history.step() ? 1 : 0;
  REQUIRE(accepted > 1500);
  for (const char* command :
       {"UpgradeVersion",    "ConfirmAssumptions", "ReportUpgrades",  "RecordRefsetVersion",
        "CreateCodelist",    "ChangeDetails",      "AddCollaborator", "RemoveCollaborator",
        "DeleteCodelist",    "CloneCodelist",      "CreateVersion",   "UpdateCodelist",
        "CreateDraft",       "ConvertToNewStyle",  "SaveForReview",   "PublishVersion",
        "DeleteVersion",     "DiscardDraft",       "AddSearch",       "RemoveSearch",
        "ChangeStatuses",    "ReapplyStatuses",    "UndoStep",        "RedoStep",
        "SetToken",          "SetMember",          "RemoveMember",    "EraseUser",
        "RestoreCodelist",   "UpdateDraft",        "SetSiteAccess",   "SetOwnerAccess",
        "SetCodelistAccess", "LinkIdentity",       "UnlinkIdentity"}) {
    CAPTURE(command);
    CHECK(history.accepted().contains(command));
  }
  REQUIRE(site.projections().failure().empty());
  const base::Sha256 live = site.projections().digest();

  projections::MemoryStore at_once;
  REQUIRE(projections::catch_up(at_once, site.log(), {}));
  CHECK(projections::digest(at_once) == live);

  std::mt19937 random(seed);
  auto in_portions = projections::RocksStore::open(folder.path() / "again");
  REQUIRE(in_portions);
  take_in_with_crashes(**in_portions, site.log(), site.log().head().position, random);
  CHECK(projections::digest(**in_portions) == live);
}

TEST_CASE("views resumed at every single commit equal those made at once") {
  const TemporaryFolder folder;
  TestSite site(folder.path(), 7, codes_count);
  RandomHistory history(site, 7);
  history.set_up();
  for (int i = 0; i < 400; ++i) history.step();
  projections::MemoryStore resumed;
  const auto reader = site.log().read_all(base::Position(1), events::Direction::forward);
  while (auto commit = reader->next()) {
    REQUIRE(*commit);
    projections::Projector projector(resumed, live_options(site.log()));
    REQUIRE(projector.apply(**commit));
    REQUIRE(projector.flush());
  }
  CHECK(projections::digest(resumed) == site.projections().digest());
}

TEST_CASE("a codelist as of a position equals its state then") {
  const TemporaryFolder folder;
  TestSite site(folder.path(), 11, codes_count);
  RandomHistory history(site, 11);
  history.set_up();
  std::vector<Moment> moments;
  for (int i = 0; i < 1500; ++i) {
    history.step();
    if (i % 25 != 0) continue;
    const auto views = site.projections().views();
    for (const auto& codelist : views.codelists()) {
      for (const auto& version : views.versions_of(codelist.id)) {
        moments.push_back({views.checkpoint(), version.id, version, views.codes(version.id)});
      }
    }
  }
  REQUIRE(moments.size() > 500);
  for (std::size_t i = 0; i < moments.size(); i += 7) {
    const Moment& moment = moments[i];
    CAPTURE(moment.position.value(), moment.version.value());
    const auto store = projections::views_as_of(
        site.log(), {.streams = {events::Stream::of_codelist(moment.record.codelist)},
                     .moment = moment.position,
                     .contents_of = moment.version});
    REQUIRE(store);
    const projections::Views then((*store)->reader());
    CHECK(then.version(moment.version) == moment.record);
    CHECK(then.codes(moment.version) == moment.codes);
  }
}

TEST_CASE("views of another log are deleted") {
  const TemporaryFolder folder;
  const TemporaryFolder other;
  {
    TestSite site(folder.path(), 3, codes_count);
    RandomHistory history(site, 3);
    history.set_up();
  }
  // The folder's views have more commits than this log.
  TestSite fresh(other.path(), 3, codes_count);
  fs::copy(folder.path() / "projections", folder.path() / "copied");
  events::LogOptions options;
  options.folder = other.path() / "second";
  options.witness_file = other.path() / "second_witness";
  auto log = events::open_log(options);
  REQUIRE(log);
  const auto views = projections::Projections::open(folder.path() / "copied", **log);
  REQUIRE(views);
  CHECK((*views)->checkpoint() == base::Position(0));
  CHECK((*views)->views().users().empty());
}

TEST_CASE("views of another log are deleted, even if that log is longer") {
  const TemporaryFolder folder;
  const TemporaryFolder other;
  {
    TestSite site(folder.path(), 3, codes_count);
    RandomHistory(site, 3).set_up();
  }
  TestSite site(other.path(), 4, codes_count);
  RandomHistory history(site, 4);
  history.set_up();
  for (int i = 0; i < 100; ++i) history.step();
  const base::Sha256 own = site.projections().digest();
  for (const char* part : {"log", "witness"}) {
    fs::remove_all(folder.path() / part);
    fs::copy(other.path() / part, folder.path() / part, fs::copy_options::recursive);
  }
  TestSite moved(folder.path(), 4, codes_count);
  CHECK(moved.projections().digest() == own);
}

TEST_CASE("damaged views are deleted and made again") {
  const TemporaryFolder folder;
  base::Sha256 before;
  {
    TestSite site(folder.path(), 3, codes_count);
    RandomHistory(site, 3).set_up();
    before = site.projections().digest();
  }
  std::ofstream(folder.path() / "projections" / "CURRENT") << "nonsense";
  TestSite site(folder.path(), 3, codes_count);
  CHECK(site.projections().digest() == before);
}

TEST_CASE("the views can hold codes of every length that a release may have") {
  std::vector<events::CodeWithStatus> codes;
  for (const std::size_t size : {0, 1, 127, 128, 255, 256, 20'000}) {
    codes.push_back({std::string(size, 'x'), base::CodeStatus::included});
  }
  CHECK(projections::decode_codes(projections::encode_codes(codes)) == codes);
}

}  // namespace codelog::tests::rebuild_test
