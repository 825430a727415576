#include "tools/bench/nginx_comparison.h"

#include "events/base/file.h"
#include "tools/bench/measure.h"

namespace codelog::tools::bench {
namespace {

namespace fs = std::filesystem;
using base::Result;

Result<void> compare(Bench& bench, const RunningServer& server, const RunningServer& nginx,
                     const ServedFile& page) {
  Cost ours;
  Cost theirs;
  for (int round = 0; round < bench.options.rounds_count; ++round) {
    bench.progress.show(page.name, static_cast<std::uint64_t>(round), 0);
    const double seconds = bench.options.round_seconds;
    if (const auto done = load(server, page.target, seconds, ours); !done) return done;
    if (const auto done = load(nginx, "/" + page.file, seconds, theirs); !done) return done;
  }
  const double cpu = median(ours.cpu_us);
  const double nginx_cpu = median(theirs.cpu_us);
  bench.figures.add({.name = page.name + ", server CPU a request",
                     .unit = "us",
                     .measured = cpu,
                     .aims = {{AimKind::ratio_at_most, page.cpu_ratio_max}},
                     .ratio = cpu / nginx_cpu,
                     .baseline = "nginx: " + format_number(nginx_cpu) + " us"});
  const double rate = median(ours.requests_per_second);
  const double nginx_rate = median(theirs.requests_per_second);
  bench.figures.add({.name = page.name + ", requests",
                     .unit = "/s",
                     .measured = rate,
                     .ratio = rate / nginx_rate,
                     .baseline = "nginx: " + format_number(nginx_rate) + " /s"});
  return {};
}

}  // namespace

Result<void> load(const RunningServer& server, const std::string& target, double seconds,
                  Cost& cost) {
  const double cpu_before = cpu_seconds_of(server.process.pid());
  const double before = wall_seconds();
  const auto count = send_requests(server.port, target, seconds);
  if (!count) return count.error();
  const double elapsed = wall_seconds() - before;
  const auto requests = static_cast<double>(*count);
  cost.cpu_us.push_back((cpu_seconds_of(server.process.pid()) - cpu_before) * 1e6 / requests);
  cost.requests_per_second.push_back(requests / elapsed);
  return {};
}

Result<void> compare_with_nginx(Bench& bench, const RunningServer& server, Researcher& researcher,
                                const std::vector<ServedFile>& files) {
  if (!find_program("nginx") || !find_program("wrk")) {
    bench.figures.leave_out(files.front().name + " against nginx",
                            "needs nginx and wrk (Debian: nginx-light and wrk)");
    return {};
  }
  const fs::path root = bench.folder / "nginx";
  std::error_code error;
  fs::create_directories(root, error);
  for (const ServedFile& page : files) {
    const auto bytes = researcher.get(page.target);
    if (!bytes) return bytes.error();
    const auto written = base::write_file_durably(root / page.file, *bytes);
    if (!written) return written;
  }
  const auto nginx = start_nginx(bench.folder, root);
  if (!nginx) return nginx.error();
  for (const ServedFile& page : files) {
    if (const auto done = compare(bench, server, *nginx, page); !done) return done;
  }
  return {};
}

}  // namespace codelog::tools::bench
