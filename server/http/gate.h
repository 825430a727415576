// Lets requests to the processors: about as many at a time as there are, the cheapest first.
//
// A request that needs a processor enters with what it will probably cost. It is admitted at once
// while a processor is free; otherwise it is queued, and costs no thread meanwhile. The queue is
// ordered by when each request is due: its arrival, plus its cost once for itself and once for each
// request that its client has queued already. So a cheap request overtakes expensive ones, a client
// that asks for much waits behind those who ask for little, and nobody waits for ever.
//
// A request that waits (base::Waiting: for the disk, or a lock that is held over a sync) gives its
// processor to the next one, and goes on at once when its wait ends. It does not queue a second
// time: it may hold what the others wait for. So there may be more computing than processors for a
// moment, and nobody is admitted until they are fewer again.
//
// Two more bounds: how many writes are in progress, waiting ones included (each has a thread), and
// how many bytes of memory the admitted requests need together. A request that fits neither waits,
// and those behind it that do fit go first.
//
// Safe from any thread; a ticket is used by one thread at a time.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "events/base/mutex.h"
#include "events/base/waiting.h"
#include "server/http/budget.h"

namespace codelog::http {

class Gate {
 public:
  enum class Kind : std::uint8_t {
    computes,
    writes,  // computes, and then waits for the disk
  };

  struct Options {
    std::size_t processors_count = 2;
    std::size_t writes_max = 64;
    std::size_t queue_max = 1024;
    std::size_t bytes_max = std::size_t{512} << 20;
  };

  struct Job {
    Kind kind = Kind::computes;
    std::uint64_t cost_us = 0;  // of processor time, as far as anybody knows
    std::size_t bytes = 0;      // of memory while it is worked on; more than half of bytes_max is
                                // taken for half
  };

  // One request on its way through the gate; must outlive it.
  class Ticket {
   public:
    virtual ~Ticket() = default;

   protected:
    // A queued ticket has been admitted. From any thread, without a lock; must not throw.
    virtual void on_admitted() = 0;

   private:
    friend class Gate;
    Job job_;
    Peer* client_ = nullptr;
    bool is_queued_ = false;
    std::pair<std::uint64_t, std::uint64_t> place_;
  };

  enum class Entered : std::uint8_t { admitted, queued, full };

  explicit Gate(const Options& options);
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // `client` must stay until the ticket has left.
  Entered enter(Ticket& ticket, Peer& client, Job job);
  // Takes a ticket out of the queue. False when it is not there: it has been admitted
  // (on_admitted() comes or came).
  [[nodiscard]] bool cancel(Ticket& ticket);
  // An admitted ticket's work is done.
  void leave(Ticket& ticket);

  // For the thread that works on an admitted ticket: its waits free the processor.
  class Working final : public base::WaitObserver {
   public:
    explicit Working(Gate& gate) : gate_(gate), observed_(*this) {}
    void wait_begins() override;
    void wait_ends() override;

   private:
    Gate& gate_;
    base::ObserveWaits observed_;
  };

  std::size_t queued_count() const;
  std::size_t running_count() const;  // waiting ones left out
  std::size_t load() const;           // admitted, waiting or queued
  std::size_t bytes() const;

 private:
  using Place = std::pair<std::uint64_t, std::uint64_t>;  // when it is due, and its number
  using Queue = std::map<Place, Ticket*>;

  bool fits(const Job& job) const REQUIRES(mutex_);
  void begin(const Job& job) REQUIRES(mutex_);
  Queue::iterator first_that_fits(Queue& queue) const REQUIRES(mutex_);
  Ticket* admit_next() REQUIRES(mutex_);  // nothing when nobody can go on
  std::vector<Ticket*> admit_all() REQUIRES(mutex_);
  Queue& queue_of(const Ticket& ticket) REQUIRES(mutex_) {
    return queues_[static_cast<std::size_t>(ticket.job_.kind)];
  }

  const Options options_;
  Budget places_;  // in the queue
  mutable base::Mutex mutex_;
  std::array<Queue, 2> queues_ GUARDED_BY(mutex_);  // by kind
  std::size_t running_count_ GUARDED_BY(mutex_) = 0;
  std::size_t writes_count_ GUARDED_BY(mutex_) = 0;
  std::size_t admitted_count_ GUARDED_BY(mutex_) = 0;
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
  std::uint64_t numbers_count_ GUARDED_BY(mutex_) = 0;
};

}  // namespace codelog::http
