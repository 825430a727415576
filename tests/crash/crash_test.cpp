// Kills whole servers under load, or cuts their power. CODELOG_CRASH_ROUNDS and
// CODELOG_POWER_LOSS_ROUNDS ask for more rounds. A failing round prints its seed;
// CODELOG_CRASH_SEED starts from it.
#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>

#include "tests/crash/load.h"
#include "tools/demo/releases.h"

namespace codelog::tools::test::crash_test {
namespace {

namespace fs = std::filesystem;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

// A site with a release and a user, for crashing.
struct CrashSite {
  Data data;
  std::string token;

  CrashSite() {
    const fs::path archive = data.path().parent_path() / "archive.zip";
    REQUIRE(demo::make_snomedct_archive(archive, {.concepts_count = 600}));
    data.run(
        {"import", "snomedct", archive.string(), "--release", "1", "--valid-from", "2024-01-01"});
    data.run({"user", "add", "ada", "--name", "Ada", "--email", "ada@example.org"});
    token = data.run({"user", "token", "ada"}).substr(0, 40);
  }
};

// Cuts the power of a server: the server ends, and everything that it has not synced is lost.
class PowerSwitch {
 public:
  explicit PowerSwitch(const Data& data)
      : fifo_(data.path().parent_path() / "power"), root_(data.path()) {
    REQUIRE(::mkfifo(fifo_.c_str(), 0600) == 0);
  }

  std::vector<std::pair<std::string, std::string>> environment() const {
    return {{"LD_PRELOAD", CODELOG_POWER_LOSS_LIBRARY},
            {"CODELOG_POWER_LOSS_ROOT", root_.string()},
            {"CODELOG_POWER_LOSS_TRIGGER", fifo_.string()},
            {"ASAN_OPTIONS", "verify_asan_link_order=0"}};
  }

  void turn_off(Server& server) const {
    const base::Descriptor end = base::open_file(fifo_, O_WRONLY);
    REQUIRE(end);
    REQUIRE(::write(end.get(), "x", 1) == 1);
    REQUIRE(server.process().wait() == 128 + SIGKILL);
  }

 private:
  fs::path fifo_;
  fs::path root_;
};

void add(Ledger& all, Ledger round) {
  for (Written& written : round.acknowledged) all.acknowledged.push_back(std::move(written));
  for (Written& written : round.unanswered) all.unanswered.push_back(std::move(written));
  REQUIRE(round.surprises == std::vector<std::string>());
}

TEST_CASE("a server killed under load keeps every write that it acknowledged", "[crash]") {
  const std::uint64_t rounds_count = from_environment("CODELOG_CRASH_ROUNDS", 3);
  const std::uint64_t first_seed = from_environment("CODELOG_CRASH_SEED", 1);
  const CrashSite site;
  Ledger all;
  for (std::uint64_t seed = first_seed; seed < first_seed + rounds_count; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    Ledger round;
    {
      Server server(site.data.path());
      Load load(server, site.token, seed);
      load.wait_for(static_cast<int>(random() % 200));
      server.process().send_signal(SIGKILL);
      REQUIRE(server.process().wait() == 128 + SIGKILL);
      round = load.finish();
    }
    // Sometimes the next server dies too, at some point of its start.
    if (random() % 3 == 0) {
      auto starting = ChildProcess::start(
          {.arguments = {CODELOG_PROGRAM, "serve", "--data", site.data.path().string(), "--listen",
                         "127.0.0.1:0"}});
      REQUIRE(starting);
      const auto ended = starting->wait_for(std::chrono::milliseconds(random() % 200));
      REQUIRE_FALSE(ended);
      starting->send_signal(SIGKILL);
      starting->wait();
    }
    {
      Server server(site.data.path());
      check_ledger(round, server, site.data.path());
      check_site(site.data);
      REQUIRE(server.stop() == 0);
    }
    add(all, std::move(round));
  }
  INFO("acknowledged " << all.acknowledged.size() << " writes");
  CHECK_FALSE(all.acknowledged.empty());
  const Server server(site.data.path());
  check_ledger(all, server, site.data.path());
}

TEST_CASE("a server that loses power keeps every write that it acknowledged", "[crash]") {
  const std::uint64_t rounds_count = from_environment("CODELOG_POWER_LOSS_ROUNDS", 2);
  const std::uint64_t first_seed = from_environment("CODELOG_CRASH_SEED", 1);
  const CrashSite site;
  const PowerSwitch power(site.data);
  Ledger all;
  for (std::uint64_t seed = first_seed; seed < first_seed + rounds_count; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    Ledger round;
    {
      Server server(site.data.path(), {.environment = power.environment()});
      Load load(server, site.token, seed);
      load.wait_for(static_cast<int>(random() % 200));
      power.turn_off(server);
      round = load.finish();
    }
    {
      Server server(site.data.path());
      check_ledger(round, server, site.data.path());
      check_site(site.data);
      REQUIRE(server.stop() == 0);
    }
    add(all, std::move(round));
  }
  const Server server(site.data.path());
  check_ledger(all, server, site.data.path());
}

// The control: the same power loss, but the server acknowledges without waiting for the disk. If
// nothing were lost here, the test above would prove nothing.
TEST_CASE("without syncs, a power loss loses acknowledged writes", "[crash]") {
  const CrashSite site;
  const PowerSwitch power(site.data);
  auto environment = power.environment();
  environment.emplace_back("CODELOG_LOSE_ACKNOWLEDGED_WRITES", "yes");
  Ledger round;
  {
    Server server(site.data.path(),
                  {.arguments = {"--unsafe-no-sync"}, .environment = environment});
    Load load(server, site.token, 1);
    load.wait_for(100);
    power.turn_off(server);
    round = load.finish();
  }
  REQUIRE(round.acknowledged.size() >= 100);
  const FinishedProcess after =
      run_codelog({"log", "verify", "--json", "--data", site.data.path().string()});
  // Either the witness notices that the log is too short, or the log ends before the last
  // acknowledged write.
  if (after.exit_code == 0) {
    std::uint64_t last = 0;
    for (const Written& written : round.acknowledged) last = std::max(last, written.position);
    CHECK(Json::parse(after.output)["commits"].get<std::uint64_t>() < last);
  } else {
    CHECK_THAT(after.errors, Catch::Contains("witness"));
  }
}

}  // namespace
}  // namespace codelog::tools::test::crash_test
