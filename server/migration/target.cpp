#include "server/migration/target.h"

#include <algorithm>
#include <utility>

#include "events/codec.h"
#include "server/migration/thrown.h"

namespace codelog::migration {

bool is_of_migration(const events::Commit& commit) {
  const std::string& command = commit.content.command;
  // The last two concern releases and are made without anybody's decision.
  return command == migration_command || command == "RegisterUnknownReleases" ||
         command == "ReportUpgrades";
}

std::string describe(const events::Commit& commit) {
  const std::string& actor = commit.content.actor;
  return "position " + std::to_string(commit.position.value()) + ", " + commit.content.command +
         " by " + (actor.empty() ? "an operator" : actor);
}

void Target::append(std::vector<events::Stream> streams, std::vector<events::Event> events) {
  if (events.empty()) return;
  std::ranges::sort(streams);
  streams.erase(std::unique(streams.begin(), streams.end()), streams.end());
  events::CommitDraft draft;
  draft.time = folder_.site().clock.now();
  draft.command = migration_command;
  for (events::Stream& stream : streams) {
    const auto version = folder_.log().stream_version(stream);
    draft.streams.push_back({std::move(stream), version});
  }
  draft.events = std::move(events);
  const std::size_t events_count = draft.events.size();
  if (is_planning()) {
    if (const auto bytes = events::encode(draft); !bytes) throw_error(bytes.error());
  } else if (const auto appended = folder_.log().append(std::move(draft)); !appended) {
    throw_error(appended.error());
  }
  ++commits_count_;
  events_count_ += events_count;
  if (is_planning()) return;
  const std::string failure = folder_.projections().failure();
  if (!failure.empty()) throw_error({base::ErrorCode::unavailable, failure, {}});
}

void Target::for_each_commit(const events::Stream& stream, const OnCommit& on_commit) const {
  const auto reader =
      folder_.log().read_stream(stream, base::StreamVersion(1), events::Direction::forward);
  while (const auto commit = reader->next()) {
    if (!*commit) throw_error(commit->error());
    if (!on_commit(**commit)) return;
  }
}

std::optional<std::string> Target::own_change(const events::Stream& stream) const {
  std::optional<std::string> last;
  for_each_commit(stream, [&](const events::Commit& commit) {
    if (!is_of_migration(commit)) last = describe(commit);
    return true;
  });
  return last;
}

bool Target::was_migrated(const events::Stream& stream) const {
  bool found = false;
  for_each_commit(stream, [&](const events::Commit& commit) {
    found = commit.content.command == migration_command;
    return !found;
  });
  return found;
}

}  // namespace codelog::migration
