#include "tools/bench/code_requests.h"

#include <array>

#include "tools/bench/disk.h"
#include "tools/bench/measure.h"

namespace codelog::tools::bench {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr int requests_per_round = 10;

// A size to measure, and its time limit, from sending to the end of the answer.
struct Size {
  std::size_t codes_count;
  double aim_ms;
};
constexpr std::array sizes = {Size{965, 2}, Size{10'260, 10}};

struct Times {
  std::vector<double> wall_ms;
  std::vector<double> cpu_ms;  // of the server, for each request
};

// Sends the same request again and again.
Result<Times> time_requests(Bench& bench, const RunningServer& server, const HttpRequest& request) {
  auto client = HttpClient::connect(server.port, std::chrono::seconds(120));
  if (!client) return client.error();
  Times times;
  for (int round = 0; round < bench.options.rounds_count; ++round) {
    bench.progress.show(request.target, static_cast<std::uint64_t>(round), 0);
    const double cpu_before = cpu_seconds_of(server.process.pid());
    for (int i = 0; i < requests_per_round; ++i) {
      const double before = wall_seconds();
      const auto answer = client->send(request);
      times.wall_ms.push_back((wall_seconds() - before) * 1e3);
      if (!answer) return answer.error();
      if (answer->status >= 300) {
        return Error{ErrorCode::io, request.target + ": " + answer->head + answer->body, {}};
      }
    }
    const double cpu = cpu_seconds_of(server.process.pid()) - cpu_before;
    times.cpu_ms.push_back(cpu * 1e3 / requests_per_round);
  }
  return times;
}

HttpRequest post(const Bench& bench, std::string target, const Json& body) {
  return {
      .method = "POST",
      .target = std::move(target),
      .headers = {{"Authorization", "Token " + bench.token}, {"Content-Type", "application/json"}},
      .body = body.dump()};
}

// The wait that every commit needs.
Result<double> sync_milliseconds(const Bench& bench) {
  const auto file = SyncedFile::make(bench.folder);
  if (!file) return file.error();
  std::vector<double> sync_ms;
  for (int i = 0; i < requests_per_round; ++i) {
    const double before = wall_seconds();
    if (const auto synced = file->append(); !synced) return synced.error();
    sync_ms.push_back((wall_seconds() - before) * 1e3);
  }
  return median(sync_ms);
}

Result<void> measure_codeset(Bench& bench, const RunningServer& server,
                             const std::vector<std::string>& codes, const Size& size) {
  const auto request =
      post(bench, "/api/v2/releases/" + bench.subject.alias + "/codeset", {{"codes", codes}});
  const auto times = time_requests(bench, server, request);
  if (!times) return times.error();
  bench.figures.add({.name = "codeset of " + format_count(codes.size()) + " codes over HTTP",
                     .unit = "ms",
                     .measured = median(times->wall_ms),
                     .aims = {{AimKind::at_most, size.aim_ms}}});
  return {};
}

Result<void> measure_versions(Bench& bench, const RunningServer& server, const std::string& name,
                              const HttpRequest& request, const Size& size) {
  const auto sync = sync_milliseconds(bench);
  if (!sync) return sync.error();
  const auto times = time_requests(bench, server, request);
  if (!times) return times.error();
  bench.figures.add({.name = name + ", server CPU",
                     .unit = "ms",
                     .measured = median(times->cpu_ms),
                     .aims = {{AimKind::at_most, size.aim_ms}}});
  bench.figures.add({.name = name + ", until durable",
                     .unit = "ms",
                     .measured = median(times->wall_ms),
                     .ratio = median(times->wall_ms) / *sync,
                     .baseline = "one fdatasync(append): " + format_number(*sync) + " ms"});
  return {};
}

}  // namespace

Result<void> measure_code_requests(Bench& bench, const RunningServer& server,
                                   Researcher& researcher) {
  const std::string owner = small_organisation;
  for (const Size& size : sizes) {
    const auto codes = codes_below(*bench.subject.release, size.codes_count);
    const auto codeset = measure_codeset(bench, server, codes, size);
    if (!codeset) return codeset;
    const std::string slug = "codes-" + std::to_string(size.codes_count);
    if (const auto made = researcher.create(owner, slug, codes); !made) return made.error();
    const std::string versions = "a version of " + format_count(codes.size()) + " codes";
    const auto native = post(
        bench, "/api/v2/codelists/organisation/" + owner + "/" + slug + "/versions",
        {{"release", bench.subject.alias}, {"codes", codes}, {"always_create_new_version", true}});
    auto measured = measure_versions(bench, server, versions, native, size);
    if (!measured) return measured;
    const auto v1 = post(bench, "/api/v1/codelist/" + owner + "/" + slug + "/versions/",
                         {{"coding_system_database_alias", bench.subject.alias},
                          {"codes", codes},
                          {"always_create_new_version", true}});
    measured = measure_versions(bench, server, versions + " by API v1", v1, size);
    if (!measured) return measured;
  }
  return {};
}

}  // namespace codelog::tools::bench
