#include "coding_systems/index/term_index_builder.h"

#include <algorithm>
#include <cstring>

#include "coding_systems/base/code_hash.h"
#include "events/base/check.h"

namespace codelog::coding_systems {
namespace {

constexpr std::size_t byte_values = 256;

}  // namespace

TermIndexBuilder::TermIndexBuilder(std::size_t node_count)
    : node_count_(node_count),
      lists_(1),
      last_nodes_(1),
      ones_(byte_values, 0),
      pairs_(byte_values * byte_values),
      trios_(byte_values, 0) {}

void TermIndexBuilder::add_to(std::uint32_t& list_number, std::uint32_t key, Node node) {
  if (list_number == 0) {
    list_number = static_cast<std::uint32_t>(lists_.size());
    lists_.push_back({key, 0, {}, {}});
    last_nodes_.push_back(0);
  } else if (last_nodes_[list_number] == node) {
    return;
  }
  append(lists_[list_number], last_nodes_[list_number], node);
  last_nodes_[list_number] = node;
}

void TermIndexBuilder::append(List& list, Node last, Node node) const {
  if (!list.bits.empty()) {
    list.bits[node / 64] |= std::uint64_t{1} << (node % 64);
  } else {
    std::uint32_t difference = list.count == 0 ? node : node - last - 1;
    for (; difference >= 0x80; difference >>= 7) {
      list.varints.push_back(static_cast<std::uint8_t>(difference | 0x80));
    }
    list.varints.push_back(static_cast<std::uint8_t>(difference));
    if (list.varints.size() >= bitmap_words() * 8) make_bits(list);
  }
  ++list.count;
}

void TermIndexBuilder::make_bits(List& list) const {
  list.bits.assign(bitmap_words(), 0);
  std::uint64_t next_node = 0;
  std::uint64_t difference = 0;
  unsigned shift = 0;
  for (const std::uint8_t byte : list.varints) {
    difference |= std::uint64_t{byte & 0x7fu} << shift;
    shift += 7;
    if (byte >= 0x80) continue;
    next_node += difference;
    list.bits[next_node / 64] |= std::uint64_t{1} << (next_node % 64);
    ++next_node;
    difference = 0;
    shift = 0;
  }
  list.varints = {};
}

void TermIndexBuilder::add(Node node, std::string_view text) {
  CODELOG_CHECK(node < node_count_, "a text's node is one of the release");
  folded_.resize(text.size());
  std::ranges::transform(text, folded_.begin(), [](char c) {
    return static_cast<char>(fold_ascii(static_cast<unsigned char>(c)));
  });
  const auto byte_at = [&](std::size_t place) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(folded_[place]));
  };
  for (std::size_t i = 0; i < folded_.size(); ++i) {
    const std::uint32_t first = byte_at(i);
    add_to(ones_[first], 1u << 24 | first << 16, node);
    if (i + 1 == folded_.size()) break;
    const std::uint32_t second = byte_at(i + 1);
    Pair& pair = pairs_[first << 8 | second];
    add_to(pair.list, 2u << 24 | first << 16 | second << 8, node);
    if (i + 2 == folded_.size()) continue;  // the last byte of this gram is still to come
    if (pair.block == 0) {
      pair.block = static_cast<std::uint32_t>(trios_.size() / byte_values);
      trios_.resize(trios_.size() + byte_values, 0);
    }
    const std::uint32_t third = byte_at(i + 2);
    add_to(trios_[pair.block * byte_values + third], 3u << 24 | first << 16 | second << 8 | third,
           node);
  }
}

TermIndexBuilder::Built TermIndexBuilder::take() {
  std::ranges::sort(lists_.begin() + 1, lists_.end(), {}, &List::key);
  std::size_t words = 0;
  for (const List& list : lists_) words += list.bits.size() + (list.varints.size() + 7) / 8;
  Built built;
  built.grams.reserve(lists_.size() - 1);
  built.postings.reserve(words);
  for (std::size_t i = 1; i < lists_.size(); ++i) {
    List& list = lists_[i];
    const std::size_t first = built.postings.size();
    const std::size_t bytes = list.bits.size() * 8 + list.varints.size();
    built.grams.push_back({.key = list.key,
                           .count = list.count,
                           .first_word = static_cast<std::uint32_t>(first),
                           .bytes = static_cast<std::uint32_t>(bytes)});
    built.postings.insert(built.postings.end(), list.bits.begin(), list.bits.end());
    if (!list.varints.empty()) {
      built.postings.resize(first + (bytes + 7) / 8, 0);
      std::memcpy(built.postings.data() + first, list.varints.data(), bytes);
    }
    list = {};
  }
  return built;
}

}  // namespace codelog::coding_systems
