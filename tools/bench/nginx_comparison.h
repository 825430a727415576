// Requests to our server beside requests to nginx, which serves the same bytes from a file.
#pragma once

#include <string>
#include <vector>

#include "tools/bench/bench.h"
#include "tools/bench/servers.h"
#include "tools/bench/site.h"

namespace codelog::tools::bench {

struct ServedFile {
  std::string name;
  std::string target;
  std::string file;  // its name for nginx; unique within a comparison
  double cpu_ratio_max = 0;
};

struct Cost {
  std::vector<double> cpu_us;  // of the server for one request, per round
  std::vector<double> requests_per_second;
};
// Adds one round of requests by 64 connections. Errors: io.
base::Result<void> load(const RunningServer& server, const std::string& target, double seconds,
                        Cost& cost);

// Adds figures for each file. Leaves them out, with a sentence, if nginx or wrk is not installed.
// Errors: io.
base::Result<void> compare_with_nginx(Bench& bench, const RunningServer& server,
                                      Researcher& researcher, const std::vector<ServedFile>& files);

}  // namespace codelog::tools::bench
