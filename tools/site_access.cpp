#include "tools/site_access.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <thread>

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::chrono::milliseconds retry_interval{20};

// Returns nothing if no server listens.
base::Descriptor connect_to_server(const std::filesystem::path& data) {
  const auto address = site::admin_address(data);
  if (!address) return {};
  base::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  address->path.copy(name.sun_path, sizeof name.sun_path - 1);
  const auto* target = reinterpret_cast<const sockaddr*>(&name);
  if (!socket || ::connect(socket.get(), target, sizeof name) != 0) return {};
  return socket;
}

Result<Json> receive_answer(int socket, const site::ReportProgress& report) {
  site::LineReceiver receiver(socket, site::admin_answer_bytes_max);
  for (;;) {
    auto line = receiver.receive();
    if (!line) return line.error();
    if (!*line) {
      return Error{ErrorCode::unavailable,
                   "the server stopped before it answered; `codelog log list` shows whether it "
                   "executed the command",
                   {}};
    }
    Json answer = Json::parse(**line, nullptr, false);
    if (answer.is_object() && answer.contains("result")) return std::move(answer["result"]);
    if (answer.is_object() && answer.contains("error"))
      return site::error_from_json(answer["error"]);
    if (!answer.is_object() || !answer.contains("progress")) {
      return Error{ErrorCode::corrupt, "the server's answer cannot be read", {}};
    }
    const Json& progress = answer["progress"];
    if (report) {
      report({progress.value("stage", ""), progress.value("done", std::uint64_t{0}),
              progress.value("total", std::uint64_t{0})});
    }
  }
}

// The lock of the folder; nothing if a server answers there.
Result<std::optional<site::FolderLock>> reach_folder(const site::DataFolderOptions& options,
                                                     std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    if (connect_to_server(options.data)) return std::optional<site::FolderLock>();
    auto lock = site::FolderLock::try_take(options.data);
    if (!lock || *lock) return lock;
    if (std::chrono::steady_clock::now() >= deadline) {
      return Error{ErrorCode::unavailable,
                   "another codelog process is busy with " + options.data.string() +
                       ", and no server answers there",
                   {}};
    }
    std::this_thread::sleep_for(retry_interval);
  }
}

}  // namespace

std::optional<Result<Json>> run_remotely(const std::filesystem::path& data,
                                         std::string_view operation, const Json& arguments,
                                         const site::ReportProgress& report) {
  const base::Descriptor socket = connect_to_server(data);
  if (!socket) return std::nullopt;
  const Json request = {{"operation", operation}, {"arguments", arguments}};
  const std::string line = request.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (line.size() > site::admin_request_bytes_max) {
    return Error{ErrorCode::too_large, "the request is too large", {}};
  }
  if (const auto sent = site::send_line(socket.get(), line); !sent) return sent.error();
  return receive_answer(socket.get(), report);
}

Result<std::unique_ptr<site::DataFolder>> open_folder_here(const site::DataFolderOptions& options,
                                                           const site::ReportProgress& report,
                                                           std::chrono::milliseconds patience) {
  auto reached = reach_folder(options, patience);
  if (!reached) return reached.error();
  if (*reached) return site::DataFolder::open(options, std::move(**reached), report);
  return Error{
      ErrorCode::conflict, "a server is running on " + options.data.string() + " already", {}};
}

Result<SiteAccess> SiteAccess::open(const site::DataFolderOptions& options,
                                    const site::ReportProgress& report,
                                    std::chrono::milliseconds patience) {
  SiteAccess access;
  access.data_ = options.data;
  auto reached = reach_folder(options, patience);
  if (!reached) return reached.error();
  if (!*reached) return access;
  auto folder = site::DataFolder::open(options, std::move(**reached), report);
  if (!folder) return folder.error();
  access.folder_ = std::move(*folder);
  if (options.views == site::OpenViews::no) return access;
  access.application_ = std::make_unique<application::Application>(access.folder_->site());
  access.operations_ = std::make_unique<AdminOperations>(*access.folder_, *access.application_);
  return access;
}

Result<Json> SiteAccess::run(std::string_view operation, const Json& arguments,
                             const site::ReportProgress& report) {
  const site::ReportProgress reporting =
      report ? report : [](const site::WorkProgress&) { return true; };
  if (operations_) return operations_->run(operation, arguments, reporting);
  if (folder_) return run_log_operation(*folder_, operation, arguments, reporting);
  auto answer = run_remotely(data_, operation, arguments, reporting);
  if (!answer) {
    return Error{ErrorCode::unavailable, "the server stopped before it answered; try again", {}};
  }
  return std::move(*answer);
}

}  // namespace codelog::tools
