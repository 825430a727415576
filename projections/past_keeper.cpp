#include "projections/past_keeper.h"

#include <algorithm>

#include "projections/keys.h"
#include "projections/projector.h"
#include "projections/views.h"

namespace codelog::projections {
namespace {

using events::Stream;

// About how many bytes of records are read in the time of replaying one commit.
constexpr std::uint64_t bytes_per_commit = 64;

bool has_past(const Stream& stream) {
  return stream.codelist().has_value() || stream.name().starts_with("release/");
}

// The entries of the store that are about one codelist.
class RecordsOf {
 public:
  RecordsOf(const StoreReader& reader, CodelistId id) : reader_(reader), id_(id) {}

  std::vector<PastEntry> take() {
    add(keys::stream(Stream::of_codelist(id_).name()));
    add(keys::restricted_codelist(id_));
    add_codelist();
    add_all(keys::versions_of(id_), [this](VersionId version) { add_version(version); });
    add_all(keys::all_deleted_of(id_), [this](VersionId version) {
      add(keys::deleted_version(version));
      add(keys::ended_version(version));
    });
    return std::move(entries_);
  }

 private:
  void add(std::string key) {
    if (auto value = reader_.get(key)) entries_.push_back({std::move(key), std::move(*value)});
  }
  template <class Then>
  void add_all(const std::string& prefix, Then then) {
    std::vector<VersionId> versions;
    reader_.scan(prefix, [&](std::string_view key, std::string_view value) {
      entries_.push_back({std::string(key), std::string(value)});
      versions.emplace_back(keys::trailing_number(key));
      return true;
    });
    std::ranges::for_each(versions, then);
  }
  void add_codelist() {
    const auto bytes = reader_.get(keys::codelist(id_));
    if (!bytes) return;
    const CodelistRecord record = decode_codelist(*bytes);
    for (const Handle& handle : record.handles) {
      add(keys::handle_slug(handle.owner, handle.slug));
      add(keys::handle_name(handle.owner, handle.name));
    }
    add(keys::owned(record.handle().owner, id_));
    entries_.push_back({keys::codelist(id_), *bytes});
  }
  void add_version(VersionId id) {
    const auto bytes = reader_.get(keys::version(id));
    if (!bytes) return;
    const VersionRecord record = decode_version(*bytes);
    if (record.tag) add(keys::tagged_version(id_, *record.tag, id));
    entries_.push_back({keys::version(id), *bytes});
    reader_.scan(keys::reasons_of(id), [&](std::string_view key, std::string_view value) {
      entries_.push_back({std::string(key), std::string(value)});
      return true;
    });
  }

  const StoreReader& reader_;
  const CodelistId id_;
  std::vector<PastEntry> entries_;
};

PastContents contents_of(const Views& views, const StoreReader& reader, VersionId id) {
  PastContents contents{encode_codes(views.codes(id)), views.assumptions(id), {}};
  reader.scan(keys::searches_of(id), [&](std::string_view key, std::string_view value) {
    contents.searches.push_back({SearchId(keys::trailing_number(key)), decode_search_place(value)});
    return true;
  });
  return contents;
}

std::uint64_t bytes_of(const std::vector<PastEntry>& entries) {
  std::uint64_t bytes = 0;
  for (const PastEntry& entry : entries) bytes += entry.key.size() + entry.value.size();
  return bytes;
}

}  // namespace

bool PastKeeper::is_keeping() const { return views_.positions_ == Projector::Positions::dense; }

PastClock& PastKeeper::clock_of(const Stream& stream) {
  const auto [found, is_missing] = clocks_.try_emplace(stream.name());
  if (is_missing) {
    if (const auto bytes = views_.reader_->get(keys::past_clock(stream.name()))) {
      found->second = decode_past_clock(*bytes);
    }
  }
  return found->second;
}

bool PastKeeper::is_due(const PastClock& clock) const {
  const std::uint64_t work = clock.new_work + clock.new_commits_count;
  const bool is_long = clock.new_commits_count >= spacing_.commits_max;
  if (!is_long && work < spacing_.work_max) return false;
  if (clock.new_commits_count * bytes_per_commit + clock.new_work < clock.records_bytes / 2) {
    return false;
  }
  if (is_long) return true;
  std::uint64_t codes_count = 0;
  for (const VersionId id : clock.changed) {
    const auto& cached = views_.version(id);
    if (cached.record) codes_count += cached.record->codes_count();
  }
  return clock.new_work >= codes_count;
}

void PastKeeper::take_snapshot(CodelistId id, PastClock& clock) {
  const StoreReader& reader = *views_.reader_;
  const std::vector<PastEntry> records = RecordsOf(reader, id).take();
  views_.batch_.put(keys::past_head(id, clock.position),
                    encode(PastHead{clock.commits_count, clock.latest_time}));
  views_.batch_.put(keys::past_records(id, clock.position), encode(records));
  const Views views(views_.store_.reader());
  for (const VersionId version : clock.changed) {
    if (!reader.get(keys::version(version))) continue;  // deleted
    views_.batch_.put(keys::past_contents_mark(version, clock.position), "");
    views_.batch_.put(keys::past_contents(version, clock.position),
                      encode(contents_of(views, reader, version)));
  }
  clock.records_bytes = bytes_of(records);
  clock.new_commits_count = 0;
  clock.new_work = 0;
  clock.changed.clear();
}

base::Result<void> PastKeeper::begin(const events::Commit& commit) {
  if (!is_keeping()) return {};
  std::vector<CodelistId> due;
  for (const auto& touched : commit.content.streams) {
    const auto id = touched.stream.codelist();
    if (id && is_due(clock_of(touched.stream))) due.push_back(*id);
  }
  if (!due.empty()) {
    // The snapshots are of the store as the commits before this one have left it, and are written
    // together with this commit: a crash leaves both or neither.
    if (const auto written = views_.flush(); !written) return written;
    for (const CodelistId id : due) take_snapshot(id, clock_of(Stream::of_codelist(id)));
  }
  for (const auto& touched : commit.content.streams) {
    if (!has_past(touched.stream)) continue;
    PastClock& clock = clock_of(touched.stream);
    clock.position = commit.position;
    clock.latest_time = std::max(clock.latest_time, commit.content.time);
    ++clock.commits_count;
    ++clock.new_commits_count;
  }
  return {};
}

void PastKeeper::end(const events::Commit& commit) {
  for (const auto& [version, then] : compatibility_) {
    views_.batch_.put(keys::compatibility_then(version, commit.position), encode(then));
  }
  compatibility_.clear();
}

void PastKeeper::note_change(const VersionRecord& version, std::size_t codes_count) {
  if (!is_keeping()) return;
  PastClock& clock = clock_of(Stream::of_codelist(version.codelist));
  clock.new_work += codes_count;
  const auto place = std::ranges::lower_bound(clock.changed, version.id);
  if (place == clock.changed.end() || *place != version.id) {
    clock.changed.insert(place, version.id);
  }
}

void PastKeeper::note_compatibility(VersionId version, const Stream& stream,
                                    CompatibilityMark mark) {
  if (!is_keeping()) return;
  CompatibilityThen& then = compatibility_[version];
  then.latest_time = clock_of(stream).latest_time;
  then.marks.push_back(std::move(mark));
}

void PastKeeper::note_release(const ReleaseRecord& record) {
  if (!is_keeping()) return;
  const PastClock& clock = clock_of(Stream::of_release(record.alias));
  views_.batch_.put(keys::release_then(record.alias, clock.position),
                    encode(ReleaseThen{clock.latest_time, record}));
}

void PastKeeper::put_clocks() {
  for (const auto& [name, clock] : clocks_) {
    views_.batch_.put(keys::past_clock(name), encode(clock));
  }
  clocks_.clear();
}

}  // namespace codelog::projections
