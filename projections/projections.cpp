#include "projections/projections.h"

#include <algorithm>
#include <filesystem>
#include <new>

#include "events/base/file.h"
#include "projections/keys.h"

namespace codelog::projections {
namespace {

// Runs `work`, which reads views; turns damage in the views, and a failure to read them, into an
// error.
base::Result<void> with_damage_as_error(const std::function<base::Result<void>()>& work) {
  try {
    return work();
  } catch (const DamagedViews& damage) {
    return base::Error{base::ErrorCode::corrupt, damage.what(), {}};
  } catch (const DamagedRecord& damage) {
    return base::Error{base::ErrorCode::corrupt, damage.what(), {}};
  } catch (const base::ThrownError& thrown) {
    return base::Error{thrown.error().code, thrown.what(), {}};
  }
}

// False for views of another format or of another log.
bool is_of_log(const Store& store, const events::Log& log) {
  const auto bytes = store.reader()->get(keys::meta());
  if (!bytes) return true;
  // The format is the first field in every format.
  if (decode_number(bytes->substr(0, 1)) != view_format) return false;
  const Meta meta = decode_meta(*bytes);
  return meta.log == identity_of(log) && meta.checkpoint <= log.head().position;
}

std::filesystem::path marker_of(const std::filesystem::path& folder) {
  return folder.string() + ".rebuild";
}

Projector::Options live_options(const events::Log& log) {
  return {.mode = WriteMode::live, .log = identity_of(log)};
}

struct StorePlace {
  std::filesystem::path folder;
  rocksdb::Env* environment = nullptr;

  base::Result<std::unique_ptr<RocksStore>> open() const {
    return RocksStore::open(folder, environment);
  }
};

base::Result<std::unique_ptr<RocksStore>> open_anew(const StorePlace& place) {
  std::error_code error;
  std::filesystem::remove_all(place.folder, error);
  if (!error) std::filesystem::remove(marker_of(place.folder), error);
  if (error) {
    return base::Error{base::ErrorCode::io, "cannot remove the old views: " + error.message(), {}};
  }
  return place.open();
}

// The result of catching up, and whether the fault is in the log: then new views would not help.
struct CaughtUp {
  base::Result<void> outcome;
  bool is_log_unreadable = false;
};

CaughtUp catch_up_to(Store& store, const events::Log& log, const Progress& progress, Position end) {
  CaughtUp caught_up;
  std::unique_ptr<events::CommitReader> reader;
  std::optional<base::Result<events::Commit>> commit;
  const auto next = [&](Position checkpoint) -> base::Result<const events::Commit*> {
    if (checkpoint >= end) return nullptr;
    if (!reader) reader = log.read_all(checkpoint.next(), events::Direction::forward);
    commit = reader->next();
    if (!commit) return nullptr;
    caught_up.is_log_unreadable = !*commit;
    if (!*commit) return commit->error();
    return &**commit;
  };
  caught_up.outcome = build(store, identity_of(log), next, [&](Position done) {
    if (progress) progress(done, end);
  });
  return caught_up;
}

struct OpenedViews {
  std::unique_ptr<RocksStore> store;
  std::string damage;  // why damaged views were made again
};

base::Result<OpenedViews> open_caught_up(const StorePlace& place, const events::Log& log,
                                         const Progress& progress) {
  const Position head = log.head().position;
  std::error_code ignored;  // If the marker cannot be checked, the next open checks again.
  const bool is_marked = std::filesystem::exists(marker_of(place.folder), ignored);
  auto store = is_marked ? open_anew(place) : place.open();
  bool is_of_use = false;
  CaughtUp first;
  if (store) {
    first.outcome = with_damage_as_error([&]() -> base::Result<void> {
      is_of_use = is_of_log(**store, log);
      return {};
    });
    if (is_of_use) first = catch_up_to(**store, log, progress, head);
  } else {
    first.outcome = store.error();
  }
  if (first.outcome && is_of_use) return OpenedViews{std::move(*store), ""};
  const bool is_damaged = !first.outcome && first.outcome.error().code == base::ErrorCode::corrupt;
  if (!first.outcome && (!is_damaged || first.is_log_unreadable)) return first.outcome.error();
  OpenedViews opened{nullptr, is_damaged ? first.outcome.error().detail : ""};
  store = std::unique_ptr<RocksStore>();  // Closes the store.
  store = open_anew(place);
  if (!store) return store.error();
  const auto second = catch_up_to(**store, log, progress, head);
  if (!second.outcome) return second.outcome.error();
  opened.store = std::move(*store);
  return opened;
}

// Missed commits are read from the log again in portions of this many.
constexpr std::size_t recovered_commits_max = 1'000;
constexpr std::chrono::seconds recovery_interval{1};

}  // namespace

base::Result<void> build(Store& store, const LogIdentity& log, const NextCommit& next,
                         const std::function<void(Position)>& on_written) {
  return with_damage_as_error([&]() -> base::Result<void> {
    Projector projector(store, {.mode = WriteMode::bulk, .log = log});
    const Position begin = projector.checkpoint();
    for (;;) {
      const auto commit = next(projector.checkpoint());
      if (!commit) return commit.error();
      if (*commit == nullptr) break;
      if (const auto applied = projector.apply(**commit); !applied) return applied;
      if (!projector.should_flush()) continue;
      if (const auto written = projector.flush(); !written) return written;
      if (on_written) on_written(projector.checkpoint());
    }
    if (projector.checkpoint() == begin) return {};
    if (const auto written = projector.flush(); !written) return written;
    if (on_written) on_written(projector.checkpoint());
    return store.sync();
  });
}

base::Result<void> catch_up(Store& store, const events::Log& log, const Progress& progress,
                            std::optional<Position> last) {
  const Position head = log.head().position;
  return catch_up_to(store, log, progress, last ? std::min(*last, head) : head).outcome;
}

base::Result<void> mark_for_rebuild(const std::filesystem::path& folder) {
  return base::write_file_durably(marker_of(folder), "");
}

Projections::Projections(std::filesystem::path folder, events::Log& log,
                         std::unique_ptr<RocksStore> store)
    : folder_(std::move(folder)), log_(log), store_(std::move(store)) {
  store_->set_on_damage([this](const std::string& cause) { note_damage(cause); });
}

Projections::~Projections() = default;

base::Result<std::unique_ptr<Projections>> Projections::open(const std::filesystem::path& folder,
                                                             events::Log& log,
                                                             const Progress& progress,
                                                             rocksdb::Env* environment) {
  auto opened = open_caught_up({folder, environment}, log, progress);
  if (!opened) return opened.error();
  std::unique_ptr<Projections> views(new Projections(folder, log, std::move(opened->store)));
  views->damage_found_ = std::move(opened->damage);
  const auto made = with_damage_as_error([&]() -> base::Result<void> {
    const base::Lock lock(views->applying_);
    views->projector_ = std::make_unique<Projector>(*views->store_, live_options(log));
    views->checkpoint_ = views->projector_->checkpoint().value();
    return {};
  });
  if (!made) return made.error();
  auto following = log.follow(
      views->checkpoint(),
      [raw = views.get()](std::span<const events::Commit> commits) { raw->take_in(commits); });
  if (!following) return following.error();
  views->following_ = *std::move(following);
  views->recovery_ = std::jthread(
      [raw = views.get()](const std::stop_token& stop) { raw->recover_when_failed(stop); });
  return views;
}

Views Projections::views() const {
  if (is_damaged_) throw DamagedViews(failure());
  return Views(store_->reader());
}

base::Sha256 Projections::digest() const { return projections::digest(*store_); }

std::string Projections::failure() const {
  const base::Lock lock(mutex_);
  return failure_ ? failure_->detail : std::string();
}

void Projections::note_damage(const std::string& cause) {
  {
    const base::Lock lock(mutex_);
    if (!is_damaged_) failure_ = Failure{cause, true};
  }
  if (is_damaged_.exchange(true)) return;
  // If the marker cannot be written, the damage is found again later.
  (void)mark_for_rebuild(folder_);
}

Projections::Failure Projections::failure_of(const base::Error& error) {
  return {error.detail, error.code == base::ErrorCode::corrupt};
}

void Projections::fail(const base::Error& error) {
  {
    const base::Lock lock(mutex_);
    if (failure_) return;
    failure_ = failure_of(error);
  }
  failed_.notify_all();
}

void Projections::take_in(std::span<const events::Commit> commits) {
  const base::Lock lock(applying_);
  if (failure().empty()) {
    // Some of these commits may have been applied already while a failure was repaired.
    const Position before(commits.front().position.value() - 1);
    auto outcome = apply_from_log(before);
    if (outcome) outcome = apply(commits);
    if (outcome) return;
    fail(outcome.error());
  }
  missed_ = commits.back().position;
}

base::Result<void> Projections::apply_from_log(Position last) {
  if (projector_->checkpoint() >= last) return {};
  const auto reader = log_.read_all(projector_->checkpoint().next(), events::Direction::forward);
  std::vector<events::Commit> commits;
  while (projector_->checkpoint() < last) {
    commits.clear();
    while (commits.size() < recovered_commits_max) {
      auto commit = reader->next();
      if (!commit) break;
      if (!*commit) return commit->error();
      commits.push_back(std::move(**commit));
    }
    if (commits.empty()) return {};
    if (const auto applied = apply(commits); !applied) return applied;
  }
  return {};
}

base::Result<void> Projections::apply(std::span<const events::Commit> commits) {
  const auto outcome = with_damage_as_error([&]() REQUIRES(applying_) -> base::Result<void> {
    try {
      for (const events::Commit& commit : commits) {
        if (const auto applied = projector_->apply(commit); !applied) return applied;
      }
    } catch (const DamagedRecord& damage) {
      note_damage(damage.what());
      throw;
    }
    const auto written = projector_->flush();
    // Merging tables can also find a damaged block; the store then refuses writes.
    const bool is_damage = !written && written.error().code == base::ErrorCode::corrupt;
    if (is_damage) note_damage(written.error().detail);
    return written;
  });
  if (!outcome) return outcome;
  checkpoint_ = projector_->checkpoint().value();
  const base::Lock lock(listener_mutex_);
  if (listener_) listener_(commits);
  return {};
}

// Starts again from the store: all commits that the failed projector had taken in are in the log.
void Projections::recover() {
  Position missed;
  {
    const base::Lock lock(applying_);
    if (!store_->resume()) return;
    missed = missed_;
  }
  // The commit that was missed may have to be published first.
  if (!log_.wait_for(missed, recovery_interval)) return;
  const base::Lock lock(applying_);
  const auto recovered = with_damage_as_error([&]() REQUIRES(applying_) -> base::Result<void> {
    try {
      projector_ = std::make_unique<Projector>(*store_, live_options(log_));
    } catch (const DamagedRecord& damage) {
      note_damage(damage.what());
      throw;
    }
    return apply_from_log(log_.head().position);
  });
  if (recovered && projector_->checkpoint() < missed_) return;
  const base::Lock failure_lock(mutex_);
  if (!failure_ || failure_->is_lasting) return;
  if (recovered) {
    failure_.reset();
  } else {
    failure_ = failure_of(recovered.error());
  }
}

void Projections::recover_when_failed(const std::stop_token& stop) {
  const auto is_to_recover = [this]()
                                 REQUIRES(mutex_) { return failure_ && !failure_->is_lasting; };
  for (;;) {
    {
      base::Lock lock(mutex_);
      if (!failed_.wait(lock, stop, is_to_recover)) return;
      // Waits a second for space, or until the server stops.
      failed_.wait_for(lock, stop, recovery_interval, [] { return false; });
      if (stop.stop_requested()) return;
    }
    try {
      recover();
    } catch (const std::bad_alloc&) {
      // The failure stays, and the next attempt may find memory.
    }
  }
}

void Projections::set_listener(events::Follower listener) {
  const base::Lock lock(listener_mutex_);
  listener_ = std::move(listener);
}

base::Sha256 digest(const Store& store) { return digest(*store.reader()); }

base::Sha256 digest(const StoreReader& reader) {
  // A running hash over the digests of entries. Key and value are hashed apart, which fixes their
  // lengths.
  base::Sha256 total{};
  reader.scan("", [&](std::string_view key, std::string_view value) {
    const base::Sha256 k = base::sha256(key);
    const base::Sha256 v = base::sha256(value);
    const auto bytes = [](const base::Sha256& d) {
      return std::string_view(reinterpret_cast<const char*>(d.data()), d.size());
    };
    total = base::sha256({bytes(total), bytes(k), bytes(v)});
    return true;
  });
  return total;
}

LogIdentity identity_of(const events::Log& log) { return {log.id(), log.head().epoch}; }

}  // namespace codelog::projections
