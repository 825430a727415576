// The processes that the bench measures: our own server, nginx beside it, and wrk that sends the
// requests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "tools/child_process.h"
#include "tools/http_client.h"

namespace codelog::tools::bench {

// `codelog serve`, this very program.
struct RunningServer {
  ChildProcess process;
  std::uint16_t port = 0;
  double ready_seconds = 0;  // from its start to its being ready
};
base::Result<RunningServer> start_codelog(const std::filesystem::path& data);

// nginx as one process, which so ends with this one, serving a folder as it would in production,
// without a log. Errors: io (also when it is not installed).
base::Result<RunningServer> start_nginx(const std::filesystem::path& folder,
                                        const std::filesystem::path& root);

// What wrk got through with 64 connections. Errors: io (not installed, or answers were not 2xx).
base::Result<std::uint64_t> send_requests(std::uint16_t port, const std::string& target,
                                          double seconds);

}  // namespace codelog::tools::bench
