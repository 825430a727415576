// NodeSet: a set of node numbers below a fixed size, as bits. NodeMap<T>: a value for each node of
// a set.
//
// Both take a bit for every node of the release (63 KB for 500,000 nodes), which takes microseconds
// to allocate. In return, a union with a run handles 64 nodes a step, and a membership test takes a
// nanosecond. A NodeMap adds one value per member and finds it by counting bits. Values, not
// thread-safe for writing. The caller must not pass a node at or beyond size().
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "coding_systems/algebra/hierarchy.h"

namespace codelog::coding_systems {

class NodeSet {
 public:
  explicit NodeSet(std::size_t size = 0) : size_(size), words_((size + 63) / 64, 0) {}
  NodeSet(std::size_t size, std::span<const Node> nodes);

  std::size_t size() const { return size_; }  // one more than the greatest possible member
  bool contains(Node node) const { return (words_[node / 64] >> (node % 64) & 1) != 0; }
  void add(Node node) { words_[node / 64] |= std::uint64_t{1} << (node % 64); }
  void remove(Node node) { words_[node / 64] &= ~(std::uint64_t{1} << (node % 64)); }
  void add(Run run);
  // Set operations need sets of the same size.
  void add(const NodeSet& other);
  void remove(const NodeSet& other);
  void keep_only(const NodeSet& other);

  std::size_t count() const;
  bool empty() const;
  // The smallest member (or non-member) in [from, after); `after` if there is none.
  Node next(Node from, Node after) const { return next_of(from, after, 0); }
  Node next_absent(Node from, Node after) const { return next_of(from, after, ~std::uint64_t{0}); }
  // Calls use(node) for every member, decreasing, including smaller members that use() adds.
  template <class Use>
  void for_each_down(Use use) const {
    for (std::size_t i = words_.size(); i-- > 0;) {
      for (auto unseen = ~std::uint64_t{0}; (words_[i] & unseen) != 0;) {
        const auto bit = 63 - static_cast<unsigned>(std::countl_zero(words_[i] & unseen));
        unseen = (std::uint64_t{1} << bit) - 1;
        use(static_cast<Node>(i * 64 + bit));
      }
    }
  }
  std::vector<Node> to_vector() const;  // increasing

  // Calls use(node) for every member, increasing.
  template <class Use>
  void for_each(Use use) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (auto word = words_[i]; word != 0; word &= word - 1) {
        use(static_cast<Node>(i * 64 + static_cast<unsigned>(std::countr_zero(word))));
      }
    }
  }

  bool operator==(const NodeSet&) const = default;

 private:
  friend class NodePlaces;

  Node next_of(Node from, Node after, std::uint64_t inverted) const;

  std::size_t size_;
  std::vector<std::uint64_t> words_;
};

// The members of a set, and the place of each among them, counted from 0.
class NodePlaces {
 public:
  NodePlaces() = default;
  explicit NodePlaces(NodeSet nodes);

  const NodeSet& nodes() const { return nodes_; }
  std::size_t count() const { return count_; }
  bool contains(Node node) const { return nodes_.contains(node); }
  // The node must be a member.
  std::size_t place(Node node) const {
    const auto below = nodes_.words_[node / 64] & ((std::uint64_t{1} << (node % 64)) - 1);
    return before_[node / 64] + static_cast<std::size_t>(std::popcount(below));
  }

 private:
  NodeSet nodes_;
  std::vector<std::uint32_t> before_;  // number of members in the preceding words
  std::size_t count_ = 0;
};

template <class T>
class NodeMap {
 public:
  NodeMap() = default;
  // Gives every member of `nodes` the value `initial`.
  NodeMap(NodeSet nodes, const T& initial)
      : places_(std::move(nodes)), values_(places_.count(), initial) {}

  std::size_t count() const { return values_.size(); }
  const NodeSet& nodes() const { return places_.nodes(); }
  bool contains(Node node) const { return places_.contains(node); }
  // The node must be a member.
  const T& operator[](Node node) const { return values_[places_.place(node)]; }
  T& operator[](Node node) { return values_[places_.place(node)]; }

  // Calls use(node, value) for every member, increasing.
  template <class Use>
  void for_each(Use use) const {
    std::size_t place = 0;
    nodes().for_each([&](Node node) { use(node, values_[place++]); });
  }

  // Gives every member the value value_of(node), in increasing order.
  template <class ValueOf>
  void set_each(ValueOf value_of) {
    std::size_t place = 0;
    nodes().for_each([&](Node node) { values_[place++] = value_of(node); });
  }

 private:
  NodePlaces places_;
  std::vector<T> values_;
};

}  // namespace codelog::coding_systems
