// The next ids as a log on RocksDB keeps them; log_conformance_test.cpp has what every log does.
#include "log_fixture.h"
#include "raw_log.h"

namespace codelog::events::log_ids_test {
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
