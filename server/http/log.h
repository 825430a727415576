// The server's log: one JSON object a line, for programs to read.
//
// write() formats into a buffer under a short lock and never waits for the disk: a thread of the
// log writes the buffer out, after 200 ms at most. If the disk is too slow, the buffer fills to its
// bound; the log then drops further lines, and reports their number in a line of its own as soon as
// there is room. Safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <variant>

#include "events/base/file.h"
#include "events/base/mutex.h"
#include "events/base/result.h"

namespace codelog::http {

enum class LogLevel : std::uint8_t { debug, info, warning, error, off };

struct LogOptions {
  std::filesystem::path file;  // lines are appended; empty: standard error
  LogLevel level = LogLevel::info;
  std::size_t buffer_bytes_max = 4u << 20;
};

// One field of a line. Texts that are not UTF-8 are repaired; empty texts are left out.
struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t> value;
};

class Log {
 public:
  // Errors: io.
  static base::Result<std::unique_ptr<Log>> open(LogOptions options);
  // Writes out the buffer.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  bool enabled(LogLevel level) const { return level >= options_.level; }
  // {"time":…,"level":…,"event":event, …fields}
  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields);
  // Returns when all lines written before the call have been handed to the operating system.
  void flush();

 private:
  Log(LogOptions options, base::Descriptor file);
  void run();
  bool has_work() const REQUIRES(mutex_);
  void write_out(std::string_view bytes) const;

  const LogOptions options_;
  const base::Descriptor file_;  // none: standard error
  base::Mutex mutex_;
  base::Condition wake_;
  base::Condition written_;
  std::string buffer_ GUARDED_BY(mutex_);
  std::uint64_t lines_dropped_ GUARDED_BY(mutex_) = 0;
  std::uint64_t flushes_wanted_ GUARDED_BY(mutex_) = 0;
  std::uint64_t flushes_done_ GUARDED_BY(mutex_) = 0;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread writer_;  // last: it uses all of the above
};

// Appends `text` as a JSON string, quotes included.
void append_json_string(std::string_view text, std::string& out);

}  // namespace codelog::http
