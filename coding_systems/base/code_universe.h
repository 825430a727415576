// The codes that one codeset, draft or search may mention over a release, as node numbers.
//
// Numbers below the release's node count are the release's own; those from there on are strangers:
// codes that the release does not know, in the order they came. The hierarchy is the whole
// release's, with the orphans among the codes hung under the root (extended_hierarchy.h). Working
// on the whole hierarchy gives each code the same answer as the reference's graph of just the
// codes' ancestors and descendants, because both hold every ancestor of every code.
//
// An immutable value: copies share everything, any thread may read. Node numbers keep their meaning
// in universes extended from this one, and have none elsewhere.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "coding_systems/base/extended_hierarchy.h"
#include "coding_systems/base/release.h"

namespace codelog::coding_systems {

class CodeUniverse {
 public:
  CodeUniverse(std::shared_ptr<const Release> release);
  // The release must outlive it and its copies.
  explicit CodeUniverse(const Release& release);

  const Release& release() const { return *contents_->release; }
  const ExtendedHierarchy& hierarchy() const { return contents_->hierarchy; }
  std::size_t size() const { return hierarchy().size(); }

  std::optional<Node> find(std::string_view code) const;
  // Lives as long as this universe or any extended from it.
  std::string_view code(Node node) const;
  bool is_stranger(Node node) const { return node >= release().hierarchy().size(); }

  struct Extended;
  // This universe with some more codes, and the node of each of them, in their order.
  Extended extended_by(std::span<const std::string_view> codes) const;

 private:
  struct Contents {
    std::shared_ptr<const Release> release;  // shared by all that work over it; may own nothing
    std::vector<std::shared_ptr<const std::string>> strangers;  // shared with extended universes
    std::unordered_map<std::string_view, Node> stranger_nodes;  // views of `strangers`
    ExtendedHierarchy hierarchy;
  };

  explicit CodeUniverse(std::shared_ptr<const Contents> contents);

  std::shared_ptr<const Contents> contents_;  // shared by the copies
};

struct CodeUniverse::Extended {
  CodeUniverse universe;
  std::vector<Node> nodes;
};

}  // namespace codelog::coding_systems
