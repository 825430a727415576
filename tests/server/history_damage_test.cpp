// The history of a codelist with a damaged commit: all other commits can be read.
#include <nlohmann/json.hpp>

#include "projections/projections.h"
#include "server/api/history.h"
#include "tests/events/log_fixture.h"
#include "tests/events/raw_log.h"

namespace codelog::tests::history_damage_test {
namespace {

using events::Family;
using nlohmann::json;

constexpr std::uint64_t commits_count = 9;
constexpr std::uint64_t damaged_position = 5;
const auto stream = events::Stream::of_codelist(base::CodelistId(1));

// Makes a codelist, then changes its description again and again.
void fill(events::Log& log) {
  for (std::uint64_t i = 0; i < commits_count; ++i) {
    events::CommitDraft draft;
    draft.actor = "alice";
    draft.command = "Test";
    draft.streams = {{stream, base::StreamVersion(i)}};
    if (i == 0) {
      events::CodelistCreated created;
      created.codelist = base::CodelistId(1);
      created.owner = {events::OwnerKind::user, "alice"};
      created.name = created.slug = "elbows";
      draft.events = {created};
    } else {
      draft.events = {events::CodelistDetailsChanged{base::CodelistId(1), std::to_string(i), {}}};
    }
    REQUIRE(log.append(std::move(draft)));
  }
}

}  // namespace

TEST_CASE("a damaged commit appears in the history and hides no other", "[api][history]") {
  const events::TemporaryFolder folder;
  const events::LogOptions options = events::options_in(folder);
  {
    const auto log = events::open_or_fail(options);
    const auto views = projections::Projections::open(folder.path() / "views", *log);
    REQUIRE(views);
    fill(*log);
  }
  {
    events::RawLog raw(options.folder);
    const auto key = events::big_endian(damaged_position);
    raw.put(Family::commits, {key.data(), key.size()}, "nonsense");
  }
  const auto log = events::open_or_fail(options);
  const auto views = projections::Projections::open(folder.path() / "views", *log);
  REQUIRE(views);
  const auto history = [&](std::uint64_t after, std::uint64_t commits_max) {
    const auto text =
        api::history_json(*log, (*views)->views(), base::CodelistId(1),
                          {.after = base::Position(after), .commits_max = commits_max});
    if (!text) FAIL(text.error().detail);
    return json::parse(*text);
  };
  const json all = history(0, 100);
  REQUIRE(all.at("events").size() == commits_count);
  CHECK(all.at("next").is_null());
  for (std::uint64_t i = 0; i < commits_count; ++i) {
    const json& event = all.at("events").at(i);
    CHECK(event.at("position") == i + 1);
    CHECK((event.at("type") == "Damaged") == (i + 1 == damaged_position));
  }
  // Page by page, from before the damage and from after it.
  for (std::uint64_t after = 0; after < commits_count; ++after) {
    const json page = history(after, 1);
    CHECK(page.at("events").at(0).at("position") == after + 1);
    CHECK(page.at("next").is_null() == (after + 1 == commits_count));
  }
}

}  // namespace codelog::tests::history_damage_test
