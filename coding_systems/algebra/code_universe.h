// The codes that one codeset, draft or search may mention over a release, as node numbers.
//
// Numbers below the release's node count are the release's nodes. Higher numbers are strangers:
// codes that the release does not know, in the order they were added. The hierarchy is the whole
// release's, with the orphans among the codes hung under the root (extended_hierarchy.h). The
// reference builds a graph of only the codes' ancestors and descendants; both graphs hold every
// ancestor of every code, so each code gets the same answer.
//
// An immutable value: copies share everything, and any thread may read. A node number keeps its
// meaning in universes extended from this one, and has no meaning elsewhere.
#pragma once

#include <concepts>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coding_systems/algebra/concepts.h"
#include "coding_systems/algebra/extended_hierarchy.h"

namespace codelog::coding_systems {

class CodeUniverse {
 public:
  CodeUniverse(std::shared_ptr<const Concepts> release);
  // So that a shared release is a universe wherever one is needed.
  template <std::derived_from<Concepts> Release>
  CodeUniverse(std::shared_ptr<const Release> release)
      : CodeUniverse(std::shared_ptr<const Concepts>(std::move(release))) {}
  // The release must outlive the universe and its copies.
  explicit CodeUniverse(const Concepts& release);

  const Concepts& release() const { return *contents_->release; }
  const ExtendedHierarchy& hierarchy() const { return contents_->hierarchy; }
  std::size_t size() const { return hierarchy().size(); }

  std::optional<Node> find(std::string_view code) const;
  // The view lives as long as this universe or any universe extended from it.
  std::string_view code(Node node) const;
  bool is_stranger(Node node) const { return node >= release().hierarchy().size(); }

  struct Extended;
  // This universe with more codes, and the node of each of these codes, in their order.
  Extended extended_by(std::span<const std::string_view> codes) const;
  // The same for nodes of this universe: the orphans among them hang under the root.
  CodeUniverse extended_by(std::span<const Node> nodes) const;

 private:
  struct Contents {
    // shared by all objects that work over it; may own nothing
    std::shared_ptr<const Concepts> release;
    std::vector<std::shared_ptr<const std::string>> strangers;  // shared with extended universes
    // Views of `strangers`. A tree, because clients can choose codes that all have one hash.
    std::map<std::string_view, Node> stranger_nodes;
    ExtendedHierarchy hierarchy;
  };

  explicit CodeUniverse(std::shared_ptr<const Contents> contents);

  // This universe with the orphans among `nodes`; `next` is a copy with new strangers, or null.
  CodeUniverse with_orphans(std::span<const Node> nodes, std::shared_ptr<Contents> next) const;

  std::shared_ptr<const Contents> contents_;  // shared by the copies
};

struct CodeUniverse::Extended {
  CodeUniverse universe;
  std::vector<Node> nodes;
};

}  // namespace codelog::coding_systems
