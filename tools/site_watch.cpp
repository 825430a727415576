#include "tools/site_watch.h"

#include <sys/resource.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <utility>

namespace codelog::tools {
namespace {

constexpr std::chrono::seconds look_interval{2};
constexpr std::chrono::hours verify_interval{24};
constexpr int background_nice = 15;

}  // namespace

std::vector<Complaint> complaints_of(DataFolder& folder) {
  std::vector<Complaint> complaints;
  if (auto refusal = folder.log().refusal()) {
    complaints.push_back(
        {"log_refuses_writes", std::move(refusal->reason), std::move(refusal->cause)});
  }
  if (std::string failure = folder.projections().failure(); !failure.empty()) {
    complaints.push_back({"views_failed",
                          "the views have stopped following the log; the server's log says why",
                          std::move(failure)});
  }
  for (const std::string& alias : folder.releases().in_state(coding_systems::FileState::changed)) {
    complaints.push_back({"release_changed",
                          "the file of the release " + alias +
                              " is not the one that was registered, and is refused: put that one "
                              "back, or import it once more",
                          ""});
  }
  for (const std::string& name : folder.mappings().changed()) {
    complaints.push_back({"mapping_changed",
                          "the file of the mapping " + name +
                              " is not the one that was registered, and is refused: put that one "
                              "back, or import it once more",
                          ""});
  }
  return complaints;
}

SiteWatch::SiteWatch(DataFolder& folder, http::Log& log)
    : folder_(folder), log_(log), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void SiteWatch::run(const std::stop_token& stop) {
  // Linux keeps a priority for every thread.
  (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), background_nice);
  std::mutex mutex;
  std::condition_variable_any stopped;
  auto next_verification = std::chrono::steady_clock::now();
  while (!stop.stop_requested()) {
    const auto now = std::chrono::steady_clock::now();
    const bool all = now >= next_verification;
    if (all) next_verification = now + verify_interval;
    try {
      verify_releases(all, stop);
      verify_mappings(all, stop);
    } catch (const projections::DamagedViews&) {
      // These failures are reported below.
    }
    write_changes();
    std::unique_lock lock(mutex);
    stopped.wait_for(lock, stop, look_interval, [] { return false; });
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

}  // namespace codelog::tools
