#include "server/http/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <system_error>

#include "events/base/clock.h"
#include "server/http/urlencoded.h"

namespace codelog::http {
namespace {

using std::chrono_literals::operator""ms;

constexpr auto write_interval = 200ms;
constexpr std::size_t write_bytes_min = 64u << 10;  // wakes the writer before the interval is over

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
    case LogLevel::off:
      return "error";
  }
  return "error";
}

void append_number(std::int64_t value, std::string& out) {
  std::array<char, 24> text{};
  out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
}

void append_field(const LogField& field, std::string& out) {
  const auto* text = std::get_if<std::string_view>(&field.value);
  if (text != nullptr && text->empty()) return;
  out.push_back(',');
  append_json_string(field.name, out);
  out.push_back(':');
  if (text != nullptr) {
    append_json_string(*text, out);
  } else {
    append_number(std::get<std::int64_t>(field.value), out);
  }
}

void append_head(LogLevel level, std::string_view event, std::string& out) {
  out += "{\"time\":\"";
  out += base::format_timestamp(base::SystemClock().now());
  out += "\",\"level\":\"";
  out += to_string(level);
  out += "\",\"event\":";
  append_json_string(event, out);
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string repaired;
  append_valid_utf8(text, repaired);
  out.push_back('"');
  for (const char c : repaired) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00";
      out.push_back(hex[byte >> 4]);
      out.push_back(hex[byte & 15]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

base::Result<std::unique_ptr<Log>> Log::open(LogOptions options) {
  base::Descriptor file;
  if (!options.file.empty()) {
    file = base::open_file(options.file, O_WRONLY | O_CREAT | O_APPEND, 0640);
    if (!file) {
      const std::string reason = std::generic_category().message(errno);
      return base::Error{
          base::ErrorCode::io, "cannot open log " + options.file.string() + ": " + reason, {}};
    }
  }
  return std::unique_ptr<Log>(new Log(std::move(options), std::move(file)));
}

Log::Log(LogOptions options, base::Descriptor file)
    : options_(std::move(options)), file_(std::move(file)), writer_([this] { run(); }) {}

Log::~Log() {
  {
    const base::Lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  writer_.join();
}

void Log::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (!enabled(level)) return;
  thread_local std::string line;
  line.clear();
  append_head(level, event, line);
  for (const LogField& field : fields) append_field(field, line);
  line += "}\n";
  bool wake = false;
  {
    const base::Lock lock(mutex_);
    if (buffer_.size() + line.size() > options_.buffer_bytes_max) {
      ++lines_dropped_;
      return;
    }
    const bool was_below = buffer_.size() < write_bytes_min;
    buffer_ += line;
    wake = was_below && buffer_.size() >= write_bytes_min;
  }
  if (wake) wake_.notify_one();
}

void Log::flush() {
  base::Lock lock(mutex_);
  const std::uint64_t mine = ++flushes_wanted_;
  wake_.notify_one();
  while (flushes_done_ < mine) written_.wait(lock);
}

bool Log::has_work() const {
  return stopping_ || flushes_wanted_ > flushes_done_ || buffer_.size() >= write_bytes_min;
}

void Log::run() {
  std::string out;
  base::Lock lock(mutex_);
  for (;;) {
    const auto deadline = std::chrono::steady_clock::now() + write_interval;
    while (!has_work() && wake_.wait_until(lock, deadline)) {
    }
    const bool last = stopping_;
    const std::uint64_t flushes = flushes_wanted_;
    if (lines_dropped_ > 0) {
      append_head(LogLevel::warning, "log lines dropped", buffer_);
      append_field({"count", static_cast<std::int64_t>(lines_dropped_)}, buffer_);
      buffer_ += "}\n";
      lines_dropped_ = 0;
    }
    out.clear();
    out.swap(buffer_);
    lock.unlock();
    write_out(out);
    lock.lock();
    flushes_done_ = flushes;
    written_.notify_all();
    if (last) return;
  }
}

// A log that cannot be written must not stop the server, so failed lines are lost.
void Log::write_out(std::string_view bytes) const {
  (void)base::write_all(file_ ? file_.get() : STDERR_FILENO, bytes);
}

}  // namespace codelog::http
