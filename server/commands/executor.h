// The write side's one path: decide on the views, append, and answer from what was appended.
//
// A decision is made on one moment of the views and names the streams it rests on; the commit is
// accepted only if those have not moved, otherwise it is decided again. Commands on one codelist
// take turns, and so do those that add to one owner's codelists (stripes of locks), so that this is
// rare. Nothing that takes long is worked out in a turn (Prepared), and nobody waits for one longer
// than turn_wait_max, so that a disk that hangs does not keep every thread. Commands that hand out
// ids take turns only until their commit has its place in the log: ids
// follow the order of the log, without a gap, and many such commits share one sync of the disk.
// Should that sync fail, the log latches, and nothing comes after ids that were lost.
#pragma once

#include <array>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coding_systems/base/release.h"
#include "events/log.h"
#include "projections/projections.h"
#include "server/accounts/key_ring.h"
#include "server/commands/open_mappings.h"

namespace codelog::commands {

using base::CodelistId;
using base::Error;
using base::ErrorCode;
using base::Position;
using base::Result;
using base::SearchId;
using base::VersionId;
using events::Commit;
using events::Owner;
using projections::Views;

// Everything a command works with; all of it outlives the commands.
struct Site {
  events::EventLog& log;
  projections::Projections& projections;
  // Opens a registered release's file. Errors: not_found (the file has vanished), unavailable (it
  // is not the one that was registered), corrupt.
  std::function<Result<std::shared_ptr<const coding_systems::Release>>(std::string_view system,
                                                                       const std::string& alias)>
      open_release;
  accounts::KeyRing& keys;
  const base::Clock& clock;
  MappingOpeners mappings = {};
  // What is known of the file of a ready release: "ready", "changed" or "missing". Optional.
  std::function<std::string_view(const std::string& alias)> release_state = {};
};

// Who asks. The system itself (ops at the command line, on the machine) may do everything and has
// no name.
struct Actor {
  std::string username;
  bool is_admin = false;
  bool is_system = false;

  static Actor system() { return {.username = "", .is_admin = true, .is_system = true}; }
};

// Who asks, and the client's key for this very write.
struct Write {
  Actor actor;
  std::optional<events::IdempotencyKey> idempotency;
};

// No events: there is nothing to do, and nothing is appended.
struct Decision {
  std::string command;
  std::vector<std::string> streams;
  std::vector<events::Event> events;
};

using Decide = std::function<Result<Decision>(const Views&)>;

class Preparation;

// What a command must take turns with.
struct Turn {
  bool allocates_ids = false;
  std::optional<CodelistId> codelist = std::nullopt;
  std::optional<Owner> owner = std::nullopt;  // whose names a new codelist takes
  // Of what takes the decision long: it is called once before its turn, for that alone, so that
  // nobody waits for it meanwhile.
  Preparation* preparation = nullptr;
};

// Whether a decision may work out now what takes it long. Belongs to one command.
class Preparation {
 protected:
  Preparation() = default;
  ~Preparation() = default;
  bool may_make() {
    is_missing_ = is_missing_ || is_in_turn_;
    return !is_in_turn_;
  }

 private:
  friend class Executor;
  bool is_in_turn_ = false;
  bool is_missing_ = false;  // something else than what was prepared was asked for in the turn
};

// Something that takes long to work out, kept with what it was worked out from.
template <class Key, class Value>
class Prepared : public Preparation {
 public:
  // make() again only where the key is another one. Null in the command's turn, if it is: then the
  // decision returns anything, and is called again before and in another turn.
  template <class Make>
  const Value* of(const Key& key, Make make) {
    if (kept_ && kept_->first == key) return &kept_->second;
    if (!may_make()) return nullptr;
    kept_.emplace(key, make());
    return &kept_->second;
  }

 private:
  std::optional<std::pair<Key, Value>> kept_;
};

class Executor {
 public:
  explicit Executor(const Site& site) : site_(site) {}

  // The commit, durable and in the views; the earlier one where the idempotency key had acted
  // before; one without events, at the position that the views stand at, where there was nothing to
  // do. Errors: what `decide` says, what EventLog::append says, and unavailable: others have kept
  // the turn for too long, or the views do not follow the log (also when the commit was stored and
  // they could not take it in: the idempotency key tells later). Throws projections::DamagedViews.
  Result<Commit> run(const Write& write, const Turn& turn, const Decide& decide);

  const Site& site() const { return site_; }

 private:
  using TurnLock = std::unique_lock<std::timed_mutex>;

  Result<void> check_views() const;
  // Nothing where what was prepared is of another moment.
  Result<std::optional<Commit>> run_in_turn(const Write& write, const Turn& turn,
                                            const Decide& decide);
  Result<std::optional<Commit>> decide_and_append(const Write& write, const Turn& turn,
                                                  const Decide& decide);
  Result<Commit> append(const Write& write, const Views& views, Decision decision, TurnLock ids);
  Result<std::optional<Commit>> find_earlier(const Write& write) const;

  Site site_;
  std::timed_mutex ids_;
  projections::NextIds next_ids_;  // behind every commit that has its place; guarded by ids_
  std::array<std::timed_mutex, 64> codelists_;
  std::array<std::timed_mutex, 64> owners_;
};

}  // namespace codelog::commands
