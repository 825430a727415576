// Records as bytes. The format may change freely, since views with another view_format are rebuilt.
// Equal records must always give equal bytes: rebuilt views are byte-identical only because of
// this. Decoding checks every length, and throws DamagedRecord for bytes that are not a record.
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "projections/records.h"

namespace codelog::projections {

// Raise it whenever keys or records change: the views are then rebuilt at the next start.
inline constexpr std::uint32_t view_format = 11;

// Readers of a store catch this and throw DamagedViews instead.
class DamagedRecord final : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The log that the views are made from.
struct LogIdentity {
  std::string id;
  std::uint64_t epoch = 1;
  bool operator==(const LogIdentity&) const = default;
};

struct Meta {
  std::uint32_t format = view_format;
  LogIdentity log;
  Position checkpoint;  // the last commit that the views contain
  NextIds next;
  bool operator==(const Meta&) const = default;
};

std::string encode(const Meta& record);
std::string encode(const UserRecord& record);
std::string encode(const OrganisationRecord& record);
std::string encode(const MemberRecord& record);
std::string encode(const ReleaseRecord& record);
std::string encode(const CodelistRecord& record);
std::string encode(const VersionRecord& record);
std::string encode(const EndedVersionRecord& record);
// With the commit that made the search, or replaced its results.
std::string encode(const SearchRecord& record, Position found_at);
std::string encode(const MappingRecord& record);
std::string encode(const RefsetVersionRecord& record);
std::string encode(const UpgradeReportRecord& record);
std::string encode(const MigrationRecord& record);
std::string encode(const AccessRecord& record);
std::string encode(const PastClock& record);
std::string encode(const PastHead& record);
std::string encode(const std::vector<PastEntry>& records);
std::string encode(const PastContents& record);
std::string encode(const CompatibilityThen& record);
std::string encode(const ReleaseThen& record);
std::string encode_number(std::uint64_t value);
// Sorted codes with their statuses, as one value.
std::string encode_codes(std::span<const events::CodeWithStatus> codes);

Meta decode_meta(std::string_view bytes);
UserRecord decode_user(std::string_view bytes);
OrganisationRecord decode_organisation(std::string_view bytes);
MemberRecord decode_member(std::string_view bytes);
ReleaseRecord decode_release(std::string_view bytes);
CodelistRecord decode_codelist(std::string_view bytes);
VersionRecord decode_version(std::string_view bytes);
EndedVersionRecord decode_ended_version(std::string_view bytes);
SearchRecord decode_search(std::string_view bytes);
MappingRecord decode_mapping(std::string_view bytes);
RefsetVersionRecord decode_refset_version(std::string_view bytes);
UpgradeReportRecord decode_upgrade_report(std::string_view bytes);
MigrationRecord decode_migration(std::string_view bytes);
AccessRecord decode_access(std::string_view bytes);
// The commit alone.
Position decode_search_place(std::string_view bytes);
PastClock decode_past_clock(std::string_view bytes);
PastHead decode_past_head(std::string_view bytes);
std::vector<PastEntry> decode_past_entries(std::string_view bytes);
PastContents decode_past_contents(std::string_view bytes);
CompatibilityThen decode_compatibility_then(std::string_view bytes);
ReleaseThen decode_release_then(std::string_view bytes);
std::uint64_t decode_number(std::string_view bytes);
std::vector<events::CodeWithStatus> decode_codes(std::string_view bytes);

}  // namespace codelog::projections
