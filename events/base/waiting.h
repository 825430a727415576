// Threads that compute tell here when they wait.
//
// A server lets only as many requests compute as it has processors. A request that waits for the
// disk or for another request needs none of them: it declares the wait with a Waiting, and whoever
// counts the computing threads (a WaitObserver) lets another request go on meanwhile. Without an
// observer a Waiting does nothing. Everything here is for one thread at a time.
#pragma once

namespace codelog::base {

class WaitObserver {
 public:
  virtual ~WaitObserver() = default;
  virtual void wait_begins() = 0;
  virtual void wait_ends() = 0;
};

// Tells `observer` of the waits of this thread, while it lives.
class ObserveWaits {
 public:
  explicit ObserveWaits(WaitObserver& observer);
  ~ObserveWaits();
  ObserveWaits(const ObserveWaits&) = delete;
  ObserveWaits& operator=(const ObserveWaits&) = delete;

 private:
  WaitObserver* const outer_;
};

// The thread waits while this lives. A Waiting within another one does nothing.
class Waiting {
 public:
  Waiting();
  ~Waiting();
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  WaitObserver* const observer_;
};

}  // namespace codelog::base
