#include <algorithm>
#include <random>

#include "coding_systems/algebra/codeset.h"
#include "coding_systems/algebra/node_set.h"
#include "tools/bench/bench.h"
#include "tools/bench/measure.h"
#include "tools/bench/release_sql.h"

namespace codelog::tools::bench {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using coding_systems::Node;

// Some concepts below others; the same ones every time.
std::vector<std::string> random_codes(const coding_systems::Release& release, std::size_t count) {
  const coding_systems::Hierarchy& hierarchy = release.hierarchy();
  std::vector<Node> nodes;
  for (Node node = 0; node < hierarchy.size(); ++node) {
    const bool is_root = hierarchy.parents(node).empty();
    if (!is_root && hierarchy.has_edges(node)) nodes.push_back(node);
  }
  std::mt19937_64 random(1);
  std::ranges::shuffle(nodes, random);
  nodes.resize(std::min(nodes.size(), count));
  std::vector<std::string> codes;
  codes.reserve(nodes.size());
  for (const Node node : nodes) codes.emplace_back(release.code(node));
  return codes;
}

}  // namespace

std::vector<std::string_view> descendants(const coding_systems::Release& release,
                                          const std::vector<std::string>& codes) {
  coding_systems::NodeSet found(release.hierarchy().size());
  const std::vector<std::string_view> views(codes.begin(), codes.end());
  for (const auto node : release.find_all(views)) {
    if (!node) continue;
    for (const coding_systems::Run run : release.hierarchy().descendants_or_self(*node)) {
      found.add(run);
    }
  }
  std::vector<std::string_view> below;
  below.reserve(found.count());
  found.for_each([&](Node node) { below.push_back(release.code(node)); });
  return below;
}

Result<void> measure_descendants_of(Bench& bench, const Subject& subject, const ReleaseSql& sql,
                                    std::size_t count, std::vector<Aim> aims) {
  const std::vector<std::string> codes = random_codes(*subject.release, count);
  const std::string name =
      subject.prefix + "descendants of " + format_count(codes.size()) + " codes";
  bench.progress.show(name, 0, 0);
  std::vector<double> ours_ms;
  std::vector<double> sql_ms;
  for (int round = 0; round < bench.options.rounds_count; ++round) {
    double before = thread_cpu_seconds();
    const auto ours = descendants(*subject.release, codes);
    ours_ms.push_back((thread_cpu_seconds() - before) * 1e3);
    before = thread_cpu_seconds();
    const auto by_sql = sql.descendants(codes);
    sql_ms.push_back((thread_cpu_seconds() - before) * 1e3);
    if (!by_sql) return by_sql.error();
    if (by_sql->size() != ours.size()) {
      return Error{ErrorCode::corrupt, "the hierarchy and SQL find different descendants", {}};
    }
  }
  const double ours = median(ours_ms);
  const double beside = median(sql_ms);
  bench.figures.add({.name = name,
                     .unit = "ms",
                     .measured = ours,
                     .aims = std::move(aims),
                     .ratio = beside / ours,
                     .baseline = "recursive SQL: " + format_number(beside) + " ms"});
  return {};
}

Result<void> measure_descendants(Bench& bench) {
  const auto sql = ReleaseSql::open(bench.subject.system_id, bench.subject.database);
  if (!sql) return sql.error();
  const auto few = measure_descendants_of(bench, bench.subject, *sql, 1'000, {});
  if (!few) return few;
  return measure_descendants_of(bench, bench.subject, *sql, 10'000,
                                {{AimKind::at_most, 5}, {AimKind::ratio_at_least, 30}});
}

Result<void> measure_codesets(Bench& bench) {
  const coding_systems::CodeUniverse universe(bench.subject.release);
  for (const std::size_t count : {std::size_t{1'000}, std::size_t{10'000}}) {
    std::vector<std::string> codes = codes_below(*bench.subject.release, count);
    // Leaves out some codes here and there, as people do.
    std::size_t place = 0;
    std::erase_if(codes, [&](const std::string&) { return ++place % 97 == 0; });
    bench.progress.show("codeset", 0, 0);
    std::vector<double> build_ms;
    for (int round = 0; round < bench.options.rounds_count; ++round) {
      const double before = thread_cpu_seconds();
      const auto codeset = coding_systems::Codeset::from_codes(universe, codes);
      build_ms.push_back((thread_cpu_seconds() - before) * 1e3);
      if (codeset.included_codes() != codes) {
        return Error{ErrorCode::corrupt, "the codeset includes codes that were not given", {}};
      }
    }
    bench.figures.add(
        {.name = "codeset of " + format_count(codes.size()) + " codes",
         .unit = "ms",
         .measured = median(build_ms),
         .baseline = count == 1'000 ? "OpenCodelists: 34 ms" : "OpenCodelists: 506 ms"});
  }
  return {};
}

}  // namespace codelog::tools::bench
