#include "server/application/application.h"

namespace codelog::application {

Application::Application(const commands::Site& site, const ApplicationOptions& options)
    : options_(options),
      executor_(site),
      accounts_(executor_),
      codelists_(executor_),
      versions_(executor_),
      drafts_(executor_),
      mappings_(executor_),
      dmd_conversions_(executor_),
      releases_(executor_),
      cache_(changes_, options.cache_bytes_max),
      upgrade_reports_(releases_) {
  site.projections.set_listener(
      [this](std::span<const events::Commit> commits) { changes_.take_in(commits); });
}

Application::~Application() { site().projections.set_listener({}); }

}  // namespace codelog::application
