// What every HTTP surface (the two APIs, the web pages) is built on: the commands, the views, who
// asks, and the cache of finished answers. Made once by the program, before the server starts;
// outlives it. Safe from any thread.
#pragma once

#include <chrono>
#include <cstddef>

#include "server/application/change_watch.h"
#include "server/application/response_cache.h"
#include "server/application/upgrade_reports.h"
#include "server/commands/account_commands.h"
#include "server/commands/codelist_commands.h"
#include "server/commands/dmd_conversion.h"
#include "server/commands/draft_commands.h"
#include "server/commands/executor.h"
#include "server/commands/mapping_commands.h"
#include "server/commands/release_commands.h"
#include "server/commands/version_commands.h"

namespace codelog::application {

struct ApplicationOptions {
  std::size_t cache_bytes_max = 64u << 20;
  // How long a read waits for the position that its client asks for.
  std::chrono::milliseconds position_wait_max{5'000};
};

class Application {
 public:
  // Becomes the listener of the site's projections.
  explicit Application(const commands::Site& site, const ApplicationOptions& options = {});
  ~Application();
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  const commands::Site& site() const { return executor_.site(); }
  projections::Views views() const { return site().projections.views(); }

  commands::AccountCommands& accounts() { return accounts_; }
  commands::CodelistCommands& codelists() { return codelists_; }
  commands::VersionCommands& versions() { return versions_; }
  commands::DraftCommands& drafts() { return drafts_; }
  commands::MappingCommands& mappings() { return mappings_; }
  commands::DmdConversionCommands& dmd_conversions() { return dmd_conversions_; }
  commands::ReleaseCommands& releases() { return releases_; }
  UpgradeReports& upgrade_reports() { return upgrade_reports_; }
  ResponseCache& cache() { return cache_; }
  const ApplicationOptions& options() const { return options_; }

 private:
  const ApplicationOptions options_;
  commands::Executor executor_;
  commands::AccountCommands accounts_;
  commands::CodelistCommands codelists_;
  commands::VersionCommands versions_;
  commands::DraftCommands drafts_;
  commands::MappingCommands mappings_;
  commands::DmdConversionCommands dmd_conversions_;
  commands::ReleaseCommands releases_;
  ChangeWatch changes_;
  ResponseCache cache_;
  UpgradeReports upgrade_reports_;  // last: its thread ends before what it uses
};

}  // namespace codelog::application
