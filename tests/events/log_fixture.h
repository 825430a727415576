// A log in a temporary folder of its own, and commits to append to it.
#pragma once

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "events/rocksdb/rocks_log.h"

namespace codelog::events {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "codelog-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline LogOptions options_in(const TemporaryFolder& folder) {
  LogOptions options;
  options.folder = folder.path() / "log";
  return options;
}

inline std::unique_ptr<EventLog> open_or_fail(const LogOptions& options) {
  auto log = open_log(options);
  if (!log) FAIL(log.error().detail);
  return *std::move(log);
}

// A change of one code, as clients make them; `key` is the idempotency key, or empty for none.
inline CommitDraft step(const std::string& stream, std::uint64_t version,
                        const std::string& key = "") {
  StatusesChanged changed;
  changed.version = VersionId(41);
  changed.updates = {{"195967001", CodeStatus::included}};
  changed.release_digest.fill(7);
  changed.changes = {{"195967001", CodeStatus::unresolved, CodeStatus::included}};
  CommitDraft draft{{1'700'000'000'000'000},
                    "alice",
                    "ChangeStatuses",
                    std::nullopt,
                    {{Stream(stream), StreamVersion(version)}},
                    {changed}};
  if (!key.empty()) {
    draft.idempotency = IdempotencyKey{key, {}};
    draft.idempotency->request_digest.fill(9);
  }
  return draft;
}

// Creates a codelist with a version that has two searches, all with the next ids.
inline CommitDraft creation(const NextIds& ids) {
  CodelistCreated codelist;
  codelist.codelist = ids.codelist;
  VersionCreated version;
  version.codelist = ids.codelist;
  version.version = ids.version;
  version.searches = {{ids.search, SearchKind::term, "asthma", "asthma", {}},
                      {ids.search.next(), SearchKind::term, "wheeze", "wheeze", {}}};
  return {{1},
          "alice",
          "CreateCodelist",
          std::nullopt,
          {{Stream::of_codelist(ids.codelist), StreamVersion(0)}},
          {codelist, version}};
}

inline base::ErrorCode error_of(const base::Result<Appended>& appended) {
  REQUIRE_FALSE(appended);
  return appended.error().code;
}

}  // namespace codelog::events
