#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <thread>

#include "events/rocksdb/rocks_log.h"
#include "projections/past.h"
#include "projections/projections.h"
#include "projections/rocks_store.h"
#include "projections/views.h"
#include "server/proofs/log_audit.h"
#include "server/proofs/signed_log.h"
#include "server/site/restore.h"
#include "tools/bench/bench.h"
#include "tools/bench/disk.h"
#include "tools/bench/filled_log.h"
#include "tools/bench/measure.h"

namespace codelog::tools::bench {
namespace {

namespace fs = std::filesystem;
using base::CodelistId;
using base::Error;
using base::Result;
using base::StreamVersion;
using base::VersionId;
using events::CodeStatus;
using events::CommitDraft;

constexpr int writers_many = 64;

// Appends on several threads, each with its own draft, until the time is up. Gives commits per
// second.
class Writers {
 public:
  Writers(events::Log& log, int count, std::uint32_t first_id) : log_(log) {
    for (int i = 0; i < count; ++i) {
      histories_.emplace_back(first_id + static_cast<std::uint32_t>(i));
    }
  }

  Result<double> run(double seconds) {
    std::atomic<std::uint64_t> appended_count = 0;
    std::atomic<bool> failed = false;
    const double start = wall_seconds();
    {
      std::vector<std::jthread> threads;
      threads.reserve(histories_.size());
      for (DraftHistory& history : histories_) {
        threads.emplace_back([&] {
          while (wall_seconds() - start < seconds && !failed) {
            if (log_.append(history.next())) {
              ++appended_count;
            } else {
              failed = true;
            }
          }
        });
      }
    }
    if (failed) return Error{base::ErrorCode::io, "the log refused an append", {}};
    return static_cast<double>(appended_count) / (wall_seconds() - start);
  }

 private:
  events::Log& log_;
  std::vector<DraftHistory> histories_;
};

Result<double> syncs_per_second(const SyncedFile& file, double seconds) {
  const double start = wall_seconds();
  int count = 0;
  while (wall_seconds() - start < seconds) {
    if (const auto appended = file.append(); !appended) return appended.error();
    ++count;
  }
  return count / (wall_seconds() - start);
}

void add_append_figure(Bench& bench, int writers_count, double measured, double disk, double aim) {
  bench.figures.add({.name = "durable appends, " + std::to_string(writers_count) +
                             (writers_count == 1 ? " writer" : " writers"),
                     .unit = "/s",
                     .measured = measured,
                     .aims = {{AimKind::ratio_at_least, aim}},
                     .ratio = measured / disk,
                     .baseline = "fdatasync(append): " + format_number(disk) + " /s"});
}

Result<double> replay_per_cpu_second(const events::Log& log, std::uint64_t commits_count) {
  const double before = process_cpu_seconds();
  const auto reader = log.read_all(base::Position(1), events::Direction::forward);
  events::Commit commit;
  std::uint64_t count = 0;
  for (;;) {
    const auto more = reader->next_into(commit);
    if (!more) return more.error();
    if (!*more) break;
    ++count;
  }
  CODELOG_CHECK(count == commits_count, "a replay reads every commit");
  return static_cast<double>(count) / (process_cpu_seconds() - before);
}

Result<double> project_per_cpu_second(const events::Log& log, const fs::path& folder,
                                      std::uint64_t commits_count) {
  std::error_code error;
  fs::remove_all(folder, error);
  const double before = process_cpu_seconds();
  {
    const auto store = projections::RocksStore::open(folder);
    if (!store) return store.error();
    if (const auto done = projections::catch_up(**store, log, {}); !done) return done.error();
  }
  return static_cast<double>(commits_count) / (process_cpu_seconds() - before);
}

}  // namespace

Result<void> measure_appends(Bench& bench) {
  auto log = open_log(bench.folder / "append_log", true);
  if (!log) return log.error();
  const auto file = SyncedFile::make(bench.folder);
  if (!file) return file.error();
  Writers one(**log, 1, 1);
  Writers many(**log, writers_many, 2);
  std::vector<double> disk;
  std::vector<double> by_one;
  std::vector<double> by_many;
  for (int round = 0; round < bench.options.rounds_count; ++round) {
    bench.progress.show("appends", static_cast<std::uint64_t>(round),
                        static_cast<std::uint64_t>(bench.options.rounds_count));
    const auto synced = syncs_per_second(*file, bench.options.round_seconds);
    if (!synced) return synced.error();
    disk.push_back(*synced);
    for (auto [writers, rates] : {std::pair(&one, &by_one), std::pair(&many, &by_many)}) {
      const auto rate = writers->run(bench.options.round_seconds);
      if (!rate) return rate.error();
      rates->push_back(*rate);
    }
  }
  add_append_figure(bench, 1, median(by_one), median(disk), 0.8);
  add_append_figure(bench, writers_many, median(by_many), median(disk), 8);
  return {};
}

Result<void> measure_replay(Bench& bench) {
  const fs::path folder = bench.folder / "replay_log";
  const auto count = fill_log(bench, folder, bench.options.replay_commits_count);
  if (!count) return count.error();
  const auto log = open_log(folder, true);
  if (!log) return log.error();
  std::vector<double> replayed;
  std::vector<double> projected;
  for (int round = 0; round < bench.options.rounds_count; ++round) {
    bench.progress.show("replay", static_cast<std::uint64_t>(round),
                        static_cast<std::uint64_t>(bench.options.rounds_count));
    const auto replay = replay_per_cpu_second(**log, *count);
    if (!replay) return replay.error();
    replayed.push_back(*replay);
    const auto project = project_per_cpu_second(**log, bench.folder / "replay_views", *count);
    if (!project) return project.error();
    projected.push_back(*project);
  }
  const std::string size = ", " + format_count(*count) + " small commits";
  bench.figures.add({.name = "replay" + size,
                     .unit = "/CPU s",
                     .measured = median(replayed),
                     .aims = {{AimKind::at_least, 1e6}}});
  bench.figures.add({.name = "projecting" + size,
                     .unit = "/CPU s",
                     .measured = median(projected),
                     .aims = {{AimKind::at_least, 2e5}}});
  return {};
}

namespace {

// What a log serves, made once: the auditor's work is measured, and not the log's.
class ServedParts {
 public:
  explicit ServedParts(const proofs::SignedLog& log) : log_(log) {}

  Result<std::string> fetch(const std::string& path) {
    const auto [part, is_new] = parts_.try_emplace(path);
    if (!is_new) return part->second;
    const auto address = proofs::parse_tile_path(path.substr(path.find('/') + 1));
    auto made = address ? log_.tile(*address) : log_.checkpoint();
    if (!made) return made.error();
    return part->second = *std::move(made);
  }

 private:
  const proofs::SignedLog& log_;
  std::map<std::string, std::string> parts_;
};

Result<double> audit_per_cpu_second(ServedParts& parts, const proofs::VerifierKey& key) {
  const double before = thread_cpu_seconds();
  const proofs::FetchPart fetch = [&](const std::string& path) { return parts.fetch(path); };
  const auto now = proofs::fetch_checkpoint(fetch, key);
  if (!now) return now.error();
  const auto read_count = proofs::audit_log(fetch, now->checkpoint, {});
  if (!read_count) return read_count.error();
  return static_cast<double>(*read_count) / (thread_cpu_seconds() - before);
}

Result<double> verify_per_cpu_second(const events::EventLog& log) {
  const double before = process_cpu_seconds();
  const auto problems = log.verify({});
  if (!problems) return problems.error();
  CODELOG_CHECK(problems->empty(), "a new log has no damage");
  return static_cast<double>(log.head().position.value()) / (process_cpu_seconds() - before);
}

// A draft of many codes, decided click by click. Each click changes a code and some below it.
class LargeDraftHistory {
 public:
  static constexpr std::uint32_t codes_count = 10'000;
  static constexpr std::uint32_t steps_count = 20'000;

  Result<void> append_all(events::Log& log, ProgressLine& progress) {
    for (std::uint32_t step = 0; step <= steps_count; ++step) {
      if (step % 100 == 0) progress.show("filling a log", step, steps_count);
      const auto appended = log.append(step == 0 ? creation() : click(step));
      if (!appended) return appended.error();
    }
    return {};
  }

 private:
  static constexpr std::uint32_t codes_per_click = 10;

  CommitDraft creation() {
    DraftHistory history(1, codes_count);
    return history.next();
  }
  CommitDraft click(std::uint32_t step) {
    CommitDraft draft;
    draft.time = base::Timestamp{1'700'000'000'000'000 + std::int64_t{step} * 1'000'000};
    draft.actor = "alice";
    draft.command = "ChangeStatuses";
    draft.streams = {{events::Stream::of_codelist(CodelistId(1)), StreamVersion(step)}};
    events::StatusesChanged click;
    click.version = VersionId(1);
    const std::uint32_t first = step * codes_per_click % codes_count;
    for (std::uint32_t code = first; code < first + codes_per_click; ++code) {
      const bool is_top = code == first;
      const bool is_in = (step * codes_per_click / codes_count) % 2 == 0;
      const CodeStatus after =
          is_in ? (is_top ? CodeStatus::included : CodeStatus::included_by_ancestor)
                : (is_top ? CodeStatus::excluded : CodeStatus::excluded_by_ancestor);
      if (is_top) click.updates = {{click_code(code), after}};
      click.changes.push_back({click_code(code), statuses_[code], after});
      statuses_[code] = after;
    }
    draft.events.emplace_back(std::move(click));
    return draft;
  }

  std::vector<CodeStatus> statuses_ = std::vector<CodeStatus>(codes_count, CodeStatus::unresolved);
};

// A large draft as of steps all over its history.
Result<void> measure_past(Bench& bench) {
  constexpr std::uint32_t moments_count = 50;
  auto log = open_log(bench.folder / "past_log", false);
  if (!log) return log.error();
  if (auto made = LargeDraftHistory().append_all(**log, bench.progress); !made) return made;
  const auto views = projections::Projections::open(bench.folder / "past_views", **log);
  if (!views) return views.error();
  std::vector<double> taken_ms;
  const auto now = (*views)->snapshot();
  for (std::uint32_t i = 0; i < moments_count; ++i) {
    const base::Position moment(1 + LargeDraftHistory::steps_count / moments_count * (i + 1));
    const double before = wall_seconds();
    const auto past = projections::views_as_of(
        **log, *now, {.codelist = CodelistId(1), .moment = moment, .contents_of = VersionId(1)});
    if (!past) return past.error();
    CODELOG_CHECK(projections::Views((*past)->reader()).codes(VersionId(1)).size() ==
                      LargeDraftHistory::codes_count,
                  "the past has the draft's codes");
    taken_ms.push_back((wall_seconds() - before) * 1e3);
  }
  const std::string name = "as_of, " + format_count(LargeDraftHistory::codes_count) +
                           " codes after up to " + format_count(LargeDraftHistory::steps_count) +
                           " steps";
  bench.figures.add({.name = name,
                     .unit = "ms",
                     .measured = median(taken_ms),
                     .aims = {{AimKind::at_most, 100}}});
  bench.figures.add({.name = name + ", the slowest of " + format_count(moments_count),
                     .unit = "ms",
                     .measured = *std::ranges::max_element(taken_ms),
                     .aims = {{AimKind::at_most, 100}}});
  return {};
}

}  // namespace

Result<void> measure_audit(Bench& bench) {
  const fs::path folder = bench.folder / "audit_log";
  const auto count = fill_log(bench, folder, bench.options.replay_commits_count);
  if (!count) return count.error();
  const auto log = open_log(folder, true);
  if (!log) return log.error();
  const auto proofs =
      proofs::SignedLog::open(**log, {bench.folder, bench.folder / "audit_cosigned"});
  if (!proofs) return proofs.error();
  if (const auto begun = (*proofs)->begin("bench", std::nullopt, {}); !begun) return begun.error();
  ServedParts parts(**proofs);
  const auto key = (*proofs)->keys().front().verifier;
  if (const auto made = audit_per_cpu_second(parts, key); !made) return made.error();
  std::vector<double> audited;
  std::vector<double> verified;
  for (int round = 0; round < bench.options.rounds_count; ++round) {
    bench.progress.show("audit", static_cast<std::uint64_t>(round),
                        static_cast<std::uint64_t>(bench.options.rounds_count));
    const auto audit = audit_per_cpu_second(parts, key);
    if (!audit) return audit.error();
    audited.push_back(*audit);
    const auto verify = verify_per_cpu_second(**log);
    if (!verify) return verify.error();
    verified.push_back(*verify);
  }
  const std::string size = ", " + format_count(*count) + " small commits";
  bench.figures.add({.name = "audit from outside" + size,
                     .unit = "/CPU s",
                     .measured = median(audited),
                     .aims = {{AimKind::at_least, 5e5}}});
  bench.figures.add({.name = "verify" + size,
                     .unit = "/CPU s",
                     .measured = median(verified),
                     .aims = {{AimKind::at_least, 5e5}}});
  return measure_past(bench);
}

// A small log would show the fixed costs: opening the source, and finishing the tables.
constexpr std::uint64_t restore_size = 5;

Result<void> measure_restore(Bench& bench) {
  const fs::path source = bench.folder / "restore_source";
  const auto count =
      fill_log(bench, source / "log", restore_size * bench.options.replay_commits_count);
  if (!count) return count.error();
  const site::RestoreRequest request{.source = source,
                                     .source_witness = source / "log.witness",
                                     .target = bench.folder / "restored"};
  std::vector<double> rates;
  for (int round = 0; round < bench.options.rounds_count; ++round) {
    bench.progress.show("restore", static_cast<std::uint64_t>(round),
                        static_cast<std::uint64_t>(bench.options.rounds_count));
    const auto start = std::chrono::steady_clock::now();
    const auto report = site::restore_site(request, [](const site::WorkProgress&) { return true; });
    if (!report) return report.error();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    rates.push_back(static_cast<double>(*count) / taken.count());
    std::error_code ignored;
    fs::remove_all(request.target, ignored);
  }
  bench.figures.add({.name = "restore with views, " + format_count(*count) + " small commits",
                     .unit = "/s",
                     .measured = median(rates),
                     .aims = {{AimKind::at_least, 2e5}}});
  return {};
}

}  // namespace codelog::tools::bench
