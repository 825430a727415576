// Counters, gauges and histograms, rendered in Prometheus' text format (version 0.0.4).
//
// Registering takes a lock and returns a reference that lives as long as the registry; registering
// the same name and labels again returns the same metric. Counting is one relaxed atomic addition
// (a histogram: two), from any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/base/mutex.h"

namespace codelog::http {

using Labels = std::vector<std::pair<std::string, std::string>>;

class Counter {
 public:
  void add(std::uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Counts durations, in fixed buckets from 100 us to 10 s.
class Histogram {
 public:
  static constexpr std::array<std::uint32_t, 16> bounds_us = {
      100,    250,     500,     1'000,   2'500,     5'000,     10'000,    25'000,
      50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000};

  void observe_us(std::uint64_t duration_us);

 private:
  friend class Metrics;
  std::array<std::atomic<std::uint64_t>, bounds_us.size() + 1> buckets_{};
  std::atomic<std::uint64_t> sum_us_{0};
};

class Metrics {
 public:
  Counter& counter(std::string_view name, std::string_view help, Labels labels = {});
  // Every render calls `read` under the registry's lock, so it must be quick and must not call the
  // registry. Registering a gauge again replaces its reader; an owner that is destroyed earlier
  // must remove it.
  void gauge(std::string_view name, std::string_view help, Labels labels,
             std::function<double()> read);
  void remove_gauge(std::string_view name, const Labels& labels);
  // `name` should end in "_seconds".
  Histogram& histogram(std::string_view name, std::string_view help, Labels labels = {});

  std::string render() const;
  static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct Series {
    Labels labels;
    std::unique_ptr<Counter> counter;  // exactly one of the three is set
    std::unique_ptr<Histogram> histogram;
    std::function<double()> gauge;
  };
  struct Family {
    std::string name;
    std::string help;
    std::string type;
    std::vector<std::unique_ptr<Series>> series;
  };

  Series& series(std::string_view name, std::string_view help, std::string_view type, Labels labels)
      REQUIRES(mutex_);
  static void render_histogram(const std::string& name, const Series& series, std::string& out);

  mutable base::Mutex mutex_;
  std::vector<Family> families_ GUARDED_BY(mutex_);
};

}  // namespace codelog::http
