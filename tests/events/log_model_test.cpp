// The log against a model of ten lines, and the log under many threads.
#include <rapidcheck/catch.h>
#include <rocksdb/env.h>

#include <array>
#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "events/merkle.h"
#include "events/rocksdb/log_internal.h"
#include "log_fixture.h"

namespace codelog::events::log_model_test {
namespace {

using base::ErrorCode;
using base::Position;

// The model of a log.
struct Model {
  std::vector<CommitDraft> commits;
  std::map<Stream, std::vector<std::uint64_t>> streams;  // positions
  std::map<std::string, std::uint64_t> keys;

  std::optional<ErrorCode> append(const CommitDraft& draft) {
    for (const auto& [stream, version] : draft.streams) {
      if (streams[stream].size() != version.value()) return ErrorCode::conflict;
    }
    commits.push_back(draft);
    for (const auto& [stream, version] : draft.streams) streams[stream].push_back(commits.size());
    if (draft.idempotency) keys[draft.idempotency->key] = commits.size();
    return std::nullopt;
  }
};

CommitDraft random_draft(const Model& model) {
  const std::array<std::string, 4> all_names = {"a", "b", "a/b", "codelist/17"};
  const unsigned chosen = *rc::gen::inRange(1u, 1u << all_names.size());
  CommitDraft draft = step("a", 0);
  draft.streams.clear();
  for (std::size_t i = 0; i < all_names.size(); ++i) {
    if (!(chosen >> i & 1)) continue;
    const Stream stream(all_names[i]);
    const auto at = model.streams.find(stream);
    const std::uint64_t version = at == model.streams.end() ? 0 : at->second.size();
    // Sometimes the version is one too high or too low.
    const auto off = *rc::gen::weightedElement<std::int64_t>({{8, 0}, {1, 1}, {1, -1}});
    draft.streams.push_back({stream, StreamVersion(version + static_cast<std::uint64_t>(off))});
  }
  draft.time.unix_us = *rc::gen::arbitrary<std::int64_t>();
  if (*rc::gen::arbitrary<bool>()) {
    draft.idempotency = IdempotencyKey{std::to_string(*rc::gen::inRange(0, 12)), {}};
    draft.idempotency->request_digest.fill(
        *rc::gen::weightedElement<std::uint8_t>({{9, 1}, {1, 2}}));
  }
  return draft;
}

void append_to_both(EventLog& log, Model& model) {
  const CommitDraft draft = random_draft(model);
  const auto appended = log.append(draft);
  const auto key = draft.idempotency ? model.keys.find(draft.idempotency->key) : model.keys.end();
  if (key != model.keys.end()) {
    const CommitDraft& first = model.commits[key->second - 1];
    if (first.idempotency->request_digest != draft.idempotency->request_digest) {
      RC_ASSERT(!appended && appended.error().code == ErrorCode::unprocessable);
      return;
    }
    RC_ASSERT(appended && appended->duplicate);
    RC_ASSERT(appended->commit == (Commit{Position(key->second), first}));
    return;
  }
  if (const auto error = model.append(draft)) {
    RC_ASSERT(!appended && appended.error().code == *error);
    return;
  }
  RC_ASSERT(appended && !appended->duplicate);
  RC_ASSERT(appended->commit == (Commit{Position(model.commits.size()), draft}));
}

std::vector<std::uint64_t> read(const std::unique_ptr<CommitReader>& reader, const Model& model) {
  std::vector<std::uint64_t> positions;
  Commit commit;
  while (*reader->next_into(commit)) {
    RC_ASSERT(commit.content == model.commits.at(commit.position.value() - 1));
    positions.push_back(commit.position.value());
  }
  return positions;
}

void compare(const EventLog& log, const Model& model) {
  const std::uint64_t size = model.commits.size();
  RC_ASSERT(log.head().position.value() == size);
  const auto first = *rc::gen::inRange<std::uint64_t>(0, size + 2);
  std::vector<std::uint64_t> expected;
  for (std::uint64_t i = std::max<std::uint64_t>(first, 1); i <= size; ++i) expected.push_back(i);
  RC_ASSERT(read(log.read_all(Position(first), Direction::forward), model) == expected);
  expected.clear();
  for (std::uint64_t i = std::min(first, size); i >= 1; --i) expected.push_back(i);
  RC_ASSERT(read(log.read_all(Position(first), Direction::backward), model) == expected);
  for (const auto& [stream, positions] : model.streams) {
    RC_ASSERT(log.stream_version(stream).value() == positions.size());
    const auto version = *rc::gen::inRange<std::size_t>(1, positions.size() + 2);
    expected.assign(positions.begin() + static_cast<std::ptrdiff_t>(version - 1) -
                        (version > positions.size() + 1 ? 1 : 0),
                    positions.end());
    RC_ASSERT(read(log.read_stream(stream, StreamVersion(version), Direction::forward), model) ==
              expected);
    expected.assign(
        positions.rend() - static_cast<std::ptrdiff_t>(std::min(version, positions.size())),
        positions.rend());
    RC_ASSERT(read(log.read_stream(stream, StreamVersion(version), Direction::backward), model) ==
              expected);
  }
}

}  // namespace

TEST_CASE("the log does what its model does, across reopening", "[log][property]") {
  rc::prop("any appends", [] {
    // In memory: creating a RocksDB on the disk takes longer than the whole test.
    const std::unique_ptr<rocksdb::Env> memory(rocksdb::NewMemEnv(rocksdb::Env::Default()));
    const TemporaryFolder folder;
    LogOptions options = options_in(folder);
    options.sync = false;
    options.queue_commits_max = *rc::gen::inRange<std::size_t>(1, 4);
    auto log = *open_log(options, memory.get());
    Model model;
    const auto steps = *rc::gen::inRange(1, 30);
    for (int i = 0; i < steps; ++i) {
      append_to_both(*log, model);
      if (*rc::gen::weightedElement<bool>({{19, false}, {1, true}})) {
        log.reset();
        log = *open_log(options, memory.get());
      }
    }
    compare(*log, model);
    RC_ASSERT(log->verify({})->empty());
  });
}

TEST_CASE("64 writers get dense positions, each stream in order, and no commit twice",
          "[log][threads]") {
  const TemporaryFolder folder;
  LogOptions options = options_in(folder);
  options.queue_commits_max = 16;  // makes writers wait for room, too
  constexpr std::uint64_t writers_count = 64;
  constexpr std::uint64_t commits_each = 12;
  std::atomic<std::uint64_t> conflicts = 0;
  {
    const auto log = open_or_fail(options);
    std::uint64_t observed = 0;
    const auto following = log->follow(Position(0), [&](std::span<const Commit> commits) {
      for (const Commit& commit : commits) {
        CODELOG_CHECK(commit.position.value() == ++observed, "observed in order");
      }
    });
    std::vector<std::jthread> writers;
    for (std::uint64_t writer = 0; writer < writers_count; ++writer) {
      writers.emplace_back([&, writer] {
        // Four writers share a stream, and write again when another one was faster.
        const Stream stream("shared/" + std::to_string(writer / 4));
        for (std::uint64_t i = 0; i < commits_each;) {
          const std::uint64_t version = log->stream_version(stream).value();
          CommitDraft draft = step(stream.name(), version);
          draft.streams.push_back({Stream("own/" + std::to_string(writer)), StreamVersion(i)});
          const auto appended = log->append(draft);
          if (appended) {
            ++i;
            CODELOG_CHECK(log->head().position >= appended->commit.position, "reads its write");
          } else {
            CODELOG_CHECK(appended.error().code == ErrorCode::conflict, appended.error().detail);
            ++conflicts;
          }
        }
      });
    }
    std::jthread reader([&] {
      while (!log->wait_for(Position(writers_count * commits_each), std::chrono::milliseconds(1))) {
        const auto commits = log->read_all(Position(1), Direction::forward);
        std::uint64_t next = 1;
        Commit commit;
        while (*commits->next_into(commit)) {
          CODELOG_CHECK(commit.position.value() == next++, "read in order");
        }
        const Head head = log->head();
        CODELOG_CHECK(*log->root(head.position.value()) == head.root, "the root of the head");
      }
    });
  }
  const auto log = open_or_fail(options);
  CHECK(log->head().position.value() == writers_count * commits_each);
  CHECK(log->stream_version(Stream("shared/3")).value() == 4 * commits_each);
  CHECK(log->verify({})->empty());
  std::uint64_t version = 0;
  const auto reader = log->read_stream(Stream("shared/3"), StreamVersion(1), Direction::forward);
  while (const auto commit = reader->next()) {
    CHECK((*commit)->content.streams[0] ==
          StreamExpectation{Stream("shared/3"), StreamVersion(version++)});
  }
  CHECK(version == 4 * commits_each);
}

}  // namespace codelog::events::log_model_test
