#include "server/application/application.h"

#include "events/base/check.h"

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
      identities_(executor_),
      sign_in_(executor_, options_.base_urls, options.mailer),
      cache_(changes_, options.cache_bytes_max),
      position_waits_({.count = options.position_waits_max, .waiting_max = 0}),
      long_reads_({.count = options.long_reads_max}),
      upgrade_reports_(releases_) {
  if (options_.single_sign_on) {
    CODELOG_CHECK(!options_.base_urls.empty(), "the issuer sends people back to a known address");
    single_sign_on_.emplace(executor_.site(), *options_.single_sign_on, options_.base_urls.front());
  }
  site.projections.set_listener([this](std::span<const events::Commit> commits) {
    changes_.take_in(commits);
    live_commits_.take_in(commits);
  });
}

base::Result<base::Slots::Slot> Application::begin_long_read() {
  auto place = long_reads_.take();
  if (place) return std::move(*place);
  return base::Error{base::ErrorCode::unavailable,
                     "too many requests look at the past, or at the effects of a newer release, at "
                     "this moment; ask again soon",
                     {}};
}

Application::~Application() { site().projections.set_listener({}); }

}  // namespace codelog::application
