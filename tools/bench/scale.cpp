// Measures the limits that must hold for the largest existing release too, the UK Monolith.
#include <algorithm>

#include "coding_systems/algebra/node_set.h"
#include "coding_systems/versioning/releases.h"
#include "tools/bench/bench.h"
#include "tools/bench/measure.h"
#include "tools/bench/release_sql.h"

namespace codelog::tools::bench {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t big_subtree_size = 138'000;  // clinical findings, in the UK Monolith
constexpr std::size_t terms_count = 2'000;

// Measures descendants as a set of nodes, the form for computing, and as codes.
void measure_big_subtree(Bench& bench) {
  const coding_systems::Hierarchy& hierarchy = bench.subject.release->hierarchy();
  const coding_systems::Node top = subtree_of_size(*bench.subject.release, big_subtree_size);
  const std::vector<std::string> code = {std::string(bench.subject.release->code(top))};
  std::vector<double> set_ms;
  std::vector<double> codes_ms;
  std::size_t count = 0;
  const auto compute_set = [&] {
    const double before = thread_cpu_seconds();
    coding_systems::NodeSet below(hierarchy.size());
    for (const coding_systems::Run run : hierarchy.descendants_or_self(top)) below.add(run);
    count = below.count();
    set_ms.push_back((thread_cpu_seconds() - before) * 1e3);
  };
  const auto list_codes = [&] {
    const double before = thread_cpu_seconds();
    count = descendants(*bench.subject.release, code).size();
    codes_ms.push_back((thread_cpu_seconds() - before) * 1e3);
  };
  take_turns(10 * bench.options.rounds_count, compute_set, list_codes);
  const std::string name = "descendants of a concept with " + format_count(count);
  bench.figures.add({.name = name + ", as a set",
                     .unit = "ms",
                     .measured = median(set_ms),
                     .aims = {{AimKind::at_most, 1}}});
  bench.figures.add({.name = name + ", as codes", .unit = "ms", .measured = median(codes_ms)});
}

}  // namespace

Result<void> measure_opening(Bench& bench, const Subject& subject, std::vector<Aim> aims) {
  bench.progress.show(subject.prefix + "opening the index", 0, 0);
  std::vector<double> open_ms;
  for (int round = 0; round < bench.options.rounds_count; ++round) {
    coding_systems::Releases releases(subject.data_folder, coding_systems::release_openers());
    const double before = thread_cpu_seconds();
    const auto opened = releases.open(subject.system_id, subject.alias);
    open_ms.push_back((thread_cpu_seconds() - before) * 1e3);
    if (!opened) return opened.error();
  }
  bench.figures.add({.name = subject.prefix + "an index opens",
                     .unit = "ms",
                     .measured = median(open_ms),
                     .aims = std::move(aims)});
  return {};
}

Result<void> measure_size(Bench& bench, const Subject& subject, std::vector<Aim> aims) {
  std::error_code failed;
  const auto database_bytes = std::filesystem::file_size(subject.database, failed);
  if (failed) {
    return Error{ErrorCode::io, "cannot read the size of the release: " + failed.message(), {}};
  }
  const double index_bytes = static_cast<double>(subject.release->index_bytes());
  bench.figures.add({.name = subject.prefix + "index file",
                     .unit = "MB",
                     .measured = index_bytes / 1e6,
                     .aims = std::move(aims),
                     .ratio = index_bytes / static_cast<double>(database_bytes),
                     .baseline = "SQLite file: " +
                                 format_number(static_cast<double>(database_bytes) / 1e6) + " MB"});
  return {};
}

Result<void> measure_scale(Bench& bench) {
  const auto opening = measure_opening(bench, bench.subject, {{AimKind::at_most, 200}});
  if (!opening) return opening;
  const auto size = measure_size(bench, bench.subject, {{AimKind::ratio_at_most, 1}});
  if (!size) return size;
  const auto sql = ReleaseSql::open(bench.subject.system_id, bench.subject.database);
  if (!sql) return sql.error();
  const auto contains =
      measure_contains(bench, bench.subject, *sql, terms_count, {{AimKind::at_most, 20}});
  if (!contains) return contains;
  measure_big_subtree(bench);
  return {};
}

}  // namespace codelog::tools::bench
