// Compares two releases of one coding system: the changes of a code, and whether the hierarchy
// around some codes is the same.
//
// Belongs to one thread: it remembers the node in the newer release for each node of the older one.
// Facts about single codes cost a few look-ups; memory is four bytes for each node of the older
// release.
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

// The changes of a code between the releases. All false: no change.
struct CodeFate {
  bool removed = false;   // the newer release does not have it
  bool inactive = false;  // still there, but no longer to be used
  bool moved = false;     // has other parents
  bool renamed = false;
  bool operator==(const CodeFate&) const = default;
};

// A replacement of a code.
struct Successor {
  std::string relation;    // e.g. "REPLACED BY"
  std::string code;        // the newer release may not have it
  std::string instead_of;  // the code asked for, or an inactive successor of it
  bool is_active = false;  // the newer release has it, and it may be used
  bool operator==(const Successor&) const = default;
};

// Replacements known outside the release: relations and codes.
using FindSuccessors =
    std::function<std::vector<std::pair<std::string, std::string>>(std::string_view code)>;

class ReleaseComparison {
 public:
  // `older` may be null if its file is missing: then every older code counts as existing and
  // active, and no moves or new names are detected.
  ReleaseComparison(std::shared_ptr<const Release> older, std::shared_ptr<const Release> newer);

  const Release* older() const { return older_.get(); }
  const Release& newer() const { return *newer_; }
  const std::shared_ptr<const Release>& shared_newer() const { return newer_; }

  CodeFate fate_of(std::string_view code);
  // The replacements of a code, according to the newer release and to `find_more` if given.
  // Replacements of inactive replacements follow, and so on. Nearest first. Each code is followed
  // once, so that cycles end, and the code itself is never listed.
  std::vector<Successor> successors_of(std::string_view code,
                                       const FindSuccessors& find_more = {}) const;
  // The parents of a code in one release, sorted.
  static std::vector<std::string_view> parents_of(const Release& release, std::string_view code);
  // True if the codes have the same ancestors and descendants, with the same edges between them.
  // False without the older release. Linear in those edges.
  bool has_same_surroundings(std::span<const std::string_view> codes);

 private:
  // One step of successors_of().
  std::vector<std::pair<std::string, std::string>> named_by_release(std::string_view code) const;

  static constexpr Node unknown = 0xffffffff;
  static constexpr Node absent = 0xfffffffe;

  // The node's number in the newer release, or `absent`.
  Node in_newer(Node older);
  // True if both lists name the same nodes, in any order.
  bool are_same(std::span<const Node> older, std::span<const Node> newer);
  bool is_same_above(Node older);
  bool is_same_below(Node older);

  std::shared_ptr<const Release> older_;  // shared with other users of the release
  std::shared_ptr<const Release> newer_;
  std::vector<Node> in_newer_;  // by node of the older release
  std::vector<Node> mapped_;    // reused by are_same()
};

}  // namespace codelog::coding_systems
