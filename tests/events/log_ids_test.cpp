// The ids that commits give to new things: they follow the order of the log.
#include <thread>

#include "log_fixture.h"
#include "raw_log.h"

namespace codelog::events::log_ids_test {
namespace {

using base::CodelistId;
using base::ErrorCode;
using base::SearchId;
using base::VersionId;

// Creates a codelist with a version that has two searches, all with the next ids.
CommitDraft creation(const NextIds& ids) {
  CodelistCreated codelist;
  codelist.codelist = ids.codelist;
  VersionCreated version;
  version.codelist = ids.codelist;
  version.version = ids.version;
  version.searches = {{ids.search, SearchKind::term, "asthma", "asthma", {}},
                      {ids.search.next(), SearchKind::term, "wheeze", "wheeze", {}}};
  return {{1},
          "alice",
          "CreateCodelist",
          std::nullopt,
          {{Stream::of_codelist(ids.codelist), StreamVersion(0)}},
          {codelist, version}};
}

NextIds ids_of(std::uint32_t codelist, std::uint32_t version, std::uint32_t search) {
  return {CodelistId(codelist), VersionId(version), SearchId(search)};
}

}  // namespace

TEST_CASE("a commit with ids that another one has taken is refused", "[log][ids]") {
  const TemporaryFolder folder;
  const auto log = open_or_fail(options_in(folder));
  const NextIds first = log->next_ids();
  CHECK(first == ids_of(1, 1, 1));
  REQUIRE(log->append(creation(first), {.next_ids = first}));
  CHECK(log->next_ids() == ids_of(2, 2, 3));
  // Of another stream, so that only the ids tell.
  CommitDraft late = creation(first);
  late.streams = {{Stream("another"), StreamVersion(0)}};
  const auto refused = log->append(late, {.next_ids = first});
  CHECK(error_of(refused) == ErrorCode::conflict);
  CHECK(refused.error().detail == "another commit has taken the ids that this one gives");
  CHECK(log->head().position == base::Position(1));
  CHECK(log->append(creation(log->next_ids()), {.next_ids = log->next_ids()}));
  CHECK(log->next_ids() == ids_of(3, 3, 5));
  // Ids that were taken before are given again, as by a restore.
  CHECK(log->append(late));
  CHECK(log->next_ids() == ids_of(3, 3, 5));
}

TEST_CASE("many writers take the ids one after the other", "[log][ids][concurrency]") {
  constexpr int writers_count = 8;
  constexpr int commits_each = 20;
  const TemporaryFolder folder;
  const auto log = open_or_fail(options_in(folder));
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < writers_count; ++writer) {
      writers.emplace_back([&] {
        for (int done = 0; done < commits_each;) {
          const NextIds ids = log->next_ids();
          if (log->append(creation(ids), {.next_ids = ids})) ++done;
        }
      });
    }
  }
  std::uint32_t next = 1;
  const auto reader = log->read_all(base::Position(1), Direction::forward);
  while (const auto commit = reader->next()) {
    const auto& made = std::get<CodelistCreated>((*commit)->content.events.at(0));
    REQUIRE(made.codelist == CodelistId(next++));
  }
  CHECK(next == writers_count * commits_each + 1);
}

TEST_CASE("the next ids are the same after opening again, also after an older program",
          "[log][ids]") {
  const TemporaryFolder folder;
  const LogOptions options = options_in(folder);
  NextIds ids;
  {
    const auto log = open_or_fail(options);
    for (int i = 0; i < 5; ++i) REQUIRE(log->append(creation(log->next_ids())));
    ids = log->next_ids();
  }
  const std::string how = GENERATE("as it is", "without the ids", "with those of an earlier head");
  CAPTURE(how);
  {
    RawLog raw(options.folder);
    if (how == "without the ids") raw.remove(Family::meta, "next_ids");
    if (how == "with those of an earlier head") {
      std::string stored = raw.get(Family::meta, "next_ids");
      stored[0] = 2;  // the position
      stored[8] = 3;  // the next codelist, version and search
      stored[12] = 3;
      stored[16] = 5;
      raw.put(Family::meta, "next_ids", stored);
    }
  }
  const auto log = open_or_fail(options);
  CHECK(log->next_ids() == ids);
  CHECK(log->verify({})->empty());
  REQUIRE(log->append(creation(ids), {.next_ids = ids}));
  CHECK(log->verify({})->empty());
}

TEST_CASE("next ids that are behind are found", "[log][ids]") {
  const TemporaryFolder folder;
  const LogOptions options = options_in(folder);
  {
    const auto log = open_or_fail(options);
    REQUIRE(log->append(creation(log->next_ids())));
  }
  {
    RawLog raw(options.folder);
    std::string stored = raw.get(Family::meta, "next_ids");
    stored[12] = 1;
    raw.put(Family::meta, "next_ids", stored);
  }
  const auto findings = open_or_fail(options)->verify({});
  REQUIRE(findings);
  REQUIRE(findings->size() == 1);
  CHECK(findings->at(0).detail == "the next ids are behind those that commits have taken");
}

}  // namespace codelog::events::log_ids_test
