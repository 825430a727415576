// A small site; every round gets a copy with one byte flipped.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/tools/program.h"

namespace codelog::tools::test {

// The place of a flipped byte.
struct Flip {
  std::filesystem::path file;  // below the data folder
  std::uint64_t offset = 0;
  unsigned char mask = 0;        // the bits that change
  bool keeps_time = false;       // the file keeps its modification time, as with a failing disk
  std::string describe() const;  // "log/000012.sst: byte 345 ^ 0x10, time kept"
};

class FlippedSite {
 public:
  // The demonstration, its views and half of its log in tables.
  FlippedSite();

  const Data& original() const { return original_; }
  const std::string& token() const { return token_; }

  // Notes which files there are. After the last server on the original, which replaces some.
  void list_files();
  // Chooses a byte of the site: first a kind of file, then a file, then a byte, each equally
  // likely.
  Flip choose(std::mt19937_64& random) const;

  // A copy with the flip in it. Release and mapping files are shared with the original, so that the
  // copy's indexes match them; the flip is in both until the copy is destroyed.
  class Copy {
   public:
    Copy(const FlippedSite& site, const Flip& flip);
    ~Copy();
    Copy(const Copy&) = delete;
    Copy& operator=(const Copy&) = delete;
    const std::filesystem::path& path() const { return path_; }

   private:
    void flip_byte(const std::filesystem::path& file) const;
    void set_times(const std::filesystem::path& file) const;

    site::TemporaryFolder folder_ = std::move(*site::TemporaryFolder::make());
    std::filesystem::path path_;
    std::filesystem::path original_file_;
    Flip flip_;
    bool is_shared_ = false;
    struct stat before_ {};
  };

 private:
  Data original_;
  std::string token_;
  std::map<std::string, std::vector<std::filesystem::path>> files_;  // by kind
};

}  // namespace codelog::tools::test
