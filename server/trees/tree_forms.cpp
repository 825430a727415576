#include "server/trees/tree_forms.h"

#include <algorithm>
#include <array>

#include "coding_systems/base/release.h"
#include "server/json/json_writer.h"

namespace codelog::trees {
namespace {

using codelog::json::JsonWriter;

void append_varint(std::uint32_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

// Small differences of either sign become small numbers: 0, -1, 1, -2, … are 0, 1, 2, 3, …
void append_zigzag(std::int64_t difference, std::string& out) {
  append_varint(static_cast<std::uint32_t>(difference << 1 ^ difference >> 63), out);
}

std::string child_counts(const CodeTree& tree) {
  std::string part;
  part.reserve(tree.size());
  const auto& offsets = tree.child_offsets();
  for (std::size_t i = 0; i < tree.size(); ++i) append_varint(offsets[i + 1] - offsets[i], part);
  return part;
}

std::string children(const CodeTree& tree) {
  std::string part;
  part.reserve(tree.children().size() * 2);
  const auto& offsets = tree.child_offsets();
  for (std::size_t i = 0; i < tree.size(); ++i) {
    auto before = static_cast<std::int64_t>(i);
    for (auto at = offsets[i]; at < offsets[i + 1]; ++at) {
      const std::int64_t child = tree.children()[at];
      append_zigzag(child - before, part);
      before = child;
    }
  }
  return part;
}

std::string tops(const CodeTree& tree) {
  std::string part;
  for (const Ordinal top : tree.tops()) append_varint(top, part);
  return part;
}

void write_head(const CodeTree& tree, JsonWriter& json) {
  json.field("shape", tree.shape()).field("release", tree.release().alias());
  json.field("n", std::uint64_t{tree.size()});
  json.field("edges", std::uint64_t{tree.children().size()});
  json.field("sort", tree.release().system().sorts_by_term ? "term" : "code");
  json.key("types").begin_array();
  for (const std::string& title : tree.types()) json.value(title);
  json.end_array().key("sections").begin_array();
  for (const TreeSection& section : tree.sections()) {
    json.begin_array().value(section.title).value(std::uint64_t{section.first_top});
    json.value(std::uint64_t{section.tops_count}).end_array();
  }
  json.end_array();
}

void write_bytes(std::string_view name, std::string_view bytes, JsonWriter& json) {
  json.key(name).begin_array();
  for (const char byte : bytes) json.value(std::uint64_t{static_cast<unsigned char>(byte)});
  json.end_array();
}

}  // namespace

std::string tree_octets(const CodeTree& tree, const std::string& flags) {
  const std::array<std::string, 3> made = {child_counts(tree), children(tree), tops(tree)};
  const std::array<std::string_view, 6> parts = {made[0], made[1],           tree.type_bytes(),
                                                 flags,   tree.codes_text(), made[2]};
  JsonWriter json;
  json.begin_object();
  write_head(tree, json);
  json.key("lengths").begin_array();
  std::size_t size = 0;
  for (const std::string_view part : parts) {
    json.value(std::uint64_t{part.size()});
    size += part.size();
  }
  json.end_array().end_object();
  const std::string head = json.take();
  std::string octets;
  octets.reserve(4 + head.size() + size);
  for (int shift = 0; shift < 32; shift += 8) octets += static_cast<char>(head.size() >> shift);
  octets += head;
  for (const std::string_view part : parts) octets += part;
  return octets;
}

std::string tree_json(const CodeTree& tree, const std::string& flags) {
  JsonWriter json(codelog::json::JsonStyle::compact, 64 * tree.size());
  json.begin_object();
  write_head(tree, json);
  json.key("children").begin_array();
  const auto& offsets = tree.child_offsets();
  for (std::size_t i = 0; i < tree.size(); ++i) {
    json.begin_array();
    for (auto at = offsets[i]; at < offsets[i + 1]; ++at) {
      json.value(std::uint64_t{tree.children()[at]});
    }
    json.end_array();
  }
  json.end_array();
  write_bytes("type", tree.type_bytes(), json);
  write_bytes("flags", flags, json);
  json.key("codes").begin_array();
  for (Ordinal i = 0; i < tree.size(); ++i) json.value(tree.code(i));
  json.end_array().key("tops").begin_array();
  for (const Ordinal top : tree.tops()) json.value(std::uint64_t{top});
  json.end_array().end_object();
  return json.take();
}

std::size_t terms_blocks_count(const CodeTree& tree) {
  return std::max<std::size_t>(1, (tree.size() + terms_block_codes - 1) / terms_block_codes);
}

std::string terms_text(const CodeTree& tree, Ordinal first, Ordinal after) {
  std::string text;
  text.reserve((after - first) * std::size_t{40});
  for (Ordinal i = first; i < after; ++i) {
    if (i > first) text += '\n';
    const auto begin = static_cast<std::ptrdiff_t>(text.size());
    text += tree.term(i);
    std::replace(text.begin() + begin, text.end(), '\n', ' ');
  }
  return text;
}

}  // namespace codelog::trees
