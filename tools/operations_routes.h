// The addresses for operators: /health-check/ and /metrics.
#pragma once

#include "server/application/live_commits.h"
#include "server/http/metrics.h"
#include "server/http/router.h"
#include "server/site/archive_status.h"
#include "server/site/data_folder.h"
#include "server/site/site_watch.h"
#include "server/web/site/status_page.h"
#include "tools/status_operation.h"

namespace codelog::tools {

// /health-check/: 200 with an empty body, as in OpenCodelists; 503 with the reason when the log
// refuses writes, the views have stopped following it, or the file of a release or mapping is not
// the registered one. With ?details, the same statuses with the site's state as JSON
// (status_operation.h). /metrics: Prometheus' text format. All references must outlive the router.
void add_operations_routes(http::Router& router, site::DataFolder& folder, http::Metrics& metrics,
                           const site::SiteWatch& watch, ServerFacts server);

// For the page /status/. Everything must outlive the result.
web::FindStatus status_of(site::DataFolder& folder, const site::SiteWatch& watch,
                          std::uint64_t free_bytes_min);

// The gauges of the log, the views, the releases and the process. The folder must outlive the
// metrics' last render.
void add_site_gauges(http::Metrics& metrics, site::DataFolder& folder);
// The gauges of what `codelog status` tells people. As above.
void add_status_gauges(http::Metrics& metrics, site::DataFolder& folder,
                       const site::SiteWatch& watch);
// The gauge of clients that follow codelists. As above.
void add_follower_gauge(http::Metrics& metrics, const application::LiveCommits& commits);

// The gauges of the archive that the server ships commits to. What `find` uses must outlive the
// metrics' last render.
void add_archive_gauges(http::Metrics& metrics, site::FindArchiveStatus find);

}  // namespace codelog::tools
