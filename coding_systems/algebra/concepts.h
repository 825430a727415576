// The codes of a release as nodes of its hierarchy: all that the algebra of code sets asks of a
// release. Immutable and safe from any thread. Node numbers are the release's own and have no
// meaning outside it.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "coding_systems/algebra/hierarchy.h"

namespace codelog::coding_systems {

class Concepts {
 public:
  virtual ~Concepts() = default;

  virtual const Hierarchy& hierarchy() const = 0;
  // Every concept of the release is a node, including orphans. A code of the hierarchy without a
  // concept row is a node too, without a name.
  virtual std::optional<Node> find(std::string_view code) const = 0;
  // The nodes of many codes, in their order. Faster than single look-ups, which wait for memory one
  // after the other.
  virtual std::vector<std::optional<Node>> find_all(std::span<const std::string_view> codes) const;
  virtual std::string_view code(Node node) const = 0;
  // True if the release has a row for the concept: the test of OpenCodelists' matching_codes.
  // Differs from having a name only in SNOMED CT, where a concept may have lost all its
  // descriptions.
  virtual bool has_concept(Node node) const = 0;
};

}  // namespace codelog::coding_systems
