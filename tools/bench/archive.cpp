// Archiving a log, verifying the archive, and restoring a site from it.
#include <atomic>
#include <chrono>
#include <thread>

#include "events/archive/archive_check.h"
#include "events/archive/archive_writer.h"
#include "events/archive/folder_destination.h"
#include "server/archive/shipper.h"
#include "server/site/restore.h"
#include "tools/bench/bench.h"
#include "tools/bench/filled_log.h"
#include "tools/bench/measure.h"

namespace codelog::tools::bench {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::Result;

// As for a restore from a log: a small one would show the fixed costs.
constexpr std::uint64_t archived_size = 5;
constexpr std::uint64_t increment_commits_count = 1'000;
constexpr int archived_writers_count = 16;

const base::SystemClock bench_clock;

archive::ArchiveWriter::Options writer_options() {
  return {"", archive::process_owner_token(), bench_clock};
}

Result<archive::Manifest> ship_all(archive::Destination& place, const events::EventLog& log) {
  archive::ArchiveWriter writer(place, {log, log}, writer_options());
  if (const auto opened = writer.open(); !opened) return opened.error();
  const auto shipped = writer.ship([](auto, auto) { return true; });
  if (!shipped) return shipped.error();
  return writer.manifest();
}

double bytes_in(const fs::path& folder) {
  double sum = 0;
  std::error_code ignored;
  for (const auto& file : fs::recursive_directory_iterator(folder, ignored)) {
    if (file.is_regular_file(ignored)) sum += static_cast<double>(file.file_size(ignored));
  }
  return sum;
}

Result<double> verify_archive_per_cpu_second(archive::Destination& place) {
  const double before = process_cpu_seconds();
  const auto checked =
      archive::check_archive(place, archive::CheckDepth::digests, [](auto, auto) { return true; });
  if (!checked) return checked.error();
  CODELOG_CHECK(checked->findings.empty(), "a new archive has no damage");
  return static_cast<double>(checked->commits_count) / (process_cpu_seconds() - before);
}

Result<double> restore_per_second(archive::Destination& place, const fs::path& target,
                                  std::uint64_t commits_count) {
  site::RestoreRequest request;
  request.archive = &place;
  request.target = target;
  std::error_code ignored;
  fs::remove_all(target, ignored);
  const double start = wall_seconds();
  const auto report = site::restore_site(request, [](const site::WorkProgress&) { return true; });
  if (!report) return report.error();
  return static_cast<double>(commits_count) / (wall_seconds() - start);
}

// --- An incremental backup

Result<void> measure_increment(Bench& bench, archive::Destination& place, events::EventLog& log) {
  std::vector<double> times_ms;
  // Ids that the log does not have yet.
  std::uint32_t id = 1'000'000;
  for (int round = 0; round < bench.options.rounds_count; ++round) {
    DraftHistory history(id++);
    for (std::uint64_t i = 0; i < increment_commits_count; ++i) {
      if (const auto appended = log.append(history.next()); !appended) return appended.error();
    }
    const auto time_ms = elapsed_ms([&] { return ship_all(place, log); });
    if (!time_ms) return time_ms.error();
    times_ms.push_back(*time_ms);
  }
  bench.figures.add(
      {.name = "incremental backup of " + format_count(increment_commits_count) + " commits",
       .unit = "ms",
       .measured = median(times_ms),
       .aims = {{AimKind::at_most, 1'000}}});
  return {};
}

// --- Writers while their commits are archived

class TimedWriters {
 public:
  explicit TimedWriters(events::Log& log) : log_(log) {
    for (std::uint32_t id = 1; id <= archived_writers_count; ++id) histories_.emplace_back(id);
  }

  // The 99th percentile of an append's time.
  Result<double> p99_ms(double seconds) {
    std::vector<std::vector<double>> times_ms(histories_.size());
    std::atomic<bool> failed = false;
    const double start = wall_seconds();
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < histories_.size(); ++i) {
        threads.emplace_back([&, i] {
          while (!failed && wall_seconds() - start < seconds) {
            const double before = wall_seconds();
            if (!log_.append(histories_[i].next())) failed = true;
            times_ms[i].push_back((wall_seconds() - before) * 1e3);
          }
        });
      }
    }
    if (failed) return Error{base::ErrorCode::io, "the log refused an append", {}};
    std::vector<double> all;
    for (const auto& of_one : times_ms) all.insert(all.end(), of_one.begin(), of_one.end());
    return percentile(std::move(all), 0.99);
  }

 private:
  events::Log& log_;
  std::vector<DraftHistory> histories_;
};

Result<void> measure_writers(Bench& bench) {
  const auto log = open_log(bench.folder / "archived_writers", true);
  if (!log) return log.error();
  TimedWriters writers(**log);
  std::vector<double> with_ms;
  std::vector<double> without_ms;
  for (int round = 0; round < bench.options.rounds_count; ++round) {
    bench.progress.show("writers", static_cast<std::uint64_t>(round),
                        static_cast<std::uint64_t>(bench.options.rounds_count));
    const auto alone = writers.p99_ms(bench.options.round_seconds);
    if (!alone) return alone.error();
    without_ms.push_back(*alone);
    archive::ArchiveShipper shipper(
        archive::make_folder_destination(bench.folder / "writers_archive"),
        archive::ArchivedSource{**log, **log},
        archive::ArchiveShipper::Options{.writer = writer_options()});
    // The commits of the time without archiving are not those to measure with.
    while (!shipper.state().last_shipped_at && shipper.state().last_error.empty()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    const auto archived = writers.p99_ms(bench.options.round_seconds);
    if (!archived) return archived.error();
    with_ms.push_back(*archived);
  }
  bench.figures.add(
      {.name =
           "append while archiving, p99 of " + std::to_string(archived_writers_count) + " writers",
       .unit = "ms",
       .measured = median(with_ms),
       .aims = {{AimKind::ratio_at_most, 1.1}},
       .ratio = median(with_ms) / median(without_ms),
       .baseline = "without archiving: " + format_number(median(without_ms)) + " ms"});
  return {};
}

void add_size_figures(Bench& bench, const archive::Manifest& manifest, const std::string& size,
                      double rocksdb_bytes) {
  double archive_bytes = 0;
  for (const archive::Manifest::Use& use : manifest.uses()) {
    archive_bytes += static_cast<double>(use.object.size_bytes);
  }
  const auto raw_bytes = static_cast<double>(manifest.raw_bytes());
  bench.figures.add({.name = "archive against the commits' bytes" + size,
                     .unit = "MB",
                     .measured = archive_bytes / 1e6,
                     .aims = {{AimKind::ratio_at_most, 0.25}},
                     .ratio = archive_bytes / raw_bytes,
                     .baseline = "commits: " + format_number(raw_bytes / 1e6) + " MB"});
  bench.figures.add({.name = "archive against RocksDB's bytes" + size,
                     .unit = "MB",
                     .measured = archive_bytes / 1e6,
                     .aims = {{AimKind::ratio_at_most, 0.5}},
                     .ratio = archive_bytes / rocksdb_bytes,
                     .baseline = "RocksDB: " + format_number(rocksdb_bytes / 1e6) + " MB"});
}

}  // namespace

Result<void> measure_archive(Bench& bench) {
  const fs::path folder = bench.folder / "archived_log";
  const auto count = fill_log(bench, folder, archived_size * bench.options.replay_commits_count);
  if (!count) return count.error();
  const auto log = open_log(folder, false);
  if (!log) return log.error();
  const auto place = archive::make_folder_destination(bench.folder / "archive");
  const double start = wall_seconds();
  const auto manifest = ship_all(*place, **log);
  if (!manifest) return manifest.error();
  const double archived_seconds = wall_seconds() - start;
  const std::string size = ", " + format_count(*count) + " small commits";
  bench.figures.add({.name = "first backup" + size,
                     .unit = "/s",
                     .measured = static_cast<double>(*count) / archived_seconds});
  std::vector<double> verified;
  std::vector<double> restored;
  const fs::path target = bench.folder / "restored_from_archive";
  for (int round = 0; round < bench.options.rounds_count; ++round) {
    bench.progress.show("archive", static_cast<std::uint64_t>(round),
                        static_cast<std::uint64_t>(bench.options.rounds_count));
    const auto verify = verify_archive_per_cpu_second(*place);
    if (!verify) return verify.error();
    verified.push_back(*verify);
    const auto restore = restore_per_second(*place, target, *count);
    if (!restore) return restore.error();
    restored.push_back(*restore);
  }
  bench.figures.add({.name = "verify an archive" + size,
                     .unit = "/CPU s",
                     .measured = median(verified),
                     .aims = {{AimKind::at_least, 5e5}}});
  bench.figures.add({.name = "restore with views from an archive" + size,
                     .unit = "/s",
                     .measured = median(restored),
                     .aims = {{AimKind::at_least, 2e5}}});
  // A restored log has all its commits in tables, as compact as RocksDB makes them.
  add_size_figures(bench, *manifest, size, bytes_in(target / "log"));
  if (const auto done = measure_increment(bench, *place, **log); !done) return done;
  return measure_writers(bench);
}

}  // namespace codelog::tools::bench
