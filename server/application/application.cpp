#include "server/application/application.h"

#include <variant>

#include "events/base/check.h"

namespace codelog::application {
namespace {

bool changes_access(const events::Commit& commit) {
  return std::ranges::any_of(commit.content.events, [](const events::Event& event) {
    return std::holds_alternative<events::CodelistAccessChanged>(event) ||
           std::holds_alternative<events::OwnerAccessChanged>(event) ||
           std::holds_alternative<events::SiteAccessChanged>(event);
  });
}

}  // namespace

Application::Application(const commands::Site& site, const ApplicationOptions& options)
    : options_(options),
      executor_(site),
      access_(executor_),
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
      catalogue_([this] { return views(); }, site.log, options.code_index_bytes_max),
      contents_(site),
      position_waits_({.count = options.position_waits_max, .waiting_max = 0}),
      long_reads_({.count = options.long_reads_max}),
      upgrade_reports_(releases_) {
  take_in_access();
  if (options_.single_sign_on) {
    CODELOG_CHECK(!options_.base_urls.empty(), "the issuer sends people back to a known address");
    single_sign_on_.emplace(executor_.site(), *options_.single_sign_on, options_.base_urls.front());
  }
  site.projections.set_listener([this](std::span<const events::Commit> commits) {
    changes_.take_in(commits);
    if (std::ranges::any_of(commits, changes_access)) take_in_access();
    catalogue_.take_in(commits);
    live_commits_.take_in(commits);
  });
}

// Before the writer of the change has an answer.
void Application::take_in_access() {
  const projections::AccessRecord access = views().access();
  is_site_restricted_ = access.is_site_restricted;
  restricts_anything_ = access.restricts_anything();
}

projections::Views Application::views_for(const http::Request& request) const {
  projections::Views limited = views();
  if (!limited.access().restricts_codelists()) return limited;
  limited.limit_to(identity::find_reader(request, limited, site()));
  return limited;
}

bool Application::may_enter(const http::Request& request) const {
  return !is_site_restricted_ || !identity::find_reader(request, views(), site()).username.empty();
}

bool Application::is_personal(const http::Request& request) const {
  return may_be_personal(request) && views_for(request).is_personal();
}

projections::Views Application::views_for(const std::string& username) const {
  projections::Views limited = views();
  if (!limited.access().restricts_codelists()) return limited;
  const auto user = username.empty() ? std::nullopt : limited.user(username);
  const bool is_active = user && user->is_active;
  limited.limit_to({is_active ? username : "", is_active && user->is_admin});
  return limited;
}

base::Result<base::Slots::Slot> Application::begin_long_read() {
  auto place = long_reads_.take();
  if (place) return std::move(*place);
  return base::Error{
      base::ErrorCode::unavailable,
      "too many requests that take long are being answered at this moment; ask again soon",
      {}};
}

Application::~Application() { site().projections.set_listener({}); }

}  // namespace codelog::application
