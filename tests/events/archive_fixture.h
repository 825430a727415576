// Archives of logs in memory, and destinations that fail on purpose.
#pragma once

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "events/archive/archive_check.h"
#include "events/archive/archive_writer.h"
#include "events/archive/archived_log.h"
#include "events/archive/folder_destination.h"
#include "events/base/mutex.h"
#include "events/memory/memory_log.h"

namespace codelog::tests {

// A clock that is set by hand.
class SetClock final : public base::Clock {
 public:
  base::Timestamp now() const override { return {now_us.load()}; }
  std::atomic<std::int64_t> now_us{1'800'000'000'000'000};
};

// Objects in memory. What goes wrong is decided by `fault`, which is asked before each call.
class MemoryDestination final : public archive::Destination {
 public:
  enum class Call { put, put_if, get, list, remove };
  // Returns the error of the call, or nothing.
  std::function<std::optional<base::Error>(Call call, std::string_view name)> fault;

  std::string describe() const override { return "memory"; }
  base::Result<void> put(std::string_view name, std::string_view bytes) override {
    if (const auto error = fault_of(Call::put, name)) return *error;
    const base::Lock lock(mutex_);
    objects_[std::string(name)] = bytes;
    return {};
  }
  base::Result<std::string> put_if(std::string_view name, std::string_view bytes,
                                   const std::optional<std::string>& expected_tag) override {
    if (const auto error = fault_of(Call::put_if, name)) return *error;
    const base::Lock lock(mutex_);
    const auto found = objects_.find(name);
    const auto tag = found == objects_.end() ? std::nullopt : std::optional(tag_of(found->second));
    if (tag != expected_tag) return base::Error{base::ErrorCode::conflict, "it has changed", {}};
    objects_[std::string(name)] = bytes;
    return tag_of(bytes);
  }
  base::Result<void> put_file(std::string_view, const std::filesystem::path&) override {
    return base::Error{base::ErrorCode::io, "no files here", {}};
  }
  base::Result<archive::StoredObject> get(std::string_view name, std::uint64_t max) override {
    if (const auto error = fault_of(Call::get, name)) return *error;
    const base::Lock lock(mutex_);
    const auto found = objects_.find(name);
    if (found == objects_.end()) return base::Error{base::ErrorCode::not_found, "gone", {}};
    if (found->second.size() > max) return base::Error{base::ErrorCode::too_large, "large", {}};
    return archive::StoredObject{found->second, tag_of(found->second)};
  }
  base::Result<void> get_file(std::string_view, const std::filesystem::path&) override {
    return base::Error{base::ErrorCode::io, "no files here", {}};
  }
  base::Result<std::vector<archive::ObjectName>> list(std::string_view prefix) override {
    if (const auto error = fault_of(Call::list, prefix)) return *error;
    const base::Lock lock(mutex_);
    std::vector<archive::ObjectName> names;
    for (const auto& [name, bytes] : objects_) {
      if (name.starts_with(prefix)) names.push_back({name, bytes.size()});
    }
    return names;
  }
  base::Result<void> remove(std::string_view name) override {
    if (const auto error = fault_of(Call::remove, name)) return *error;
    const base::Lock lock(mutex_);
    objects_.erase(std::string(name));
    return {};
  }

  std::map<std::string, std::string, std::less<>> objects() const {
    const base::Lock lock(mutex_);
    return objects_;
  }
  void change(const std::string& name, std::string bytes) {
    const base::Lock lock(mutex_);
    objects_[name] = std::move(bytes);
  }
  void lose(const std::string& name) {
    const base::Lock lock(mutex_);
    objects_.erase(name);
  }

 private:
  std::optional<base::Error> fault_of(Call call, std::string_view name) const {
    return fault ? fault(call, name) : std::nullopt;
  }
  static std::string tag_of(std::string_view bytes) {
    return base::to_hex(base::sha256(bytes)).substr(0, 16);
  }

  mutable base::Mutex mutex_;
  std::map<std::string, std::string, std::less<>> objects_ GUARDED_BY(mutex_);
};

inline bool go_on(base::Position, base::Position) { return true; }

// A click of a user, as most commits are. Other users click on other codes.
inline events::CommitDraft click(std::uint64_t version, std::uint64_t user = 0) {
  events::StatusesChanged changed;
  changed.version = base::VersionId(41);
  const std::string code = std::to_string(100'000'000 + user + version * 17);
  changed.updates = {{code, events::CodeStatus::included}};
  changed.changes = {{code, events::CodeStatus::unresolved, events::CodeStatus::included}};
  return {{1'700'000'000'000'000 + static_cast<std::int64_t>(version) * 1'000'000},
          "alice",
          "ChangeStatuses",
          std::nullopt,
          {{events::Stream("codelist/41"), base::StreamVersion(version)}},
          {changed}};
}

inline void append_clicks(events::Log& log, std::uint64_t count, std::uint64_t user = 0) {
  const std::uint64_t first = log.head().position.value();
  for (std::uint64_t i = 0; i < count; ++i) REQUIRE(log.append(click(first + i, user)));
}

class ArchivedMemoryLog {
 public:
  MemoryDestination destination;
  events::MemoryLog log;
  SetClock clock;

  archive::ArchiveWriter writer(const std::string& token = "one") {
    return {destination, {log, log}, {"example.org/log", token, clock}};
  }
  void ship() {
    auto writing = writer();
    const auto opened = writing.open();
    if (!opened) FAIL(opened.error().detail);
    const auto shipped = writing.ship(go_on);
    if (!shipped) FAIL(shipped.error().detail);
  }
  archive::Manifest manifest() {
    auto stored = archive::load_manifest(destination);
    if (!stored) FAIL(stored.error().detail);
    return std::move(stored->manifest);
  }
  archive::ArchiveCheck check() {
    auto checked = archive::check_archive(destination, archive::CheckDepth::commits, go_on);
    if (!checked) FAIL(checked.error().detail);
    return *std::move(checked);
  }
  // The archive has exactly the log's first commits, up to its own end.
  void check_prefix() {
    const auto archived = archive::ArchivedLog::open(destination);
    REQUIRE(archived);
    const std::uint64_t size = (*archived)->head().position.value();
    REQUIRE(size <= log.head().position.value());
    CHECK((*archived)->head().root == *log.root(size));
    const auto reader = (*archived)->read_bytes(base::Position(1));
    for (std::uint64_t at = 1; at <= size; ++at) {
      const auto bytes = reader->next();
      if (!bytes) FAIL(bytes.error().detail);
      REQUIRE(**bytes == *log.read_bytes(base::Position(at)));
      REQUIRE((*archived)->root(at) == *log.root(at));
    }
    CHECK_FALSE(reader->next()->has_value());
  }
};

}  // namespace codelog::tests
