// Reads the lines of several members of a zip archive, one member after the other, unpacked ahead
// on another thread. Each member follows the rule of text_lines.h. Memory: a fixed number of
// blocks. One thread reads; the reader owns the archive until it is destroyed. Errors name the
// archive, the member and, for a line that is too long, the line. Nothing is read after an error.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "coding_systems/importing/text_lines.h"
#include "coding_systems/importing/zip_archive.h"
#include "events/base/mutex.h"

namespace codelog::coding_systems {

class LineReader {
 public:
  // `separator` stands between columns; a line of separators only is blank.
  LineReader(const ZipArchive& archive, std::vector<ZipMember> members, char separator);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // Moves to the first or next member. Call once for each member, after the last line of the
  // previous one.
  void begin_member();
  // The next line that is not blank, without its end, valid until the next call. Returns nothing
  // after the member's last line.
  base::Result<std::optional<std::string_view>> next_line();

  // Of all members, up to the block that holds the current line.
  std::uint64_t bytes_read() const { return bytes_read_; }
  std::uint64_t line_number() const { return line_number_; }  // of the current line, from 1
  // "ARCHIVE: member NAME, line 17: " followed by the detail.
  base::Error error_here(std::string_view detail) const;

 private:
  struct Block {
    // Space for the start of a line from the previous block, then the unpacked bytes.
    std::unique_ptr<char[]> bytes;
    std::size_t size_bytes = 0;
    bool ends_member = false;
    std::optional<base::Error> error;
  };

  void unpack_all(const std::stop_token& stop);
  bool unpack_member(const ZipMember& member, const std::stop_token& stop);
  std::optional<Block> take_free(const std::stop_token& stop);
  void put_full(Block block);
  base::Result<std::optional<std::string_view>> next_written_line();
  base::Error line_too_long() const;
  base::Result<void> next_block(std::string_view line_start);

  const ZipArchive& archive_;
  const std::vector<ZipMember> members_;
  const char separator_;

  base::Mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Block> free_ GUARDED_BY(mutex_);
  std::deque<Block> full_ GUARDED_BY(mutex_);

  Block block_;
  std::string_view rest_;  // part of the block not yet given out
  std::size_t members_begun_ = 0;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t line_number_ = 0;

  std::jthread unpacker_;  // last: it must stop before the members that it uses are destroyed
};

}  // namespace codelog::coding_systems
