// Several people run every command at the same time, on each implementation of the log.
#include <catch2/catch.hpp>
#include <thread>

#include "events/memory/memory_log.h"
#include "projections/memory_store.h"
#include "tests/projections/random_history.h"

namespace codelog::tests::parallel_commands_test {

using base::Position;

TEST_CASE("three thousand commands in parallel leave a log that gives the same views",
          "[executor][concurrency]") {
  constexpr unsigned people_count = 4;
  constexpr int commands_each = 750;
  const bool in_memory = GENERATE(true, false);
  CAPTURE(in_memory);
  const TemporaryFolder folder;
  TestSite site(folder.path(), 11, 80, in_memory ? std::make_unique<events::MemoryLog>() : nullptr);
  RandomHistory(site, 0).set_up();
  const std::uint64_t begin = site.log().head().position.value();
  std::vector<int> accepted(people_count);
  {
    std::vector<std::jthread> people;
    for (unsigned person = 0; person < people_count; ++person) {
      people.emplace_back([&, person] {
        RandomHistory history(site, person + 1);
        for (int i = 0; i < commands_each; ++i) history.step();
        for (const auto& [name, count] : history.accepted()) accepted[person] += count;
      });
    }
  }
  std::uint64_t accepted_count = 0;
  for (const int count : accepted) accepted_count += static_cast<std::uint64_t>(count);
  const std::uint64_t head = site.log().head().position.value();
  CHECK(head - begin >= accepted_count);
  CHECK(accepted_count > people_count * commands_each / 4);
  CHECK(site.projections().checkpoint() == Position(head));
  CHECK(site.projections().views().next_ids() == site.log().next_ids());
  projections::MemoryStore again;
  REQUIRE(projections::catch_up(again, site.log(), {}));
  CHECK(projections::digest(again) == site.projections().digest());
}

}  // namespace codelog::tests::parallel_commands_test
