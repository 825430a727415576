// Codeset: the codes of a draft, a version or a request with their statuses, over one release.
//
// The interface for commands: strings in, strings out, with the algebra of codeset_algebra.h
// between. The changes_… functions do not change the codeset; apply() does. A value: copying costs
// some 5 bits per node of the release and a byte per code (a tenth of a millisecond), never the
// strings. Any thread may read a const Codeset.
//
// Resulting lists are sorted by code, so that they do not depend on the node numbers of a release's
// index.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/algebra/code_universe.h"
#include "coding_systems/algebra/codeset_algebra.h"
#include "events/base/code_status.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

// The decided codes. All other statuses follow from them and the hierarchy.
struct Definition {
  std::vector<std::string> included;
  std::vector<std::string> excluded;
  bool operator==(const Definition&) const = default;
};

// A row of the defining tree, depth first; rows of depth 0 are not below any other.
struct DefiningCode {
  std::string code;
  base::CodeStatus sign = base::CodeStatus::included;  // or excluded
  std::uint32_t depth = 0;
  bool operator==(const DefiningCode&) const = default;
};

class Codeset {
 public:
  // A universe is made from a release: Codeset(release) is empty, Codeset::make(release, codes) is
  // not.
  explicit Codeset(CodeUniverse universe);
  // The codes with these statuses, even if the hierarchy implies others. For a repeated code, the
  // last status counts.
  static Codeset make(const CodeUniverse& universe, std::span<const base::CodeWithStatus> codes);
  // The smallest definition whose included codes are exactly these, and the statuses that follow
  // from it: entries for the codes and all their descendants. Linear in those.
  static Codeset from_codes(const CodeUniverse& universe, std::span<const std::string> codes);
  static Codeset from_nodes(const CodeUniverse& universe, std::span<const Node> nodes);
  // Entries for the decided codes and all their descendants. A code that is both included and
  // excluded is included, and the codes that it decides are in conflict.
  static Codeset from_definition(const CodeUniverse& universe, const Definition& definition);
  static Codeset from_definition(const CodeUniverse& universe, std::span<const Node> included,
                                 std::span<const Node> excluded);

  const CodeUniverse& universe() const { return universe_; }
  const NodeStatuses& statuses() const { return statuses_; }  // by node of the universe
  std::size_t count() const { return statuses_.count(); }
  // The number of codes with each status: counts()[static_cast<std::size_t>(CodeStatus::included)].
  std::array<std::size_t, 6> counts() const;
  std::optional<base::CodeStatus> status_of(std::string_view code) const;
  std::vector<base::CodeWithStatus> codes() const;
  std::vector<std::string> included_codes() const;
  Definition definition() const;

  // Only the changes: entries that stay the same are left out. Codes without an entry get one,
  // unresolved.
  std::vector<base::CodeChange> changes_if_added(std::span<const std::string> codes) const;
  // Removes the entries of these codes, if they have one.
  std::vector<base::CodeChange> changes_if_removed(std::span<const std::string> codes) const;
  // Applies the updates in order: + and - decide, anything else clears. Decides again only about
  // the updated codes and their descendants. A code without an entry may be updated and counts for
  // its descendants, but gets no entry.
  std::vector<base::CodeChange> changes_if_updated(
      std::span<const base::CodeWithStatus> updates) const;
  // The fewest updates, top first, that give these entries the sign of `wanted`: included or
  // excluded, by themselves or from above. Codes without an entry are passed over.
  std::vector<base::CodeWithStatus> updates_to_sign(std::span<const std::string> codes,
                                                    base::CodeStatus wanted) const;
  // Computes every status again from the + and - entries.
  std::vector<base::CodeChange> changes_if_reapplied() const;
  // The entries that differ between two codesets over the same release.
  static std::vector<base::CodeChange> changes_between(const Codeset& before, const Codeset& after);

  // Sets every changed code to its status after the change, without checking the one before.
  void apply(std::span<const base::CodeChange> changes);

  // The candidates with an entry that nothing holds: they are not included, and no included code is
  // above them. They leave a draft together with the last search that found them.
  std::vector<std::string> without_included_ancestor(std::span<const std::string> candidates) const;
  // Descendants of entries without an entry of their own: codes that a newer release adds.
  std::vector<std::string> missing_descendants() const;
  // The given codes and their descendants that the release has and that have no entry. Errors:
  // too_large, if there are more than `codes_max`.
  base::Result<std::vector<std::string>> missing_at_or_below(std::span<const std::string> codes,
                                                             std::size_t codes_max) const;
  // The given codes that have no ancestor among them.
  std::vector<std::string> ultimate_ancestors(std::span<const std::string> codes) const;
  // The reason for a code's status: the code itself if decided, else the closest decided codes
  // above it. The code need not have an entry.
  std::vector<base::CodeWithStatus> deciders_of(std::string_view code) const;

  // The definition as a tree; a code is repeated in each branch. Siblings are sorted by
  // sort_key(universe, node), then by node; the keys must live during the call. Errors: too_large
  // beyond rows_max rows, which only contrived definitions reach.
  using SortKey = std::function<std::string_view(const CodeUniverse& universe, Node node)>;
  static constexpr std::size_t walk_rows_max = 1'000'000;
  base::Result<std::vector<DefiningCode>> walk_definition(
      const SortKey& sort_key, std::size_t rows_max = walk_rows_max) const;

 private:
  Codeset(CodeUniverse universe, NodeStatuses statuses);

  std::vector<std::string> sorted_codes(std::span<const Node> nodes) const;
  std::vector<base::CodeChange> named(std::span<const NodeChange> changes) const;

  CodeUniverse universe_;
  NodeStatuses statuses_;
};

}  // namespace codelog::coding_systems
