// Collects members and writes them as a zip archive, with fixed times so that the same members give
// the same bytes.
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
  // Gives the next piece of a member's contents; an empty one at its end.
  using NextPiece = std::function<std::string()>;

  void add(std::string name, std::string contents) {
    members_.push_back({std::move(name), std::move(contents), nullptr});
  }
  // For contents that are too large to be held: made when they are written, in the order of the
  // members. Such an archive can be written once.
  void add_in_pieces(std::string name, NextPiece next_piece) {
    members_.push_back({std::move(name), "", std::move(next_piece)});
  }
  // Replaces a file that is there. Errors: io.
  base::Result<void> write(const std::filesystem::path& path) const;

 private:
  struct Member {
    std::string name;
    std::string contents;
    NextPiece next_piece;  // instead of the contents, if it is set
  };

  std::vector<Member> members_;
};

}  // namespace codelog::demo
