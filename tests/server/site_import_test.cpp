// Imports into a site that this process has open.
#include <catch2/catch.hpp>

#include "server/commands/executor.h"
#include "server/site/release_import.h"
#include "tests/projections/random_history.h"
#include "tools/demo/releases.h"

namespace codelog::tests::site_import_test {
namespace {

using base::ErrorCode;
namespace fs = std::filesystem;

struct Fixture {
  TemporaryFolder folder;
  std::unique_ptr<site::DataFolder> data = open();
  commands::Executor executor{data->site()};
  commands::ReleaseCommands releases{executor};
  commands::MappingCommands mappings{executor};
  site::OpenSiteRegistry registry{*data, releases, mappings};

  std::unique_ptr<site::DataFolder> open() const {
    auto lock = site::FolderLock::try_take(path());
    REQUIRE(lock);
    REQUIRE(*lock);
    auto opened = site::DataFolder::open({.data = path()}, std::move(**lock));
    REQUIRE(opened);
    return *std::move(opened);
  }
  fs::path path() const { return folder.path() / "data"; }
  fs::path archive() const {
    const fs::path file = folder.path() / "bnf.zip";
    REQUIRE(demo::make_bnf_archive(file, {}));
    return file;
  }
  base::Result<site::ImportedRelease> import(const std::string& name,
                                             const site::ReportProgress& report) {
    return site::import_release(path(), {"bnf", archive(), name, "2024-01-01"}, registry, report);
  }
  bool has_file(const std::string& alias) const {
    return fs::exists(path() / "coding_systems" / "bnf" / (alias + ".sqlite3"));
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "an open site imports a release with progress, and answers from it",
                 "[site][import]") {
  std::vector<std::string> stages;
  const auto imported = import("Demo", [&](const site::WorkProgress& work) {
    if (stages.empty() || stages.back() != work.stage) stages.push_back(work.stage);
    return true;
  });
  REQUIRE(imported);
  CHECK(imported->alias == "bnf_demo_20240101");
  CHECK(imported->position == data->log().head().position);
  CHECK(stages.size() >= 2);
  const auto record = data->projections().views().release(imported->alias);
  REQUIRE(record);
  CHECK(record->file_digest == imported->outcome.file_digest);
  CHECK(data->site().open_release("bnf", imported->alias));
  // The alias stays with its release.
  const auto other = import("DEMO", {});
  REQUIRE_FALSE(other);
  CHECK(other.error().code == ErrorCode::conflict);
  CHECK(data->site().open_release("bnf", imported->alias));
}

TEST_CASE_METHOD(Fixture, "an import that nobody waits for leaves nothing", "[site][import]") {
  const auto head = data->log().head().position;
  const auto stopped = import("Demo", [](const site::WorkProgress&) { return false; });
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == ErrorCode::unavailable);
  CHECK_FALSE(has_file("bnf_demo_20240101"));
  CHECK(data->log().head().position == head);
  CHECK(import("Demo", {}));
}

}  // namespace codelog::tests::site_import_test
