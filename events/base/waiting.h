// Lets computing threads report when they wait.
//
// A server lets only as many requests compute as it has processors. A request that waits for the
// disk or for another request needs no processor. It declares the wait with a Waiting, and the
// WaitObserver that counts the computing threads lets another request continue meanwhile. Without
// an observer, a Waiting does nothing. Each object is for one thread.
#pragma once

namespace codelog::base {

class WaitObserver {
 public:
  virtual ~WaitObserver() = default;
  virtual void wait_begins() = 0;
  virtual void wait_ends() = 0;
};

// Reports the waits of this thread to `observer` while the object lives.
class ObserveWaits {
 public:
  explicit ObserveWaits(WaitObserver& observer);
  ~ObserveWaits();
  ObserveWaits(const ObserveWaits&) = delete;
  ObserveWaits& operator=(const ObserveWaits&) = delete;

 private:
  WaitObserver* const outer_;
};

// Declares that the thread waits while the object lives. A Waiting inside another one does nothing.
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
