#include "server/site/site_status.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <exception>
#include <system_error>

#include "events/rocksdb/witness.h"
#include "server/site/background_verification.h"
#include "server/site/site_files.h"
#include "server/site/site_watch.h"

namespace codelog::site {
namespace {

namespace fs = std::filesystem;

// A verification takes a while, and a server may be stopped for some days.
constexpr std::int64_t verification_us_max =
    2 * std::chrono::duration_cast<std::chrono::microseconds>(verification_interval).count();
// Shipping takes two seconds; a store may be away for some minutes without anybody's help.
constexpr std::int64_t archive_lag_s_max = 15 * 60;
// The witness is written before a commit is shown. One that is being written right now may look as
// it was before.
constexpr int witness_looks_max = 5;

struct Action {
  const char* name;
  const char* text;
};
// For the complaints of a site.
constexpr std::array actions = {
    Action{"log_refuses_writes",
           "If the disk is full, make room: writing goes on by itself. Otherwise look at the disk, "
           "and start the server again"},
    Action{"views_failed",
           "Start the server again; it makes the views anew. The server's log has the cause"},
    Action{"release_changed", "Put the registered file back, or import the release again"},
    Action{"release_unreadable",
           "Look at the disk; put the file back, or import the release again"},
    Action{"mapping_changed", "Put the registered file back, or import the mapping again"},
    Action{"mapping_unreadable",
           "Look at the disk; put the file back, or import the mapping again"},
};

const char* action_for(std::string_view name) {
  const auto* const found =
      std::find_if(actions.begin(), actions.end(), [&](const Action& a) { return a.name == name; });
  CODELOG_CHECK(found != actions.end(), "each complaint has an action");
  return found->text;
}

dev_t volume_of(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_dev : 0;
}

// When a data folder was made: its lock is never written to. A restored or made-up log may be much
// older.
base::Timestamp made_at(const fs::path& data) {
  struct stat status {};
  if (::stat((data / "codelog.lock").c_str(), &status) != 0) return {};
  return {status.st_mtim.tv_sec * 1'000'000 + status.st_mtim.tv_nsec / 1'000};
}

std::string mib(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

std::string days_since(base::Timestamp then, base::Timestamp now) {
  constexpr std::int64_t day_us = std::int64_t{86'400} * 1'000'000;
  return std::to_string((now.unix_us - then.unix_us) / day_us) + " days ago";
}

class Reporter {
 public:
  explicit Reporter(DataFolder& folder) : folder_(folder) {}

  SiteStatusReport report(const ArchiveStatus& archive) {
    report_.now = base::SystemClock().now();
    report_.archive = archive;
    look_at_log();
    look_at_witness();
    look_at_space();
    if (folder_.has_views()) look_at_views();
    look_at_verification();
    look_at_archive();
    look_at_keys();
    return std::move(report_);
  }

 private:
  void add(std::string name, std::string text, std::string action) {
    report_.concerns.push_back({std::move(name), std::move(text), std::move(action)});
  }

  void look_at_log() {
    report_.head = folder_.log().head();
    report_.takes_writes = !folder_.log().refusal().has_value();
    if (report_.head.position.value() == 0) return;
    const auto last = folder_.log().read(report_.head.position);
    if (last) report_.last_commit_at = last->content.time;
  }

  void look_at_witness() {
    report_.witness.file = folder_.witness_file();
    report_.witness.is_on_volume_of_log =
        volume_of(folder_.witness_file()) == volume_of(folder_.path() / "log");
    for (int looks = 0; looks < witness_looks_max; ++looks) {
      const auto record = events::Witness::read(folder_.witness_file());
      if (record && *record) report_.witness.position = (*record)->head.position.value();
      if (report_.witness.position >= report_.head.position.value()) break;
    }
    if (!report_.witness.position) {
      return add("witness_missing", "the witness of the log's end is missing or unreadable",
                 "Find out who removed it, and verify the log. Then, with the server stopped: "
                 "codelog log verify --accept-missing-witness");
    }
    if (*report_.witness.position < report_.head.position.value()) {
      add("witness_behind", "the witness is behind the log",
          "Look at the witness's disk; start the server again");
    }
  }

  void look_at_space() {
    report_.free_bytes_min = folder_.free_bytes_min();
    std::error_code error;
    const auto space = fs::space(folder_.path(), error);
    if (error) return;
    report_.free_bytes = space.available;
    if (report_.free_bytes < report_.free_bytes_min + free_bytes_low) {
      add("space_low", "there is little room on the volume of the log: " + mib(report_.free_bytes),
          "Make room or enlarge the volume: below " + mib(report_.free_bytes_min) +
              ", the log refuses writes");
    }
  }

  void look_at_views() {
    for (Complaint& complaint : complaints_of(folder_)) {
      add(complaint.event, std::move(complaint.text), action_for(complaint.event));
    }
    const std::uint64_t checkpoint = folder_.projections().checkpoint().value();
    report_.views_lag_commits =
        report_.head.position.value() - std::min(report_.head.position.value(), checkpoint);
    try {
      look_at_files();
      for (const projections::UserRecord& user : folder_.projections().views().users()) {
        if (!user.is_erased) ++report_.users_count;
      }
    } catch (const std::exception&) {
      // Damaged views are among the complaints.
    }
  }

  void look_at_files() {
    for (const SiteFile& file : registered_files(folder_.projections().views())) {
      ++report_.files_count;
      std::error_code error;
      if (fs::exists(folder_.path() / file.path, error)) continue;
      const std::string name = file.path.string();
      report_.missing_files.push_back(name);
      add("release_missing", "a registered file is missing: " + name,
          "Put the file back from a backup, or import it again");
    }
  }

  void look_at_verification() {
    report_.last_verification = folder_.verifications().last();
    report_.running_verification = folder_.verifications().walk();
    const auto& last = report_.last_verification;
    if (last && !last->first_problem.empty()) {
      return add("log_damaged",
                 "the log differs from what was written: " + last->first_problem +
                     (last->problems_count > 1
                          ? ", and " + std::to_string(last->problems_count - 1) + " more"
                          : ""),
                 "Do not delete anything. See all with: codelog log verify. Then restore from a "
                 "backup");
    }
    const base::Timestamp since = last ? last->ended_at : made_at(folder_.path());
    if (report_.now.unix_us - since.unix_us < verification_us_max) return;
    add("verification_overdue",
        last ? "the log was verified last " + days_since(since, report_.now)
             : "the log has never been verified",
        "Run: codelog log verify. A server does it once a week; its log says what keeps it");
  }

  void look_at_archive() {
    const ArchiveStatus& archive = report_.archive;
    if (!archive.is_configured || archive.lag_s < archive_lag_s_max) return;
    add("archive_behind",
        "the archive is " + std::to_string(archive.lag_commits) + " commits behind, the oldest " +
            std::to_string(archive.lag_s / 60) + " minutes old",
        archive.last_error.empty() ? "The server's log says what keeps it"
                                   : "The last attempt failed: " + archive.last_error);
  }

  void look_at_keys() {
    for (const proofs::LogKey& key : folder_.signed_log().keys()) {
      report_.signing_keys.push_back({key.verifier.text(), key.made_at, key.seed.has_value()});
    }
    report_.unreadable_users_count = folder_.unreadable_users().size();
    if (report_.unreadable_users_count == 0) return;
    add("user_key_unusable",
        "the personal data of " + std::to_string(report_.unreadable_users_count) +
            " users cannot be opened",
        "Put their keys back into keys/users from a backup of the keys; codelog log verify names "
        "them");
  }

  DataFolder& folder_;
  SiteStatusReport report_;
};

}  // namespace

SiteStatusReport report_status(DataFolder& folder, const ArchiveStatus& archive) {
  return Reporter(folder).report(archive);
}

}  // namespace codelog::site
