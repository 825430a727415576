// Measures the coding systems other than SNOMED CT, each at about the size of its real release:
// import, opening, search.
#include <array>
#include <cmath>

#include "tools/bench/bench.h"
#include "tools/bench/release_sql.h"
#include "tools/demo/releases.h"

namespace codelog::tools::bench {
namespace {

namespace fs = std::filesystem;
using base::Result;

constexpr std::size_t system_terms_count = 500;
constexpr std::size_t system_codes_count = 1'000;

struct MeasuredSystem {
  const char* id;
  ImportAims import_aims;
  // Makes a release at this scale in a folder; returns the path to import.
  Result<fs::path> (*make)(const fs::path& folder, double scale);
};

std::uint32_t scaled(double count, double scale) {
  return static_cast<std::uint32_t>(std::lround(count * scale));
}

template <class Size>
Result<fs::path> make_file(fs::path path, Result<void> (*make)(const fs::path&, const Size&),
                           const Size& size) {
  if (const auto made = make(path, size); !made) return made.error();
  return path;
}

std::vector<MeasuredSystem> measured_systems() {
  const std::vector<Aim> fast = {{AimKind::at_least, 20}};
  return {{"bnf",
           {fast, "OpenCodelists: 0.3 MB/s"},
           [](const fs::path& folder, double scale) {
             return make_file<demo::BnfSize>(folder / "bnf.zip", demo::make_bnf_archive,
                                             {.presentations_count = scaled(100'000, scale)});
           }},
          {"dmd",
           {fast, "OpenCodelists: 0.6 MB/s"},
           [](const fs::path& folder, double scale) {
             return make_file<demo::DmdSize>(folder / "dmd.zip", demo::make_dmd_archive,
                                             {.vmps_count = scaled(24'000, scale)});
           }},
          {"icd10",
           {},
           [](const fs::path& folder, double scale) {
             return make_file<demo::Icd10Size>(folder / "icd10.zip", demo::make_icd10_archive,
                                               {.codes_count = scaled(12'000, scale)});
           }},
          {"ctv3",
           {},
           [](const fs::path& folder, double scale) {
             return demo::make_ctv3_files(folder, {.codes_count = scaled(320'000, scale)});
           }},
          {"readv2",
           {},
           [](const fs::path& folder, double scale) {
             return make_file<demo::ReadV2Size>(folder / "readv2.zip", demo::make_readv2_archive,
                                                {.codes_count = scaled(88'000, scale)});
           }},
          {"opcs4", {}, [](const fs::path& folder, double scale) {
             return make_file<demo::Opcs4Size>(folder / "opcs4.zip", demo::make_opcs4_archive,
                                               {.codes_count = scaled(11'000, scale)});
           }}};
}

Result<void> measure_system(Bench& bench, const site::DataFolderOptions& data,
                            const MeasuredSystem& system) {
  const std::string prefix = std::string(system.id) + ": ";
  bench.progress.show(prefix + "making a release", 0, 0);
  const auto made = system.make(bench.folder, bench.options.scale);
  if (!made) return made.error();
  const auto subject = measure_import(bench, data, {system.id, *made, "bench", "2024-01-01"},
                                      system.import_aims, prefix);
  if (!subject) return subject.error();
  if (const auto measured = measure_opening(bench, *subject, {}); !measured) return measured;
  if (const auto measured = measure_size(bench, *subject, {}); !measured) return measured;
  const auto sql = ReleaseSql::open(subject->system_id, subject->database);
  if (!sql) return sql.error();
  const auto contains = measure_contains(bench, *subject, *sql, system_terms_count, {});
  if (!contains) return contains;
  if (const auto measured = measure_words(bench, *subject, *sql); !measured) return measured;
  return measure_descendants_of(bench, *subject, *sql, system_codes_count, {});
}

}  // namespace

Result<void> measure_systems(Bench& bench) {
  // These systems get a site of their own: a server opens all releases of a site, and the sites of
  // other sections have fewer.
  site::DataFolderOptions data;
  data.data = bench.folder / "systems";
  for (const MeasuredSystem& system : measured_systems()) {
    if (const auto measured = measure_system(bench, data, system); !measured) return measured;
  }
  return {};
}

}  // namespace codelog::tools::bench
