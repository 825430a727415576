#include "server/http/metrics.h"

#include <algorithm>
#include <charconv>

#include "events/base/check.h"

namespace codelog::http {
namespace {

template <class Number>
void append_number(Number value, std::string& out) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(text.data(), end);
}

void append_escaped(std::string_view text, std::string& out) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') out.push_back('\\');
    out.push_back(c);
  }
}

// Writes {a="1",b="2"}, with `le` last unless it is empty; writes nothing without any label.
void append_labels(const Labels& labels, std::string_view le, std::string& out) {
  if (labels.empty() && le.empty()) return;
  out.push_back('{');
  const auto append_one = [&](std::string_view name, std::string_view value) {
    if (out.back() != '{') out.push_back(',');
    out += name;
    out += "=\"";
    append_escaped(value, out);
    out.push_back('"');
  };
  for (const auto& [name, value] : labels) append_one(name, value);
  if (!le.empty()) append_one("le", le);
  out.push_back('}');
}

template <class Number>
void append_line(std::string_view name, const Labels& labels, std::string_view le, Number value,
                 std::string& out) {
  out += name;
  append_labels(labels, le, out);
  out.push_back(' ');
  append_number(value, out);
  out.push_back('\n');
}

// In seconds, without an exponent: 0.0001, 2.5, 10.
std::string bound_text(std::uint32_t bound_us) {
  std::string digits = std::to_string(bound_us % 1'000'000 + 1'000'000).substr(1);
  digits.resize(digits.find_last_not_of('0') + 1);
  const std::string whole = std::to_string(bound_us / 1'000'000);
  return digits.empty() ? whole : whole + "." + digits;
}

double to_seconds(std::uint64_t duration_us) { return static_cast<double>(duration_us) / 1e6; }

}  // namespace

void Histogram::observe_us(std::uint64_t duration_us) {
  const auto bound = std::lower_bound(bounds_us.begin(), bounds_us.end(), duration_us);
  buckets_[static_cast<std::size_t>(bound - bounds_us.begin())].fetch_add(
      1, std::memory_order_relaxed);
  sum_us_.fetch_add(duration_us, std::memory_order_relaxed);
}

Metrics::Series& Metrics::series(std::string_view name, std::string_view help,
                                 std::string_view type, Labels labels) {
  auto family = std::find_if(families_.begin(), families_.end(),
                             [&](const Family& other) { return other.name == name; });
  if (family == families_.end()) {
    families_.push_back({std::string(name), std::string(help), std::string(type), {}});
    family = families_.end() - 1;
  }
  CODELOG_CHECK(family->type == type, "one metric name with two types: " + family->name);
  for (const auto& known : family->series) {
    if (known->labels == labels) return *known;
  }
  family->series.push_back(std::make_unique<Series>());
  family->series.back()->labels = std::move(labels);
  return *family->series.back();
}

Counter& Metrics::counter(std::string_view name, std::string_view help, Labels labels) {
  const base::Lock lock(mutex_);
  Series& found = series(name, help, "counter", std::move(labels));
  if (!found.counter) found.counter = std::make_unique<Counter>();
  return *found.counter;
}

void Metrics::gauge(std::string_view name, std::string_view help, Labels labels,
                    std::function<double()> read) {
  const base::Lock lock(mutex_);
  series(name, help, "gauge", std::move(labels)).gauge = std::move(read);
}

void Metrics::remove_gauge(std::string_view name, const Labels& labels) {
  const base::Lock lock(mutex_);
  for (Family& family : families_) {
    if (family.name != name) continue;
    std::erase_if(family.series, [&](const auto& known) { return known->labels == labels; });
  }
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help, Labels labels) {
  const base::Lock lock(mutex_);
  Series& found = series(name, help, "histogram", std::move(labels));
  if (!found.histogram) found.histogram = std::make_unique<Histogram>();
  return *found.histogram;
}

void Metrics::render_histogram(const std::string& name, const Series& series, std::string& out) {
  const Histogram& histogram = *series.histogram;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < histogram.buckets_.size(); ++i) {
    total += histogram.buckets_[i].load(std::memory_order_relaxed);
    const bool is_last = i == Histogram::bounds_us.size();
    const std::string bound = is_last ? "+Inf" : bound_text(Histogram::bounds_us[i]);
    append_line(name + "_bucket", series.labels, bound, total, out);
  }
  const auto sum_us = histogram.sum_us_.load(std::memory_order_relaxed);
  append_line(name + "_sum", series.labels, "", to_seconds(sum_us), out);
  append_line(name + "_count", series.labels, "", total, out);
}

std::string Metrics::render() const {
  const base::Lock lock(mutex_);
  std::string out;
  for (const Family& family : families_) {
    out += "# HELP " + family.name + " " + family.help + "\n";
    out += "# TYPE " + family.name + " " + family.type + "\n";
    for (const auto& series : family.series) {
      if (series->counter) {
        append_line(family.name, series->labels, "", series->counter->value(), out);
      } else if (series->histogram) {
        render_histogram(family.name, *series, out);
      } else {
        append_line(family.name, series->labels, "", series->gauge(), out);
      }
    }
  }
  return out;
}

}  // namespace codelog::http
