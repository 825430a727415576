// NHS England's refsets for primary care: from the table of a TRUD archive to codelists. Pure,
// except for reading the archive.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/result.h"

namespace codelog::tools {

enum class RefsetKind { primary_care, drug };

// The text of the one table GPData_Cluster_Refset_1000230_….csv of the archive, or of the file
// itself, as UTF-8. Errors: invalid (no such table, or two; a damaged archive), not_found, io.
base::Result<std::string> read_refset_table(const std::filesystem::path& archive);

// The titles of the table's columns for codes and for names; "" for those that are known.
struct RefsetColumns {
  std::string code;
  std::string name;
};

// The active rows of the kind, of these clusters only (all, if there are none), as a table for
// read_bulk_lists(). A codelist has the slug of its cluster. Errors: invalid (a missing column, or
// a cluster that the table does not have).
base::Result<std::string> bulk_table_of_refsets(std::string_view text, RefsetKind kind,
                                                const RefsetColumns& columns,
                                                const std::vector<std::string>& clusters);

}  // namespace codelog::tools
