// Admits requests to the processors: about as many at a time as there are processors, the cheapest
// first.
//
// A request that needs a processor enters with its expected cost. It is admitted at once while a
// processor is free; otherwise it is queued, and uses no thread meanwhile. The queue is ordered by
// due time: arrival, plus the request's cost once for itself and once for each request that its
// address or its account has queued already. So a cheap request overtakes expensive ones, a client
// with many requests waits behind clients with few. A request waits at most `queue_timeout`.
//
// A request that waits (base::Waiting: for the disk, or for a lock held during a sync) gives its
// processor to the next request, and continues at once when its wait ends. It does not queue again,
// because it may hold what others wait for. So more requests than processors may compute for a
// moment; nobody is admitted until there are fewer again.
//
// Two more limits apply: the number of writes in progress, including waiting ones (each has a
// thread), and the memory that the admitted requests need together. A request that exceeds either
// waits, and later requests that fit go first.
//
// Safe from any thread; a ticket is used by one thread at a time.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
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
    writes,  // computes, then waits for the disk
  };

  struct Options {
    std::size_t processors_count = 2;
    std::size_t writes_max = 64;
    std::size_t queue_max = 1024;
    std::size_t bytes_max = std::size_t{512} << 20;
  };

  struct Job {
    Kind kind = Kind::computes;
    std::uint64_t cost_us = 0;  // estimated processor time
    std::size_t bytes = 0;      // of memory while it is worked on; more than half of bytes_max is
                                // taken for half
  };

  // One request on its way through the gate; must outlive its stay.
  class Ticket {
   public:
    virtual ~Ticket() = default;

   protected:
    // Called when a queued ticket is admitted. From any thread, without a lock; must not throw.
    virtual void on_admitted() = 0;

   private:
    friend class Gate;
    Job job_;
    std::optional<Client> client_;
    bool is_queued_ = false;
    std::pair<std::uint64_t, std::uint64_t> place_;
  };

  enum class Entered : std::uint8_t { admitted, queued, full };

  explicit Gate(const Options& options);
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // The address and account of `client` must live until the ticket has left.
  Entered enter(Ticket& ticket, Client client, Job job);
  // Removes a ticket from the queue. Returns false if it is not there, because it has been admitted
  // (on_admitted() is coming or has come).
  [[nodiscard]] bool cancel(Ticket& ticket);
  // Call when the work of an admitted ticket is done.
  void leave(Ticket& ticket);

  // For the thread that works on an admitted ticket: while it waits, its processor is free.
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
  std::size_t running_count() const;  // without waiting ones
  std::size_t load() const;           // admitted, waiting or queued
  std::size_t bytes() const;

 private:
  using Place = std::pair<std::uint64_t, std::uint64_t>;  // due time, and number of arrival
  using Queue = std::map<Place, Ticket*>;

  bool fits(const Job& job) const REQUIRES(mutex_);
  void begin(const Job& job) REQUIRES(mutex_);
  Queue::iterator first_that_fits(Queue& queue) const REQUIRES(mutex_);
  Ticket* admit_next() REQUIRES(mutex_);  // null if no ticket can be admitted
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
