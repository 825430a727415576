#include "server/site/admin_socket.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <catch2/catch.hpp>
#include <ctime>
#include <future>
#include <stdexcept>
#include <thread>

#include "server/site/temporary_folder.h"
#include "tools/site_access.h"

namespace codelog::tools::admin_socket_test {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// Returns the operation and its arguments.
Result<Json> echo(std::string_view operation, const Json& arguments,
                  const site::ReportProgress& report) {
  report({"echoing", 1, 2});
  if (operation == "refuse") {
    return Error{ErrorCode::conflict, "no", {{"field", "why"}}};
  }
  if (operation == "throw") throw std::runtime_error("no memory");
  return Json{{"operation", operation}, {"arguments", arguments}};
}

struct Site {
  site::TemporaryFolder folder = std::move(*site::TemporaryFolder::make());
  std::unique_ptr<site::AdminSocket> socket =
      std::move(*site::AdminSocket::listen(folder.path(), echo));

  std::optional<Result<Json>> run(std::string_view operation, const Json& arguments) const {
    return run_remotely(folder.path(), operation, arguments, {});
  }
};

base::Descriptor connect_raw(const std::filesystem::path& data) {
  base::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  (data / site::admin_socket_name).string().copy(name.sun_path, sizeof name.sun_path - 1);
  REQUIRE(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
  return socket;
}

TEST_CASE("an operation's result comes back through the socket, with its progress", "[admin]") {
  const Site site;
  std::vector<site::WorkProgress> seen;
  const auto answer = run_remotely(site.folder.path(), "ask", {{"a", "é"}, {"b", 2}},
                                   [&](const site::WorkProgress& progress) {
                                     seen.push_back(progress);
                                     return true;
                                   });
  REQUIRE(answer);
  REQUIRE(*answer);
  CHECK((**answer)["operation"] == "ask");
  CHECK((**answer)["arguments"]["a"] == "é");
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].stage == "echoing");
  CHECK(seen[0].total == 2);
}

TEST_CASE("an operation's error is returned whole", "[admin]") {
  const Site site;
  const auto answer = site.run("refuse", Json::object());
  REQUIRE(answer);
  REQUIRE_FALSE(*answer);
  CHECK(answer->error() == Error{ErrorCode::conflict, "no", {{"field", "why"}}});
}

TEST_CASE("an operation that throws is an error, and the server answers the next one", "[admin]") {
  const Site site;
  const auto answer = site.run("throw", Json::object());
  REQUIRE(answer);
  REQUIRE_FALSE(*answer);
  CHECK(answer->error().code == ErrorCode::unavailable);
  CHECK_THAT(answer->error().detail, Catch::Contains("no memory"));
  const auto next = site.run("ask", Json::object());
  REQUIRE(next);
  CHECK(*next);
}

TEST_CASE("every error code survives the conversion to JSON and back", "[admin]") {
  const auto code =
      GENERATE(ErrorCode::invalid, ErrorCode::unauthenticated, ErrorCode::forbidden,
               ErrorCode::not_found, ErrorCode::conflict, ErrorCode::too_large,
               ErrorCode::unprocessable, ErrorCode::corrupt, ErrorCode::io, ErrorCode::unavailable);
  const Error error{code, "detail", {}};
  CHECK(site::error_from_json(site::error_to_json(error)) == error);
}

TEST_CASE("a malformed error of the peer is not accepted", "[admin]") {
  CHECK(site::error_from_json(3).code == ErrorCode::io);
  CHECK(site::error_from_json({{"code", 3}, {"detail", Json::array()}, {"errors", {1, 2}}}).code ==
        ErrorCode::io);
}

TEST_CASE("the socket is only for its user, and removed with the server", "[admin]") {
  Site site;
  const auto path = site.folder.path() / site::admin_socket_name;
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  site.socket.reset();
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK_FALSE(site.run("ask", Json::object()));
}

TEST_CASE("a socket file that a killed server left is taken over", "[admin]") {
  Site site;
  const auto path = site.folder.path() / site::admin_socket_name;
  const auto left = site.folder.path() / "left";
  std::filesystem::rename(path, left);
  site.socket.reset();
  std::filesystem::rename(left, path);
  CHECK_FALSE(site.run("ask", Json::object()));
  auto socket = site::AdminSocket::listen(site.folder.path(), echo);
  REQUIRE(socket);
  CHECK(site.run("ask", Json::object()));
}

TEST_CASE("data folders with long names have a socket, too", "[admin]") {
  const auto folder = std::move(*site::TemporaryFolder::make());
  const auto data = folder.path() / std::string(200, 'd');
  std::filesystem::create_directory(data);
  const auto socket = site::AdminSocket::listen(data, echo);
  REQUIRE(socket);
  const auto answer = run_remotely(data, "ask", Json::object(), {});
  REQUIRE(answer);
  CHECK(*answer);
}

TEST_CASE("a malformed request is refused", "[admin]") {
  const Site site;
  const std::string request = GENERATE("", "nonsense", "[]", "{\"operation\":3,\"arguments\":{}}",
                                       "{\"operation\":\"ask\",\"arguments\":[]}");
  const base::Descriptor socket = connect_raw(site.folder.path());
  REQUIRE(site::send_line(socket.get(), request));
  site::LineReceiver receiver(socket.get(), 1000);
  const auto answer = receiver.receive();
  REQUIRE(answer);
  REQUIRE(*answer);
  CHECK(Json::parse(**answer)["error"]["code"] == "invalid");
}

TEST_CASE("a request beyond the limit is cut off", "[admin]") {
  const Site site;
  const base::Descriptor socket = connect_raw(site.folder.path());
  const std::string much(2 * site::admin_request_bytes_max, 'x');
  // The server may have closed the connection before everything was sent.
  const auto sent = site::send_line(socket.get(), much);
  site::LineReceiver receiver(socket.get(), 1000);
  const auto answer = receiver.receive();
  CHECK((!answer || !*answer));
  CHECK(site.run("ask", Json::object()));
}

TEST_CASE("a line beyond the receiver's limit is an error, whole lines are not", "[admin]") {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  const base::Descriptor one(ends[0]);
  const base::Descriptor other(ends[1]);
  REQUIRE(site::send_line(one.get(), "first"));
  REQUIRE(site::send_line(one.get(), std::string(200, 'x')));
  site::LineReceiver receiver(other.get(), 100);
  const auto first = receiver.receive();
  REQUIRE(first);
  CHECK(*first == std::optional<std::string>("first"));
  const auto second = receiver.receive();
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::too_large);
}

TEST_CASE("several commands run at once, and an idle connection holds up nobody", "[admin]") {
  Site site;
  const base::Descriptor silent = connect_raw(site.folder.path());
  std::vector<std::future<bool>> answers;
  for (int i = 0; i < 8; ++i) {
    answers.push_back(std::async(std::launch::async, [&] {
      const auto answer = site.run("ask", Json::object());
      return answer && *answer;
    }));
  }
  for (auto& answer : answers) CHECK(answer.get());
  const base::Descriptor half = connect_raw(site.folder.path());
  REQUIRE(::send(half.get(), "{\"oper", 6, MSG_NOSIGNAL) == 6);
  const auto before = std::chrono::steady_clock::now();
  site.socket.reset();
  // It would wait 10 seconds for the rest of either request.
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(8));
}

TEST_CASE("without free descriptors the socket waits, and does not spin", "[admin]") {
  Site site;
  rlimit files{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
  base::Descriptor waiting(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const rlimit few{static_cast<rlim_t>(waiting.get()) + 1, files.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  std::vector<base::Descriptor> taken;
  for (;;) {
    base::Descriptor another(::dup(waiting.get()));
    if (!another) break;
    taken.push_back(std::move(another));
  }
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  (site.folder.path() / site::admin_socket_name)
      .string()
      .copy(name.sun_path, sizeof name.sun_path - 1);
  const bool connected =
      ::connect(waiting.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0;
  const std::clock_t before = std::clock();  // of the whole process
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  const double used = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  taken.clear();
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &files) == 0);
  REQUIRE(connected);
  CHECK(used < 0.2);  // spinning takes all of the time
  const auto answer = site.run("ask", Json::object());
  REQUIRE(answer);
  CHECK(*answer);
}

TEST_CASE("closing the socket stops long work, and waits for it", "[admin]") {
  const auto folder = std::move(*site::TemporaryFolder::make());
  std::promise<void> started;
  std::atomic<bool> told = false;
  auto socket = site::AdminSocket::listen(
      folder.path(),
      [&](std::string_view, const Json&, const site::ReportProgress& report) -> Result<Json> {
        started.set_value();
        while (report({"working", 0, 0})) std::this_thread::yield();
        told = true;
        return Error{ErrorCode::unavailable, "stopped", {}};
      });
  REQUIRE(socket);
  auto answer = std::async(std::launch::async,
                           [&] { return run_remotely(folder.path(), "work", Json::object(), {}); });
  started.get_future().wait();
  socket->reset();
  CHECK(told);
  const auto outcome = answer.get();
  REQUIRE(outcome);
  CHECK_FALSE(*outcome);
}

}  // namespace
}  // namespace codelog::tools::admin_socket_test
