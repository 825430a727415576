// The past from snapshots against the past from the commits alone.
#include <catch2/catch.hpp>
#include <tuple>

#include "projections/keys.h"
#include "projections/memory_store.h"
#include "projections/past.h"
#include "projections/projections.h"
#include "tests/projections/random_history.h"

namespace codelog::tests::past_snapshots_test {
namespace {

using projections::Moment;
using projections::Views;

constexpr std::size_t codes_count = 60;

// Views with snapshots so often that every codelist has some.
std::unique_ptr<projections::Store> views_of(const events::Log& log,
                                             projections::PastSpacing spacing) {
  auto store = std::make_unique<projections::MemoryStore>();
  projections::Projector projector(*store, {.mode = projections::WriteMode::live,
                                            .log = projections::identity_of(log),
                                            .past_spacing = spacing});
  const auto reader = log.read_all(base::Position(1), events::Direction::forward);
  while (auto commit = reader->next()) {
    REQUIRE(*commit);
    REQUIRE(projector.apply(**commit));
    if (projector.checkpoint().value() % 7 == 0) REQUIRE(projector.flush());
  }
  REQUIRE(projector.flush());
  return store;
}

std::size_t snapshots_count(const projections::StoreReader& reader) {
  std::size_t count = 0;
  reader.scan("Z", [&](std::string_view, std::string_view) {
    ++count;
    return true;
  });
  return count;
}

// Without snapshots, from all streams that say something of the codelist.
std::unique_ptr<projections::Store> replayed(const events::Log& log, const Views& now,
                                             base::CodelistId codelist, const Moment& moment) {
  projections::PastQuery query{.streams = {events::Stream::of_codelist(codelist)},
                               .moment = moment,
                               .has_all_contents = true};
  for (const auto& release : now.releases()) {
    query.streams.push_back(events::Stream::of_release(release.alias));
  }
  auto store = projections::views_as_of(log, query);
  REQUIRE(store);
  return std::move(*store);
}

void compare(const Views& then, const Views& expected, base::CodelistId codelist) {
  CHECK(then.codelist(codelist) == expected.codelist(codelist));
  const auto stream = events::Stream::of_codelist(codelist);
  CHECK(then.stream_version(stream) == expected.stream_version(stream));
  const auto versions = expected.versions_of(codelist);
  REQUIRE(then.versions_of(codelist) == versions);
  for (const auto& version : versions) {
    CAPTURE(version.id.value());
    CHECK(then.codes(version.id) == expected.codes(version.id));
    CHECK(then.searches(version.id) == expected.searches(version.id));
    CHECK(then.assumptions(version.id) == expected.assumptions(version.id));
    CHECK(then.csv_data(version.id) == expected.csv_data(version.id));
    CHECK(then.reasons(version.id) == expected.reasons(version.id));
    CHECK(then.compatible_releases(version.id) == expected.compatible_releases(version.id));
    CHECK(then.release(version.release) == expected.release(version.release));
    if (version.tag) {
      CHECK(then.version_tagged(codelist, *version.tag) ==
            expected.version_tagged(codelist, *version.tag));
    }
  }
}

}  // namespace

TEST_CASE("a codelist as of any moment is the same with and without snapshots", "[past]") {
  const auto seed = GENERATE(1u, 2u);
  const TemporaryFolder folder;
  TestSite site(folder.path(), seed, codes_count);
  RandomHistory history(site, seed);
  history.set_up();
  for (int i = 0; i < 1500; ++i) history.step();
  const auto store = views_of(site.log(), {.commits_max = 5, .work_max = 40});
  const auto now = store->reader();
  const Views views(store->reader());
  REQUIRE(snapshots_count(*now) > 20);
  const std::uint64_t head = site.log().head().position.value();
  const std::uint32_t next = views.next_ids().codelist.value();
  for (std::uint64_t position = 1; position <= head; position += 13) {
    const auto commit = site.log().read(base::Position(position));
    REQUIRE(commit);
    const base::CodelistId codelist(static_cast<std::uint32_t>(1 + position % (next - 1)));
    for (const Moment& moment : {Moment(base::Position(position)), Moment(commit->content.time)}) {
      CAPTURE(seed, position, codelist.value(), moment.index());
      const auto then = projections::views_as_of(
          site.log(), *now, {.codelist = codelist, .moment = moment, .has_all_contents = true});
      REQUIRE(then);
      const auto expected = replayed(site.log(), views, codelist, moment);
      compare(Views((*then)->reader()), Views(expected->reader()), codelist);
    }
  }
}

TEST_CASE("snapshots do not depend on when views are written", "[past]") {
  const TemporaryFolder folder;
  TestSite site(folder.path(), 5, codes_count);
  RandomHistory history(site, 5);
  history.set_up();
  for (int i = 0; i < 800; ++i) history.step();
  const projections::PastSpacing spacing{.commits_max = 4, .work_max = 30};
  const auto once = views_of(site.log(), spacing);
  projections::MemoryStore resumed;
  const auto reader = site.log().read_all(base::Position(1), events::Direction::forward);
  while (auto commit = reader->next()) {
    REQUIRE(*commit);
    projections::Projector projector(
        resumed, {.log = projections::identity_of(site.log()), .past_spacing = spacing});
    REQUIRE(projector.apply(**commit));
    REQUIRE(projector.flush());
  }
  REQUIRE(snapshots_count(*once->reader()) > 10);
  CHECK(projections::digest(resumed) == projections::digest(*once));
}

}  // namespace codelog::tests::past_snapshots_test
