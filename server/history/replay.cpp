#include "server/history/replay.h"

#include <algorithm>
#include <set>

#include "projections/memory_store.h"
#include "projections/projections.h"
#include "projections/projector.h"
#include "server/history/commit_codes.h"

namespace codelog::history {
namespace {

using base::Position;
using base::Result;
using base::StreamVersion;
using base::VersionId;
using events::Commit;
using events::Direction;
using projections::Views;

std::set<VersionId> versions_in(const Commit& commit) {
  std::set<VersionId> versions;
  for (const events::Event& any : commit.content.events) {
    std::visit(
        [&](const auto& event) {
          if constexpr (requires { VersionId(event.version); }) versions.insert(event.version);
        },
        any);
  }
  return versions;
}

// The last event that makes the version.
const events::VersionCreated* creation_in(const Commit& commit, VersionId version) {
  const events::VersionCreated* found = nullptr;
  for (const events::Event& event : commit.content.events) {
    const auto* created = std::get_if<events::VersionCreated>(&event);
    if (created != nullptr && created->version == version) found = created;
  }
  return found;
}

VersionStep version_step(const Commit& commit, const Views& after, VersionId version) {
  VersionStep step{version, after.version(version), false, {}};
  const auto* created = creation_in(commit, version);
  if (created != nullptr) {
    step.is_made = true;
    for (const base::CodeWithStatus& code : created->codes) {
      step.effect.changes.push_back({code.code, std::nullopt, code.status});
    }
    step.effect.searches_added = created->searches;
  } else if (auto effect = commands::effect_of(commit, version)) {
    step.effect = std::move(*effect);
  }
  return step;
}

ReplayStep replay_step(const Commit& commit, const Views& after) {
  ReplayStep step{
      commit.position, commit.content.time, commit.content.actor, commit.content.command, {}, {}};
  for (const events::Event& event : commit.content.events) {
    if (auto deed = deed_of(event, "")) step.deeds.push_back(std::move(*deed));
  }
  for (const VersionId version : versions_in(commit)) {
    step.versions.push_back(version_step(commit, after, version));
  }
  return step;
}

class ReplayReader {
 public:
  ReplayReader(const events::Log& log, const Views& now, base::CodelistId codelist,
               const ReplayQuery& query)
      : log_(log),
        now_(now),
        codelist_(codelist),
        stream_(events::Stream::of_codelist(codelist)),
        query_(query) {}

  Result<Replay> read() {
    const auto place = find_place();
    if (!place) return place.error();
    Replay replay;
    const auto position = log_.stream_position(stream_, *place);
    if (!position) return position.error();
    replay.position = *position;
    if (const auto read = read_state(replay); !read) return read.error();
    const auto count = count_steps(*place);
    if (!count) return count.error();
    const bool is_forward = query_.direction == Direction::forward;
    const StreamVersion before(is_forward ? place->value() : place->value() - *count);
    if (const auto walked = walk(before, *count, replay); !walked) return walked.error();
    if (!is_forward) std::ranges::reverse(replay.steps);
    const StreamVersion end(is_forward ? place->value() + *count : before.value());
    const bool is_more = is_forward ? end < now_.stream_version(stream_) : end.value() > 0;
    if (!is_more) return replay;
    const auto next = log_.stream_position(stream_, end);
    if (!next) return next.error();
    replay.next = *next;
    return replay;
  }

 private:
  // The version of the codelist's stream at the state.
  Result<StreamVersion> find_place() const {
    const StreamVersion size = now_.stream_version(stream_);
    if (!query_.from) {
      return query_.direction == Direction::forward ? std::min(size, StreamVersion(1)) : size;
    }
    const auto after = first_version_after(log_, stream_, size, *query_.from);
    if (!after) return after.error();
    if (after->value() == 1) {
      return base::Error{base::ErrorCode::not_found, "the codelist did not exist then", {}};
    }
    return StreamVersion(after->value() - 1);
  }

  Result<void> read_state(Replay& replay) const {
    auto state = projections::views_as_of(log_, now_.store(), {codelist_, replay.position});
    if (!state) return state.error();
    const Views records((*state)->reader());
    replay.version = query_.version ? records.version(*query_.version) : last_changed(records);
    if (replay.version) {
      state = projections::views_as_of(log_, now_.store(),
                                       {codelist_, replay.position, replay.version->id});
      if (!state) return state.error();
    }
    replay.state = std::move(*state);
    return {};
  }

  std::optional<projections::VersionRecord> last_changed(const Views& records) const {
    const auto versions = records.versions_of(codelist_);
    const auto last =
        std::ranges::max_element(versions, {}, &projections::VersionRecord::changed_at);
    if (last == versions.end()) return std::nullopt;
    return *last;
  }

  // How many commits the page has.
  Result<std::uint64_t> count_steps(StreamVersion place) const {
    const bool is_forward = query_.direction == Direction::forward;
    const std::uint64_t there_count =
        is_forward ? now_.stream_version(stream_).value() - place.value() : place.value();
    const std::uint64_t count_max = std::min<std::uint64_t>(query_.steps_max, there_count);
    const auto reader =
        log_.read_stream(stream_, is_forward ? place.next() : place, query_.direction);
    std::uint64_t count = 0;
    std::size_t codes = 0;
    Commit commit;
    while (count < count_max) {
      const auto read = reader->next_into(commit);
      if (!read) return read.error();
      if (!*read) break;
      codes += codes_count(commit);
      if (count > 0 && codes > replay_codes_max) break;
      ++count;
    }
    return count;
  }

  Result<void> walk(StreamVersion before, std::uint64_t count, Replay& replay) const {
    std::unique_ptr<projections::Store> store = std::make_unique<projections::MemoryStore>();
    if (before.value() > 0) {
      const auto position = log_.stream_position(stream_, before);
      if (!position) return position.error();
      auto records = projections::views_as_of(log_, now_.store(), {codelist_, *position});
      if (!records) return records.error();
      store = std::move(*records);
    }
    projections::Projector projector(*store,
                                     {.positions = projections::Projector::Positions::sparse,
                                      .log = projections::identity_of(log_)});
    projector.keep_contents_only_of(std::nullopt);
    const auto reader = log_.read_stream(stream_, before.next(), Direction::forward);
    Commit commit;
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto read = reader->next_into(commit);
      if (!read) return read.error();
      if (!*read) break;
      if (const auto applied = projector.apply(commit); !applied) return applied;
      if (const auto written = projector.flush(); !written) return written;
      replay.steps.push_back(replay_step(commit, Views(store->reader())));
    }
    return {};
  }

  const events::Log& log_;
  const Views& now_;
  const base::CodelistId codelist_;
  const events::Stream stream_;
  const ReplayQuery& query_;
};

}  // namespace

Result<Replay> read_replay(const events::Log& log, const Views& now, base::CodelistId codelist,
                           const ReplayQuery& query) {
  return ReplayReader(log, now, codelist, query).read();
}

}  // namespace codelog::history
