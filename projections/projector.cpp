#include "projections/projector.h"

#include <utility>

#include "events/base/check.h"
#include "projections/event_applier.h"
#include "projections/keys.h"

namespace codelog::projections {
namespace {

// Large enough that a record changed by many commits is written once, small enough to bound memory.
constexpr std::size_t pending_changes_max = 20'000;
constexpr std::size_t pending_bytes_max = 16u << 20;

}  // namespace

Projector::Projector(Store& store, Options options)
    : store_(store),
      positions_(options.positions),
      mode_(options.mode),
      reader_(store.reader()),
      past_(*this, options.past_spacing) {
  if (const auto bytes = reader_->get(keys::meta())) meta_ = decode_meta(*bytes);
  meta_.log = std::move(options.log);
}

std::optional<std::string> Projector::get(const std::string& key) const {
  if (const auto found = small_.find(key); found != small_.end()) return found->second;
  return reader_->get(key);
}

void Projector::put(std::string key, std::string value) {
  small_.insert_or_assign(std::move(key), std::move(value));
}

void Projector::erase(std::string key) { small_.insert_or_assign(std::move(key), std::nullopt); }

Projector::Cached<CodelistRecord>& Projector::codelist(CodelistId id) {
  const auto [found, missing] = codelists_.try_emplace(id);
  if (missing) {
    if (const auto bytes = reader_->get(keys::codelist(id))) {
      found->second.record = decode_codelist(*bytes);
    }
  }
  return found->second;
}

Projector::Cached<VersionRecord>& Projector::version(VersionId id) {
  const auto [found, missing] = versions_.try_emplace(id);
  if (missing) {
    if (const auto bytes = reader_->get(keys::version(id))) {
      found->second.record = decode_version(*bytes);
    }
  }
  return found->second;
}

base::Result<void> Projector::apply(const events::Commit& commit) {
  const bool follows = positions_ == Positions::dense ? commit.position == meta_.checkpoint.next()
                                                      : commit.position > meta_.checkpoint;
  CODELOG_CHECK(follows, "a commit reached the views out of order");
  if (const auto kept = past_.begin(commit); !kept) {
    failed_ = true;
    return kept.error();
  }
  if (const auto applied = apply_events(*this, commit); !applied) {
    failed_ = true;
    return applied.error();
  }
  past_.end(commit);
  for (const auto& stream : commit.content.streams) {
    streams_[stream.stream.name()] = stream.version.next().value();
  }
  meta_.checkpoint = commit.position;
  return {};
}

std::size_t Projector::pending_changes() const {
  return batch_.changes().size() + small_.size() + codelists_.size() + versions_.size() +
         streams_.size();
}

bool Projector::should_flush() const {
  return pending_changes() >= pending_changes_max || batch_.bytes() >= pending_bytes_max;
}

base::Result<void> Projector::flush() {
  CODELOG_CHECK(!failed_, "views that a commit did not fit must not be written");
  past_.put_clocks();
  for (auto& [key, value] : small_) {
    value ? batch_.put(key, std::move(*value)) : batch_.erase(key);
  }
  for (const auto& [id, cached] : codelists_) {
    if (!cached.changed) continue;
    cached.record ? batch_.put(keys::codelist(id), encode(*cached.record))
                  : batch_.erase(keys::codelist(id));
  }
  for (const auto& [id, cached] : versions_) {
    if (!cached.changed) continue;
    cached.record ? batch_.put(keys::version(id), encode(*cached.record))
                  : batch_.erase(keys::version(id));
  }
  for (const auto& [name, length] : streams_) {
    batch_.put(keys::stream(name), encode_number(length));
  }
  batch_.put(keys::meta(), encode(meta_));
  const auto written = store_.write(batch_, mode_);
  if (!written) {
    failed_ = true;
    return written;
  }
  batch_.clear();
  small_.clear();
  codelists_.clear();
  versions_.clear();
  streams_.clear();
  reader_ = store_.reader();
  return {};
}

}  // namespace codelog::projections
