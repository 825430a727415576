// The only path for writes: decide on the views, append, and answer from the commit.
//
// A decision uses the views of one moment and names the streams that it depends on. The log accepts
// the commit only if those streams have not moved; otherwise the command decides again. To make
// this rare, commands on one codelist take turns, and so do those that add to one owner's codelists
// (stripes of locks). Slow work is done before a turn (Preparation), and nobody waits for a turn
// longer than turns_wait_max, so that a hanging disk does not block every thread. Commands that
// assign ids hold their turn only until their commit has its place in the log, which refuses ids
// that are taken: ids follow the order of the log, and many such commits share one sync of the
// disk.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coding_systems/base/release.h"
#include "events/base/mutex.h"
#include "events/log.h"
#include "projections/projections.h"
#include "server/accounts/key_ring.h"
#include "server/accounts/last_uses.h"
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
using events::Stream;
using projections::Views;

// Why the site takes no changes now.
struct ReadOnly {
  std::string reason;  // for clients, a few words: "disk full"
  base::Timestamp since;
};

// The services that a command uses; all of them outlive the commands.
struct Site {
  events::Log& log;
  projections::Projections& projections;
  // Opens a registered release's file. Errors: not_found (the file is gone), unavailable (the file
  // is not the registered one), corrupt.
  std::function<Result<std::shared_ptr<const coding_systems::Release>>(std::string_view system,
                                                                       const std::string& alias)>
      open_release;
  accounts::KeyRing& keys;
  const base::Clock& clock;
  MappingOpeners mappings = {};
  // The state of a ready release's file: "ready", "changed" or "missing". Optional.
  std::function<std::string_view(const std::string& alias)> release_state = {};
  accounts::LastUses* last_uses = nullptr;  // optional, too
  // Nothing while changes are taken. Optional.
  std::function<std::optional<ReadOnly>()> read_only = {};
  // Destroys the mails that are kept as files: one may have an erased person's address that was
  // never confirmed, so nobody can tell whose they are. Errors: io. Optional.
  std::function<Result<void>()> destroy_mails = {};
};

// The user of a request. The system itself (an operator at the command line of the machine) may do
// everything and has no name.
struct Actor {
  std::string username;
  bool is_admin = false;
  bool is_system = false;
  bool may_only_read = false;  // who asks with a token of that scope

  static Actor system() { return {.username = "", .is_admin = true, .is_system = true}; }
};

// The user, and the client's key for this write.
struct Write {
  Actor actor;
  std::optional<events::IdempotencyKey> idempotency;
  // Why, in the user's words; the commit holds it as an event of its own. For commands whose events
  // have no place for it.
  std::string reason = {};
};

// Without events there is nothing to do, and nothing is appended.
struct Decision {
  std::string command;
  std::vector<Stream> streams;
  std::vector<events::Event> events;
};

using Decide = std::function<Result<Decision>(const Views&)>;

class Preparation;

// The other commands that a command takes turns with.
struct Turn {
  bool allocates_ids = false;
  std::optional<CodelistId> codelist = std::nullopt;
  std::optional<Owner> owner = std::nullopt;  // a new codelist takes a name of this owner
  // For slow work of the decision: it is called once before its turn, only to do that work, so that
  // nobody waits for it meanwhile.
  Preparation* preparation = nullptr;
};

// Tells whether a decision may do its slow work now. Belongs to one command.
class Preparation {
 protected:
  Preparation() = default;
  ~Preparation() = default;
  bool is_in_turn() const { return is_in_turn_; }
  void note_missing() { is_missing_ = true; }

 private:
  friend class Executor;
  bool is_in_turn_ = false;
  bool is_missing_ = false;  // the decision needed other prepared work than there was
};

// A result of slow work, kept with its key.
template <class Key, class Value>
class Prepared : public Preparation {
 public:
  // Before the command's turn, calls make() and returns null: the decision may then return
  // anything. In the turn, returns what was made. If the key has changed meanwhile, returns null,
  // and the decision is called again, first before and then in another turn.
  template <class Make>
  const Value* of(const Key& key, Make make) {
    const bool is_kept = kept_ && kept_->first == key;
    if (is_in_turn() && is_kept) return &kept_->second;
    if (is_in_turn()) {
      note_missing();
    } else if (!is_kept) {
      kept_.emplace(key, make());
    }
    return nullptr;
  }

 private:
  std::optional<std::pair<Key, Value>> kept_;
};

// Held by the command whose turn it is. Not std::timed_mutex, whose waits the thread sanitizer of
// GCC 12 does not see.
class TurnMutex {
 public:
  bool try_lock();
  bool try_lock_for(std::chrono::steady_clock::duration wait_max);
  void unlock();

 private:
  base::Mutex mutex_;
  base::Condition free_;
  bool is_held_ GUARDED_BY(mutex_) = false;
};

class Executor {
 public:
  explicit Executor(const Site& site) : site_(site) {}

  // Returns the commit, durable and in the views; or the earlier commit with the idempotency key;
  // or, if there was nothing to do, a commit without events at the position of the views. Errors:
  // those of `decide` and of events::Log::append(); unavailable, if others kept the turn for too
  // long, or if the views do not follow the log; not_shown, if they ceased to follow it with this
  // commit, which is stored; unconfirmed, if the commit may be stored. Throws
  // projections::DamagedViews.
  Result<Commit> run(const Write& write, const Turn& turn, const Decide& decide);

  const Site& site() const { return site_; }

  // The views of this moment, without what the actor may not read: a decision about that ends as if
  // it did not exist.
  Views views_for(const Actor& actor) const;

 private:
  using TurnLock = std::unique_lock<TurnMutex>;
  using TurnWait = std::chrono::steady_clock::duration;  // what is left for waiting

  static TurnLock take_turn(TurnMutex& mutex, TurnWait& wait_max);
  Result<void> check_views() const;
  // Returns nothing if the prepared work is out of date.
  Result<std::optional<Commit>> run_in_turn(const Write& write, const Turn& turn,
                                            const Decide& decide, TurnWait& wait_max);
  Result<std::optional<Commit>> decide_and_append(const Write& write, const Turn& turn,
                                                  const Decide& decide, TurnWait& wait_max);
  Result<Commit> append(const Write& write, const Views& views, Decision decision, TurnLock ids);
  Result<std::optional<Commit>> find_earlier(const Write& write) const;

  Site site_;
  TurnMutex ids_;
  std::array<TurnMutex, 64> codelists_;
  std::array<TurnMutex, 64> owners_;
};

}  // namespace codelog::commands
