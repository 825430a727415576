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
#include "projections/past_keeper.h"
#include "projections/record_codec.h"
#include "projections/store.h"

namespace codelog::projections {

// The number of draft steps that can be undone; older steps stay in the draft's history.
inline constexpr std::size_t undo_steps_max = 500;

class Projector {
 public:
  enum class Positions {
    dense,   // every commit of the log, without gaps
    sparse,  // only the commits of some streams
  };

  struct Options {
    Positions positions = Positions::dense;
    WriteMode mode = WriteMode::bulk;  // of every write
    LogIdentity log;                   // which the commits come from; the views record it
    PastSpacing past_spacing = {};
  };
  // Continues from the store's checkpoint.
  Projector(Store& store, Options options);

  // Applies the commit; the store shows it after flush(). May flush the commits before it. Errors:
  // corrupt (the commit names a thing that the views do not have); those of writing. The projector
  // cannot be used after an error, and refuses to flush.
  base::Result<void> apply(const events::Commit& commit);

  // Writes all applied commits, with the checkpoint, all or none.
  base::Result<void> flush();

  Position checkpoint() const { return meta_.checkpoint; }
  // The number of changes waiting for flush().
  std::size_t pending_changes() const;
  // True when so many changes wait for flush() that further replaying would need unbounded memory.
  bool should_flush() const;

  // Writes codes, searches, tables and assumptions of this version only; without a version, of
  // none. Writes records of every version. For a store that needs no more. Call before the first
  // commit.
  void keep_contents_only_of(std::optional<VersionId> version) { contents_ = Contents{version}; }

 private:
  friend class AccountApplier;
  friend class EndedApplier;
  friend class EventApplier;
  friend class PastKeeper;

  // A record read or changed since the last flush. Changed records are written at flush, so that a
  // thousand clicks on one draft write its record once.
  template <class Record>
  struct Cached {
    std::optional<Record> record;  // nothing: the record does not exist, or no longer
    bool changed = false;
  };

  // Small records by key: read from the store on demand, written at flush.
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
  WriteMode mode_;
  Meta meta_;
  std::optional<Contents> contents_;  // nothing: the contents of all versions are written
  bool failed_ = false;
  std::unique_ptr<StoreReader> reader_;  // the store as of the last flush
  std::unordered_map<CodelistId, Cached<CodelistRecord>> codelists_;
  std::unordered_map<VersionId, Cached<VersionRecord>> versions_;
  std::unordered_map<std::string, std::uint64_t> streams_;
  std::unordered_map<std::string, std::optional<std::string>> small_;
  Batch batch_;  // codes, searches and tables, in order
  PastKeeper past_;
};

}  // namespace codelog::projections
