// The bytes of a body shared by many responses: a cache holds them, and so does every response that
// is being sent.
//
// Large bodies are in a file that exists only in memory. The kernel sends from this file without
// copying; for 100 KB, this saves a quarter of the work of sending.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "events/base/file.h"

namespace codelog::http {

class SharedBytes;
using SharedBody = std::shared_ptr<const SharedBytes>;

// Immutable; safe from any thread.
class SharedBytes {
 public:
  // Bodies of at least this size are kept in a file. Sending from a file takes two system calls
  // instead of one, so smaller bodies gain nothing.
  static constexpr std::size_t file_bytes_min = 32 * 1024;
  // Descriptors are scarce: the log and connections need them too.
  static constexpr int files_max_usual = 128;
  // Applies to all bodies made from now on, in the whole process.
  static void set_files_max(int count);
  // The bytes of all files now. They count as memory of the process's group, but not as the
  // process's resident memory, since the process does not touch them.
  static std::size_t all_files_bytes();

  // Never fails: if no file can be made, the body stays a string.
  static SharedBody make(std::string bytes);
  // Always a string: for a body sent once, making a file would cost more than it saves.
  static SharedBody make_once(std::string bytes);

  ~SharedBytes();
  SharedBytes(const SharedBytes&) = delete;
  SharedBytes& operator=(const SharedBytes&) = delete;

  std::string_view bytes() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }
  // The file for sendfile(), with the same bytes from offset 0; -1 if there is none.
  int file() const { return file_.get(); }

  // Counts the answers that are sending the body, so that the body counts once against the limit of
  // all answers. Returns true for the first sender, and for the last.
  bool begin_sending() const { return senders_count_.fetch_add(1) == 0; }
  bool end_sending() const { return senders_count_.fetch_sub(1) == 1; }

 private:
  explicit SharedBytes(std::string bytes);
  void move_to_file();

  std::string string_;  // empty if there is a file
  base::Descriptor file_;
  std::string_view bytes_;
  mutable std::atomic<std::uint32_t> senders_count_ = 0;
};

}  // namespace codelog::http
