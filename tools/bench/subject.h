// Measurements that apply to the releases of any coding system.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/base/release.h"
#include "server/site/release_import.h"
#include "tools/bench/figures.h"

namespace codelog::tools::bench {

struct Bench;
class ReleaseSql;

// The release to measure.
struct Subject {
  std::string system_id;
  std::string alias;
  std::filesystem::path data_folder;
  std::filesystem::path database;  // its SQLite file
  std::shared_ptr<const coding_systems::Release> release;
  std::string prefix = {};  // of the names of its figures, e.g. "dmd: "
};

struct ImportAims {
  std::vector<Aim> megabytes_per_second;
  std::string baseline;
};

// Measures an import, several times if it is quick, and opens the release. Errors: those of the
// import and of opening.
base::Result<Subject> measure_import(Bench& bench, const site::DataFolderOptions& data,
                                     const site::ReleaseImport& command, const ImportAims& aims,
                                     std::string prefix);

base::Result<void> measure_opening(Bench& bench, const Subject& subject, std::vector<Aim> aims);
// Measures the size of the index against the SQLite file.
base::Result<void> measure_size(Bench& bench, const Subject& subject, std::vector<Aim> aims);
// Measures searches for pieces of terms against LIKE. Errors: corrupt (LIKE finds other codes).
base::Result<void> measure_contains(Bench& bench, const Subject& subject, const ReleaseSql& sql,
                                    std::size_t terms_count, std::vector<Aim> p99_aims);
// Measures searches for words, as a median, each against LIKE.
base::Result<void> measure_words(Bench& bench, const Subject& subject, const ReleaseSql& sql);
// Measures the descendants of `count` codes, if there are as many, against recursive SQL. Errors:
// corrupt (SQL finds others).
base::Result<void> measure_descendants_of(Bench& bench, const Subject& subject,
                                          const ReleaseSql& sql, std::size_t count,
                                          std::vector<Aim> aims);

// Words of the release and pieces of words; the same ones every time.
std::vector<std::string> candidate_terms(const coding_systems::Release& release, std::size_t count);

}  // namespace codelog::tools::bench
