#include <unistd.h>

#include <algorithm>
#include <map>

#include "coding_systems/versioning/alias.h"
#include "tools/bench/bench.h"
#include "tools/bench/measure.h"
#include "tools/demo/releases.h"
#include "tools/remote_registry.h"

namespace codelog::tools::bench {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr const char* system_id = "snomedct";
constexpr const char* release_name = "bench";
constexpr const char* valid_from = "2024-01-01";
constexpr double import_again_below_seconds = 3;
constexpr double memory_aim_megabytes = 2147;  // 2 GiB, for any release

site::ReportProgress progress_of(Bench& bench) {
  return [&bench](const site::WorkProgress& work) {
    bench.progress.show(work.stage, work.done, work.total);
    return true;
  };
}

Result<void> open_subject(Subject& subject) {
  coding_systems::Releases releases(subject.data_folder, coding_systems::release_openers());
  auto opened = releases.open(subject.system_id, subject.alias);
  if (!opened) return opened.error();
  subject.release = std::move(*opened);
  subject.database =
      coding_systems::release_files(subject.data_folder, subject.system_id, subject.alias).database;
  return {};
}

// Links an existing release file into the site under the bench's alias, and registers it.
Result<void> take_release_file(Bench& bench) {
  const auto alias = coding_systems::make_alias({system_id, release_name, valid_from});
  if (!alias) return alias.error();
  Subject& subject = bench.subject;
  subject.system_id = system_id;
  subject.alias = *alias;
  subject.data_folder = bench.data.data;
  const fs::path folder = subject.data_folder / "coding_systems" / system_id;
  std::error_code error;
  fs::create_directories(folder, error);
  fs::create_symlink(fs::absolute(bench.options.release), folder / (subject.alias + ".sqlite3"),
                     error);
  if (error) return Error{ErrorCode::io, "cannot link the release: " + error.message(), {}};
  if (const auto opened = open_subject(subject); !opened) return opened;
  auto site = SiteAccess::open(bench.data);
  if (!site) return site.error();
  const auto registered =
      site->run("release.register", {{"alias", subject.alias},
                                     {"coding_system", system_id},
                                     {"name", release_name},
                                     {"valid_from", valid_from},
                                     {"import_ref", bench.options.release.filename().string()},
                                     {"file_digest", base::to_hex(subject.release->file_digest())},
                                     {"concepts", subject.release->hierarchy().size()}});
  if (!registered) return registered.error();
  bench.figures.leave_out(
      "import", "the release given is already imported; give an archive to measure the import");
  return {};
}

// Makes an archive if none was given.
Result<fs::path> find_archive(Bench& bench) {
  if (!bench.options.release.empty()) return bench.options.release;
  bench.progress.show("making a release", 0, 0);
  const fs::path archive = bench.folder / "bench_snomedct.zip";
  const std::uint32_t count = bench.options.concepts_count;
  const auto made = bench.options.is_monolith
                        ? demo::make_monolith_archive(archive, {.concepts_count = count})
                        : demo::make_snomedct_archive(archive, {.concepts_count = count});
  if (!made) return made.error();
  return archive;
}

}  // namespace

Result<Subject> measure_import(Bench& bench, const site::DataFolderOptions& data,
                               const site::ReleaseImport& command, const ImportAims& aims,
                               std::string prefix) {
  std::vector<double> megabytes_per_second;
  std::vector<double> megabytes_per_cpu_second;
  Subject subject = {.system_id = command.system_id,
                     .alias = {},
                     .data_folder = data.data,
                     .database = {},
                     .release = {},
                     .prefix = std::move(prefix)};
  std::uint64_t concepts_count = 0;
  double last_seconds = 0;
  do {
    const double cpu_before = process_cpu_seconds();
    RemoteRegistry registry(data);
    const auto imported = site::import_release(data.data, command, registry, progress_of(bench));
    if (!imported) return imported.error();
    last_seconds = imported->seconds;
    concepts_count = imported->outcome.concepts_count;
    subject.alias = imported->alias;
    const double megabytes = static_cast<double>(imported->outcome.source_bytes) / 1e6;
    megabytes_per_second.push_back(megabytes / imported->seconds);
    megabytes_per_cpu_second.push_back(megabytes / (process_cpu_seconds() - cpu_before));
  } while (last_seconds < import_again_below_seconds &&
           static_cast<int>(megabytes_per_second.size()) < bench.options.rounds_count);
  bench.figures.add(
      {.name = subject.prefix + "import, " + format_count(concepts_count) + " concepts",
       .unit = "MB/s",
       .measured = median(megabytes_per_second),
       .aims = aims.megabytes_per_second,
       .baseline = aims.baseline});
  // CPU time of all threads: the time that one core alone would need.
  bench.figures.add({.name = subject.prefix + "import, a second of processor time",
                     .unit = "MB",
                     .measured = median(megabytes_per_cpu_second)});
  if (const auto opened = open_subject(subject); !opened) return opened.error();
  return subject;
}

Result<void> prepare_release(Bench& bench) {
  if (bench.options.release.extension() == ".sqlite3") return take_release_file(bench);
  const auto archive = find_archive(bench);
  if (!archive) return archive.error();
  forget_peak();
  auto subject = measure_import(
      bench, bench.data, {system_id, *archive, release_name, valid_from},
      {.megabytes_per_second = {{AimKind::at_least, 40}}, .baseline = "OpenCodelists: 13.8 MB/s"},
      "");
  if (!subject) return subject.error();
  bench.subject = std::move(*subject);
  bench.figures.add({.name = "import, peak memory",
                     .unit = "MB",
                     .measured = resident_bytes_of(::getpid()).peak / 1e6,
                     .aims = {{AimKind::at_most, memory_aim_megabytes}}});
  return {};
}

coding_systems::Node subtree_of_size(const coding_systems::Release& release, std::size_t size) {
  const coding_systems::Hierarchy& hierarchy = release.hierarchy();
  coding_systems::Node best = 0;
  std::size_t best_distance = SIZE_MAX;
  for (coding_systems::Node node = 0; node < hierarchy.size(); ++node) {
    std::size_t count = 0;
    for (const auto run : hierarchy.descendants_or_self(node)) count += run.after - run.first;
    const std::size_t distance = count > size ? count - size : size - count;
    if (distance < best_distance) {
      best_distance = distance;
      best = node;
    }
  }
  return best;
}

std::vector<std::string> codes_below(const coding_systems::Release& release, std::size_t count) {
  std::vector<std::string> codes;
  const coding_systems::Node top = subtree_of_size(release, count);
  for (const auto run : release.hierarchy().descendants_or_self(top)) {
    for (coding_systems::Node node = run.first; node < run.after && codes.size() < count; ++node) {
      // A codelist may hold only codes that exist, which means that they have a name.
      if (release.name(node)) codes.emplace_back(release.code(node));
    }
  }
  std::ranges::sort(codes);
  return codes;
}

}  // namespace codelog::tools::bench
