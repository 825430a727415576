#include "tools/operations_routes.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "server/http/shared_body.h"

namespace codelog::tools {
namespace {

// The reasons why the site cannot do all its work, one on each line; empty if there are none.
std::string complaints_text(site::DataFolder& folder) {
  std::string text;
  for (const site::Complaint& complaint : site::complaints_of(folder))
    text += complaint.text + "\n";
  return text;
}

double lag_of(site::DataFolder& folder) {
  // Read the views first: they are never ahead of the log, so the difference is never negative.
  const std::uint64_t checkpoint = folder.projections().checkpoint().value();
  const std::uint64_t head = folder.log().head().position.value();
  return static_cast<double>(head - std::min(head, checkpoint));
}

double index_bytes(site::DataFolder& folder) {
  std::uint64_t sum = 0;
  for (const auto& release : folder.releases().open_releases()) sum += release->index_bytes();
  return static_cast<double>(sum);
}

// Bytes of this process in memory now.
double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total_pages = 0;
  std::uint64_t resident_pages = 0;
  file >> total_pages >> resident_pages;
  return static_cast<double>(resident_pages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

// User and system time used by this process.
double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double seconds_of(base::Timestamp time) { return static_cast<double>(time.unix_us) / 1e6; }

}  // namespace

void add_operations_routes(http::Router& router, site::DataFolder& folder, http::Metrics& metrics,
                           const site::SiteWatch& watch, ServerFacts server) {
  http::Route health;
  health.pattern = "/health-check/";
  health.handler = [&folder, &watch, server = std::move(server)](const http::Request& request,
                                                                 const http::PathParameters&) {
    std::string why = complaints_text(folder);
    if (request.query().has("details")) {
      const auto status = watch.status();
      if (!status) return http::content(503, "text/plain; charset=utf-8", "not known yet\n");
      return http::json(why.empty() ? 200 : 503,
                        status_to_json(*status, StatusReader::everybody, server));
    }
    if (why.empty()) return http::Response{};
    return http::content(503, "text/plain; charset=utf-8", std::move(why));
  };
  router.add(std::move(health));

  http::Route prometheus;
  prometheus.methods = {http::Method::get};
  prometheus.pattern = "/metrics";
  prometheus.handler = [&metrics](const http::Request&, const http::PathParameters&) {
    http::Response response = http::content(200, http::Metrics::content_type, metrics.render());
    // Compression would wait for a processor, and metrics must never wait.
    response.compression = http::Compression::never;
    return response;
  };
  router.add(std::move(prometheus));
}

web::FindStatus status_of(site::DataFolder& folder, const site::SiteWatch& watch,
                          std::uint64_t free_bytes_min) {
  const base::Timestamp started_at = base::SystemClock().now();
  return [&folder, &watch, started_at, free_bytes_min] {
    web::SiteStatus status;
    status.version = CODELOG_VERSION;
    status.started_at = started_at;
    if (auto refusal = folder.log().refusal()) status.refusal = std::move(refusal->reason);
    status.refused_since = watch.refused_since();
    for (site::Complaint& complaint : site::complaints_of(folder)) {
      if (complaint.event == site::log_refuses_writes) continue;
      status.other_complaints.push_back(std::move(complaint.text));
    }
    const auto verified = folder.verifications().last();
    if (verified && verified->problems_count > 0) {
      status.other_complaints.emplace_back("a verification of the log has found a fault in it");
    }
    status.views_lag_commits = static_cast<std::uint64_t>(lag_of(folder));
    std::error_code error;
    const auto space = std::filesystem::space(folder.path(), error);
    if (!error) status.free_bytes = space.available;
    status.free_bytes_min = free_bytes_min;
    status.resident_bytes = static_cast<std::uint64_t>(resident_bytes());
    status.open_releases_count = folder.releases().open_releases().size();
    return status;
  };
}

void add_site_gauges(http::Metrics& metrics, site::DataFolder& folder) {
  metrics.gauge("codelog_log_head_position", "Position of the last commit in the log", {},
                [&folder] { return static_cast<double>(folder.log().head().position.value()); });
  metrics.gauge("codelog_log_latched", "1 when the log takes no writes after an I/O error", {},
                [&folder] { return folder.log().latched() ? 1.0 : 0.0; });
  metrics.gauge("codelog_views_lag_commits", "Commits not yet applied to the views", {},
                [&folder] { return lag_of(folder); });
  metrics.gauge("codelog_views_failed", "1 when the views have stopped following the log", {},
                [&folder] { return folder.projections().failure().empty() ? 0.0 : 1.0; });
  metrics.gauge("codelog_log_refuses_writes",
                "1 when the log takes no writes: latched, or too little space on its volume", {},
                [&folder] { return folder.log().refusal() ? 1.0 : 0.0; });
  for (const auto& [name, state] : {std::pair("changed", coding_systems::FileState::changed),
                                    std::pair("unreadable", coding_systems::FileState::unreadable),
                                    std::pair("missing", coding_systems::FileState::missing)}) {
    metrics.gauge(
        "codelog_release_files_bad",
        "Release files that differ from the registered ones, cannot be read, or are missing",
        {{"state", name}}, [&folder, state = state] {
          return static_cast<double>(folder.releases().in_state(state).size());
        });
  }
  metrics.gauge("codelog_user_keys_bad",
                "Users, not erased, whose key was damaged or missing at the start", {},
                [&folder] { return static_cast<double>(folder.unreadable_users().size()); });
  metrics.gauge("codelog_releases_open", "Releases that are open", {}, [&folder] {
    return static_cast<double>(folder.releases().open_releases().size());
  });
  metrics.gauge("codelog_release_index_bytes", "Bytes of release indexes that are mapped", {},
                [&folder] { return index_bytes(folder); });
  metrics.gauge("process_resident_memory_bytes", "Resident memory size in bytes", {},
                resident_bytes);
  metrics.gauge("http_shared_bodies_bytes",
                "Bytes of cached bodies in memory files, in addition to resident memory", {},
                [] { return static_cast<double>(http::SharedBytes::all_files_bytes()); });
  metrics.gauge("process_cpu_seconds", "User and system time spent in seconds", {}, cpu_seconds);
}

void add_status_gauges(http::Metrics& metrics, site::DataFolder& folder,
                       const site::SiteWatch& watch) {
  metrics.gauge("codelog_concerns", "Things that need a person; codelog status names them", {},
                [&watch] {
                  const auto status = watch.status();
                  return status ? static_cast<double>(status->concerns.size()) : 0.0;
                });
  metrics.gauge("codelog_free_bytes", "Room on the volume of the log", {}, [&watch] {
    const auto status = watch.status();
    return status ? static_cast<double>(status->free_bytes) : 0.0;
  });
  metrics.gauge("codelog_free_bytes_min", "With less room, the log takes no writes", {},
                [&folder] { return static_cast<double>(folder.free_bytes_min()); });
  metrics.gauge("codelog_verification_last_timestamp_seconds",
                "When the log was last verified as a whole; 0: not known", {}, [&folder] {
                  const auto last = folder.verifications().last();
                  return last ? seconds_of(last->ended_at) : 0.0;
                });
  metrics.gauge("codelog_verification_problems", "Faults that the last verification found", {},
                [&folder] {
                  const auto last = folder.verifications().last();
                  return last ? static_cast<double>(last->problems_count) : 0.0;
                });
  metrics.gauge("codelog_verification_remaining_commits",
                "Commits that the running verification has still to read; 0: none is running", {},
                [&folder] {
                  const auto walk = folder.verifications().walk();
                  return walk ? static_cast<double>(walk->commits_count - walk->tree.size()) : 0.0;
                });
  metrics.gauge("codelog_log_signing_key_timestamp_seconds",
                "When the newest key that signs checkpoints was made; 0: none", {}, [&folder] {
                  const auto keys = folder.signed_log().keys();
                  return keys.empty() ? 0.0 : seconds_of(keys.front().made_at);
                });
}

void add_follower_gauge(http::Metrics& metrics, const application::LiveCommits& commits) {
  metrics.gauge("codelog_followers", "Clients that wait for a codelist's next commit", {},
                [&commits] { return static_cast<double>(commits.waiting_count()); });
}

void add_archive_gauges(http::Metrics& metrics, site::FindArchiveStatus find) {
  metrics.gauge("codelog_archive_lag_commits", "Commits that are not in the archive yet", {},
                [find] { return static_cast<double>(find().lag_commits); });
  metrics.gauge("codelog_archive_lag_seconds",
                "Age of the oldest commit that is not in the archive yet; 0 without any", {},
                [find] { return static_cast<double>(find().lag_s); });
  metrics.gauge("codelog_archive_failing", "1 when the last attempt to archive failed", {},
                [find] { return find().last_error.empty() ? 0.0 : 1.0; });
  metrics.gauge("codelog_archive_last_shipped_timestamp_seconds",
                "When the archive was last up to date; 0: not yet", {}, [find] {
                  const auto shipped_at = find().last_shipped_at;
                  return shipped_at ? static_cast<double>(shipped_at->unix_us) / 1e6 : 0.0;
                });
}

}  // namespace codelog::tools
