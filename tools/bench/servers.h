// The processes that the bench measures: our own server, nginx as its baseline, and wrk, which
// sends the requests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "tools/child_process.h"
#include "tools/http_client.h"

namespace codelog::tools::bench {

// `codelog serve`, run from this same program.
struct RunningServer {
  ChildProcess process;
  std::uint16_t port = 0;
  double ready_seconds = 0;  // from its start until it is ready
};
base::Result<RunningServer> start_codelog(const std::filesystem::path& data);
// Waits, at most a minute, until the server has checked its release files and has nothing to do.
void wait_until_idle(const RunningServer& server);

// Starts nginx as one process, which ends with this one. It serves a folder as in production,
// without a log. Errors: io (also when nginx is not installed).
base::Result<RunningServer> start_nginx(const std::filesystem::path& folder,
                                        const std::filesystem::path& root);

// The number of requests that wrk completed with 64 connections. Errors: io (wrk not installed, or
// answers other than 2xx).
base::Result<std::uint64_t> send_requests(std::uint16_t port, const std::string& target,
                                          double seconds);

}  // namespace codelog::tools::bench
