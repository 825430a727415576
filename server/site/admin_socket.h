// The server's side of the admin protocol. Answers on DATA/codelog.sock until it is destroyed; its
// destructor stops long work and waits for running operations. Each connection has a thread of its
// own, since there are few at a time.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <thread>

#include "events/base/mutex.h"
#include "server/site/admin_protocol.h"

namespace codelog::site {

inline constexpr std::size_t admin_connections_max = 16;

// Performs one operation; called on several threads at once.
using RunOperation = std::function<base::Result<Json>(
    std::string_view operation, const Json& arguments, const ReportProgress&)>;

class AdminSocket {
 public:
  // Only the process that holds the data folder may call this: an existing socket file then
  // belonged to a process that died. Errors: io.
  static base::Result<std::unique_ptr<AdminSocket>> listen(const std::filesystem::path& data,
                                                           RunOperation run);
  ~AdminSocket();
  AdminSocket(const AdminSocket&) = delete;
  AdminSocket& operator=(const AdminSocket&) = delete;

 private:
  AdminSocket(AdminAddress address, base::Descriptor socket, base::Descriptor wake,
              RunOperation run);
  void accept_connections();
  void start_to_serve(int connection);
  void serve(int connection);
  void forget(int connection);
  base::Result<Json> run(const Json& request, const ReportProgress& report) const;

  AdminAddress address_;
  base::Descriptor socket_;
  base::Descriptor wake_;  // an eventfd, readable when the socket must close
  RunOperation run_;
  std::atomic<bool> stopping_ = false;
  base::Mutex mutex_;
  base::Condition all_done_;
  std::set<int> connections_ GUARDED_BY(mutex_);  // their descriptors
  std::thread acceptor_;                          // last: it uses all of the above
};

}  // namespace codelog::site
