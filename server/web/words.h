// Words and shapes that several pages use for the same thing. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "projections/records.h"
#include "server/finding/found_people.h"
#include "server/web/visit.h"

namespace codelog::web {

// "under review"
std::string_view status_words(events::VersionStatus status);
// "SNOMED CT"; the id of a system that is not known.
std::string system_name(std::string_view coding_system);

// "/codelist/test-org/" is the page of an organisation's codelists, "/users/alice/" a person's.
std::string owner_path(const events::Owner& owner);
using finding::owner_name;

// The username; in words, of the site itself and of somebody who has been erased.
std::string shown_name(const projections::Views& views, const std::string& username);

// Those who may change the codelist, in words: "Members of Example University and the
// collaborators".
std::string editors_of(const projections::Views& views,
                       const projections::CodelistRecord& codelist);

// The number of included codes; 0 for an uploaded table, which has no statuses.
std::uint64_t included_count(const projections::VersionRecord& version);

// Shows a status as a badge, {{>BADGE}}.
void add_badge(pages::Section& place, events::VersionStatus status);

// Says {{>SCRIPTS}} why nothing can be decided here: the program has no scripts, or the browser
// runs none. Scripts replace it.
void add_need_of_scripts(pages::Section& place);

// Shows the strip {{>STRIP}}: the shares of the statuses of a version's codes. Nothing for a
// version without statuses.
void add_strip(pages::Section& place, const projections::StatusCounts& counts);

// Shows the mark of a status, {{>MARK}} unless named otherwise.
void add_mark(pages::Section& place, base::CodeStatus status, std::string_view name = "MARK");

// Shows a moment {{>TIME}}: its day, and more precisely in the title.
void add_time(pages::Section& place, std::string_view name, base::Timestamp time);

// OpenCodelists gives releases without a known first day this one.
inline constexpr std::string_view unknown_day = "1900-01-01";

// "30 Nov 2026"
std::string day_of(base::Timestamp time);
using pages::day_of;  // of "2026-11-30"
// "30 Nov 2026, 14:05", in UTC
std::string day_and_time_of(base::Timestamp time);

// A position as in a ledger: "10 483", with a thin space.
std::string position_words(base::Position position);

// "36.0, 30 Nov 2026"; the alias of a release that is not known.
std::string release_title(const projections::Views& views, const std::string& alias);

// The version that the commit makes, if it makes one.
std::optional<base::VersionId> made_version(const events::Commit& commit);

// Whether the visitor may see this version of the codelist in lists: everybody the published ones,
// its editors all.
bool sees_all_versions(const Visit& visit, const projections::CodelistRecord& codelist);

}  // namespace codelog::web
