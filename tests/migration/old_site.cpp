#include "tests/migration/old_site.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <zlib.h>

#include <array>
#include <catch2/catch.hpp>

namespace codelog::tests {
namespace {

namespace fs = std::filesystem;

std::string unpacked(const fs::path& path) {
  const auto file = gzopen(path.c_str(), "rb");
  REQUIRE(file != nullptr);
  std::string bytes;
  std::array<char, 65536> block{};
  int count = 0;
  while ((count = gzread(file, block.data(), static_cast<unsigned>(block.size()))) > 0) {
    bytes.append(block.data(), static_cast<std::size_t>(count));
  }
  gzclose(file);
  return bytes;
}

}  // namespace

OldSite::OldSite() : storage_(folder_.path() / "storage") {
  fs::create_directories(storage_);
  write_bytes(storage_ / "db.sqlite3",
              unpacked(fs::path(CODELOG_TESTS_DIR) / "golden" / "opencodelists_db.sqlite3.gz"));
  for (const char* system : {"snomedct", "bnf", "dmd", "ctv3", "icd10"}) {
    unpack_small_release(storage_, system);
  }
}

void OldSite::run(const std::string& sql) const {
  SQLite::Database database((storage_ / "db.sqlite3").string(), SQLite::OPEN_READWRITE);
  database.exec(sql);
}

std::map<std::string, std::string> OldSite::files() const {
  std::map<std::string, std::string> files;
  for (const auto& file : fs::recursive_directory_iterator(storage_)) {
    if (!file.is_regular_file()) continue;
    files.emplace(file.path().lexically_relative(storage_).string(), read_bytes(file.path()));
  }
  return files;
}

void NewSite::open() {
  auto lock = site::FolderLock::try_take(path());
  REQUIRE(lock);
  REQUIRE(*lock);
  auto opened = site::DataFolder::open({.data = path()}, std::move(**lock));
  if (!opened) FAIL(opened.error().detail);
  site_ = *std::move(opened);
}

base::Result<migration::MigrationOutcome> NewSite::try_migrate(
    const OldSite& old, bool dry_run, const site::ReportProgress& progress) {
  const migration::MigrationRequest request{
      .storage = old.storage(), .dry_run = dry_run, .verify = true};
  return migration::migrate_site(*site_, request, progress);
}

migration::MigrationReport NewSite::migrate(const OldSite& old) {
  auto outcome = try_migrate(old);
  if (!outcome) {
    for (const auto& field : outcome.error().fields) UNSCOPED_INFO(field.detail);
    FAIL(outcome.error().detail);
  }
  return std::move(outcome->report);
}

std::string NewSite::refusal(const OldSite& old) {
  const base::Position before = head();
  const auto outcome = try_migrate(old);
  REQUIRE(!outcome);
  CHECK(outcome.error().code == base::ErrorCode::conflict);
  CHECK(head() == before);
  std::string reasons = outcome.error().detail;
  for (const auto& field : outcome.error().fields) reasons += "\n" + field.detail;
  return reasons;
}

std::string NewSite::differences(const OldSite& old) {
  const auto outcome = try_migrate(old);
  if (!outcome) {
    for (const auto& field : outcome.error().fields) UNSCOPED_INFO(field.detail);
    FAIL(outcome.error().detail);
  }
  std::string all;
  for (const std::string& difference : outcome->verification->differences) all += difference + "\n";
  return all;
}

void NewSite::append(std::vector<events::Stream> streams, std::vector<events::Event> events,
                     const std::string& command) {
  events::CommitDraft draft;
  draft.time = site_->site().clock.now();
  draft.actor = "alice";
  draft.command = command;
  for (events::Stream& stream : streams) {
    const auto version = site_->log().stream_version(stream);
    draft.streams.push_back({std::move(stream), version});
  }
  draft.events = std::move(events);
  REQUIRE(site_->log().append(std::move(draft)));
}

}  // namespace codelog::tests
