// /status/: whether the site is well, for people; /health-check/ and /metrics say it to machines.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "events/base/clock.h"
#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::web {

// What the page cannot find out itself. Texts are for clients, and name no place on this machine.
struct SiteStatus {
  std::string version;  // of the program
  base::Timestamp started_at;
  std::optional<std::string> refusal = {};  // why the log takes no changes
  std::optional<base::Timestamp> refused_since = {};
  std::vector<std::string> other_complaints = {};
  std::uint64_t views_lag_commits = 0;
  // Administrators see the rest.
  std::uint64_t free_bytes = 0;
  std::uint64_t free_bytes_min = 0;  // with less, the log takes no changes
  std::uint64_t resident_bytes = 0;
  std::size_t open_releases_count = 0;
};
using FindStatus = std::function<SiteStatus()>;  // from any thread

// The application must outlive the router.
void add_status_page(http::Router& router, application::Application& application,
                     FindStatus find_status);

}  // namespace codelog::web
