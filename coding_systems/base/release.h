// An open release of a coding system: codes, terms, hierarchy and search, answered from its index.
// Immutable and safe from any thread. Whoever needs one side of it only takes that: Concepts,
// Descriptions or Searches.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "coding_systems/algebra/concepts.h"
#include "coding_systems/base/coding_system.h"
#include "coding_systems/base/descriptions.h"
#include "coding_systems/base/searches.h"
#include "coding_systems/base/type_table.h"
#include "events/base/digest.h"

namespace codelog::coding_systems {

class Release : public Concepts, public Descriptions, public Searches {
 public:
  virtual const CodingSystemInfo& system() const = 0;
  virtual const std::string& alias() const = 0;
  virtual const base::Sha256& file_digest() const = 0;  // of the SQLite file

  bool has_concept(Node node) const override { return name(node).has_value(); }
  bool is_found_by_code(Node node) const override { return has_concept(node); }
  std::string_view last_code(Node node) const override { return code(node); }

  // The types of all codes, collected at the first call.
  const TypeTable& types() const;

  // False once its index file has been cut short: reading the missing part would end the process.
  virtual bool is_whole() const { return true; }
  // Bytes mapped, for /metrics.
  virtual std::uint64_t index_bytes() const = 0;

 private:
  mutable std::once_flag types_once_;
  mutable std::unique_ptr<const TypeTable> types_;  // written once, under types_once_
};

}  // namespace codelog::coding_systems
