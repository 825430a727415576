#include "tests/tools/program.h"

#include <catch2/catch.hpp>
#include <charconv>
#include <csignal>

namespace codelog::tools::test {
namespace {

// Generous, for a sanitized build on a busy machine.
constexpr std::chrono::seconds ready_timeout{120};

ChildProcess start(const std::filesystem::path& data, const ServeOptions& options) {
  std::vector<std::string> arguments = {CODELOG_PROGRAM, "serve",    "--data",
                                        data.string(),   "--listen", "127.0.0.1:0",
                                        "--log-level",   "warning"};
  arguments.insert(arguments.begin(), options.starter.begin(), options.starter.end());
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  auto process = ChildProcess::start({.arguments = arguments, .environment = options.environment});
  REQUIRE(process);
  return std::move(*process);
}

}  // namespace

FinishedProcess run_codelog(std::vector<std::string> arguments, std::string input) {
  arguments.insert(arguments.begin(), CODELOG_PROGRAM);
  auto finished = run_process({.arguments = std::move(arguments), .input = std::move(input)});
  REQUIRE(finished);
  return std::move(*finished);
}

std::string Data::run(std::vector<std::string> arguments, int expected_exit_code) const {
  arguments.insert(arguments.end(), {"--data", path_.string()});
  const FinishedProcess finished = run_codelog(arguments);
  CAPTURE(arguments, finished.output, finished.errors);
  REQUIRE(finished.exit_code == expected_exit_code);
  return finished.output;
}

Json Data::run_json(std::vector<std::string> arguments) const {
  arguments.emplace_back("--json");
  Json json = Json::parse(run(std::move(arguments)), nullptr, false);
  REQUIRE_FALSE(json.is_discarded());
  return json;
}

Json Data::refused(std::vector<std::string> arguments) const {
  arguments.insert(arguments.end(), {"--json", "--data", path_.string()});
  const FinishedProcess finished = run_codelog(arguments);
  CAPTURE(arguments, finished.output, finished.errors);
  REQUIRE(finished.exit_code == 1);
  CHECK(finished.output.empty());
  Json json = Json::parse(finished.errors, nullptr, false);
  REQUIRE(json.is_object());
  return json["error"];
}

base::Result<Server> Server::try_start(const std::filesystem::path& data,
                                       const ServeOptions& options) {
  ChildProcess process = start(data, options);
  const auto line = process.read_line(ready_timeout);
  constexpr std::string_view expected = "listening on http://127.0.0.1:";
  std::uint16_t port = 0;
  if (line && line->starts_with(expected)) {
    std::from_chars(line->data() + expected.size(), line->data() + line->size(), port);
  }
  if (port != 0) return Server(std::move(process), port);
  const auto ended = process.wait_for(ready_timeout);
  return base::Error{base::ErrorCode::unavailable,
                     (ended ? "exit code " + std::to_string(*ended) : "still running") + ": " +
                         line.value_or("") + process.errors(),
                     {}};
}

Server::Server(const std::filesystem::path& data, const ServeOptions& options)
    : Server([&] {
        auto started = try_start(data, options);
        CAPTURE(started ? "" : started.error().detail);
        REQUIRE(started);
        return std::move(*started);
      }()) {}

HttpClient Server::client() const {
  auto client = HttpClient::connect(port_);
  REQUIRE(client);
  return std::move(*client);
}

HttpAnswer Server::send(const HttpRequest& request) const {
  HttpClient connection = client();
  auto answer = connection.send(request);
  REQUIRE(answer);
  return std::move(*answer);
}

int Server::stop() {
  process_.send_signal(SIGTERM);
  return process_.wait();
}

HttpRequest json_request(const std::string& method, const std::string& target,
                         const std::string& token, const Json& body) {
  return {.method = method,
          .target = target,
          .headers = {{"Authorization", "Token " + token}, {"Content-Type", "application/json"}},
          .body = body.is_null() ? "" : body.dump()};
}

}  // namespace codelog::tools::test
