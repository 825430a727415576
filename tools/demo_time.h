// The time of a demonstration's history: the last weeks, by days and hours of the working day.
#pragma once

#include <atomic>
#include <cstdint>

#include "events/base/clock.h"

namespace codelog::tools {

// Lets time pass between what people do. On a site in use, whose time cannot be changed, it does
// nothing.
class DemoTime {
 public:
  virtual ~DemoTime() = default;
  // The first day is 0. Never goes back.
  virtual void go_to(int day, int hour) = 0;
};

class PresentTime final : public DemoTime {
 public:
  void go_to(int, int) override {}
};

// Begins `weeks` ago, and moves by some seconds with every commit; never beyond the present.
// Thread-safe.
class PastTime final : public DemoTime, public base::Clock {
 public:
  static constexpr int weeks = 8;

  PastTime();
  void go_to(int day, int hour) override;
  base::Timestamp now() const override;

 private:
  const base::SystemClock system_;
  const std::int64_t first_day_us_;
  mutable std::atomic<std::int64_t> now_us_;
};

}  // namespace codelog::tools
