#include "projections/projections.h"

#include <algorithm>
#include <filesystem>

#include "events/base/check.h"
#include "projections/keys.h"

namespace codelog::projections {
namespace {

// Views of another format, or of a log that is not this one, are not views of this log.
bool fits(const Store& store, const events::EventLog& log) {
  const auto bytes = store.reader()->get(keys::meta());
  if (!bytes) return true;
  // The format is the first field, whatever follows.
  if (decode_number(bytes->substr(0, 1)) != view_format) return false;
  const Meta meta = decode_meta(*bytes);
  return meta.log == identity_of(log) && meta.checkpoint <= log.head().position;
}

}  // namespace

base::Result<void> catch_up(Store& store, const events::EventLog& log, const Progress& progress,
                            std::optional<Position> last) {
  const Position head = log.head().position;
  const Position end = last ? std::min(*last, head) : head;
  Projector projector(store, Projector::Positions::dense, identity_of(log));
  if (projector.checkpoint() >= end) return {};
  const auto reader = log.read_all(projector.checkpoint().next(), events::Direction::forward);
  while (projector.checkpoint() < end) {
    auto commit = reader->next();
    if (!commit) break;
    if (!*commit) return commit->error();
    if (const auto applied = projector.apply(**commit); !applied) return applied;
    if (!projector.should_flush()) continue;
    if (const auto written = projector.flush(WriteMode::bulk); !written) return written;
    if (progress) progress(projector.checkpoint(), end);
  }
  if (const auto written = projector.flush(WriteMode::bulk); !written) return written;
  if (progress) progress(projector.checkpoint(), end);
  return store.sync();
}

Projections::Projections(std::unique_ptr<RocksStore> store) : store_(std::move(store)) {}

base::Result<std::unique_ptr<Projections>> Projections::open(const std::filesystem::path& folder,
                                                             events::EventLog& log,
                                                             const Progress& progress) {
  auto store = RocksStore::open(folder);
  const bool is_damaged = !store && store.error().code == base::ErrorCode::corrupt;
  if (!store && !is_damaged) return store.error();
  if (is_damaged || !fits(**store, log)) {
    store = std::unique_ptr<RocksStore>();  // Closes it.
    std::error_code error;
    std::filesystem::remove_all(folder, error);
    store = RocksStore::open(folder);
    if (!store) return store.error();
  }
  if (const auto caught_up = catch_up(**store, log, progress); !caught_up) {
    return caught_up.error();
  }
  std::unique_ptr<Projections> views(new Projections(std::move(*store)));
  views->projector_ =
      std::make_unique<Projector>(*views->store_, Projector::Positions::dense, identity_of(log));
  views->checkpoint_ = views->projector_->checkpoint().value();
  log.set_observer(
      [raw = views.get()](std::span<const events::Commit> commits) { raw->take_in(commits); });
  return views;
}

base::Sha256 Projections::digest() const { return projections::digest(*store_); }

std::string Projections::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void Projections::take_in(std::span<const events::Commit> commits) {
  if (!failure().empty()) return;
  base::Result<void> outcome;
  for (const events::Commit& commit : commits) {
    outcome = projector_->apply(commit);
    if (!outcome) break;
  }
  if (outcome) outcome = projector_->flush(WriteMode::live);
  if (!outcome) {
    const std::lock_guard lock(mutex_);
    failure_ = outcome.error().detail;
    return;
  }
  checkpoint_ = projector_->checkpoint().value();
  const std::lock_guard lock(listener_mutex_);
  if (listener_) listener_(commits);
}

void Projections::set_listener(events::EventLog::Observer listener) {
  const std::lock_guard lock(listener_mutex_);
  listener_ = std::move(listener);
}

base::Sha256 digest(const Store& store) { return digest(*store.reader()); }

base::Sha256 digest(const StoreReader& reader) {
  // A running hash over digests of entries: lengths are bound by hashing key and value apart.
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

LogIdentity identity_of(const events::EventLog& log) { return {log.id(), log.head().epoch}; }

std::string codelist_stream(CodelistId id) { return "codelist/" + std::to_string(id.value()); }

std::string release_stream(std::string_view alias) { return "release/" + std::string(alias); }

}  // namespace codelog::projections
