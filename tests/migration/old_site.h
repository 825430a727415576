// An OpenCodelists site as files: the seeded site of the golden vectors, which a test may change as
// its users would. And migrations of it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "server/migration/migration.h"
#include "tests/coding_systems/small_releases.h"

namespace codelog::tests {

class OldSite {
 public:
  OldSite();

  const std::filesystem::path& storage() const { return storage_; }
  // Runs statements in its database.
  void run(const std::string& sql) const;
  // Every file with its bytes.
  std::map<std::string, std::string> files() const;

 private:
  TemporaryFolder folder_;
  const std::filesystem::path storage_;
};

// A data folder, open.
class NewSite {
 public:
  NewSite() { open(); }

  site::DataFolder& folder() { return *site_; }
  projections::Views views() { return site_->projections().views(); }
  base::Position head() { return site_->log().head().position; }
  std::filesystem::path path() const { return folder_.path() / "data"; }
  void close() { site_.reset(); }
  void open();

  base::Result<migration::MigrationOutcome> try_migrate(const OldSite& old, bool dry_run = false,
                                                        const site::ReportProgress& progress = {});
  // Migrates; an error fails the test.
  migration::MigrationReport migrate(const OldSite& old);
  // The refusal of a migration, with all reasons, which must leave the log as it was.
  std::string refusal(const OldSite& old);
  // Migrates and compares; the differences, one a line.
  std::string differences(const OldSite& old);

  // Commits like a user of this site.
  void append(std::vector<events::Stream> streams, std::vector<events::Event> events,
              const std::string& command);

 private:
  TemporaryFolder folder_;
  std::unique_ptr<site::DataFolder> site_;
};

}  // namespace codelog::tests
