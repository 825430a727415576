// The keys of the views. One letter names the kind; numbers are big-endian, so that key order is
// number order; names that are followed by more end in a zero byte (none of them can contain one).
//
//   M                              Meta: format, checkpoint, next ids
//   S stream                       stream version
//   U username                     UserRecord            T token digest          username
//   e session digest               username
//   O slug                         OrganisationRecord    m slug 0 username       MemberRecord
//   n username 0 slug              (empty)
//   R alias                        ReleaseRecord
//   C codelist                     CodelistRecord
//   H owner 0 slug                 codelist              N owner 0 name          codelist
//   o owner 0 codelist             (empty): codelists whose current handle has this owner
//   q owner 0 codelist             (empty): the same for owners that it has ever had
//   V version                      VersionRecord         v codelist version      (empty)
//   t codelist tag 0 version       (empty)
//   B version                      codes as they were when the version was made
//   c version code                 status since then; empty when the code has gone
//   D version                      csv_data              s version search        SearchRecord
//   a version code                 (empty): the code's status is assumed and waits for confirmation
//   w version position             why the step at that position was made, said afterwards
//   k version alias                (empty): the version is the same on that newer release
//   P mapping 0 day 0 name         MappingRecord
//   F kind position                RefsetVersionRecord
//   u alias                        UpgradeReportRecord
//   x version                      codelist of a version that has been deleted
//   E version                      EndedVersionRecord
//   W owner 0 slug 0 tag           version, withdrawn, that had this address
//   d username 0 position version  (empty): the user's unpublished version that another one closed
//   G                              MigrationRecord
//   A                              AccessRecord
//   r codelist                     (empty): only its editors may read it; stays when it is deleted
//   p owner                        (empty): the same for all codelists of the owner
//   z stream                       PastClock, of codelists and releases
//   Z codelist position            PastHead: there is a snapshot of the codelist as of the position
//   Y codelist position            its records, and those of its versions: PastEntry by PastEntry
//   i version position             (empty): there is a snapshot of the version's contents
//   y version position             PastContents
//   l codelist version             (empty): the version has been deleted
//   K version position             CompatibilityThen
//   j alias 0 position             ReleaseThen
#pragma once

#include <string>
#include <string_view>

#include "projections/records.h"

namespace codelog::projections::keys {

std::string meta();
std::string stream(std::string_view name);
std::string user(std::string_view username);
std::string token(const base::Sha256& digest);
std::string session(const base::Sha256& digest);
std::string organisation(std::string_view slug);
std::string member(std::string_view organisation, std::string_view username);
std::string members_of(std::string_view organisation);
std::string membership(std::string_view username, std::string_view organisation);
std::string memberships_of(std::string_view username);
std::string release(std::string_view alias);
std::string codelist(CodelistId id);
std::string handle_slug(const Owner& owner, std::string_view slug);
std::string handle_name(const Owner& owner, std::string_view name);
std::string owned(const Owner& owner, CodelistId id);
std::string owned_by(const Owner& owner);
std::string ever_owned(const Owner& owner, CodelistId id);
std::string ever_owned_by(const Owner& owner);
std::string version(VersionId id);
std::string version_of(CodelistId codelist, VersionId id);
std::string versions_of(CodelistId codelist);
std::string tagged_version(CodelistId codelist, std::string_view tag, VersionId id);
std::string versions_tagged(CodelistId codelist, std::string_view tag);
std::string base_codes(VersionId id);
std::string code(VersionId id, std::string_view code);
std::string codes_of(VersionId id);
std::string csv_data(VersionId id);
std::string assumption(VersionId id, std::string_view code);
std::string assumptions_of(VersionId id);
std::string compatible(VersionId id, std::string_view alias);
std::string compatible_with(VersionId id);
std::string mapping(std::string_view mapping, std::string_view valid_from, std::string_view name);
std::string mappings_of(std::string_view mapping);
std::string refset_version(events::RefsetKind kind, Position position);
std::string refset_versions(events::RefsetKind kind);
std::string upgrade_report(std::string_view alias);
std::string deleted_version(VersionId id);
std::string ended_version(VersionId id);
std::string withdrawn(const Owner& owner, std::string_view slug, std::string_view tag);
std::string closed_of(std::string_view username);
std::string closed(std::string_view username, Position position, VersionId id);
std::string search(VersionId version, SearchId id);
std::string migration();
std::string access();
std::string restricted_codelist(CodelistId id);
std::string restricted_owner(const Owner& owner);
std::string searches_of(VersionId version);
std::string past_clock(std::string_view stream);
std::string past_head(CodelistId id, Position position);
std::string past_heads(CodelistId id);
std::string past_records(CodelistId id, Position position);
std::string past_contents_mark(VersionId id, Position position);
std::string past_contents_marks(VersionId id);
std::string past_contents(VersionId id, Position position);
std::string deleted_of(CodelistId codelist, VersionId id);
std::string all_deleted_of(CodelistId codelist);
std::string compatibility_then(VersionId id, Position position);
std::string compatibilities_then(VersionId id);
std::string release_then(std::string_view alias, Position position);
std::string releases_then(std::string_view alias);
// Why a step of a draft was made.
std::string reason(VersionId version, Position step);
std::string reasons_of(VersionId version);

// Prefixes that cover a whole kind.
std::string all_users();
std::string all_organisations();
std::string all_releases();
std::string all_mappings();
std::string all_codelists();
std::string all_versions();

// The last four bytes of a key, as a number. Throws DamagedRecord if there are fewer.
std::uint32_t trailing_number(std::string_view key);
// The last eight bytes of a key, as a position. Throws DamagedRecord if there are fewer.
Position trailing_position(std::string_view key);
// The name after the last zero byte.
std::string_view trailing_name(std::string_view key);

}  // namespace codelog::projections::keys
