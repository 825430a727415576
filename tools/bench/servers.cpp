#include "tools/bench/servers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <thread>

#include "events/base/file.h"
#include "tools/bench/measure.h"
#include "tools/json.h"

namespace codelog::tools::bench {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::chrono::seconds start_timeout{60};
constexpr std::chrono::milliseconds retry_interval{5};
constexpr std::chrono::milliseconds idle_interval{100};

std::uint16_t port_of(const std::string& url) {
  std::uint16_t port = 0;
  const auto colon = url.rfind(':');
  if (colon == std::string::npos) return 0;
  std::from_chars(url.data() + colon + 1, url.data() + url.size(), port);
  return port;
}

// A port that was free a moment ago.
Result<std::uint16_t> free_port() {
  const base::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (!socket || ::bind(socket.get(), generic, size) != 0 ||
      ::getsockname(socket.get(), generic, &size) != 0) {
    return Error{ErrorCode::io, "there is no free port", {}};
  }
  return ntohs(address.sin_port);
}

std::string nginx_configuration(const std::filesystem::path& folder,
                                const std::filesystem::path& root, std::uint16_t port) {
  std::string text = ::geteuid() == 0 ? "user root;\n" : "";
  text += "daemon off;\nmaster_process off;\npid " + (folder / "nginx.pid").string() +
          ";\nerror_log stderr error;\nevents { worker_connections 1024; }\nhttp {\n"
          "  access_log off;\n  sendfile on;\n  tcp_nopush on;\n  keepalive_requests 1000000000;\n"
          "  default_type text/csv;\n  types { application/json json; }\n";
  for (const char* name : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    text += "  " + std::string(name) + "_temp_path " + (folder / name).string() + ";\n";
  }
  return text + "  server { listen 127.0.0.1:" + std::to_string(port) + "; root " + root.string() +
         "; }\n}\n";
}

}  // namespace

Result<RunningServer> start_codelog(const std::filesystem::path& data) {
  const double start = wall_seconds();
  auto process =
      ChildProcess::start({.arguments = {"/proc/self/exe", "serve", "--data", data.string(),
                                         "--listen", "127.0.0.1:0", "--log-level", "warning"}});
  if (!process) return process.error();
  const auto line = process->read_line(start_timeout);
  const std::uint16_t port = line ? port_of(*line) : std::uint16_t{0};
  if (port == 0) {
    return Error{ErrorCode::io, "the server did not start: " + process->errors(), {}};
  }
  return RunningServer{std::move(*process), port, wall_seconds() - start};
}

void wait_until_idle(const RunningServer& server) {
  constexpr double busy_share = 0.02;
  const double start = wall_seconds();
  for (int idle = 0; idle < 5 && wall_seconds() - start < 60;) {
    const double before = cpu_seconds_of(server.process.pid());
    const double wall_before = wall_seconds();
    std::this_thread::sleep_for(idle_interval);
    const double spent = cpu_seconds_of(server.process.pid()) - before;
    idle = spent < busy_share * (wall_seconds() - wall_before) ? idle + 1 : 0;
  }
}

Result<RunningServer> start_nginx(const std::filesystem::path& folder,
                                  const std::filesystem::path& root) {
  const auto port = free_port();
  if (!port) return port.error();
  const std::filesystem::path configuration = folder / "nginx.conf";
  const auto written =
      base::write_file_durably(configuration, nginx_configuration(folder, root, *port));
  if (!written) return written.error();
  const double start = wall_seconds();
  auto process = ChildProcess::start(
      {.arguments = {"nginx", "-p", folder.string(), "-c", configuration.string()}});
  if (!process) return process.error();
  while (!HttpClient::connect(*port)) {
    if (wall_seconds() - start > 10 || process->wait_for(retry_interval)) {
      return Error{ErrorCode::io, "nginx did not start: " + process->errors(), {}};
    }
  }
  return RunningServer{std::move(*process), *port, wall_seconds() - start};
}

Result<std::uint64_t> send_requests(std::uint16_t port, const std::string& target, double seconds) {
  const auto whole_seconds = std::max(1L, std::lround(seconds));
  const auto finished =
      run_process({.arguments = {"wrk", "-t1", "-c64", "-d" + std::to_string(whole_seconds) + "s",
                                 "http://127.0.0.1:" + std::to_string(port) + target}});
  if (!finished) return finished.error();
  const std::string& text = finished->output;
  const auto end = text.find(" requests in ");
  if (finished->exit_code != 0 || end == std::string::npos ||
      text.find("Non-2xx") != std::string::npos) {
    return Error{ErrorCode::io, "wrk " + target + ": " + text + finished->errors, {}};
  }
  const auto before = text.find_last_not_of("0123456789", end - 1);
  const std::size_t first = before == std::string::npos ? 0 : before + 1;
  std::uint64_t count = 0;
  std::from_chars(text.data() + first, text.data() + end, count);
  return count;
}

}  // namespace codelog::tools::bench
