// A codelist's history in the native API: one object for each event, oldest first.
//
// Reads the log, so the cost is that of one page; a binary search finds the start of the page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "events/log.h"
#include "projections/views.h"
#include "server/history/story.h"
#include "server/json/json_writer.h"

namespace codelog::api {

// An event lists at most this many codes of a kind: one commit may hold 100,000 decisions, and
// change more codes.
inline constexpr std::size_t event_codes_max = 10'000;

struct HistoryRange {
  base::Position after;
  std::uint64_t commits_max = 0;  // a page ends between commits, and earlier if it gets long
  bool show_changes = false;      // list the codes that a step changed, not only their number
  // If not 0, the page has only the first commit, and its lists of codes begin after this many.
  std::uint64_t codes_offset = 0;
  history::Filter filter = {};
};

// {"events": […], "next": position or null}; marks commits that cannot be read. The field `more` of
// an event is the address of the next codes of its lists. Errors: corrupt, when the index of the
// codelist's commits is damaged.
base::Result<std::string> history_json(const events::Log& log, const projections::Views& views,
                                       base::CodelistId codelist, const HistoryRange& range);

// The term of a code that a deed names; empty: none is known.
using TermOf = std::function<std::string(const history::Deed& deed, std::string_view code)>;

// {"groups": […], "next": position or null}: the story of the codelist, newest first
// (server/history), with the terms of the codes that it names. Errors: those of reading the log.
base::Result<std::string> story_json(const events::Log& log, const projections::Views& views,
                                     base::CodelistId codelist, const history::StoryQuery& query,
                                     const TermOf& term_of);
// The fields of a step, for an object that has begun: "time", "actor", "command" and "deeds".
void write_step_fields(const history::Step& step, codelog::json::JsonWriter& json);

struct CommitJson {
  base::Position position;
  // {"position": …, "events": […]}, the events as in a history; or, if that is too long,
  // {"position": …, "events": [], "more": the address of its page of history}.
  std::string json;
};
struct CommitRange {
  base::Position after;
  std::size_t bytes_max = 0;  // of the JSON
};
// The codelist's first commit in the range, as the views show it; nothing if there is none yet.
// Errors as history_json().
base::Result<std::optional<CommitJson>> next_commit_json(const events::Log& log,
                                                         const projections::Views& views,
                                                         base::CodelistId codelist,
                                                         const CommitRange& range);

}  // namespace codelog::api
