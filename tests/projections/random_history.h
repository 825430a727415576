// A site in a temporary folder, and a random user who runs every possible command.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "server/commands/access_commands.h"
#include "server/commands/account_commands.h"
#include "server/commands/codelist_commands.h"
#include "server/commands/draft_commands.h"
#include "server/commands/identity_commands.h"
#include "server/commands/release_commands.h"
#include "server/commands/version_commands.h"

namespace codelog::tests {

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The log of a site in this folder; made if there is none.
std::unique_ptr<events::EventLog> open_log(const TemporaryFolder& folder);

// Advances by a second at each reading.
class SteppingClock final : public base::Clock {
 public:
  base::Timestamp now() const override { return {now_us_ += 1'000'000}; }

 private:
  mutable std::atomic<std::int64_t> now_us_ = 1'700'000'000'000'000;
};

// Everything from the log to the commands, over a made-up release of `codes_count` codes.
class TestSite {
 public:
  // `log` is that of the folder if it is null.
  TestSite(const std::filesystem::path& folder, unsigned seed, std::size_t codes_count,
           std::unique_ptr<events::Log> log = nullptr);
  // Over this release, which is also the later one.
  TestSite(const std::filesystem::path& folder,
           std::shared_ptr<const coding_systems::Release> release);

  events::Log& log() { return *log_; }
  // The log with proofs and upkeep; throws if the site has another one.
  events::EventLog& event_log() { return dynamic_cast<events::EventLog&>(*log_); }
  projections::Projections& projections() { return *projections_; }
  commands::Executor& executor() { return *executor_; }
  const std::vector<std::string>& codes() const { return codes_; }

 private:
  void open(const std::filesystem::path& folder, std::unique_ptr<events::Log> log);

  std::vector<std::string> codes_;
  std::shared_ptr<const coding_systems::Release> release_;        // as commands share it
  std::shared_ptr<const coding_systems::Release> later_release_;  // likewise
  std::unique_ptr<accounts::KeyRing> keys_;
  std::unique_ptr<events::Log> log_;
  std::unique_ptr<projections::Projections> projections_;
  SteppingClock clock_;
  std::unique_ptr<commands::Executor> executor_;
};

class RandomHistory {
 public:
  RandomHistory(TestSite& site, unsigned seed);

  // Users, organisations, a release.
  void set_up();
  // Runs one random command, which may be refused. Returns true if it was accepted.
  bool step();
  // The number of accepted commands, by name.
  const std::map<std::string, int>& accepted() const { return accepted_; }

 private:
  std::size_t pick(std::size_t count);
  bool chance(double probability);
  commands::Write somebody();
  std::string some_user();
  std::vector<std::string> some_codes();
  std::vector<projections::CodelistRecord> codelists();
  std::optional<projections::CodelistRecord> some_codelist();
  std::optional<projections::VersionRecord> some_version();
  std::optional<projections::VersionRecord> some_draft();
  bool note(const base::Result<events::Commit>& commit);

  bool account_step();
  bool release_step();
  bool codelist_step();
  bool restore_step();
  bool version_step();
  bool draft_step();
  commands::CreateCodelist new_codelist();
  commands::ChangeDetails new_details();

  TestSite& site_;
  std::mt19937 random_;
  commands::AccessCommands access_;
  commands::AccountCommands accounts_;
  commands::CodelistCommands codelists_;
  commands::VersionCommands versions_;
  commands::DraftCommands drafts_;
  commands::ReleaseCommands releases_;
  commands::IdentityCommands identities_;
  struct PastName {
    projections::Handle handle;
    base::Position position;
  };
  std::vector<PastName> past_names_;
  int made_ = 0;
  std::map<std::string, int> accepted_;
};

}  // namespace codelog::tests
