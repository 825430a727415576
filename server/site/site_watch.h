// Watches a site that is being served, on a thread of low priority. Reads every release file at the
// start and once a day, and compares it with its registered digest; checks every few seconds
// whether a file has been touched; writes to the server's log when a fault begins and when it ends;
// lets the stores give back memory when nobody writes; and writes down when tokens were last used.
// Keeps the site's status, so that whoever shows it need not wait for a disk.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "events/base/clock.h"
#include "events/base/mutex.h"
#include "server/http/log.h"
#include "server/site/data_folder.h"
#include "server/site/site_status.h"

namespace codelog::site {

// A fault that keeps the site from doing all its work. `text` is for clients and names no place on
// this machine; `cause` is for the server's log.
struct Complaint {
  std::string event;  // name of the log's event: "log_refuses_writes"
  std::string text;
  std::string cause;
};
inline constexpr const char* log_refuses_writes = "log_refuses_writes";  // an event
std::vector<Complaint> complaints_of(DataFolder& folder);

class SiteWatch {
 public:
  // Both references must outlive the watch, and what the function uses.
  SiteWatch(DataFolder& folder, http::Log& log, FindArchiveStatus find_archive = {});

  // As it was some seconds ago; nothing just after the start.
  std::optional<SiteStatusReport> status() const;

  // When the watch first saw that the log takes no writes; nothing while it does.
  std::optional<base::Timestamp> refused_since() const;

 private:
  void run(const std::stop_token& stop);
  void attempt(const std::function<void()>& work);
  void verify_releases(bool all, const std::stop_token& stop);
  void verify_mappings(bool all, const std::stop_token& stop);
  void write_changes();
  void note_refusal();
  void note_status();
  void save_last_uses();

  DataFolder& folder_;
  http::Log& log_;
  const FindArchiveStatus find_archive_;
  std::map<std::string, Complaint> known_;  // by text; only the thread uses it
  std::string last_failure_;                // in the log since the last daily reading; likewise
  mutable base::Mutex mutex_;
  std::optional<base::Timestamp> refused_since_ GUARDED_BY(mutex_);
  std::optional<SiteStatusReport> status_ GUARDED_BY(mutex_);
  std::jthread thread_;  // declared last: it uses the members above
};

}  // namespace codelog::site
