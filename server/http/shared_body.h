// The bytes of a body that many responses share: a cache holds them, and so does every response
// that is still being sent.
//
// Large ones are in a file that exists in memory only. From there the kernel puts them on a socket
// without copying them: of 100 KB, a quarter of the work of sending them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace codelog::http {

class SharedBytes;
using SharedBody = std::shared_ptr<const SharedBytes>;

// Immutable; safe from any thread.
class SharedBytes {
 public:
  // From so many bytes on, a file. To send from one takes two system calls instead of one, so that
  // it must be worth something.
  static constexpr std::size_t file_bytes_min = 32 * 1024;
  // Descriptors are scarce: the log and connections need them, too.
  static constexpr int files_max_usual = 128;
  // For all that are made from now on, in the whole process.
  static void set_files_max(int count);
  // Of all files now. They count as memory of the process's group, but not as resident memory of
  // the process, which does not touch them.
  static std::size_t all_files_bytes();

  // Never fails: what no file can be had for stays a string.
  static SharedBody make(std::string bytes);
  // Always a string: for what is sent once, making a file would be more work than it saves.
  static SharedBody make_once(std::string bytes);

  ~SharedBytes();
  SharedBytes(const SharedBytes&) = delete;
  SharedBytes& operator=(const SharedBytes&) = delete;

  std::string_view bytes() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }
  // What sendfile() takes: the same bytes from 0 on. -1 where there is no file.
  int file() const { return file_; }

  // How many answers are sending it is counted, so that it counts once against what all answers may
  // hold. True for the first sender, and for the last.
  bool begin_sending() const { return senders_count_.fetch_add(1) == 0; }
  bool end_sending() const { return senders_count_.fetch_sub(1) == 1; }

 private:
  explicit SharedBytes(std::string bytes);
  void move_to_file();

  std::string string_;  // empty with a file
  int file_ = -1;
  std::string_view bytes_;
  mutable std::atomic<std::uint32_t> senders_count_ = 0;
};

}  // namespace codelog::http
