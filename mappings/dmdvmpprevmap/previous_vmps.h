// Which VMP took which other's place: dm+d gives a product a new id now and then, and codelists and
// records go on holding the old one. Immutable once read; safe from any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/base/short_text.h"
#include "events/base/result.h"

namespace codelog::mappings {

inline constexpr std::string_view dmdvmpprevmap_id = "dmdvmpprevmap";

struct PreviousVmp {
  coding_systems::SctidText id;
  coding_systems::SctidText previous;
  auto operator<=>(const PreviousVmp&) const = default;
};

// A VMP and one that came before it, however many steps ago.
struct VmpLink {
  std::string_view later;
  std::string_view earlier;
  auto operator<=>(const VmpLink&) const = default;
};

class PreviousVmps {
 public:
  // Any order, repetitions and ids that are their own predecessors are allowed; the latter two say
  // nothing and are dropped.
  explicit PreviousVmps(std::vector<PreviousVmp> pairs);
  // Reads a file in the schema of OpenCodelists. Errors: not_found, corrupt, unavailable, io.
  static base::Result<PreviousVmps> open(const std::filesystem::path& file);

  std::size_t pairs_count() const { return by_id_.size(); }
  std::span<const PreviousVmp> pairs() const { return by_id_; }  // sorted

  // Everything that came before (or after) the code, through any number of steps, sorted; never the
  // code itself, also where the pairs run in a circle. Linear in what is found.
  std::vector<std::string_view> earlier_than(std::string_view code) const;
  std::vector<std::string_view> later_than(std::string_view code) const;

  // What took the code's place in one step; sorted.
  std::vector<std::string_view> next_after(std::string_view code) const;

  // The links with one of these codes, or two of them, at their ends; sorted, none twice. Linear in
  // what is found.
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
