// What is measured of a release, whatever its coding system.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/base/release.h"
#include "tools/bench/figures.h"
#include "tools/release_import.h"

namespace codelog::tools::bench {

struct Bench;
class ReleaseSql;

// The release that is measured.
struct Subject {
  std::string system_id;
  std::string alias;
  std::filesystem::path data_folder;
  std::filesystem::path database;  // its SQLite file
  std::shared_ptr<const coding_systems::Release> release;
  std::string prefix = {};  // of the names of its figures, such as "dmd: "
};

struct ImportAims {
  std::vector<Aim> megabytes_per_second;
  std::string baseline;
};

// An import that is quick is measured several times. The release opens afterwards. Errors: those of
// the import and of opening.
base::Result<Subject> measure_import(Bench& bench, const DataFolderOptions& data,
                                     const ReleaseImport& command, const ImportAims& aims,
                                     std::string prefix);

base::Result<void> measure_opening(Bench& bench, const Subject& subject, std::vector<Aim> aims);
// Of the index, beside the SQLite file.
base::Result<void> measure_size(Bench& bench, const Subject& subject, std::vector<Aim> aims);
// Searches for pieces of terms, beside LIKE. Errors: corrupt (LIKE finds other codes).
base::Result<void> measure_contains(Bench& bench, const Subject& subject, const ReleaseSql& sql,
                                    std::size_t terms_count, std::vector<Aim> p99_aims);
// Searches for words, as a median, beside LIKE for each.
base::Result<void> measure_words(Bench& bench, const Subject& subject, const ReleaseSql& sql);
// Of so many codes, if there are as many, beside recursive SQL. Errors: corrupt (it finds others).
base::Result<void> measure_descendants_of(Bench& bench, const Subject& subject,
                                          const ReleaseSql& sql, std::size_t count,
                                          std::vector<Aim> aims);

// Words of the release and pieces of them, the same ones every time.
std::vector<std::string> candidate_terms(const coding_systems::Release& release, std::size_t count);

}  // namespace codelog::tools::bench
