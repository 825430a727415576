// Mutexes whose guarding clang checks when it compiles (-Wthread-safety, in the preset tidy; other
// compilers see plain mutexes).
//
//   base::Mutex mutex_;
//   base::Condition filled_;
//   std::deque<Job> jobs_ GUARDED_BY(mutex_);
//
//   base::Lock lock(mutex_);
//   while (jobs_.empty()) filled_.wait(lock);
//
// Condition has no waiting with a predicate: clang checks a lambda as a function of its own, which
// holds nothing. Annotations: https://clang.llvm.org/docs/ThreadSafetyAnalysis.html
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define CODELOG_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define CODELOG_THREAD_ANNOTATION(x)
#endif

// For a member: read and written only while the mutex is held.
#define GUARDED_BY(x) CODELOG_THREAD_ANNOTATION(guarded_by(x))
// For a function: its caller holds, or must not hold, the mutexes.
#define REQUIRES(...) CODELOG_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) CODELOG_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))

namespace codelog::base {

class CODELOG_THREAD_ANNOTATION(capability("mutex")) Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() CODELOG_THREAD_ANNOTATION(acquire_capability()) { mutex_.lock(); }
  bool try_lock() CODELOG_THREAD_ANNOTATION(try_acquire_capability(true)) {
    return mutex_.try_lock();
  }
  void unlock() CODELOG_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }

 private:
  friend class Condition;
  std::mutex mutex_;
};

// Holds a mutex from its construction to its end, or until unlock().
class CODELOG_THREAD_ANNOTATION(scoped_lockable) Lock {
 public:
  explicit Lock(Mutex& mutex) CODELOG_THREAD_ANNOTATION(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  ~Lock() CODELOG_THREAD_ANNOTATION(release_capability()) {
    if (is_held_) mutex_.unlock();
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  void lock() CODELOG_THREAD_ANNOTATION(acquire_capability()) {
    mutex_.lock();
    is_held_ = true;
  }
  void unlock() CODELOG_THREAD_ANNOTATION(release_capability()) {
    is_held_ = false;
    mutex_.unlock();
  }

 private:
  friend class Condition;
  Mutex& mutex_;
  bool is_held_ = true;
};

// A condition for threads that hold the mutex of a Lock. A wait may also end without a notice, so
// check the condition again.
class Condition {
 public:
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

  // The lock must hold its mutex, and holds it again afterwards.
  void wait(Lock& lock) {
    std::unique_lock native(lock.mutex_.mutex_, std::adopt_lock);
    condition_.wait(native);
    native.release();
  }
  // Returns false when the time is over.
  template <class Clock, class Duration>
  bool wait_until(Lock& lock, const std::chrono::time_point<Clock, Duration>& time) {
    std::unique_lock native(lock.mutex_.mutex_, std::adopt_lock);
    const auto status = condition_.wait_until(native, time);
    native.release();
    return status == std::cv_status::no_timeout;
  }

 private:
  std::condition_variable condition_;
};

}  // namespace codelog::base
