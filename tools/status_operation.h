// The state of a site as JSON, for `codelog status` and /health-check/?details:
//   {now, server: {started_at} or null,
//    log: {position, root, epoch, last_commit_at, takes_writes},
//    witness: {file, position, on_volume_of_log}, views: {lag_commits},
//    space: {free_bytes, free_bytes_min}, files: {registered, missing: [path]},
//    verification: {last: {begun_at, ended_at, commits, problems, first_problem} or null,
//                   running: {begun_at, checked, commits} or null},
//    keys: {signing: [{key, made_at, signs}], people, people_unreadable},
//    archive: {destination, lag_commits, lag_s, last_shipped_at, last_error} or null,
//    concerns: [{name, text, action}]}
#pragma once

#include <optional>

#include "server/site/site_status.h"
#include "tools/json.h"

namespace codelog::tools {

// What only a server knows.
struct ServerFacts {
  base::Timestamp started_at;
  site::FindArchiveStatus find_archive = {};  // empty: it has no archive
};

enum class StatusReader : std::uint8_t {
  operators,
  everybody,  // without places on this machine, errors of the archive's store, and actions
};

Json status_to_json(const site::SiteStatusReport& report, StatusReader reader,
                    const std::optional<ServerFacts>& server);

site::SiteStatusReport find_status(site::DataFolder& folder,
                                   const std::optional<ServerFacts>& server);

}  // namespace codelog::tools
