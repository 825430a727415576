// Output for people: progress on a terminal, tables in columns. Programs use --json instead.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace codelog::tools {

// One line on standard error that shows the progress of long work. Prints nothing if standard error
// is not a terminal, so that logs and pipes stay clean. One thread at a time.
class ProgressLine {
 public:
  ProgressLine();
  explicit ProgressLine(bool shown) : shown_(shown) {}
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine();

  // Cheap to call often: draws at most ten times a second. A total of 0 means unknown.
  void show(std::string_view stage, std::uint64_t done, std::uint64_t total);
  // Clears the line for other output.
  void clear();

 private:
  const bool shown_;
  bool drawn_ = false;
  std::string stage_;
  std::chrono::steady_clock::time_point drawn_at_;
  const std::chrono::steady_clock::time_point started_at_ = std::chrono::steady_clock::now();
};

// "reading    [#########...........]  45 %   12 s": what ProgressLine draws.
std::string format_progress(std::string_view stage, std::uint64_t done, std::uint64_t total,
                            std::chrono::seconds elapsed);

// Rows under headings, with aligned columns; numbers on the right where `right` is set.
struct Column {
  std::string heading;
  bool right = false;
};
std::string format_table(const std::vector<Column>& columns,
                         const std::vector<std::vector<std::string>>& rows);

// "1,234,567".
std::string format_count(std::uint64_t number);
// Three significant digits: "0.123", "12.3", "1,230".
std::string format_number(double number);

}  // namespace codelog::tools
