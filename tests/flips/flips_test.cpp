// Flips one byte of a site and serves the site. Every answer must be the same as before or an
// error, or the server must refuse to start with a reason. It must never die, and never give
// another answer. CODELOG_FLIPS_ROUNDS asks for more rounds. Every round has its own seed; a
// failing round prints it, and CODELOG_FLIPS_SEED starts from it.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>

#include "tests/flips/flipped_site.h"
#include "tests/flips/recorded_answers.h"

namespace codelog::tools::test::flips_test {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

// The numbers of rounds by result; for people.
struct Tally {
  int without_effect = 0;
  int noticed_in_answers = 0;
  int refused_to_start = 0;
};

// Starts a server and compares its answers; a forbidden answer fails the test.
void serve_and_compare(const std::filesystem::path& data, const RecordedAnswers& answers,
                       Tally& tally) {
  auto server = Server::try_start(data);
  if (!server) {
    ++tally.refused_to_start;
    CAPTURE(server.error().detail);
    CHECK_THAT(server.error().detail, Catch::StartsWith("exit code 1: codelog: "));
    return;
  }
  const auto outcome = answers.compare(*server);
  CAPTURE(server->process().errors());
  CHECK(outcome.wrong == std::vector<std::string>());
  CHECK(server->stop() == 0);
  ++(outcome.errors_count == 0 ? tally.without_effect : tally.noticed_in_answers);
}

TEST_CASE("a flipped byte anywhere in a site is noticed or without effect", "[flips]") {
  const std::uint64_t rounds_count = from_environment("CODELOG_FLIPS_ROUNDS", 30);
  const std::uint64_t first_seed = from_environment("CODELOG_FLIPS_SEED", 1);
  FlippedSite site;
  std::optional<RecordedAnswers> answers;
  {
    Server server(site.original().path());
    answers.emplace(server, site.token());
    REQUIRE(answers->compare(server).wrong.empty());
    REQUIRE(server.stop() == 0);
  }
  site.list_files();
  Tally tally;
  for (std::uint64_t seed = first_seed; seed < first_seed + rounds_count; ++seed) {
    std::mt19937_64 random(seed);
    const Flip flip = site.choose(random);
    CAPTURE(seed, flip.describe());
    const FlippedSite::Copy copy(site, flip);
    serve_and_compare(copy.path(), *answers, tally);
    // The first start may have repaired something, or made it worse.
    if (random() % 4 == 0) serve_and_compare(copy.path(), *answers, tally);
  }
  std::cout << rounds_count << " flips from seed " << first_seed << ", " << answers->count()
            << " answers each: " << tally.without_effect << " without effect, "
            << tally.noticed_in_answers << " noticed in answers, " << tally.refused_to_start
            << " refused at the start\n";
}

}  // namespace
}  // namespace codelog::tools::test::flips_test
