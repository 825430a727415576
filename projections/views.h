// The views at one moment. A request reads only from one Views, so that it never sees half a
// commit. Cheap to make (a snapshot); used by one thread; destroyed at the end of the request.
// Every function throws DamagedViews if it reads damaged data, and base::ThrownError (unavailable)
// if the store cannot be read now.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/stream.h"
#include "projections/record_codec.h"
#include "projections/store.h"

namespace codelog::projections {

// The last commit that a store's views contain. Throws DamagedViews.
Position checkpoint_of(const StoreReader& reader);

// Who reads. Without a name: somebody who is not signed in.
struct Reader {
  std::string username;
  bool reads_everything = false;  // administrators, and the system itself
};

class Views {
 public:
  explicit Views(std::unique_ptr<StoreReader> reader) : reader_(std::move(reader)) {}

  // From now on, restricted codelists that the reader does not edit do not exist for these views:
  // neither they nor their versions, by any function but next_ids(), stream_version() and the
  // look-ups of taken handles, which return only ids. A version that the caller has already still
  // has its codelist.
  void limit_to(Reader reader);
  AccessRecord access() const;
  // True if others may see less than the reader of limit_to(): what these views give is not for
  // everybody.
  bool is_personal() const { return is_personal_; }
  bool reads_everything() const { return !reader_name_; }
  bool may_read(CodelistId codelist) const { return !hides(codelist); }
  // What is set for the codelist, and for the owner.
  bool is_restricted(CodelistId codelist) const;
  bool is_restricted(const Owner& owner) const;
  // True for the owning user, members of the owning organisation, and collaborators.
  bool edits(std::string_view username, const CodelistRecord& codelist) const;

  // For a caller that finds parts of the views contradicting each other or the log. Throws
  // DamagedViews.
  [[noreturn]] void report_damage(const std::string& cause) const { reader_->report_damage(cause); }

  // The entries that these views read, hidden ones included.
  const StoreReader& store() const { return *reader_; }

  Position checkpoint() const;
  NextIds next_ids() const;
  // The least ids that next_ids() may return: ids of commits still on their way are taken too.
  void begin_ids_at(const NextIds& first) { first_ids_ = first; }
  base::StreamVersion stream_version(const events::Stream& stream) const;

  std::optional<UserRecord> user(std::string_view username) const;
  // Whose token or session has this digest; it may have expired.
  std::optional<UserRecord> user_by_token(const base::Sha256& token_digest) const;
  std::optional<UserRecord> user_by_session(const base::Sha256& session_digest) const;
  std::vector<UserRecord> users() const;
  std::optional<OrganisationRecord> organisation(std::string_view slug) const;
  std::vector<OrganisationRecord> organisations() const;
  std::optional<MemberRecord> member(std::string_view organisation,
                                     std::string_view username) const;
  std::vector<MemberRecord> members_of(std::string_view organisation) const;
  std::vector<std::string> organisations_of(std::string_view username) const;

  std::optional<ReleaseRecord> release(std::string_view alias) const;
  std::vector<ReleaseRecord> releases() const;  // by alias

  // Registered mappings: all, sorted by mapping and first day; and the newest release of one
  // mapping.
  std::vector<MappingRecord> mappings() const;
  std::optional<MappingRecord> latest_mapping(std::string_view mapping) const;
  // The one with the latest release date; among equals, the one recorded last.
  std::optional<RefsetVersionRecord> latest_refset_version(events::RefsetKind kind) const;
  std::vector<RefsetVersionRecord> refset_versions(events::RefsetKind kind) const;  // as recorded
  std::optional<UpgradeReportRecord> upgrade_report(std::string_view alias) const;

  // Nothing if no migration into this site has begun.
  std::optional<MigrationRecord> migration() const;

  std::optional<CodelistRecord> codelist(CodelistId id) const;
  // Throws DamagedViews if the views have a version without its codelist.
  CodelistRecord codelist_of(const VersionRecord& version) const;
  // Finds a codelist by any of its handles, current or old.
  std::optional<CodelistRecord> find_codelist(const Owner& owner, std::string_view slug) const;
  std::optional<CodelistId> handle_with_slug(const Owner& owner, std::string_view slug) const;
  std::optional<CodelistId> handle_with_name(const Owner& owner, std::string_view name) const;
  std::vector<CodelistRecord> codelists() const;  // by id
  std::vector<CodelistRecord> codelists_of(
      const Owner& owner) const;  // whose current handle is the owner's; by id
  // Only the ids, sorted: of all codelists, and of those whose current handle is the owner's.
  std::vector<CodelistId> codelist_ids() const;
  std::vector<CodelistId> codelist_ids_of(const Owner& owner) const;
  // Those that the owner has or has had, deleted ones included.
  std::vector<CodelistId> codelist_ids_ever_of(const Owner& owner) const;

  std::optional<VersionRecord> version(VersionId id) const;
  // Also works for a deleted version, whose past is in that codelist's commits.
  std::optional<CodelistId> codelist_of_version(VersionId id) const;
  // A version that was published, by its id or by an address that it had; nothing if it is still
  // there.
  std::optional<EndedVersionRecord> withdrawn_version(VersionId id) const;
  std::optional<EndedVersionRecord> withdrawn_version(const Owner& owner, std::string_view slug,
                                                      std::string_view tag) const;
  // The user's unpublished versions that somebody else closed after the position by publishing
  // another one; the latest first, and no more than `count_max`.
  std::vector<EndedVersionRecord> closed_versions(std::string_view username, Position after,
                                                  std::size_t count_max) const;
  std::vector<VersionRecord> versions_of(CodelistId codelist) const;  // sorted by id, and so by age
  std::optional<VersionRecord> newest_version_of(CodelistId codelist) const;
  std::optional<VersionRecord> newest_published_of(CodelistId codelist) const;
  // The oldest version of the codelist with this tag; only old logs have several.
  std::optional<VersionRecord> version_tagged(CodelistId codelist, std::string_view tag) const;
  // New style: every code with its status, sorted by code.
  std::vector<events::CodeWithStatus> codes(VersionId id) const;
  // Codes with assumed statuses that wait for confirmation, sorted.
  std::vector<std::string> assumptions(VersionId id) const;
  // Aliases of newer releases on which the version is known to be the same, sorted.
  std::vector<std::string> compatible_releases(VersionId id) const;
  std::optional<std::string> csv_data(VersionId id) const;
  std::vector<SearchRecord> searches(VersionId id) const;  // by id
  std::optional<SearchRecord> search(VersionId version, SearchId id) const;
  // The reasons that were given for steps of a draft after they were made, by position of the step.
  std::map<Position, std::string> reasons(VersionId version) const;

 private:
  std::optional<CodelistId> codelist_at(const std::string& key) const;
  VersionRecord version_at(std::string_view key) const;  // of a codelist's version
  std::optional<CodelistRecord> any_codelist(CodelistId id) const;
  std::optional<VersionRecord> any_version(VersionId id) const;
  std::optional<CodelistId> any_codelist_of(VersionId id) const;
  std::optional<EndedVersionRecord> ended_version(VersionId id) const;
  std::vector<CodelistId> without_hidden(std::vector<CodelistId> ids) const;
  // From the reader of limit_to().
  bool hides(const CodelistRecord& codelist) const;
  bool hides(CodelistId codelist) const;  // it may have been deleted
  bool hides(VersionId version) const;

  std::unique_ptr<StoreReader> reader_;
  NextIds first_ids_;
  // Whose reading is limited; nothing: everything may be read.
  std::optional<std::string> reader_name_;
  AccessRecord access_;  // if reading is limited
  bool is_personal_ = false;
};

}  // namespace codelog::projections
