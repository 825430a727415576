// Looks after a site that is being served, on a thread of low priority: reads every release file
// and compares it with what was registered, at the start and once a day; looks every few seconds
// whether one has been touched; and writes to the server's log when something goes wrong and when
// it is right again.
#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "server/http/log.h"
#include "tools/data_folder.h"

namespace codelog::tools {

// What keeps the site from doing all its work. `text` is for clients and names no place on this
// machine; `cause` is for the server's log.
struct Complaint {
  std::string event;  // of the log: "log_refuses_writes"
  std::string text;
  std::string cause;
};
std::vector<Complaint> complaints_of(DataFolder& folder);

class SiteWatch {
 public:
  // Both must outlive it.
  SiteWatch(DataFolder& folder, http::Log& log);

 private:
  void run(const std::stop_token& stop);
  void verify_releases(bool all, const std::stop_token& stop);
  void verify_mappings(bool all, const std::stop_token& stop);
  void write_changes();

  DataFolder& folder_;
  http::Log& log_;
  std::map<std::string, Complaint> known_;  // by text; used by the thread only
  std::jthread thread_;                     // declared last: it uses what is above
};

}  // namespace codelog::tools
