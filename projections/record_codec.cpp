#include "projections/record_codec.h"

#include <concepts>
#include <type_traits>

namespace codelog::projections {
namespace {

void require(bool condition, const char* why) {
  if (!condition) throw DamagedRecord(why);
}

// Each record lists its fields once, in visit(); FieldWriter and FieldReader walk that list.
// Integers are variable-length (7 bits a byte); texts and lists start with their length.
class FieldWriter {
 public:
  template <class... Fields>
  void operator()(const Fields&... fields) {
    (write(fields), ...);
  }
  std::string take() { return std::move(bytes_); }

 private:
  template <std::unsigned_integral T>
  void write(T value) {
    std::uint64_t rest = value;
    for (; rest >= 0x80; rest >>= 7) bytes_ += static_cast<char>(rest | 0x80);
    bytes_ += static_cast<char>(rest);
  }
  template <class T>
  requires std::is_enum_v<T>
  void write(T value) { write(static_cast<std::uint64_t>(value)); }
  void write(const std::string& text) {
    write(text.size());
    bytes_ += text;
  }
  void write(const base::Sha256& digest) {
    bytes_.append(reinterpret_cast<const char*>(digest.data()), digest.size());
  }
  void write(const Timestamp& time) { write(static_cast<std::uint64_t>(time.unix_us)); }
  template <class T, class Tag>
  void write(const base::Strong<T, Tag>& id) {
    write(id.value());
  }
  template <class T>
  void write(const std::optional<T>& value) {
    write(std::uint64_t{value.has_value()});
    if (value) write(*value);
  }
  template <class T>
  void write(const std::vector<T>& values) {
    write(values.size());
    for (const T& value : values) write(value);
  }
  void write(const StatusCounts& counts) {
    for (const std::uint64_t count : counts) write(count);
  }
  template <class T>
  requires requires(FieldWriter& writer, T& record) { visit(writer, record); }
  void write(const T& record) { visit(*this, const_cast<T&>(record)); }

  std::string bytes_;
};

class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : rest_(bytes) {}

  template <class... Fields>
  void operator()(Fields&... fields) {
    (read(fields), ...);
  }
  void finish() const { require(rest_.empty(), "a view record has bytes to spare"); }

 private:
  std::string_view take(std::size_t size) {
    require(size <= rest_.size(), "a view record is cut short");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint64_t read_number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) break;
    }
    return value;
  }
  void read(bool& value) { value = read_number() != 0; }
  template <std::unsigned_integral T>
  void read(T& value) {
    value = static_cast<T>(read_number());
  }
  template <class T>
  requires std::is_enum_v<T>
  void read(T& value) { value = static_cast<T>(read_number()); }
  void read(std::string& text) { text = take(read_number()); }
  void read(base::Sha256& digest) {
    const std::string_view bytes = take(digest.size());
    std::copy(bytes.begin(), bytes.end(), digest.begin());
  }
  void read(Timestamp& time) { time.unix_us = static_cast<std::int64_t>(read_number()); }
  template <class T, class Tag>
  void read(base::Strong<T, Tag>& id) {
    id = base::Strong<T, Tag>(static_cast<T>(read_number()));
  }
  template <class T>
  void read(std::optional<T>& value) {
    value.reset();
    if (read_number() != 0) read(value.emplace());
  }
  template <class T>
  void read(std::vector<T>& values) {
    const std::uint64_t count = read_number();
    require(count <= rest_.size(), "a view record is cut short");
    values.resize(count);
    for (T& value : values) read(value);
  }
  void read(StatusCounts& counts) {
    for (std::uint64_t& count : counts) count = read_number();
  }
  template <class T>
  requires requires(FieldReader& reader, T& record) { visit(reader, record); }
  void read(T& record) { visit(*this, record); }

  std::string_view rest_;
};

void visit(auto& fields, events::Sealed& r) { fields(r.nonce, r.ciphertext); }
void visit(auto& fields, events::Owner& r) { fields(r.kind, r.name); }
void visit(auto& fields, events::Reference& r) { fields(r.text, r.url); }
void visit(auto& fields, events::SignOff& r) { fields(r.username, r.date, r.content_digest); }
void visit(auto& fields, events::CodeWithStatus& r) { fields(r.code, r.status); }
void visit(auto& fields, events::SearchWithResults& r) {
  fields(r.id, r.kind, r.text, r.slug, r.codes, r.mode, r.active, r.types);
}
void visit(auto& fields, NextIds& r) { fields(r.codelist, r.version, r.search); }
void visit(auto& fields, LogIdentity& r) { fields(r.id, r.epoch); }
void visit(auto& fields, Meta& r) { fields(r.format, r.log, r.checkpoint, r.next); }
void visit(auto& fields, TokenRecord& r) {
  fields(r.digest, r.name, r.scope, r.created_at, r.expires_at, r.is_replaceable);
}
void visit(auto& fields, SessionRecord& r) {
  fields(r.digest, r.started_at, r.expires_at, r.client);
}
void visit(auto& fields, IdentityRecord& r) { fields(r.issuer, r.identity, r.linked_at); }
void visit(auto& fields, UserRecord& r) {
  fields(r.username, r.personal, r.is_admin, r.is_active, r.is_erased, r.tokens, r.sessions,
         r.last_login_at, r.identities);
}
void visit(auto& fields, OrganisationRecord& r) { fields(r.slug, r.name, r.url); }
void visit(auto& fields, MemberRecord& r) {
  fields(r.organisation, r.username, r.is_admin, r.date_joined);
}
void visit(auto& fields, ReleaseRecord& r) {
  fields(r.alias, r.coding_system, r.name, r.valid_from, r.import_ref, r.state, r.file_digest,
         r.concepts_count, r.imported_at);
}
void visit(auto& fields, Handle& r) { fields(r.owner, r.name, r.slug); }
void visit(auto& fields, CodelistRecord& r) {
  fields(r.id, r.coding_system, r.handles, r.current_handle, r.description, r.methodology,
         r.references, r.signoffs, r.collaborators, r.tags, r.is_private, r.created_at,
         r.updated_at);
}
void visit(auto& fields, VersionRecord& r) {
  fields(r.id, r.codelist, r.status, r.origin, r.tag, r.author, r.release, r.release_digest,
         r.source, r.has_csv_data, r.counts, r.created_at, r.updated_at, r.changed_at, r.undo_steps,
         r.redo_steps, r.assumptions_count, r.content_digest, r.download_digest, r.made_at);
}
void visit(auto& fields, EndedVersionRecord& r) {
  fields(r.version, r.codelist, r.handles, r.tag, r.author, r.status, r.decisions_count,
         r.closed_by, r.reason, r.actor, r.position, r.ended_at);
}
void visit(auto& fields, AccessRecord& r) {
  fields(r.is_site_restricted, r.owners_count, r.codelists_count);
}
void visit(auto& fields, MigrationRecord& r) { fields(r.source, r.next); }
void visit(auto& fields, SearchRecord& r) { fields(r.version, r.search); }
void visit(auto& fields, PastClock& r) {
  fields(r.position, r.latest_time, r.commits_count, r.new_commits_count, r.new_work,
         r.records_bytes, r.changed);
}
void visit(auto& fields, PastHead& r) { fields(r.commits_count, r.latest_time); }
void visit(auto& fields, PastEntry& r) { fields(r.key, r.value); }
void visit(auto& fields, PastContents::Search& r) { fields(r.id, r.found_at); }
void visit(auto& fields, PastContents& r) { fields(r.codes, r.assumptions, r.searches); }
void visit(auto& fields, CompatibilityMark& r) { fields(r.kind, r.release); }
void visit(auto& fields, CompatibilityThen& r) { fields(r.latest_time, r.marks); }
void visit(auto& fields, ReleaseThen& r) { fields(r.latest_time, r.record); }
void visit(auto& fields, MappingRecord& r) {
  fields(r.mapping, r.name, r.valid_from, r.import_ref, r.file_digest, r.rows_count, r.imported_at,
         r.registered_at);
}
void visit(auto& fields, RefsetVersionRecord& r) {
  fields(r.kind, r.release, r.tag, r.release_date, r.recorded_at);
}
void visit(auto& fields, events::UpgradeCounts& r) {
  fields(r.newly_matched, r.no_longer_matched, r.new_descendants, r.inactive, r.removed, r.moved,
         r.renamed, r.status_changed, r.searches_left_out);
}
void visit(auto& fields, events::VersionUpgrade& r) {
  fields(r.version, r.outcome, r.is_compatible, r.counts, r.problem);
}
void visit(auto& fields, UpgradeReportRecord& r) {
  fields(r.release, r.release_digest, r.position, r.made_at, r.versions);
}

template <class T>
std::string encode_record(const T& record) {
  FieldWriter writer;
  writer(record);
  return writer.take();
}

template <class T>
T decode_record(std::string_view bytes) {
  FieldReader reader(bytes);
  T record;
  reader(record);
  reader.finish();
  return record;
}

}  // namespace

std::string encode(const Meta& record) { return encode_record(record); }
std::string encode(const UserRecord& record) { return encode_record(record); }
std::string encode(const OrganisationRecord& record) { return encode_record(record); }
std::string encode(const MemberRecord& record) { return encode_record(record); }
std::string encode(const ReleaseRecord& record) { return encode_record(record); }
std::string encode(const CodelistRecord& record) { return encode_record(record); }
std::string encode(const VersionRecord& record) { return encode_record(record); }
std::string encode(const EndedVersionRecord& record) { return encode_record(record); }
std::string encode(const SearchRecord& record, Position found_at) {
  FieldWriter writer;
  writer(found_at, record);
  return writer.take();
}
std::string encode(const MappingRecord& record) { return encode_record(record); }
std::string encode(const RefsetVersionRecord& record) { return encode_record(record); }
std::string encode(const UpgradeReportRecord& record) { return encode_record(record); }
std::string encode(const MigrationRecord& record) { return encode_record(record); }
std::string encode(const AccessRecord& record) { return encode_record(record); }
std::string encode(const PastClock& record) { return encode_record(record); }
std::string encode(const PastHead& record) { return encode_record(record); }
std::string encode(const std::vector<PastEntry>& records) { return encode_record(records); }
std::string encode(const PastContents& record) { return encode_record(record); }
std::string encode(const CompatibilityThen& record) { return encode_record(record); }
std::string encode(const ReleaseThen& record) { return encode_record(record); }
std::string encode_number(std::uint64_t value) { return encode_record(value); }

std::string encode_codes(std::span<const events::CodeWithStatus> codes) {
  // Written by hand for speed: versions with 150,000 codes are common.
  std::string bytes;
  bytes.reserve(codes.size() * 14);
  for (const events::CodeWithStatus& code : codes) {
    bytes += static_cast<char>(code.status);
    std::size_t rest = code.code.size();
    for (; rest >= 0x80; rest >>= 7) bytes += static_cast<char>(rest | 0x80);
    bytes += static_cast<char>(rest);
    bytes += code.code;
  }
  return bytes;
}

Meta decode_meta(std::string_view bytes) { return decode_record<Meta>(bytes); }
UserRecord decode_user(std::string_view bytes) { return decode_record<UserRecord>(bytes); }
OrganisationRecord decode_organisation(std::string_view bytes) {
  return decode_record<OrganisationRecord>(bytes);
}
MemberRecord decode_member(std::string_view bytes) { return decode_record<MemberRecord>(bytes); }
ReleaseRecord decode_release(std::string_view bytes) { return decode_record<ReleaseRecord>(bytes); }
CodelistRecord decode_codelist(std::string_view bytes) {
  return decode_record<CodelistRecord>(bytes);
}
VersionRecord decode_version(std::string_view bytes) { return decode_record<VersionRecord>(bytes); }
EndedVersionRecord decode_ended_version(std::string_view bytes) {
  return decode_record<EndedVersionRecord>(bytes);
}
SearchRecord decode_search(std::string_view bytes) {
  FieldReader reader(bytes);
  Position found_at;
  SearchRecord record;
  reader(found_at, record);
  reader.finish();
  return record;
}
MappingRecord decode_mapping(std::string_view bytes) { return decode_record<MappingRecord>(bytes); }
RefsetVersionRecord decode_refset_version(std::string_view bytes) {
  return decode_record<RefsetVersionRecord>(bytes);
}
UpgradeReportRecord decode_upgrade_report(std::string_view bytes) {
  return decode_record<UpgradeReportRecord>(bytes);
}
MigrationRecord decode_migration(std::string_view bytes) {
  return decode_record<MigrationRecord>(bytes);
}
AccessRecord decode_access(std::string_view bytes) { return decode_record<AccessRecord>(bytes); }
Position decode_search_place(std::string_view bytes) {
  FieldReader reader(bytes);
  Position found_at;
  reader(found_at);
  return found_at;
}
PastClock decode_past_clock(std::string_view bytes) { return decode_record<PastClock>(bytes); }
PastHead decode_past_head(std::string_view bytes) { return decode_record<PastHead>(bytes); }
std::vector<PastEntry> decode_past_entries(std::string_view bytes) {
  return decode_record<std::vector<PastEntry>>(bytes);
}
PastContents decode_past_contents(std::string_view bytes) {
  return decode_record<PastContents>(bytes);
}
CompatibilityThen decode_compatibility_then(std::string_view bytes) {
  return decode_record<CompatibilityThen>(bytes);
}
ReleaseThen decode_release_then(std::string_view bytes) {
  return decode_record<ReleaseThen>(bytes);
}
std::uint64_t decode_number(std::string_view bytes) { return decode_record<std::uint64_t>(bytes); }

std::vector<events::CodeWithStatus> decode_codes(std::string_view bytes) {
  std::vector<events::CodeWithStatus> codes;
  codes.reserve(bytes.size() / 10);
  while (!bytes.empty()) {
    const auto status = static_cast<CodeStatus>(bytes[0]);
    std::size_t size = 0;
    std::size_t at = 1;
    for (unsigned shift = 0, more = 1; more != 0; shift += 7) {
      require(at < bytes.size() && shift < 64, "a list of codes is cut short");
      const auto byte = static_cast<unsigned char>(bytes[at++]);
      size |= std::size_t{byte & 0x7fu} << shift;
      more = byte & 0x80u;
    }
    require(size <= bytes.size() - at, "a list of codes is cut short");
    codes.push_back({std::string(bytes.substr(at, size)), status});
    bytes.remove_prefix(at + size);
  }
  return codes;
}

}  // namespace codelog::projections
