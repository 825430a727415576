// The progress of an import, which stops when nobody waits for it any longer.
#pragma once

#include <stop_token>

#include "coding_systems/importing/import_progress.h"
#include "server/site/progress.h"

namespace codelog::site {

// Must outlive the import.
class StoppableProgress {
 public:
  explicit StoppableProgress(const ReportProgress& report) : report_(report) {}

  void follow(coding_systems::ImportRequest& request) const {
    request.stop = stop_.get_token();
    request.report_progress = [this](const coding_systems::ImportProgress& progress) {
      if (!report_) return;
      const bool goes_on = report_({std::string(progress.stage), progress.done, progress.total});
      if (!goes_on) stop_.request_stop();
    };
  }

 private:
  const ReportProgress& report_;
  mutable std::stop_source stop_;
};

}  // namespace codelog::site
