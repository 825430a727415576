// A codelist's history as a story, newest first: what each commit did, with the steps that one
// person made on one draft in one sitting joined.
//
// Reads the log backwards, so a page costs the commits that it passes. It ends early, with a place
// to go on from, before that becomes much.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "events/log.h"
#include "projections/views.h"
#include "server/history/deeds.h"

namespace codelog::history {

// A commit.
struct Step {
  base::Position position;
  std::optional<base::Timestamp> time;  // nothing: the log's record is damaged
  std::string actor;                    // empty: the operators of the site
  std::string command;
  std::vector<Deed> deeds;  // at least one, unless the record is damaged

  bool is_damaged() const { return !time; }
};

struct Group {
  std::vector<Step> steps;          // newest first; at least one
  std::uint64_t decided_count = 0;  // different codes that its steps decided
  std::uint64_t reasons_count = 0;  // decisions of which a reason is known

  const Step& newest() const { return steps.front(); }
  const Step& oldest() const { return steps.back(); }
};

// What a story tells; empty or missing fields: anything.
struct Filter {
  std::string code = {};                            // that events are about
  std::optional<std::string> actor = std::nullopt;  // whose commits
  std::vector<std::string> types = {};              // of events

  bool is_empty() const { return code.empty() && !actor && types.empty(); }
  bool passes(const events::Commit& commit) const {
    return !actor || commit.content.actor == *actor;
  }
  bool passes(const events::Event& event) const;
};

// What one page reads at most: about a quarter of a second of a processor.
inline constexpr std::size_t commits_read_max = 20'000;
inline constexpr std::size_t codes_read_max = 400'000;

struct StoryQuery {
  Filter filter = {};
  std::optional<base::Position> before = std::nullopt;  // only commits before this
  std::size_t groups_max = 50;
  bool joins_sittings = true;
};

struct StoryPage {
  std::vector<Group> groups;
  std::optional<base::Position> next;  // for `before`, if there may be older ones
};

// Errors: those of reading the log; but a damaged commit is part of the story.
base::Result<StoryPage> read_story(const events::Log& log, const projections::Views& views,
                                   base::CodelistId codelist, const StoryQuery& query);

// The story of one commit. Errors: those of reading it.
base::Result<Step> read_step(const events::Log& log, base::Position position);

// The number of a codelist's commits on each day, in the time zone of the site's log (UTC).
struct Activity {
  struct Day {
    std::string date;  // YYYY-MM-DD
    std::uint64_t commits_count = 0;
  };
  std::vector<Day> days;    // that have commits; oldest first
  bool is_complete = true;  // false: too many commits to read; the older days are missing
};
// From `since` on. Errors: those of reading the log.
base::Result<Activity> read_activity(const events::Log& log, const projections::Views& views,
                                     base::CodelistId codelist, base::Timestamp since);

}  // namespace codelog::history
