// Codeset: the codes of a draft, a version or a request with their statuses, over one release.
//
// What commands work with: strings in, strings out, the algebra of codeset_algebra.h between.
// Asking what a step would change does not change the codeset; apply() does. A value: copying costs
// some 5 bits per node of the release and a byte per code (a tenth of a millisecond), never the
// strings; a const Codeset may be read from any thread.
//
// Lists that come out are sorted by code, so that they do not depend on how a release's index
// numbers its nodes.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/base/code_universe.h"
#include "coding_systems/base/codeset_algebra.h"
#include "events/base/code_status.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

// The decided codes. From them and the hierarchy all other statuses follow.
struct Definition {
  std::vector<std::string> included;
  std::vector<std::string> excluded;
  bool operator==(const Definition&) const = default;
};

// A row of the defining tree, depth first; depth 0 is not below any other.
struct DefiningCode {
  std::string code;
  base::CodeStatus sign = base::CodeStatus::included;  // or excluded
  std::uint32_t depth = 0;
  bool operator==(const DefiningCode&) const = default;
};

class Codeset {
 public:
  // A universe is made of a release: Codeset(release) is empty, Codeset::make(release, codes) is
  // not.
  explicit Codeset(CodeUniverse universe);
  // The codes with these statuses, whatever the hierarchy says. Of a code given twice the last
  // status counts.
  static Codeset make(const CodeUniverse& universe, std::span<const base::CodeWithStatus> codes);
  // The smallest definition whose included codes are exactly these, and what follows from it:
  // entries for the codes and for whatever is below them. Linear in those.
  static Codeset from_codes(const CodeUniverse& universe, std::span<const std::string> codes);
  // Entries for the decided codes and whatever is below them. A code that is both included and
  // excluded is included, and what it decides about is in conflict.
  static Codeset from_definition(const CodeUniverse& universe, const Definition& definition);

  const CodeUniverse& universe() const { return universe_; }
  std::size_t count() const { return statuses_.count(); }
  // How many codes have a status: counts()[static_cast<std::size_t>(CodeStatus::included)].
  std::array<std::size_t, 6> counts() const;
  std::optional<base::CodeStatus> status_of(std::string_view code) const;
  std::vector<base::CodeWithStatus> codes() const;
  std::vector<std::string> included_codes() const;
  Definition definition() const;

  // What would change, never more: entries that stay as they are do not appear.
  // Codes that have no entry yet get one, unresolved.
  std::vector<base::CodeChange> changes_if_added(std::span<const std::string> codes) const;
  // Codes that have an entry lose it.
  std::vector<base::CodeChange> changes_if_removed(std::span<const std::string> codes) const;
  // The updates in order: + and - decide, anything else clears. Only the updated codes and whatever
  // is below them are decided anew. A code without an entry may be updated, which counts for the
  // codes below it, but gets no entry.
  std::vector<base::CodeChange> changes_if_updated(
      std::span<const base::CodeWithStatus> updates) const;
  // Every status anew from the + and -.
  std::vector<base::CodeChange> changes_if_reapplied() const;
  // The entries that differ between two codesets over the same release.
  static std::vector<base::CodeChange> changes_between(const Codeset& before, const Codeset& after);

  // Sets every changed code to what it is after, without looking at what it was before.
  void apply(std::span<const base::CodeChange> changes);

  // Of the candidates that have an entry, those that nothing holds: not included themselves, and no
  // included code above them. They leave a draft with the last search that found them.
  std::vector<std::string> without_included_ancestor(std::span<const std::string> candidates) const;
  // What is below an entry and has none itself: codes that a newer release brings.
  std::vector<std::string> missing_descendants() const;
  // The codes given and what is below them, as far as the release has them and they have no entry.
  // Errors: too_large, where that is more than `codes_max`.
  base::Result<std::vector<std::string>> missing_at_or_below(std::span<const std::string> codes,
                                                             std::size_t codes_max) const;
  // Of the codes given, those that have no ancestor among them.
  std::vector<std::string> ultimate_ancestors(std::span<const std::string> codes) const;
  // Why a code has its status: itself if it is decided, else the closest decided codes above it. A
  // code need not have an entry.
  std::vector<base::CodeWithStatus> deciders_of(std::string_view code) const;

  // The definition as a tree; a code comes once per branch. Siblings are ordered by
  // sort_key(universe, node), then by node; the keys must live on during the call. Errors:
  // too_large beyond rows_max rows, which only contrived definitions reach.
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

// The entries of Codeset::from_codes over a release, for callers that need nothing else.
std::vector<base::CodeWithStatus> statuses_of_codes(const Release& release,
                                                    std::span<const std::string> codes);

}  // namespace codelog::coding_systems
