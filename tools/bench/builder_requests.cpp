#include "tools/bench/builder_requests.h"

#include <algorithm>
#include <array>

#include "tools/bench/measure.h"

namespace codelog::tools::bench {
namespace {

using base::Result;

// A draft to measure, and the time limits in milliseconds.
struct DraftSize {
  std::size_t codes_count;
  double tree_aim_ms;
  double click_aim_ms;  // 0: none
};
constexpr std::array draft_sizes = {DraftSize{10'000, 20, 10}, DraftSize{137'000, 300, 0}};

void add_figure(Bench& bench, std::string name, double measured_ms, double aim_ms = 0) {
  Figure figure{.name = std::move(name), .unit = "ms", .measured = measured_ms};
  if (aim_ms > 0) figure.aims = {{AimKind::at_most, aim_ms}};
  bench.figures.add(std::move(figure));
}

Result<void> measure_draft(Bench& bench, Researcher& researcher,
                           const std::vector<std::string>& codes, const DraftSize& size) {
  const std::string count = format_count(codes.size()) + " codes";
  const auto hash = researcher.create(small_organisation, "Tree of " + count, codes);
  if (!hash) return hash.error();
  const std::string version = "/api/v2/versions/" + *hash;
  const auto first = elapsed_ms([&] { return researcher.get(version + "/tree"); });
  if (!first) return first.error();
  add_figure(bench, "tree of " + count + ", first request", *first, size.tree_aim_ms);
  for (const char* part : {"/tree", "/tree/terms", "/statuses"}) {
    const auto again = median_elapsed_ms(bench.options.rounds_count,
                                         [&](int) { return researcher.get(version + part); });
    if (!again) return again.error();
    add_figure(bench, std::string(part) + " of " + count + ", again", *again);
  }
  const auto click = median_elapsed_ms(bench.options.rounds_count, [&](int round) {
    const Json update = Json::array({codes.back(), round % 2 == 0 ? "-" : "?"});
    return researcher.send("PATCH", version + "/statuses",
                           {{"updates", Json::array({update})}, {"answer", "crc"}});
  });
  if (!click) return click.error();
  add_figure(bench, "a click with a checksum of " + count + ", until durable", *click,
             size.click_aim_ms);
  return {};
}

}  // namespace

Result<void> measure_builder_requests(Bench& bench, Researcher& researcher) {
  std::size_t measured_count = 0;
  for (const DraftSize& size : draft_sizes) {
    // A smaller release has no larger draft.
    const auto codes = codes_below(*bench.subject.release, size.codes_count);
    if (codes.size() <= measured_count) break;
    measured_count = codes.size();
    if (const auto done = measure_draft(bench, researcher, codes, size); !done) return done;
  }
  return {};
}

}  // namespace codelog::tools::bench
