// Measures how a background report on a new release slows down readers.
#include <algorithm>

#include "tools/bench/bench.h"
#include "tools/bench/measure.h"
#include "tools/bench/servers.h"
#include "tools/bench/site.h"
#include "tools/site_access.h"

namespace codelog::tools::bench {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using commands::ReleasePointer;

constexpr std::size_t reported_codes_count = 10'000;  // number of codes in the codelists
constexpr std::size_t codes_per_codelist = 100;
constexpr int downloads_between_looks = 50;

Result<void> register_later_release(Bench& bench, const ReleasePointer& later) {
  auto site = SiteAccess::open(bench.data);
  if (!site) return site.error();
  const auto registered =
      site->run("release.register", {{"alias", later->alias()},
                                     {"coding_system", later->system().id},
                                     {"name", "bench later"},
                                     {"valid_from", "2024-07-01"},
                                     {"import_ref", "made up"},
                                     {"file_digest", base::to_hex(later->file_digest())},
                                     {"concepts", later->hierarchy().size()}});
  if (!registered) return registered.error();
  return {};
}

// Makes finished versions with differing codes. Returns the download path of one of them.
Result<std::string> make_codelists(Bench& bench, Researcher& researcher) {
  const std::size_t codelists_count = bench.options.codelists_count;
  const auto all = codes_below(*bench.subject.release, reported_codes_count);
  const std::size_t each = std::min(codes_per_codelist, all.size());
  const std::string list = "/api/v1/codelist/" + std::string(many_organisation) + "/";
  Json made;
  for (std::size_t i = 0; i < codelists_count; ++i) {
    bench.progress.show("codelists", i, codelists_count);
    const std::size_t first = i * each % (all.size() - each + 1);
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
    const std::vector<std::string> codes(begin, begin + static_cast<std::ptrdiff_t>(each));
    const auto created = researcher.send("POST", list,
                                         {{"name", "Codelist " + std::to_string(i)},
                                          {"coding_system_id", "snomedct"},
                                          {"coding_system_database_alias", bench.subject.alias},
                                          {"codes", codes}});
    if (!created) return created.error();
    made = *created;
  }
  const auto page = "/api/v2/codelists/organisation/" + std::string(many_organisation) +
                    "/codelist-" + std::to_string(codelists_count - 1);
  const auto codelist = researcher.get(page);
  if (!codelist) return codelist.error();
  const Json parsed = Json::parse(*codelist, nullptr, false);
  const auto hash = parsed.at("versions").at(0).at("hash").get<std::string>();
  return made.at("codelist").get<std::string>() + hash + "/download.csv";
}

Result<void> download(Researcher& researcher, const std::string& target,
                      std::vector<double>& times_ms) {
  for (int i = 0; i < downloads_between_looks; ++i) {
    const double before = wall_seconds();
    if (const auto answer = researcher.get(target); !answer) return answer.error();
    times_ms.push_back((wall_seconds() - before) * 1e3);
  }
  return {};
}

void add_figure(Bench& bench, const std::string& what, double share,
                const std::vector<double>& alone_ms, const std::vector<double>& during_ms) {
  const double alone = percentile(alone_ms, share);
  const double during = percentile(during_ms, share);
  bench.figures.add({.name = "a download while a report is made, " + what,
                     .unit = "ms",
                     .measured = during,
                     .aims = {{AimKind::ratio_at_most, 2}},
                     .ratio = during / alone,
                     .baseline = "without it: " + format_number(alone) + " ms"});
}

// Downloads before a report, then until the report is there.
Result<void> read_beside_report(Bench& bench, Researcher& researcher, const std::string& target,
                                const std::string& later) {
  std::vector<double> alone_ms;
  const double start = wall_seconds();
  while (wall_seconds() - start < bench.options.round_seconds * bench.options.rounds_count) {
    if (const auto done = download(researcher, target, alone_ms); !done) return done;
  }
  const std::string report = "/api/v2/releases/" + later + "/upgrade-report";
  const double begun = wall_seconds();
  if (const auto asked = researcher.send("POST", report, nullptr); !asked) return asked.error();
  std::vector<double> during_ms;
  for (;;) {
    const auto answer = researcher.get(report + "?limit=1");
    if (!answer) return answer.error();
    const Json progress = Json::parse(*answer, nullptr, false).at("progress");
    if (progress.contains("error")) return Error{ErrorCode::io, progress.dump(), {}};
    if (!progress.at("running").get<bool>()) break;
    bench.progress.show("a report", progress.at("done").get<std::uint64_t>(),
                        bench.options.codelists_count);
    if (const auto done = download(researcher, target, during_ms); !done) return done;
  }
  bench.figures.add({.name = "report over " + format_count(bench.options.codelists_count) +
                             " codelists, in the background",
                     .unit = "s",
                     .measured = wall_seconds() - begun});
  if (during_ms.empty()) {
    bench.figures.leave_out("downloads while a report is made", "the report was ready at once");
    return {};
  }
  add_figure(bench, "p50", 0.5, alone_ms, during_ms);
  add_figure(bench, "p99", 0.99, alone_ms, during_ms);
  return {};
}

}  // namespace

Result<void> measure_report(Bench& bench) {
  if (const auto made = make_accounts(bench); !made) return made;
  const auto later = make_later_release(bench);
  if (!later) return later.error();
  const auto registered = register_later_release(bench, *later);
  if (!registered) return registered;
  const auto server = start_codelog(bench.data.data);
  if (!server) return server.error();
  auto client = HttpClient::connect(server->port, std::chrono::seconds(120));
  if (!client) return client.error();
  Researcher researcher(std::move(*client), bench.token);
  const auto target = make_codelists(bench, researcher);
  if (!target) return target.error();
  return read_beside_report(bench, researcher, *target, (*later)->alias());
}

}  // namespace codelog::tools::bench
