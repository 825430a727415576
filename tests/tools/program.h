// Runs the built program as people do: whole processes on a temporary data folder.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/site/temporary_folder.h"
#include "tools/child_process.h"
#include "tools/http_client.h"
#include "tools/json.h"

namespace codelog::tools::test {

// A data folder that is removed with the test.
class Data {
 public:
  const std::filesystem::path& path() const { return path_; }
  // Runs `codelog …arguments --data PATH`. An unexpected exit code fails the test.
  std::string run(std::vector<std::string> arguments, int expected_exit_code = 0) const;
  // As run(), with --json.
  Json run_json(std::vector<std::string> arguments) const;
  // The error that a refused command prints with --json.
  Json refused(std::vector<std::string> arguments) const;

 private:
  site::TemporaryFolder folder_ = std::move(*site::TemporaryFolder::make());
  std::filesystem::path path_ = folder_.path() / "data";
};

FinishedProcess run_codelog(std::vector<std::string> arguments, std::string input = {});

struct ServeOptions {
  std::vector<std::string> starter = {};  // a program that becomes the server: "prlimit", …
  std::vector<std::string> arguments = {};
  std::vector<std::pair<std::string, std::string>> environment = {};
};

// `codelog serve` on a free port; the destructor kills it.
class Server {
 public:
  // Fails the test if the server does not get ready.
  explicit Server(const std::filesystem::path& data, const ServeOptions& options = {});
  // The error's detail is the end of the program, and its output.
  static base::Result<Server> try_start(const std::filesystem::path& data,
                                        const ServeOptions& options = {});

  std::uint16_t port() const { return port_; }
  ChildProcess& process() { return process_; }
  HttpClient client() const;
  // Sends one request on a connection of its own; fails the test without an answer.
  HttpAnswer send(const HttpRequest& request) const;
  HttpAnswer get(const std::string& target) const { return send({.target = target}); }
  // Sends SIGTERM; returns the exit code.
  int stop();

 private:
  Server(ChildProcess process, std::uint16_t port) : process_(std::move(process)), port_(port) {}

  ChildProcess process_;
  std::uint16_t port_ = 0;
};

// A JSON request with a token.
HttpRequest json_request(const std::string& method, const std::string& target,
                         const std::string& token, const Json& body);

}  // namespace codelog::tools::test
