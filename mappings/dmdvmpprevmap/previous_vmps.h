// The VMPs that replaced other VMPs: dm+d sometimes gives a product a new id, and codelists and
// records keep the old one. Immutable once read; safe from any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/importing/short_text.h"
#include "events/base/result.h"

namespace codelog::mappings {

inline constexpr std::string_view dmdvmpprevmap_id = "dmdvmpprevmap";

struct PreviousVmp {
  coding_systems::SctidText id;
  coding_systems::SctidText previous;
  auto operator<=>(const PreviousVmp&) const = default;
};

// A VMP and an earlier one of the same product, any number of steps ago.
struct VmpLink {
  std::string_view later;
  std::string_view earlier;
  auto operator<=>(const VmpLink&) const = default;
};

class PreviousVmps {
 public:
  // Pairs may come in any order, and may include repeats and pairs of equal ids, which are dropped.
  explicit PreviousVmps(std::vector<PreviousVmp> pairs);
  // Reads a file in OpenCodelists' schema. Errors: not_found, corrupt, unavailable, io.
  static base::Result<PreviousVmps> open(const std::filesystem::path& file);

  std::size_t pairs_count() const { return by_id_.size(); }
  std::span<const PreviousVmp> pairs() const { return by_id_; }  // sorted

  // All earlier (or later) ids of the code, through any number of steps, sorted; never the code
  // itself, even in a cycle. Linear in the result.
  std::vector<std::string_view> earlier_than(std::string_view code) const;
  std::vector<std::string_view> later_than(std::string_view code) const;

  // The ids that replaced the code in one step; sorted.
  std::vector<std::string_view> next_after(std::string_view code) const;

  // The links with at least one of these codes at their ends; sorted, without repeats. Linear in
  // the result.
  std::vector<VmpLink> links_of(std::span<const std::string> codes) const;

 private:
  enum class Direction { earlier, later };
  std::vector<std::string_view> reach(std::string_view code, Direction direction) const;
  // The pairs that lead on from the code.
  std::span<const PreviousVmp> steps_from(std::string_view code, Direction direction) const;

  std::vector<PreviousVmp> by_id_;
  std::vector<PreviousVmp> by_previous_;
};

}  // namespace codelog::mappings
