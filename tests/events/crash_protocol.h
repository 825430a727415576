// The protocol between the crashing child and the test that watches it.
#pragma once

#include <cstdint>
#include <string>

#include "events/commit.h"

namespace codelog::events {

// The first report has position 0: the log is open.
struct CrashReport {
  std::uint64_t position;
  std::uint64_t version;  // of the writer's stream before this commit
  std::uint32_t writer;
  std::uint32_t unused;
};
static_assert(sizeof(CrashReport) == 24, "written to a pipe as it is");

inline Stream crash_stream(std::uint32_t writer) {
  return Stream("writer/" + std::to_string(writer));
}

// A different commit for every writer and version; sometimes a large one.
inline CommitDraft crash_draft(std::uint32_t writer, std::uint64_t version) {
  StatusesChanged changed;
  changed.version = VersionId(writer);
  const std::size_t changes_count = version % 50 == 49 ? 3000 : 1;
  for (std::size_t i = 0; i < changes_count; ++i) {
    changed.changes.push_back(
        {std::to_string(version * 10'000 + i), std::nullopt, CodeStatus::included});
  }
  const std::string key = std::to_string(writer) + "/" + std::to_string(version);
  return {{static_cast<std::int64_t>(version)},
          "writer",
          "ChangeStatuses",
          IdempotencyKey{key, {}},
          {{crash_stream(writer), StreamVersion(version)}},
          {changed}};
}

}  // namespace codelog::events
