#include <algorithm>
#include <array>
#include <memory>

#include "server/site/temporary_folder.h"
#include "tools/bench/bench.h"
#include "tools/bench/disk.h"
#include "tools/command.h"

namespace codelog::tools {
namespace {

using base::Result;

struct Section {
  const char* name;
  Result<void> (*measure)(bench::Bench&);
};
constexpr std::array sections = {Section{"scale", bench::measure_scale},
                                 Section{"search", bench::measure_search},
                                 Section{"descendants", bench::measure_descendants},
                                 Section{"codesets", bench::measure_codesets},
                                 Section{"systems", bench::measure_systems},
                                 Section{"upgrade", bench::measure_upgrade},
                                 Section{"appends", bench::measure_appends},
                                 Section{"replay", bench::measure_replay},
                                 Section{"audit", bench::measure_audit},
                                 Section{"archive", bench::measure_archive},
                                 Section{"restore", bench::measure_restore},
                                 Section{"server", bench::measure_server},
                                 Section{"pages", bench::measure_pages},
                                 Section{"report", bench::measure_report},
                                 Section{"drop-in", bench::measure_drop_in}};

struct BenchCommandOptions {
  CommonOptions common;
  bench::BenchOptions bench;
  std::string release;
  std::string folder;
};

Result<Json> measure(const BenchCommandOptions& options, std::string& table) {
  const auto folder = site::TemporaryFolder::make(options.folder);
  if (!folder) return folder.error();
  bench::Bench run;
  run.options = options.bench;
  run.options.release = options.release;
  run.folder = folder->path();
  run.data.data = run.folder / "data";
  if (const auto prepared = bench::prepare_release(run); !prepared) return prepared.error();
  for (const Section& section : sections) {
    const auto& only = options.bench.only;
    if (!only.empty() && std::ranges::find(only, section.name) == only.end()) continue;
    if (const auto measured = section.measure(run); !measured) return measured.error();
  }
  run.progress.clear();
  table = run.figures.to_table();
  if (bench::is_in_memory(run.folder)) {
    run.figures.leave_out("durability", run.folder.string() + " is in memory; use --folder");
    table = run.figures.to_table();
  }
  return run.figures.to_json();
}

int bench_site(const BenchCommandOptions& options) {
  std::string table;
  const auto measured = measure(options, table);
  return finish(measured, options.common, [&](const Json&) { return table; });
}

std::vector<std::string> section_names() {
  std::vector<std::string> names = {"import"};
  for (const Section& section : sections) names.emplace_back(section.name);
  return names;
}

}  // namespace

void add_bench_command(Command program) {
  Command command = program.add_command(
      {"bench",
       "Measure this program on this machine. Each figure has its aim, and its baseline measured "
       "in the same minute. Uses a working folder of its own.",
       "codelog bench\ncodelog bench --concepts 400000\n"
       "codelog bench --monolith --only scale\ncodelog bench --only systems --scale 0.1\n"
       "codelog bench --only search descendants "
       "--release uk_sct2cl_36.0.0_20230412000001Z.zip"});
  // The parser fills the options; the action reads them.
  auto options = std::make_shared<BenchCommandOptions>();
  command
      .add_option(
          "--release", options->release,
          "An RF2 archive to import, or a SNOMED CT release file; without it, the bench makes one")
      .type_name("FILE")
      .existing_file();
  const Option concepts =
      command
          .add_option("--concepts", options->bench.concepts_count, "How many concepts to make up")
          .type_name("COUNT")
          .between(100, 2'000'000)
          .show_default();
  command.add_flag("--monolith", options->bench.is_monolith,
                   "Make a release in the shape of the UK Monolith, and of its size (1150000 "
                   "concepts) unless --concepts is given");
  command.add_option("--only", options->bench.only, "Only these sections; the import always runs")
      .type_name("SECTION")
      .one_of(section_names());
  command.add_option("--folder", options->folder, "Where to make the working folder")
      .type_name("DIR")
      .existing_folder();
  command.add_option("--rounds", options->bench.rounds_count, "How often to repeat each comparison")
      .type_name("COUNT")
      .between(1, 1000)
      .show_default();
  command
      .add_option("--round-seconds", options->bench.round_seconds,
                  "How long each measurement of a comparison lasts")
      .type_name("SECONDS")
      .between(0.01, 60.0)
      .show_default();
  command
      .add_option("--codelists", options->bench.codelists_count,
                  "How many codelists the report covers, and the drop-in section lists")
      .type_name("COUNT")
      .between(1, 1'000'000)
      .show_default();
  command
      .add_option("--scale", options->bench.scale,
                  "Size of the releases in the section systems; 1 is the real size")
      .type_name("SHARE")
      .between(0.01, 1.0)
      .show_default();
  command
      .add_option("--replay-commits", options->bench.replay_commits_count,
                  "How many commits to replay; five times as many are restored")
      .type_name("COUNT")
      .between(100, 100'000'000)
      .show_default();
  add_json_option(command, options->common);
  command.set_action([options, concepts] {
    if (options->bench.is_monolith && !concepts.is_given()) {
      options->bench.concepts_count = bench::monolith_concepts_count;
    }
    return bench_site(*options);
  });
}

}  // namespace codelog::tools
