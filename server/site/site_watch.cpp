#include "server/site/site_watch.h"

#include <sys/resource.h>
#include <unistd.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

#include "events/base/thrown_error.h"

namespace codelog::site {
namespace {

constexpr std::chrono::seconds look_interval{2};
constexpr std::chrono::hours verify_interval{24};
constexpr std::chrono::minutes save_interval{1};
constexpr int background_nice = 15;

std::string cannot_be_read(const std::string& owner) {
  return "the file of the " + owner +
         " cannot be read; it is tried again once a day, and when it is restored or imported again";
}

}  // namespace

std::vector<Complaint> complaints_of(DataFolder& folder) {
  std::vector<Complaint> complaints;
  if (auto refusal = folder.log().refusal()) {
    complaints.push_back(
        {log_refuses_writes, std::move(refusal->reason), std::move(refusal->cause)});
  }
  if (std::string failure = folder.projections().failure(); !failure.empty()) {
    complaints.push_back({"views_failed",
                          "the views have stopped following the log; the server's log says why",
                          std::move(failure)});
  }
  for (const std::string& alias : folder.releases().in_state(coding_systems::FileState::changed)) {
    complaints.push_back(
        {"release_changed", coding_systems::differs_from_registered("release " + alias), ""});
  }
  for (auto& [alias, cause] : folder.releases().unreadable()) {
    complaints.push_back({"release_unreadable", cannot_be_read("release " + alias), cause});
  }
  for (const std::string& name : folder.mappings().changed()) {
    complaints.push_back(
        {"mapping_changed", coding_systems::differs_from_registered("mapping " + name), ""});
  }
  for (auto& [name, cause] : folder.mappings().unreadable()) {
    complaints.push_back({"mapping_unreadable", cannot_be_read("mapping " + name), cause});
  }
  return complaints;
}

SiteWatch::SiteWatch(DataFolder& folder, http::Log& log, FindArchiveStatus find_archive)
    : folder_(folder),
      log_(log),
      find_archive_(std::move(find_archive)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

std::optional<SiteStatusReport> SiteWatch::status() const {
  const base::Lock lock(mutex_);
  return status_;
}

void SiteWatch::note_status() {
  SiteStatusReport found =
      report_status(folder_, find_archive_ ? find_archive_() : ArchiveStatus());
  const base::Lock lock(mutex_);
  status_ = std::move(found);
}

void SiteWatch::run(const std::stop_token& stop) {
  // Linux keeps a priority for every thread.
  (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), background_nice);
  std::mutex mutex;
  std::condition_variable_any stopped;
  auto next_verification = std::chrono::steady_clock::now();
  auto next_save = next_verification + save_interval;
  while (!stop.stop_requested()) {
    const auto now = std::chrono::steady_clock::now();
    const bool all = now >= next_verification;
    if (all) {
      next_verification = now + verify_interval;
      last_failure_.clear();
    }
    attempt([&] { note_status(); });
    attempt([&] { verify_releases(all, stop); });
    attempt([&] { verify_mappings(all, stop); });
    attempt([&] { note_refusal(); });
    attempt([&] { write_changes(); });
    // So that its beginning is known even if nobody looks at a page.
    attempt([&] { (void)folder_.read_only(); });
    attempt([&] { folder_.log().give_back_memory(); });
    attempt([&] { folder_.projections().give_back_memory(); });
    if (now >= next_save) {
      next_save = now + save_interval;
      attempt([&] { save_last_uses(); });
    }
    std::unique_lock lock(mutex);
    stopped.wait_for(lock, stop, look_interval, [] { return false; });
  }
  attempt([&] { save_last_uses(); });
}

std::optional<base::Timestamp> SiteWatch::refused_since() const {
  const base::Lock lock(mutex_);
  return refused_since_;
}

void SiteWatch::note_refusal() {
  const bool refuses = folder_.log().refusal().has_value();
  const base::Timestamp now = base::SystemClock().now();
  const base::Lock lock(mutex_);
  if (!refuses) {
    refused_since_.reset();
  } else if (!refused_since_) {
    refused_since_ = now;
  }
}

void SiteWatch::save_last_uses() {
  if (const auto saved = folder_.save_last_uses(); !saved) {
    throw base::ThrownError(saved.error(), "the last uses of tokens are not written down");
  }
}

// An exception must not end the server.
void SiteWatch::attempt(const std::function<void()>& work) {
  try {
    work();
  } catch (const projections::DamagedViews&) {
    // write_changes() reports these failures.
  } catch (const std::exception& error) {
    try {
      if (error.what() == last_failure_) return;
      log_.write(http::LogLevel::warning, "watch_failed", {{"detail", error.what()}});
      last_failure_ = error.what();
    } catch (const std::exception&) {
      // There is no memory even for this line.
    }
  }
}

void SiteWatch::verify_releases(bool all, const std::stop_token& stop) {
  coding_systems::Releases& releases = folder_.releases();
  for (const projections::ReleaseRecord& release : folder_.projections().views().releases()) {
    if (stop.stop_requested()) return;
    if (release.state != events::ReleaseState::ready) continue;
    if (release.file_digest == base::Sha256{}) continue;
    const auto state = all ? releases.verify(release.coding_system, release.alias, stop)
                           : releases.verify_if_touched(release.coding_system, release.alias, stop);
    if (state) continue;
    log_.write(http::LogLevel::warning, "release_not_verified",
               {{"alias", release.alias}, {"detail", state.error().detail}});
  }
}

void SiteWatch::verify_mappings(bool all, const std::stop_token& stop) {
  using Reading = mappings::Mappings::Reading;
  for (const projections::MappingRecord& mapping : folder_.projections().views().mappings()) {
    if (stop.stop_requested()) return;
    if (!mappings::is_mapping(mapping.mapping)) continue;
    const auto verified =
        folder_.mappings().verify(mapping.mapping, {mapping.name, mapping.file_digest},
                                  all ? Reading::always : Reading::only_if_touched, stop);
    if (verified) continue;
    log_.write(http::LogLevel::warning, "mapping_not_verified",
               {{"mapping", mapping.mapping}, {"detail", verified.error().detail}});
  }
}

void SiteWatch::write_changes() {
  std::map<std::string, Complaint> now;
  for (Complaint& complaint : complaints_of(folder_)) {
    const std::string text = complaint.text;
    now.emplace(text, std::move(complaint));
  }
  for (const auto& [text, complaint] : now) {
    if (known_.contains(text)) continue;
    log_.write(http::LogLevel::error, complaint.event,
               {{"detail", complaint.text}, {"cause", complaint.cause}});
  }
  for (const auto& [text, complaint] : known_) {
    if (now.contains(text)) continue;
    log_.write(http::LogLevel::warning, "over", {{"event", complaint.event}, {"detail", text}});
  }
  known_ = std::move(now);
}

}  // namespace codelog::site
