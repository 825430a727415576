#include "projections/past.h"

#include "projections/memory_store.h"
#include "projections/projections.h"
#include "projections/projector.h"

namespace codelog::projections {
namespace {

bool is_after(const events::Commit& commit, const Moment& moment) {
  if (const auto* last = std::get_if<base::Position>(&moment)) return commit.position > *last;
  return commit.content.time > std::get<base::Timestamp>(moment);
}

// The commits of several streams in the log's order, each once. Each stream ends before its first
// commit after the moment.
class StreamsReader {
 public:
  StreamsReader(const events::Log& log, const PastQuery& query) : log_(log), moment_(query.moment) {
    for (const events::Stream& stream : query.streams) {
      readers_.push_back(
          {stream, log.read_stream(stream, base::StreamVersion(1), events::Direction::forward)});
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

}  // namespace

base::Result<void> replay_past(Store& store, const events::Log& log, const PastQuery& query) {
  Projector projector(store, Projector::Positions::sparse, identity_of(log));
  if (!query.has_all_contents) projector.keep_contents_only_of(query.contents_of);
  StreamsReader reader(log, query);
  while (auto commit = reader.next()) {
    if (!*commit) return commit->error();
    if (const auto applied = projector.apply(**commit); !applied) return applied;
    if (!projector.should_flush()) continue;
    if (const auto written = projector.flush(WriteMode::bulk); !written) return written;
  }
  return projector.flush(WriteMode::bulk);
}

base::Result<std::unique_ptr<Store>> views_as_of(const events::Log& log, const PastQuery& query) {
  std::unique_ptr<Store> store = std::make_unique<MemoryStore>();
  if (const auto replayed = replay_past(*store, log, query); !replayed) return replayed.error();
  return store;
}

}  // namespace codelog::projections
