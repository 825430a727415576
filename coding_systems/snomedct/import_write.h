// Writes the tables of a SNOMED CT release as OpenCodelists' migrations make them.
#pragma once

#include <array>
#include <atomic>
#include <future>
#include <stop_token>

#include "coding_systems/importing/import_progress.h"
#include "coding_systems/importing/release_writer.h"
#include "coding_systems/snomedct/import_tables.h"

namespace codelog::coding_systems::snomedct {

extern const ReleaseSchema release_schema;

// Rows keep their order. Historical associations are in a table of Codelog's own, made only if
// there are any; OpenCodelists ignores the table. Belongs to one thread.
class TablesWriter {
 public:
  // Both arguments must outlive the writer.
  TablesWriter(ReleaseWriter& writer, Tables& tables) : writer_(writer), tables_(tables) {}
  // Stops writing, but waits for an index that is being made (some seconds).
  ~TablesWriter();
  TablesWriter(const TablesWriter&) = delete;
  TablesWriter& operator=(const TablesWriter&) = delete;

  // Starts writing a table on another thread, which has the release writer to itself until
  // finish(). Call it for all tables, in the order of EarlyTable.
  void begin(EarlyTable table);
  // Waits for those tables and writes the remaining ones; frees the rows of each table after
  // writing it. Errors: io, unavailable.
  base::Result<void> finish(ImportStages& stages);

 private:
  base::Result<void> write_early(EarlyTable table, const Rf2Dictionary& dictionary);
  base::Result<void> wait_for(EarlyTable table, ImportStages& stages);

  ReleaseWriter& writer_;
  Tables& tables_;
  std::stop_source stop_;
  std::atomic<std::uint64_t> early_rows_written_ = 0;
  // Last, because they use all members above. Indexed by EarlyTable; each waits for the one before.
  std::array<std::shared_future<base::Result<void>>, 3> begun_;
};

}  // namespace codelog::coding_systems::snomedct
