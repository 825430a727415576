#include "projections/past.h"

#include <algorithm>
#include <set>
#include <utility>

#include "projections/keys.h"
#include "projections/memory_store.h"
#include "projections/projections.h"
#include "projections/projector.h"
#include "projections/views.h"

namespace codelog::projections {
namespace {

bool is_after(const events::Commit& commit, const Moment& moment) {
  if (const auto* last = std::get_if<base::Position>(&moment)) return commit.position > *last;
  return commit.content.time > std::get<base::Timestamp>(moment);
}

// A stream, and how many of its commits to leave out.
using Begin = std::pair<events::Stream, base::StreamVersion>;

// The commits of several streams in the log's order, each once. Each stream ends before its first
// commit after the moment.
class StreamsReader {
 public:
  StreamsReader(const events::Log& log, const Moment& moment, const std::vector<Begin>& begins)
      : log_(log), moment_(moment) {
    for (const auto& [stream, version] : begins) {
      readers_.push_back(
          {stream, log.read_stream(stream, version.next(), events::Direction::forward), version});
      advance(readers_.back());
    }
  }

  std::optional<base::Result<events::Commit>> next() {
    Reader* first = nullptr;
    for (Reader& reader : readers_) {
      if (!reader.next) continue;
      if (!*reader.next) return std::move(*reader.next);
      if (first == nullptr || (*reader.next)->position < (*first->next)->position) first = &reader;
    }
    if (first == nullptr) return std::nullopt;
    base::Result<events::Commit> commit = std::move(*first->next);
    for (Reader& reader : readers_) {
      const bool is_taken = &reader == first || (reader.next && *reader.next &&
                                                 (*reader.next)->position == commit->position);
      if (is_taken) advance(reader);
    }
    return commit;
  }

 private:
  struct Reader {
    events::Stream stream;
    std::unique_ptr<events::CommitReader> reader;
    base::StreamVersion version{};  // of `next`
    std::optional<base::Result<events::Commit>> next = std::nullopt;
  };

  void advance(Reader& reader) const {
    reader.next = reader.reader->next();
    reader.version = reader.version.next();
    if (!reader.next) return;
    const bool is_past_end =
        *reader.next ? is_after(**reader.next, moment_) : is_unreadable_after(reader);
    if (is_past_end) reader.next.reset();
  }

  // A damaged commit after the moment is no part of the past. The time of a damaged commit is not
  // known, but its position is.
  bool is_unreadable_after(const Reader& reader) const {
    const auto* last = std::get_if<base::Position>(&moment_);
    if (last == nullptr) return false;
    const auto position = log_.stream_position(reader.stream, reader.version);
    return position && *position > *last;
  }

  const events::Log& log_;
  const Moment& moment_;
  std::vector<Reader> readers_;
};

struct Kept {
  std::optional<base::VersionId> contents_of;
  bool has_all_contents = false;
};

base::Result<void> replay(Store& store, const events::Log& log, StreamsReader& commits,
                          const Kept& kept) {
  Projector projector(store, {.positions = Projector::Positions::sparse, .log = identity_of(log)});
  if (!kept.has_all_contents) projector.keep_contents_only_of(kept.contents_of);
  while (auto commit = commits.next()) {
    if (!*commit) return commit->error();
    if (const auto applied = projector.apply(**commit); !applied) return applied;
    if (!projector.should_flush()) continue;
    if (const auto written = projector.flush(); !written) return written;
  }
  return projector.flush();
}

// Makes the views of a codelist in an empty store.
class CodelistReplay {
 public:
  CodelistReplay(Store& store, const events::Log& log, const StoreReader& now,
                 const CodelistPast& past)
      : store_(store), log_(log), now_(now), past_(past) {}

  base::Result<void> run() {
    find_snapshot();
    if (const auto loaded = load_snapshot(); !loaded) return loaded;
    StreamsReader commits(log_, past_.moment,
                          {{events::Stream::of_codelist(past_.codelist), commits_count_}});
    const auto replayed =
        replay(store_, log_, commits, {past_.contents_of, past_.has_all_contents});
    if (!replayed) return replayed;
    return add_what_others_say();
  }

 private:
  bool is_past(Position position, base::Timestamp latest_time) const {
    if (const auto* last = std::get_if<base::Position>(&past_.moment)) return position <= *last;
    return latest_time <= std::get<base::Timestamp>(past_.moment);
  }

  std::string get(const std::string& key) const {
    auto bytes = now_.get(key);
    if (!bytes) now_.report_damage("a part of a snapshot is missing");
    return std::move(*bytes);
  }
  template <class Decode>
  auto decoded(std::string_view bytes, Decode decode) const {
    try {
      return decode(bytes);
    } catch (const DamagedRecord& damage) {
      now_.report_damage(damage.what());
    }
  }

  void find_snapshot() {
    now_.scan_backward(keys::past_heads(past_.codelist),
                       [&](std::string_view key, std::string_view value) {
                         const auto position = decoded(key, keys::trailing_position);
                         const PastHead head = decoded(value, decode_past_head);
                         if (!is_past(position, head.latest_time)) return true;
                         snapshot_ = position;
                         commits_count_ = base::StreamVersion(head.commits_count);
                         return false;
                       });
  }

  base::Result<void> load_snapshot() {
    if (!snapshot_) return {};
    Batch batch;
    std::vector<VersionRecord> versions;
    for (PastEntry& entry :
         decoded(get(keys::past_records(past_.codelist, *snapshot_)), decode_past_entries)) {
      if (entry.key.starts_with(keys::all_versions())) {
        versions.push_back(decoded(entry.value, decode_version));
      }
      batch.put(std::move(entry.key), std::move(entry.value));
    }
    Meta meta;
    meta.log = identity_of(log_);
    meta.checkpoint = *snapshot_;
    batch.put(keys::meta(), encode(meta));
    for (const VersionRecord& version : versions) {
      if (!past_.has_all_contents && past_.contents_of != version.id) continue;
      if (const auto added = add_contents(version, batch); !added) return added;
    }
    return store_.write(batch, WriteMode::bulk);
  }

  base::Result<void> add_contents(const VersionRecord& version, Batch& batch) {
    std::optional<Position> at;
    now_.scan_backward(keys::past_contents_marks(version.id),
                       [&](std::string_view key, std::string_view) {
                         const auto position = decoded(key, keys::trailing_position);
                         if (position > *snapshot_) return true;
                         if (position >= version.made_at) at = position;
                         return false;
                       });
    if (!at) return add_first_contents(version, batch);
    PastContents contents =
        decoded(get(keys::past_contents(version.id, *at)), decode_past_contents);
    if (!contents.codes.empty()) {
      batch.put(keys::base_codes(version.id), std::move(contents.codes));
    }
    for (const std::string& code : contents.assumptions) {
      batch.put(keys::assumption(version.id, code), "");
    }
    for (const auto& [id, found_at] : contents.searches) {
      const auto search = find_search(version.id, id, found_at);
      if (!search) return search.error();
      batch.put(keys::search(version.id, id), encode(*search, found_at));
    }
    return {};
  }

  // A version whose contents have not changed since it was made: in that commit.
  base::Result<void> add_first_contents(const VersionRecord& version, Batch& batch) {
    const auto commit = read(version.made_at);
    if (!commit) return commit.error();
    for (const events::Event& event : (*commit)->content.events) {
      const auto* created = std::get_if<events::VersionCreated>(&event);
      if (created == nullptr || created->version != version.id) continue;
      if (!created->codes.empty()) {
        batch.put(keys::base_codes(version.id), encode_codes(created->codes));
      }
      if (created->csv_data) batch.put(keys::csv_data(version.id), *created->csv_data);
      for (const std::string& code : created->assumed) {
        batch.put(keys::assumption(version.id, code), "");
      }
      for (const auto& search : created->searches) {
        batch.put(keys::search(version.id, search.id),
                  encode(SearchRecord{version.id, search}, version.made_at));
      }
    }
    return {};
  }

  base::Result<SearchRecord> find_search(base::VersionId version, base::SearchId id,
                                         Position found_at) {
    const auto commit = read(found_at);
    if (!commit) return commit.error();
    const events::SearchWithResults* found = nullptr;
    const auto take = [&](const events::SearchWithResults& search) {
      if (search.id == id) found = &search;
    };
    for (const events::Event& any : (*commit)->content.events) {
      std::visit(
          [&](const auto& event) {
            if constexpr (requires { event.version; }) {
              if (event.version != version) return;
            }
            if constexpr (std::is_same_v<std::decay_t<decltype(event)>, events::SearchAdded>) {
              take(event.search);
            } else if constexpr (requires { event.searches_added; }) {
              std::ranges::for_each(event.searches_added, take);
            } else if constexpr (requires { event.searches; }) {
              std::ranges::for_each(event.searches, take);
            }
          },
          any);
    }
    if (found == nullptr) {
      now_.report_damage("a snapshot names a search that its commit does not have");
    }
    return SearchRecord{version, *found};
  }

  // The last commit read is kept: many searches come from one.
  base::Result<const events::Commit*> read(Position position) {
    if (!commit_ || commit_->position != position) {
      auto commit = log_.read(position);
      if (!commit) return commit.error();
      commit_ = *std::move(commit);
    }
    return &*commit_;
  }

  // Releases, mappings, and on which releases a version is the same.
  base::Result<void> add_what_others_say() {
    Batch batch;
    for (const VersionRecord& version : Views(store_.reader()).versions_of(past_.codelist)) {
      batch.erase_prefix(keys::compatible_with(version.id));
      for (const std::string& release : compatible_with(version.id)) {
        batch.put(keys::compatible(version.id, release), "");
      }
    }
    now_.scan(keys::all_releases(), [&](std::string_view key, std::string_view) {
      add_release(key.substr(keys::all_releases().size()), batch);
      return true;
    });
    now_.scan(keys::all_mappings(), [&](std::string_view key, std::string_view value) {
      const MappingRecord mapping = decoded(value, decode_mapping);
      if (is_past(mapping.registered_at, mapping.imported_at)) {
        batch.put(std::string(key), std::string(value));
      }
      return true;
    });
    return store_.write(batch, WriteMode::bulk);
  }

  void add_release(std::string_view alias, Batch& batch) {
    now_.scan_backward(keys::releases_then(alias),
                       [&](std::string_view key, std::string_view value) {
                         const ReleaseThen then = decoded(value, decode_release_then);
                         if (!is_past(decoded(key, keys::trailing_position), then.latest_time))
                           return true;
                         batch.put(keys::release(alias), encode(then.record));
                         return false;
                       });
  }

  std::set<std::string> compatible_with(base::VersionId version) const {
    std::set<std::string> releases;
    now_.scan(keys::compatibilities_then(version),
              [&](std::string_view key, std::string_view value) {
                const CompatibilityThen then = decoded(value, decode_compatibility_then);
                if (!is_past(decoded(key, keys::trailing_position), then.latest_time)) return true;
                for (const auto& [kind, release] : then.marks) {
                  if (kind == CompatibilityMark::Kind::added) releases.insert(release);
                  if (kind == CompatibilityMark::Kind::removed) releases.erase(release);
                  if (kind == CompatibilityMark::Kind::cleared) releases.clear();
                }
                return true;
              });
    return releases;
  }

  Store& store_;
  const events::Log& log_;
  const StoreReader& now_;
  const CodelistPast& past_;
  std::optional<Position> snapshot_;
  base::StreamVersion commits_count_{};  // before the snapshot's end
  std::optional<events::Commit> commit_;
};

}  // namespace

base::Result<void> replay_past(Store& store, const events::Log& log, const PastQuery& query) {
  std::vector<Begin> begins;
  for (const events::Stream& stream : query.streams) begins.emplace_back(stream, 0);
  StreamsReader commits(log, query.moment, begins);
  return replay(store, log, commits, {query.contents_of, query.has_all_contents});
}

base::Result<std::unique_ptr<Store>> views_as_of(const events::Log& log, const PastQuery& query) {
  std::unique_ptr<Store> store = std::make_unique<MemoryStore>();
  if (const auto replayed = replay_past(*store, log, query); !replayed) return replayed.error();
  return store;
}

base::Result<std::unique_ptr<Store>> views_as_of(const events::Log& log, const StoreReader& now,
                                                 const CodelistPast& past) {
  std::unique_ptr<Store> store = std::make_unique<MemoryStore>();
  if (const auto made = CodelistReplay(*store, log, now, past).run(); !made) return made.error();
  return store;
}

}  // namespace codelog::projections
