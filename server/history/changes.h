// What has changed between two states of a codelist: its details, its versions, and their codes and
// searches; and which codelists of the site have changed between two positions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "events/log.h"
#include "projections/past.h"
#include "projections/views.h"

namespace codelog::history {

// A search that is only in one state, or finds other codes.
struct SearchChange {
  std::optional<events::SearchWithResults> before;
  std::optional<events::SearchWithResults> after;
};

// The contents of a version against another state of it, or another version.
struct ContentsChanges {
  std::vector<base::CodeChange> codes;  // sorted by code
  std::vector<SearchChange> searches;   // by text
};

// A version in one of the states.
struct VersionState {
  const projections::Views& views;  // with the version's contents
  const projections::VersionRecord& version;
};
// Without `before`, everything is new. The codes of a table are included. Errors: corrupt (a table
// that cannot be read).
base::Result<ContentsChanges> changes_between(const std::optional<VersionState>& before,
                                              const VersionState& after);

struct VersionChanges {
  std::optional<projections::VersionRecord> before;  // nothing: it was made
  std::optional<projections::VersionRecord> after;   // nothing: it ended
  // Of a new version, the one that it was made from, if that was there before.
  std::optional<base::VersionId> compared_with;
  std::optional<ContentsChanges> contents;  // nothing: unchanged, ended, or beyond the limit
};

struct CodelistChanges {
  base::Position from;  // the codelist's last commits that count
  base::Position to;
  std::optional<projections::CodelistRecord> before;  // nothing: it did not exist
  std::optional<projections::CodelistRecord> after;
  std::vector<VersionChanges> versions;  // by id; only those that differ
  bool is_complete = true;               // false: the contents of some versions were not compared
};

// One answer compares the contents of at most so many versions.
inline constexpr std::size_t versions_compared_max = 20;

struct ChangesQuery {
  projections::Moment from;
  projections::Moment to;
  std::optional<base::VersionId> version = std::nullopt;  // only this
};

// Errors: those of reading the past.
base::Result<CodelistChanges> read_changes(const events::Log& log, const projections::Views& now,
                                           base::CodelistId codelist, const ChangesQuery& query);

// --- The site

// What the commits between two positions did to a codelist.
struct CodelistActivity {
  base::CodelistId codelist;
  base::Position first;
  base::Position last;
  std::uint64_t commits_count = 0;
  std::uint64_t decided_count = 0;  // decisions
  std::map<std::string, std::uint64_t> commits_by_actor;
  std::vector<std::string> details;  // events that changed its details; each once
  std::vector<base::VersionId> made;
  std::vector<base::VersionId> saved;
  std::vector<base::VersionId> published;
  std::vector<base::VersionId> ended;
  bool is_created = false;
  bool is_deleted = false;
};

struct SiteChanges {
  std::vector<CodelistActivity> codelists;  // by first commit
  std::vector<std::string> releases;        // aliases that were registered
  std::optional<base::Position> next;       // to go on after, if the page ended early
};

inline constexpr std::size_t site_commits_max = 20'000;

// The commits in (from, to], of codelists that the reader of the views may read. Errors: those of
// reading the log.
base::Result<SiteChanges> read_site_changes(const events::Log& log, const projections::Views& views,
                                            base::Position from, base::Position to);

// The last position before the first commit that is later than the moment. Errors: those of reading
// the log.
base::Result<base::Position> position_at(const events::Log& log, const projections::Moment& moment);

}  // namespace codelog::history
