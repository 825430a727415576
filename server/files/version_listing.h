// The rows that a version's page shows: the full list, and the codes as a tree.
//
// Pure reads of the views and the release; 0.1 s for 150,000 codes. Without the release's file,
// codes and statuses are there, and terms are empty.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/commands/executor.h"
#include "server/commands/version_contents.h"

namespace codelog::files {

enum class ListedCodes : std::uint8_t { included, excluded, all };
enum class ListOrder : std::uint8_t { by_term, by_code };

struct ListingOptions {
  ListedCodes codes = ListedCodes::included;
  ListOrder order = ListOrder::by_term;
  std::size_t first = 0;
  std::size_t count_max = 0;
};

struct ListedRow {
  std::vector<std::string> cells;  // code and term first
  std::optional<base::CodeStatus> status;
};

struct VersionListing {
  std::vector<std::string> titles;
  std::size_t rows_count = 0;   // of the whole list
  std::vector<ListedRow> rows;  // those that were asked for
};

// New style: codes with their terms and statuses. Old style: the table's rows in its own order,
// whatever the options say of codes and order. `release` may be null.
base::Result<VersionListing> list_version(const projections::Views& views,
                                          const projections::CodelistRecord& codelist,
                                          const projections::VersionRecord& version,
                                          const coding_systems::Release* release,
                                          const ListingOptions& options);

// A code in the tree. Each code has its place once, with all codes below it; at further places
// below other codes it is a repeat without them.
struct TreeRow {
  std::string_view code;  // views of the release
  std::string_view term;
  base::CodeStatus status = base::CodeStatus::unresolved;
  std::size_t depth = 0;
  std::size_t below_count = 0;  // codes of the version directly below
  bool is_repeat = false;
  bool is_cut = false;  // not all codes below it are here
};

struct TreeSection {
  std::string title;          // the type of its codes
  std::vector<TreeRow> rows;  // depth first; depth 0 is on top
  std::size_t tops_left_out_count = 0;
};

// Lists may have 150,000 codes, which no browser shows as a tree without scripts.
struct TreeLimits {
  std::size_t rows_below_top_max = 0;
  std::size_t rows_max = 0;  // after so many rows, no further top begins
};

// The codes of a version that the release has, in sections by type.
std::vector<TreeSection> tree_of(const coding_systems::Release& release,
                                 const std::vector<events::CodeWithStatus>& codes,
                                 const TreeLimits& limits);

}  // namespace codelog::files
