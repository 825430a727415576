#include <csignal>
#include <random>

#include "tools/bench/bench.h"
#include "tools/bench/builder_requests.h"
#include "tools/bench/code_requests.h"
#include "tools/bench/disk.h"
#include "tools/bench/measure.h"
#include "tools/bench/nginx_comparison.h"
#include "tools/bench/servers.h"
#include "tools/bench/site.h"

namespace codelog::tools::bench {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr int clicks_per_round = 40;
constexpr std::size_t click_codes = 10'000;

Result<void> measure_start(Bench& bench) {
  std::vector<double> seconds;
  for (int round = 0; round < bench.options.rounds_count; ++round) {
    bench.progress.show("starts", static_cast<std::uint64_t>(round), 0);
    auto server = start_codelog(bench.data.data);
    if (!server) return server.error();
    seconds.push_back(server->ready_seconds);
    server->process.send_signal(SIGTERM);
    if (server->process.wait() != 0) {
      return Error{ErrorCode::io, "the server did not stop: " + server->process.errors(), {}};
    }
  }
  bench.figures.add({.name = "from start to ready",
                     .unit = "s",
                     .measured = median(seconds),
                     .aims = {{AimKind::at_most, 1}}});
  return {};
}

struct ClickTimes {
  std::vector<double> cpu_ms;  // per round, for one click
  std::vector<double> wall_ms;
  std::vector<double> sync_ms;
};

Result<void> click_in_rounds(Bench& bench, const RunningServer& server, Researcher& researcher,
                             const std::string& hash, const std::vector<std::string>& codes,
                             ClickTimes& times) {
  const auto file = SyncedFile::make(bench.folder);
  if (!file) return file.error();
  std::mt19937_64 random(1);
  for (int round = 0; round < bench.options.rounds_count; ++round) {
    bench.progress.show("clicks", static_cast<std::uint64_t>(round), 0);
    double cpu = 0;
    for (int click = 0; click < clicks_per_round; ++click) {
      const std::string& code = codes[random() % codes.size()];
      const char* status = click % 2 == 0 ? "-" : "+";
      const Json body = {{"updates", Json::array({Json::array({code, status})})}};
      const double cpu_before = cpu_seconds_of(server.process.pid());
      const double before = wall_seconds();
      const auto clicked = researcher.send("PATCH", "/api/v2/versions/" + hash + "/statuses", body);
      const double after = wall_seconds();
      if (!clicked) return clicked.error();
      cpu += cpu_seconds_of(server.process.pid()) - cpu_before;
      times.wall_ms.push_back((after - before) * 1e3);
      if (const auto synced = file->append(); !synced) return synced;
      times.sync_ms.push_back((wall_seconds() - after) * 1e3);
    }
    times.cpu_ms.push_back(cpu * 1e3 / clicks_per_round);
  }
  return {};
}

Result<void> measure_clicks(Bench& bench, const RunningServer& server, Researcher& researcher) {
  const std::vector<std::string> codes = codes_below(*bench.subject.release, click_codes);
  const auto hash = researcher.create(small_organisation, "Clicks", codes);
  if (!hash) return hash.error();
  ClickTimes times;
  const auto clicked = click_in_rounds(bench, server, researcher, *hash, codes, times);
  if (!clicked) return clicked;
  const std::string name = "a click on a draft of " + format_count(codes.size()) + " codes";
  bench.figures.add({.name = name + ", server CPU",
                     .unit = "ms",
                     .measured = median(times.cpu_ms),
                     .aims = {{AimKind::at_most, 5}},
                     .baseline = "OpenCodelists: 658 ms"});
  const double sync = median(times.sync_ms);
  bench.figures.add({.name = name + ", until durable",
                     .unit = "ms",
                     .measured = median(times.wall_ms),
                     .ratio = median(times.wall_ms) / sync,
                     .baseline = "one fdatasync(append): " + format_number(sync) + " ms"});
  return {};
}

// Downloads and listings of about 1 KB and about 100 KB.
Result<std::vector<ServedFile>> make_pages(Bench& bench, Researcher& researcher) {
  constexpr std::size_t small_codes = 20;
  constexpr std::size_t large_codes = 2'000;
  constexpr std::size_t large_listing_bytes = 100'000;
  std::vector<ServedFile> pages;
  for (const auto& [name, count, ratio] : {std::tuple("download.csv, 1 KB", small_codes, 1.25),
                                           std::tuple("download.csv, 100 KB", large_codes, 1.3)}) {
    const std::string slug = "csv-" + std::to_string(count);
    const auto hash = researcher.create_published(small_organisation, slug,
                                                  codes_below(*bench.subject.release, count));
    if (!hash) return hash.error();
    pages.push_back({name,
                     "/codelist/" + std::string(small_organisation) + "/" + slug + "/" + *hash +
                         "/download.csv",
                     slug + ".csv", ratio});
  }
  const std::vector<std::string> few = codes_below(*bench.subject.release, small_codes);
  const std::string listing = "/api/v1/codelist/" + std::string(large_organisation) + "/";
  for (int number = 1;; ++number) {
    const auto hash =
        researcher.create(large_organisation, "Codelist number " + std::to_string(number), few);
    if (!hash) return hash.error();
    const auto page = researcher.get(listing);
    if (!page) return page.error();
    if (page->size() >= large_listing_bytes) break;
    bench.progress.show("codelists", page->size(), large_listing_bytes);
  }
  pages.push_back({"listing, 1 KB", "/api/v1/codelist/" + std::string(small_organisation) + "/",
                   "small.json", 1.25});
  pages.push_back({"listing, 100 KB", listing, "large.json", 1.3});
  return pages;
}

Result<void> measure_requests(Bench& bench, const RunningServer& server, Researcher& researcher) {
  const auto pages = make_pages(bench, researcher);
  if (!pages) return pages.error();
  return compare_with_nginx(bench, server, researcher, *pages);
}

Result<void> measure_memory(Bench& bench, const RunningServer& server, Researcher& researcher) {
  // Uses all parts of the index: terms, names, hierarchy.
  for (const char* term : {"ank", "disorder", "fracture", "ter"}) {
    // A search that finds too much is refused after the same work.
    const auto found = researcher.get("/api/v2/releases/" + bench.subject.alias +
                                      "/search?term=" + std::string(term));
    if (!found && found.error().code == ErrorCode::unavailable) return found.error();
  }
  const ResidentBytes bytes = resident_bytes_of(server.process.pid());
  bench.figures.add({.name = "resident memory while serving",
                     .unit = "MB",
                     .measured = bytes.peak / 1e6,
                     .aims = {{AimKind::at_most, 300}},
                     .baseline = "OpenCodelists: 493 MB a worker"});
  return {};
}

}  // namespace

Result<void> measure_server(Bench& bench) {
  if (const auto made = make_accounts(bench); !made) return made;
  if (const auto done = measure_start(bench); !done) return done;
  const auto server = start_codelog(bench.data.data);
  if (!server) return server.error();
  auto client = HttpClient::connect(server->port, std::chrono::seconds(120));
  if (!client) return client.error();
  Researcher researcher(std::move(*client), bench.token);
  wait_until_idle(*server);
  if (const auto done = measure_clicks(bench, *server, researcher); !done) return done;
  if (const auto done = measure_builder_requests(bench, researcher); !done) return done;
  if (const auto done = measure_requests(bench, *server, researcher); !done) return done;
  if (const auto done = measure_memory(bench, *server, researcher); !done) return done;
  // Last, since their many versions stay in a listing and in memory.
  return measure_code_requests(bench, *server, researcher);
}

}  // namespace codelog::tools::bench
