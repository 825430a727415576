// The inputs and results common to all importers of coding systems.
//
// An import is all or nothing: it writes a temporary file in the target folder and renames it at
// the end. A failure, a full disk or a killed process therefore leaves no release; if the import
// replaces a release, the old one stays. Running readers keep the file that they opened. The next
// import removes temporary files of killed imports. One version of this program makes the same
// bytes from the same archive, so that the digest of a release identifies its source. The caller
// records the import in the log, and keeps the old file until then (previous_file.h).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/importing/zip_archive.h"
#include "events/base/digest.h"

namespace codelog::coding_systems {

// Progress of one stage: "reading", "writing", "indexing", "syncing". Totals are in bytes when
// reading, else in rows.
struct ImportProgress {
  std::string_view stage;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};

// Ten times the rows of Read v2 with all its synonyms, and more than any mapping has. Bounds memory
// for any file.
constexpr std::size_t import_rows_max = 3'000'000;

struct ImportRequest {
  std::filesystem::path archive;
  std::filesystem::path target_folder;  // DATA/coding_systems/<system>; made if it does not exist
  std::string alias;                    // the file is <alias>.sqlite3
  ZipLimits limits = {};
  std::size_t rows_max = import_rows_max;  // limit for tables that are held in memory whole
  // Called on the importing thread, a few hundred times at most.
  std::function<void(const ImportProgress&)> report_progress = {};
  std::stop_token stop = {};  // a stopped import fails as `unavailable`
};

struct ImportStage {
  std::string_view name;
  double seconds = 0;
};

struct ImportOutcome {
  std::filesystem::path file;
  base::Sha256 file_digest{};
  std::uint64_t source_bytes = 0;  // unpacked size of the archive members read
  std::uint64_t concepts_count = 0;
  std::uint64_t descriptions_count = 0;   // SNOMED CT only
  std::uint64_t relationships_count = 0;  // SNOMED CT only
  std::uint64_t rows_count = 0;           // mappings only
  // For the person who imports: facts that the file cannot hold, and unexplained differences in the
  // release.
  std::vector<std::string> notices = {};
  std::uint64_t associations_count = 0;  // SNOMED CT only: historical associations
  std::string layout = {};               // SNOMED CT only: the edition and the files read
  std::vector<ImportStage> stages = {};
};

// Follows one import: reports progress, checks for a stop request, and times the stages. For
// importers; belongs to the importing thread.
class ImportStages {
 public:
  explicit ImportStages(const ImportRequest& request) : request_(request) {}

  void begin(std::string_view name, std::uint64_t total);
  // Errors: unavailable, after a request to stop.
  base::Result<void> advance_to(std::uint64_t done);
  std::size_t rows_max() const { return request_.rows_max; }
  // Ends the last stage.
  std::vector<ImportStage> take();

 private:
  void end_stage();

  const ImportRequest& request_;
  std::vector<ImportStage> stages_;
  std::chrono::steady_clock::time_point began_;
  std::uint64_t total_ = 0;
  std::uint64_t reported_ = 0;
};

}  // namespace codelog::coding_systems
