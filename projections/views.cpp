#include "projections/views.h"

#include <algorithm>

#include "projections/keys.h"

namespace codelog::projections {
namespace {

template <class Decode>
auto decoded(const StoreReader& reader, std::string_view bytes, Decode decode) {
  try {
    return decode(bytes);
  } catch (const DamagedRecord& damage) {
    reader.report_damage(damage.what());
  }
}

template <class Decode>
auto get(const StoreReader& reader, const std::string& key, Decode decode)
    -> std::optional<decltype(decode(std::string_view()))> {
  const auto bytes = reader.get(key);
  if (!bytes) return std::nullopt;
  return decoded(reader, *bytes, decode);
}

template <class Decode>
auto scan(const StoreReader& reader, const std::string& prefix, Decode decode) {
  std::vector<decltype(decode(std::string_view()))> records;
  reader.scan(prefix, [&](std::string_view, std::string_view value) {
    records.push_back(decoded(reader, value, decode));
    return true;
  });
  return records;
}

// The rest of each key after the prefix.
std::vector<std::string> names_behind(const StoreReader& reader, const std::string& prefix) {
  std::vector<std::string> names;
  reader.scan(prefix, [&](std::string_view key, std::string_view) {
    names.emplace_back(key.substr(prefix.size()));
    return true;
  });
  return names;
}

// The number at the end of each key with the prefix.
std::vector<CodelistId> ids_behind(const StoreReader& reader, const std::string& prefix) {
  std::vector<CodelistId> ids;
  reader.scan(prefix, [&](std::string_view key, std::string_view) {
    ids.emplace_back(decoded(reader, key, keys::trailing_number));
    return true;
  });
  return ids;
}

}  // namespace

Position checkpoint_of(const StoreReader& reader) {
  const auto meta = get(reader, keys::meta(), decode_meta);
  return meta ? meta->checkpoint : Position();
}

void Views::limit_to(Reader reader) {
  reader_name_.reset();
  access_ = access();
  is_personal_ =
      access_.restricts_codelists() && (reader.reads_everything || !reader.username.empty());
  if (reader.reads_everything) return;
  if (access_.restricts_codelists()) reader_name_ = std::move(reader.username);
}

AccessRecord Views::access() const {
  return get(*reader_, keys::access(), decode_access).value_or(AccessRecord());
}

bool Views::is_restricted(CodelistId codelist) const {
  return reader_->get(keys::restricted_codelist(codelist)).has_value();
}

bool Views::is_restricted(const Owner& owner) const {
  return reader_->get(keys::restricted_owner(owner)).has_value();
}

bool Views::edits(std::string_view username, const CodelistRecord& codelist) const {
  if (username.empty()) return false;
  const Owner& owner = codelist.handle().owner;
  const bool is_owner = owner.kind == events::OwnerKind::user
                            ? owner.name == username
                            : member(owner.name, username).has_value();
  const auto& collaborators = codelist.collaborators;
  return is_owner || std::ranges::find(collaborators, username) != collaborators.end();
}

bool Views::hides(const CodelistRecord& codelist) const {
  if (!reader_name_) return false;
  const bool is_closed = (access_.codelists_count != 0 && is_restricted(codelist.id)) ||
                         (access_.owners_count != 0 && is_restricted(codelist.handle().owner));
  return is_closed && !edits(*reader_name_, codelist);
}

bool Views::hides(CodelistId codelist) const {
  if (!reader_name_) return false;
  const auto record = any_codelist(codelist);
  return record ? hides(*record) : is_restricted(codelist);
}

bool Views::hides(VersionId version) const {
  if (!reader_name_) return false;
  const auto record = any_version(version);
  return record && hides(record->codelist);
}

Position Views::checkpoint() const { return checkpoint_of(*reader_); }

NextIds Views::next_ids() const {
  const auto meta = get(*reader_, keys::meta(), decode_meta);
  const NextIds next = meta ? meta->next : NextIds();
  return {std::max(next.codelist, first_ids_.codelist), std::max(next.version, first_ids_.version),
          std::max(next.search, first_ids_.search)};
}

base::StreamVersion Views::stream_version(const events::Stream& stream) const {
  return base::StreamVersion(get(*reader_, keys::stream(stream.name()), decode_number).value_or(0));
}

std::optional<UserRecord> Views::user(std::string_view username) const {
  return get(*reader_, keys::user(username), decode_user);
}

std::optional<UserRecord> Views::user_by_token(const base::Sha256& token_digest) const {
  const auto username = reader_->get(keys::token(token_digest));
  if (!username) return std::nullopt;
  return user(*username);
}

std::optional<UserRecord> Views::user_by_session(const base::Sha256& session_digest) const {
  const auto username = reader_->get(keys::session(session_digest));
  if (!username) return std::nullopt;
  return user(*username);
}

std::vector<UserRecord> Views::users() const {
  return scan(*reader_, keys::all_users(), decode_user);
}

std::optional<OrganisationRecord> Views::organisation(std::string_view slug) const {
  return get(*reader_, keys::organisation(slug), decode_organisation);
}

std::vector<OrganisationRecord> Views::organisations() const {
  return scan(*reader_, keys::all_organisations(), decode_organisation);
}

std::optional<MemberRecord> Views::member(std::string_view organisation,
                                          std::string_view username) const {
  return get(*reader_, keys::member(organisation, username), decode_member);
}

std::vector<MemberRecord> Views::members_of(std::string_view organisation) const {
  return scan(*reader_, keys::members_of(organisation), decode_member);
}

std::vector<std::string> Views::organisations_of(std::string_view username) const {
  std::vector<std::string> slugs;
  reader_->scan(keys::memberships_of(username), [&](std::string_view key, std::string_view) {
    slugs.emplace_back(keys::trailing_name(key));
    return true;
  });
  return slugs;
}

std::optional<ReleaseRecord> Views::release(std::string_view alias) const {
  return get(*reader_, keys::release(alias), decode_release);
}

std::vector<ReleaseRecord> Views::releases() const {
  return scan(*reader_, keys::all_releases(), decode_release);
}

std::vector<MappingRecord> Views::mappings() const {
  return scan(*reader_, keys::all_mappings(), decode_mapping);
}

std::optional<MappingRecord> Views::latest_mapping(std::string_view mapping) const {
  std::optional<MappingRecord> latest;
  reader_->scan_backward(keys::mappings_of(mapping), [&](std::string_view, std::string_view value) {
    latest = decoded(*reader_, value, decode_mapping);
    return false;
  });
  return latest;
}

std::optional<RefsetVersionRecord> Views::latest_refset_version(events::RefsetKind kind) const {
  std::optional<RefsetVersionRecord> latest;
  for (auto& record : scan(*reader_, keys::refset_versions(kind), decode_refset_version)) {
    if (!latest || record.release_date >= latest->release_date) latest = std::move(record);
  }
  return latest;
}

std::vector<RefsetVersionRecord> Views::refset_versions(events::RefsetKind kind) const {
  return scan(*reader_, keys::refset_versions(kind), decode_refset_version);
}

std::optional<MigrationRecord> Views::migration() const {
  return get(*reader_, keys::migration(), decode_migration);
}

std::optional<UpgradeReportRecord> Views::upgrade_report(std::string_view alias) const {
  auto report = get(*reader_, keys::upgrade_report(alias), decode_upgrade_report);
  if (report && reader_name_) {
    // A version that has been deleted since tells nothing more than its number.
    std::erase_if(report->versions, [this](const auto& row) {
      const auto codelist = any_codelist_of(row.version);
      return codelist && hides(*codelist);
    });
  }
  return report;
}

std::optional<CodelistRecord> Views::any_codelist(CodelistId id) const {
  return get(*reader_, keys::codelist(id), decode_codelist);
}

std::optional<CodelistRecord> Views::codelist(CodelistId id) const {
  auto record = any_codelist(id);
  if (record && hides(*record)) return std::nullopt;
  return record;
}

std::optional<CodelistId> Views::codelist_at(const std::string& key) const {
  const auto number = get(*reader_, key, decode_number);
  if (!number) return std::nullopt;
  return CodelistId(static_cast<std::uint32_t>(*number));
}

std::optional<CodelistId> Views::handle_with_slug(const Owner& owner, std::string_view slug) const {
  return codelist_at(keys::handle_slug(owner, slug));
}

std::optional<CodelistId> Views::handle_with_name(const Owner& owner, std::string_view name) const {
  return codelist_at(keys::handle_name(owner, name));
}

CodelistRecord Views::codelist_of(const VersionRecord& version) const {
  auto record = any_codelist(version.codelist);
  if (!record) reader_->report_damage("a version's codelist is not there");
  return std::move(*record);
}

std::optional<CodelistRecord> Views::find_codelist(const Owner& owner,
                                                   std::string_view slug) const {
  const auto id = handle_with_slug(owner, slug);
  if (!id) return std::nullopt;
  return codelist(*id);
}

std::vector<CodelistRecord> Views::codelists() const {
  auto records = scan(*reader_, keys::all_codelists(), decode_codelist);
  if (reader_name_) std::erase_if(records, [this](const auto& record) { return hides(record); });
  return records;
}

std::vector<CodelistRecord> Views::codelists_of(const Owner& owner) const {
  std::vector<CodelistRecord> records;
  reader_->scan(keys::owned_by(owner), [&](std::string_view key, std::string_view) {
    auto record = any_codelist(CodelistId(decoded(*reader_, key, keys::trailing_number)));
    if (!record) reader_->report_damage("an owner's codelist is not there");
    if (!hides(*record)) records.push_back(std::move(*record));
    return true;
  });
  return records;
}

std::vector<CodelistId> Views::codelist_ids() const {
  return without_hidden(ids_behind(*reader_, keys::all_codelists()));
}

std::vector<CodelistId> Views::codelist_ids_of(const Owner& owner) const {
  return without_hidden(ids_behind(*reader_, keys::owned_by(owner)));
}

std::vector<CodelistId> Views::codelist_ids_ever_of(const Owner& owner) const {
  return without_hidden(ids_behind(*reader_, keys::ever_owned_by(owner)));
}

std::vector<CodelistId> Views::without_hidden(std::vector<CodelistId> ids) const {
  if (reader_name_) std::erase_if(ids, [this](CodelistId id) { return hides(id); });
  return ids;
}

std::optional<VersionRecord> Views::any_version(VersionId id) const {
  return get(*reader_, keys::version(id), decode_version);
}

std::optional<VersionRecord> Views::version(VersionId id) const {
  auto record = any_version(id);
  if (record && hides(record->codelist)) return std::nullopt;
  return record;
}

std::optional<CodelistId> Views::any_codelist_of(VersionId id) const {
  if (const auto record = any_version(id)) return record->codelist;
  return codelist_at(keys::deleted_version(id));
}

std::optional<CodelistId> Views::codelist_of_version(VersionId id) const {
  const auto codelist = any_codelist_of(id);
  return codelist && hides(*codelist) ? std::nullopt : codelist;
}

std::optional<EndedVersionRecord> Views::ended_version(VersionId id) const {
  auto record = get(*reader_, keys::ended_version(id), decode_ended_version);
  if (record && hides(record->codelist)) return std::nullopt;
  return record;
}

std::optional<EndedVersionRecord> Views::withdrawn_version(VersionId id) const {
  auto record = ended_version(id);
  if (record && record->status != events::VersionStatus::published) return std::nullopt;
  return record;
}

std::optional<EndedVersionRecord> Views::withdrawn_version(const Owner& owner,
                                                           std::string_view slug,
                                                           std::string_view tag) const {
  const auto number = get(*reader_, keys::withdrawn(owner, slug, tag), decode_number);
  if (!number) return std::nullopt;
  return withdrawn_version(VersionId(static_cast<std::uint32_t>(*number)));
}

std::vector<EndedVersionRecord> Views::closed_versions(std::string_view username, Position after,
                                                       std::size_t count_max) const {
  std::vector<EndedVersionRecord> records;
  reader_->scan_backward(keys::closed_of(username), [&](std::string_view key, std::string_view) {
    const VersionId id(decoded(*reader_, key, keys::trailing_number));
    auto record = ended_version(id);
    if (record && record->position <= after) return false;
    if (record) records.push_back(std::move(*record));
    return records.size() < count_max;
  });
  return records;
}

VersionRecord Views::version_at(std::string_view key) const {
  auto record = any_version(VersionId(decoded(*reader_, key, keys::trailing_number)));
  if (!record) reader_->report_damage("a codelist's version is not there");
  return std::move(*record);
}

std::vector<VersionRecord> Views::versions_of(CodelistId codelist) const {
  std::vector<VersionRecord> records;
  if (hides(codelist)) return records;
  reader_->scan(keys::versions_of(codelist), [&](std::string_view key, std::string_view) {
    records.push_back(version_at(key));
    return true;
  });
  return records;
}

std::optional<VersionRecord> Views::newest_version_of(CodelistId codelist) const {
  std::optional<VersionRecord> newest;
  if (hides(codelist)) return newest;
  reader_->scan_backward(keys::versions_of(codelist), [&](std::string_view key, std::string_view) {
    newest = version_at(key);
    return false;
  });
  return newest;
}

std::optional<VersionRecord> Views::newest_published_of(CodelistId codelist) const {
  std::optional<VersionRecord> newest;
  if (hides(codelist)) return newest;
  reader_->scan_backward(keys::versions_of(codelist), [&](std::string_view key, std::string_view) {
    auto version = version_at(key);
    if (version.status == events::VersionStatus::published) newest = std::move(version);
    return !newest.has_value();
  });
  return newest;
}

std::optional<VersionRecord> Views::version_tagged(CodelistId codelist,
                                                   std::string_view tag) const {
  std::optional<VersionRecord> oldest;
  if (hides(codelist)) return oldest;
  const std::string prefix = keys::versions_tagged(codelist, tag);
  reader_->scan(prefix, [&](std::string_view key, std::string_view) {
    // A name from a URL may contain zero bytes, and then be the start of a key with another tag.
    if (key.size() == prefix.size() + sizeof(std::uint32_t)) oldest = version_at(key);
    return !oldest;
  });
  return oldest;
}

std::vector<events::CodeWithStatus> Views::codes(VersionId id) const {
  if (hides(id)) return {};
  std::vector<events::CodeWithStatus> before;
  if (const auto bytes = reader_->get(keys::base_codes(id))) {
    before = decoded(*reader_, *bytes, decode_codes);
  }
  std::vector<events::CodeWithStatus> codes;
  codes.reserve(before.size());
  auto next = before.begin();
  const std::string prefix = keys::codes_of(id);
  reader_->scan(prefix, [&](std::string_view key, std::string_view value) {
    const std::string_view code = key.substr(prefix.size());
    while (next != before.end() && next->code < code) codes.push_back(std::move(*next++));
    if (next != before.end() && next->code == code) ++next;
    if (!value.empty()) codes.push_back({std::string(code), static_cast<CodeStatus>(value[0])});
    return true;
  });
  std::move(next, before.end(), std::back_inserter(codes));
  return codes;
}

std::vector<std::string> Views::assumptions(VersionId id) const {
  if (hides(id)) return {};
  return names_behind(*reader_, keys::assumptions_of(id));
}

std::vector<std::string> Views::compatible_releases(VersionId id) const {
  if (hides(id)) return {};
  return names_behind(*reader_, keys::compatible_with(id));
}

std::optional<std::string> Views::csv_data(VersionId id) const {
  if (hides(id)) return std::nullopt;
  return reader_->get(keys::csv_data(id));
}

std::vector<SearchRecord> Views::searches(VersionId id) const {
  if (hides(id)) return {};
  return scan(*reader_, keys::searches_of(id), decode_search);
}

std::map<Position, std::string> Views::reasons(VersionId version) const {
  std::map<Position, std::string> reasons;
  if (hides(version)) return reasons;
  reader_->scan(keys::reasons_of(version), [&](std::string_view key, std::string_view reason) {
    reasons.emplace(decoded(*reader_, key, keys::trailing_position), reason);
    return true;
  });
  return reasons;
}

std::optional<SearchRecord> Views::search(VersionId version, SearchId id) const {
  if (hides(version)) return std::nullopt;
  return get(*reader_, keys::search(version, id), decode_search);
}

}  // namespace codelog::projections
