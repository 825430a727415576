// What must also hold for the largest release that there is, the UK Monolith.
#include <algorithm>

#include "coding_systems/base/node_set.h"
#include "coding_systems/versioning/releases.h"
#include "tools/bench/bench.h"
#include "tools/bench/measure.h"

namespace codelog::tools::bench {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr const char* system_id = "snomedct";
constexpr std::size_t big_subtree_size = 138'000;  // clinical findings, in the UK Monolith
constexpr std::size_t terms_count = 2'000;

Result<void> measure_opening(Bench& bench) {
  bench.progress.show("opening the index", 0, 0);
  std::vector<double> open_ms;
  for (int round = 0; round < bench.options.rounds_count; ++round) {
    coding_systems::Releases releases(bench.data.data, coding_systems::release_openers());
    const double before = thread_cpu_seconds();
    const auto opened = releases.open(system_id, bench.alias);
    open_ms.push_back((thread_cpu_seconds() - before) * 1e3);
    if (!opened) return opened.error();
  }
  bench.figures.add({.name = "an index opens",
                     .unit = "ms",
                     .measured = median(open_ms),
                     .aims = {{AimKind::at_most, 200}}});
  return {};
}

Result<void> measure_size(Bench& bench) {
  std::error_code failed;
  const auto database_bytes = std::filesystem::file_size(bench.database, failed);
  if (failed) {
    return Error{ErrorCode::io, "cannot look at the release: " + failed.message(), {}};
  }
  const double index_bytes = static_cast<double>(bench.release->index_bytes());
  bench.figures.add({.name = "index file",
                     .unit = "MB",
                     .measured = index_bytes / 1e6,
                     .aims = {{AimKind::ratio_at_most, 1}},
                     .ratio = index_bytes / static_cast<double>(database_bytes),
                     .baseline = "SQLite file: " +
                                 format_number(static_cast<double>(database_bytes) / 1e6) + " MB"});
  return {};
}

// Words and pieces of them as they come: most are in many terms, some in few.
void measure_contains(Bench& bench) {
  const std::vector<std::string> terms = candidate_terms(*bench.release, terms_count);
  std::vector<double> found_ms;
  for (int round = 0; round < bench.options.rounds_count; ++round) {
    bench.progress.show("contains", static_cast<std::uint64_t>(round),
                        static_cast<std::uint64_t>(bench.options.rounds_count));
    for (const std::string& term : terms) {
      const double before = thread_cpu_seconds();
      const auto found = bench.release->search_by_term(term);
      found_ms.push_back((thread_cpu_seconds() - before) * 1e3);
    }
  }
  const std::string name = "term search, " + format_count(terms.size()) + " pieces of terms";
  bench.figures.add({.name = name + ", p50", .unit = "ms", .measured = median(found_ms)});
  bench.figures.add({.name = name + ", p99",
                     .unit = "ms",
                     .measured = percentile(found_ms, 0.99),
                     .aims = {{AimKind::at_most, 20}}});
}

// As a set of nodes, which is what everything else is computed with, and as codes.
void measure_big_subtree(Bench& bench) {
  const coding_systems::Hierarchy& hierarchy = bench.release->hierarchy();
  const coding_systems::Node top = subtree_of_size(*bench.release, big_subtree_size);
  const std::vector<std::string> code = {std::string(bench.release->code(top))};
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
    count = descendants(*bench.release, code).size();
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

Result<void> measure_scale(Bench& bench) {
  if (const auto measured = measure_opening(bench); !measured) return measured;
  if (const auto measured = measure_size(bench); !measured) return measured;
  measure_contains(bench);
  measure_big_subtree(bench);
  return {};
}

}  // namespace codelog::tools::bench
