// Two releases of one coding system side by side: what became of a code, and whether the hierarchy
// around some codes is the same.
//
// Belongs to one thread: it remembers which node of the newer release each node of the older one
// became. Facts about single codes cost a few look-ups; the memory is four bytes a node of the
// older release.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coding_systems/base/release.h"

namespace codelog::coding_systems {

// What happened to a code between the releases. All false: nothing.
struct CodeFate {
  bool removed = false;   // the newer release does not have it
  bool inactive = false;  // it is there, but no longer to be used
  bool moved = false;     // it has other parents
  bool renamed = false;
  bool operator==(const CodeFate&) const = default;
};

// A code that is given in place of another.
struct Successor {
  std::string relation;    // e.g. "REPLACED BY"
  std::string code;        // the newer release may not have it
  std::string instead_of;  // the code asked for, or a successor that is not active itself
  bool is_active = false;  // the newer release has it, and it is to be used
  bool operator==(const Successor&) const = default;
};

// What took a code's place, where something beside the release knows it: relations and codes.
using FindSuccessors =
    std::function<std::vector<std::pair<std::string, std::string>>(std::string_view code)>;

class ReleaseComparison {
 public:
  // `older` may be null, where its file is missing: every code of it then counts as having been
  // there and active, and nothing is known to have moved or been renamed.
  ReleaseComparison(std::shared_ptr<const Release> older, std::shared_ptr<const Release> newer);

  const Release* older() const { return older_.get(); }
  const Release& newer() const { return *newer_; }
  const std::shared_ptr<const Release>& shared_newer() const { return newer_; }

  CodeFate fate_of(std::string_view code);
  // What the newer release, and `find_more` if it is given, name in place of the code; and in place
  // of those of them that are not active, and so on to the ends. Nearest first. A code is followed
  // once, so that circles end, and the code itself is never among them.
  std::vector<Successor> successors_of(std::string_view code,
                                       const FindSuccessors& find_more = {}) const;
  // The parents of a code in one release, sorted.
  static std::vector<std::string_view> parents_of(const Release& release, std::string_view code);
  // True where the codes have the same codes above and below them, joined by the same edges. False
  // without the older release. Linear in those edges.
  bool has_same_surroundings(std::span<const std::string_view> codes);

 private:
  // One step of successors_of().
  std::vector<std::pair<std::string, std::string>> named_by_release(std::string_view code) const;

  static constexpr Node unknown = 0xffffffff;
  static constexpr Node absent = 0xfffffffe;

  // Its node in the newer release, or `absent`.
  Node in_newer(Node older);
  // The nodes of the older release are those of the newer one, in any order.
  bool are_same(std::span<const Node> older, std::span<const Node> newer);
  bool is_same_above(Node older);
  bool is_same_below(Node older);

  std::shared_ptr<const Release> older_;  // shared with whoever else has the release open
  std::shared_ptr<const Release> newer_;
  std::vector<Node> in_newer_;  // by node of the older release
  std::vector<Node> mapped_;    // reused by are_same()
};

}  // namespace codelog::coding_systems
