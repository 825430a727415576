// Measures upgrades to a newer release: of one large version, and of all versions of a site.
#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>

#include "coding_systems/algebra/codeset.h"
#include "coding_systems/snomedct/coding_system.h"
#include "coding_systems/versioning/alias.h"
#include "server/commands/draft_making.h"
#include "server/commands/upgrade.h"
#include "tools/bench/bench.h"
#include "tools/bench/measure.h"

namespace codelog::tools::bench {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;
using base::Result;
using commands::ReleasePointer;
using commands::VersionContent;

constexpr std::size_t large_codes_count = 10'000;
constexpr std::size_t versions_count = 10'000;
constexpr std::size_t small_codes_count = 100;

// The changes of half a year, in realistic amounts: inactive concepts, concepts moved below others,
// changed descriptions.
constexpr const char* changes[] = {
    "UPDATE snomedct_concept SET active = 0 WHERE rowid % 211 = 7",
    "UPDATE snomedct_relationship SET active = 0 WHERE source_id IN "
    "(SELECT id FROM snomedct_concept WHERE active = 0)",
    "UPDATE snomedct_description SET term = 'Renamed ' || term WHERE rowid % 503 = 11",
    "INSERT INTO snomedct_concept SELECT '9' || id, effective_time, 1, definition_status_id, "
    "module_id FROM snomedct_concept WHERE rowid % 307 = 17 AND active",
    "INSERT INTO snomedct_description SELECT '9' || id, effective_time, 1, language_code, "
    "'New ' || term, case_significance_id, '9' || concept_id, module_id, type_id "
    "FROM snomedct_description WHERE active AND '9' || concept_id IN "
    "(SELECT id FROM snomedct_concept)",
    "INSERT INTO snomedct_relationship SELECT '9' || id, effective_time, 1, relationship_group, "
    "characteristic_type_id, source_id, modifier_id, module_id, '9' || source_id, type_id "
    "FROM snomedct_relationship WHERE active AND '9' || source_id IN "
    "(SELECT id FROM snomedct_concept) GROUP BY source_id"};

// A version of these codes, with a search that found some of them.
VersionContent version_of(const ReleasePointer& release, const std::vector<std::string>& codes) {
  VersionContent version;
  version.codes =
      coding_systems::Codeset::from_codes(coding_systems::CodeUniverse(*release), codes).codes();
  events::SearchWithResults search;
  search.kind = events::SearchKind::code;
  search.text = codes.front();
  const auto found = commands::rerun_search(release, search);
  CODELOG_CHECK(static_cast<bool>(found), "a code can be searched for");
  search.codes = found->all_codes();
  version.searches = {std::move(search)};
  return version;
}

void measure_preview(Bench& bench, const ReleasePointer& later) {
  const auto version =
      version_of(bench.subject.release, codes_below(*bench.subject.release, large_codes_count));
  std::vector<double> preview_ms;
  std::size_t touched = 0;
  for (int round = 0; round < bench.options.rounds_count; ++round) {
    const double before = thread_cpu_seconds();
    coding_systems::ReleaseComparison releases(bench.subject.release, later);
    commands::SearchReruns searches(later);
    touched = compare_version(version, releases, searches).codes.size();
    preview_ms.push_back((thread_cpu_seconds() - before) * 1e3);
  }
  bench.figures.add({.name = "upgrade preview of " + format_count(version.codes.size()) +
                             " codes, " + format_count(touched) + " touched",
                     .unit = "ms",
                     .measured = median(preview_ms),
                     .aims = {{AimKind::at_most, 100}}});
}

void measure_comparing(Bench& bench, const ReleasePointer& later) {
  const auto all = codes_below(*bench.subject.release, large_codes_count);
  std::vector<VersionContent> versions;
  for (std::size_t first = 0; first + small_codes_count <= all.size(); first += small_codes_count) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
    versions.push_back(version_of(bench.subject.release,
                                  {begin, begin + static_cast<std::ptrdiff_t>(small_codes_count)}));
  }
  if (versions.empty()) {
    bench.figures.leave_out("comparing versions", "the release is too small");
    return;
  }
  const double before = thread_cpu_seconds();
  coding_systems::ReleaseComparison releases(bench.subject.release, later);
  commands::SearchReruns searches(later);
  std::size_t affected = 0;
  for (std::size_t i = 0; i < versions_count; ++i) {
    bench.progress.show("comparing versions", i, versions_count);
    const auto upgrade = compare_version(versions[i % versions.size()], releases, searches);
    affected += upgrade.outcome() == events::UpgradeOutcome::affected ? 1 : 0;
  }
  bench.figures.add({.name = "comparing " + format_count(versions_count) + " versions, " +
                             format_count(affected) + " affected",
                     .unit = "CPU s",
                     .measured = thread_cpu_seconds() - before});
}

}  // namespace

Result<ReleasePointer> make_later_release(Bench& bench) {
  bench.progress.show("making a later release", 0, 0);
  const auto alias = coding_systems::make_alias({"snomedct", "bench later", "2024-07-01"});
  if (!alias) return alias.error();
  const auto files = coding_systems::release_files(bench.data.data, "snomedct", *alias);
  std::error_code error;
  fs::copy_file(bench.subject.database, files.database, fs::copy_options::overwrite_existing,
                error);
  if (error) return Error{ErrorCode::io, "cannot copy the release: " + error.message(), {}};
  try {
    SQLite::Database database(files.database.string(), SQLite::OPEN_READWRITE);
    database.exec("PRAGMA journal_mode = OFF");
    for (const char* const change : changes) database.exec(change);
  } catch (const SQLite::Exception& exception) {
    return Error{ErrorCode::io, std::string("cannot change the release: ") + exception.what(), {}};
  }
  return coding_systems::snomedct::open_release(files, *alias);
}

Result<void> measure_upgrade(Bench& bench) {
  const auto later = make_later_release(bench);
  if (!later) return later.error();
  measure_preview(bench, *later);
  measure_comparing(bench, *later);
  return {};
}

}  // namespace codelog::tools::bench
