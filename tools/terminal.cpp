#include "tools/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "events/base/text.h"

namespace codelog::tools {
namespace {

constexpr std::chrono::milliseconds redraw_interval{100};
constexpr std::size_t bar_columns = 30;
constexpr std::string_view wipe = "\r\x1b[2K";

void write_error(std::string_view text) {
  // A closed terminal must not stop the program.
  const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
  (void)written;
}

}  // namespace

ProgressLine::ProgressLine() : ProgressLine(::isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::show(std::string_view stage, std::uint64_t done, std::uint64_t total) {
  if (!shown_) return;
  const auto now = std::chrono::steady_clock::now();
  if (drawn_ && stage == stage_ && now - drawn_at_ < redraw_interval) return;
  stage_ = stage;
  drawn_ = true;
  drawn_at_ = now;
  const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(now - started_at_);
  write_error(std::string(wipe) + format_progress(stage, done, total, elapsed));
}

void ProgressLine::clear() {
  if (drawn_) write_error(wipe);
  drawn_ = false;
}

std::string format_progress(std::string_view stage, std::uint64_t done, std::uint64_t total,
                            std::chrono::seconds elapsed) {
  std::string line(stage);
  line.resize(std::max<std::size_t>(line.size(), 10), ' ');
  if (total == 0) {
    line += " " + format_count(done);
  } else {
    const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
    const auto filled = static_cast<std::size_t>(share * static_cast<double>(bar_columns));
    char percent[16];
    std::snprintf(percent, sizeof percent, "%3d %%", static_cast<int>(share * 100));
    line +=
        " [" + std::string(filled, '#') + std::string(bar_columns - filled, '.') + "] " + percent;
  }
  return line + "   " + std::to_string(elapsed.count()) + " s";
}

std::string format_table(const std::vector<Column>& columns,
                         const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::size_t width = base::count_code_points(columns[i].heading);
    for (const auto& row : rows) width = std::max(width, base::count_code_points(row.at(i)));
    widths.push_back(width);
  }
  std::string text;
  const auto add_row = [&](const auto& cell_of) {
    std::string line;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string& cell = cell_of(i);
      const std::string padding(widths[i] - base::count_code_points(cell), ' ');
      line += columns[i].right ? padding + cell : cell + padding;
      line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  };
  add_row([&](std::size_t i) -> const std::string& { return columns[i].heading; });
  for (const auto& row : rows) {
    add_row([&](std::size_t i) -> const std::string& { return row.at(i); });
  }
  return text;
}

std::string format_count(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string format_number(double number) {
  const double size = std::fabs(number);
  if (size >= 999.5) {
    const double scale = std::pow(10.0, std::floor(std::log10(size)) - 2);
    const std::string digits =
        format_count(static_cast<std::uint64_t>(std::llround(size / scale) * std::llround(scale)));
    return number < 0 ? "-" + digits : digits;
  }
  const int decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3;
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", decimals, number);
  return text;
}

}  // namespace codelog::tools
