// Applies commits to a store of views, in order. Pure: no clock, no randomness, no releases; the
// same commits give the same bytes. One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "events/commit.h"
#include "projections/record_codec.h"
#include "projections/store.h"

namespace codelog::projections {

// So many steps of a draft can be undone; older ones stay in its history.
inline constexpr std::size_t undo_steps_max = 500;

class Projector {
 public:
  enum class Positions {
    dense,   // every commit of the log: each one must follow the last
    sparse,  // the commits of some streams only
  };

  // Goes on from the store's checkpoint. Which log the commits are from is stored with the views.
  Projector(Store& store, Positions positions, LogIdentity log);

  // Takes the commit in; it shows in the store after flush(). Error (corrupt): the commit does not
  // fit the views (it names something that they do not have). The projector is of no more use then,
  // and refuses to flush.
  base::Result<void> apply(const events::Commit& commit);

  // Writes everything taken in so far, with the checkpoint, all or none.
  base::Result<void> flush(WriteMode mode);

  Position checkpoint() const { return meta_.checkpoint; }
  // How many changes wait for flush().
  std::size_t pending_changes() const;
  // True when so much waits for flush() that replaying on would take memory without a bound.
  bool should_flush() const;

  // Of no other version are codes, searches, tables and assumptions written; of none at all without
  // one. Records are written of every version. For a store that nobody asks for more; to be called
  // before the first commit.
  void keep_contents_only_of(std::optional<VersionId> version) { contents_ = Contents{version}; }

 private:
  friend class EventApplier;

  // A record read or changed since the last flush. Changed ones are written at flush, so that a
  // thousand clicks on one draft write its record once.
  template <class Record>
  struct Cached {
    std::optional<Record> record;  // nothing: there is none (any more)
    bool changed = false;
  };

  // Small records, by key: read through and written at flush.
  std::optional<std::string> get(const std::string& key) const;
  void put(std::string key, std::string value);
  void erase(std::string key);

  Cached<CodelistRecord>& codelist(CodelistId id);
  Cached<VersionRecord>& version(VersionId id);

  struct Contents {
    std::optional<VersionId> kept_of;
  };
  bool keeps_contents_of(VersionId id) const { return !contents_ || contents_->kept_of == id; }

  Store& store_;
  Positions positions_;
  Meta meta_;
  std::optional<Contents> contents_;  // nothing: all are kept
  bool failed_ = false;
  std::unique_ptr<StoreReader> reader_;  // of the store as it was at the last flush
  std::unordered_map<CodelistId, Cached<CodelistRecord>> codelists_;
  std::unordered_map<VersionId, Cached<VersionRecord>> versions_;
  std::unordered_map<std::string, std::uint64_t> streams_;
  std::unordered_map<std::string, std::optional<std::string>> small_;
  Batch batch_;  // codes, searches and tables, in order
};

}  // namespace codelog::projections
