// The site that is migrated into, open in this process alone. A migration goes through its work
// twice: first it only plans, so that everything that could be refused is found, then it writes.
//
// Functions throw base::ThrownError. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/commit.h"
#include "projections/views.h"
#include "server/site/data_folder.h"

namespace codelog::migration {

// The command of every commit of a migration.
inline constexpr std::string_view migration_command = "MigrateOpenCodelists";

class Target {
 public:
  enum class Mode { plan, write };

  Target(site::DataFolder& folder, Mode mode) : folder_(folder), mode_(mode) {}

  bool is_planning() const { return mode_ == Mode::plan; }
  site::DataFolder& folder() const { return folder_; }
  // The views of this moment, which contain all that was appended before.
  projections::Views views() const { return folder_.projections().views(); }

  // Appends a commit if there are events; when planning, only checks that it could be. Throws:
  // invalid, too_large (the events do not fit in a commit), and those of Log::append().
  void append(std::vector<events::Stream> streams, std::vector<events::Event> events);
  std::uint64_t commits_count() const { return commits_count_; }
  std::uint64_t events_count() const { return events_count_; }

  // The commits of a stream, oldest first, until on_commit returns false.
  using OnCommit = std::function<bool(const events::Commit& commit)>;
  void for_each_commit(const events::Stream& stream, const OnCommit& on_commit) const;
  // The last commit of the stream that no migration made, in words: "position 17, UpdateCodelist by
  // alice". Nothing if there is none.
  std::optional<std::string> own_change(const events::Stream& stream) const;
  // True if a migration has made a commit in the stream.
  bool was_migrated(const events::Stream& stream) const;

 private:
  site::DataFolder& folder_;
  Mode mode_;
  std::uint64_t commits_count_ = 0;
  std::uint64_t events_count_ = 0;
};

// True for commits of migrations, and for those that the program makes by itself.
bool is_of_migration(const events::Commit& commit);
std::string describe(const events::Commit& commit);

}  // namespace codelog::migration
