// The part of a log that a restore keeps, and the part that it leaves out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "events/rocksdb/stored_log.h"
#include "projections/past.h"
#include "server/site/progress.h"

namespace codelog::site {

// The changes of one codelist, user, organisation, … after the moment.
struct LeftOut {
  std::string subject;  // "codelist user/ada/asthma (17)", or the name of the stream: "user/ada"
  std::uint64_t commits_count = 0;
  base::Timestamp first_time;
  base::Timestamp last_time;
  base::Position last_position;
  std::set<std::string> actors;                        // "" for the system itself
  std::map<std::string, std::uint64_t> events_counts;  // by the event's name
};

struct RestorePlan {
  events::Head source_head;
  // Without it, nothing shows whether the log goes on behind its head.
  bool has_witness = false;
  base::Position position;     // the last commit that is kept
  base::Timestamp kept_until;  // the time of that commit
  std::uint64_t left_out_count = 0;
  // Of them, those that cannot be read. Nothing else is known of them.
  std::uint64_t unreadable_count = 0;
  std::set<std::string> erased_users;  // by the commits that are left out
  std::vector<LeftOut> left_out;       // the latest change first; only with Details::left_out

  // True if commits are missing or unreadable, so that users may have been erased by them.
  bool may_have_erased_others = false;
};

enum class Details { none, left_out };

// Without a moment, everything is kept. With Details::left_out or a time, reads the whole log (a
// million small commits a second); otherwise what comes after the moment. Memory is proportional to
// the number of codelists and of streams left out, for Details::left_out; otherwise it is bounded.
// Errors: invalid (the log has no such moment); corrupt (a commit up to the moment cannot be read
// or is not the one that the Merkle tree has; the log ends before its witness and so perhaps before
// the moment; the witness cannot be used, and only that could show that the moment
// is not behind the end).
base::Result<RestorePlan> plan_restore(const events::StoredLog& log,
                                       const std::optional<projections::Moment>& moment,
                                       Details details, const ReportProgress& report);

// With advice: the error of a commit that is needed and cannot be read.
base::Error unreadable_commit(base::Position position, const base::Error& error);

}  // namespace codelog::site
