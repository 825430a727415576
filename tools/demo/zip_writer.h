// Collects members and writes them as a zip archive, with fixed times, so that the same members
// give the same bytes.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "events/base/result.h"

namespace codelog::demo {

class ZipWriter {
 public:
  // Returns the next piece of a member's contents; an empty piece at the end.
  using NextPiece = std::function<std::string()>;

  void add(std::string name, std::string contents) {
    members_.push_back({std::move(name), std::move(contents), nullptr});
  }
  // For contents too large for memory: `next_piece` makes them during writing, in the order of the
  // members. An archive with such members can be written only once.
  void add_in_pieces(std::string name, NextPiece next_piece) {
    members_.push_back({std::move(name), "", std::move(next_piece)});
  }
  // Replaces an existing file. Errors: io.
  base::Result<void> write(const std::filesystem::path& path) const;

 private:
  struct Member {
    std::string name;
    std::string contents;
    NextPiece next_piece;  // replaces `contents` if set
  };

  std::vector<Member> members_;
};

}  // namespace codelog::demo
