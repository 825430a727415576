#include "coding_systems/algebra/node_set.h"

#include <algorithm>

namespace codelog::coding_systems {
namespace {

constexpr std::uint64_t all_ones = ~std::uint64_t{0};

}  // namespace

NodeSet::NodeSet(std::size_t size, std::span<const Node> nodes) : NodeSet(size) {
  for (const Node node : nodes) add(node);
}

void NodeSet::add(Run run) {
  if (run.first >= run.after) return;
  const auto first = run.first / 64;
  const auto last = (run.after - 1) / 64;
  const auto from = all_ones << (run.first % 64);
  const auto upto = all_ones >> (63 - (run.after - 1) % 64);
  if (first == last) {
    words_[first] |= from & upto;
    return;
  }
  words_[first] |= from;
  std::fill(words_.begin() + first + 1, words_.begin() + last, all_ones);
  words_[last] |= upto;
}

void NodeSet::add(const NodeSet& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
}

void NodeSet::remove(const NodeSet& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
}

void NodeSet::keep_only(const NodeSet& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
}

std::size_t NodeSet::count() const {
  std::size_t count = 0;
  for (const auto word : words_) count += static_cast<std::size_t>(std::popcount(word));
  return count;
}

bool NodeSet::empty() const {
  return std::ranges::all_of(words_, [](std::uint64_t word) { return word == 0; });
}

Node NodeSet::next_of(Node from, Node after, std::uint64_t inverted) const {
  if (from >= after) return after;
  std::size_t i = from / 64;
  const std::size_t last = (after - 1) / 64;
  auto word = (words_[i] ^ inverted) & (all_ones << (from % 64));
  while (word == 0) {
    if (++i > last) return after;
    word = words_[i] ^ inverted;
  }
  const auto node = static_cast<Node>(i * 64 + static_cast<unsigned>(std::countr_zero(word)));
  return std::min(node, after);
}

std::vector<Node> NodeSet::to_vector() const {
  std::vector<Node> nodes;
  nodes.reserve(count());
  for_each([&](Node node) { nodes.push_back(node); });
  return nodes;
}

NodePlaces::NodePlaces(NodeSet nodes) : nodes_(std::move(nodes)) {
  before_.reserve(nodes_.words_.size());
  for (const auto word : nodes_.words_) {
    before_.push_back(static_cast<std::uint32_t>(count_));
    count_ += static_cast<std::size_t>(std::popcount(word));
  }
}

}  // namespace codelog::coding_systems
