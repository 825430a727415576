// Codelists from one table: what OpenCodelists' script bulk_import_codelists reads and sends. Pure.
//
// A table has a row for each code, and a configuration (JSON) says what its columns mean and where
// the codelists belong.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/base/result.h"
#include "tools/bulk_table.h"
#include "tools/json.h"

namespace codelog::tools {

struct BulkSystem {
  std::string id;       // "snomedct"
  std::string release;  // alias
};

struct BulkConfig {
  std::string organisation;
  std::map<std::string, BulkSystem> coding_systems;   // by the label in the table
  std::map<std::string, std::string> column_aliases;  // the table's title -> ours
  std::map<std::string, std::string> name_aliases;    // the table's name -> the codelist's
  bool only_aliased_names = false;
  std::string description_template;  // "%s" stands for the description, or else the name
  std::string tag;                   // of the new versions; "" for none
  std::optional<char> delimiter;     // for .txt
  std::string sheet;                 // for .xlsx; "" for the first
};

// Errors: invalid, naming the field.
base::Result<BulkConfig> read_bulk_config(std::string_view text);

// One codelist of the table.
struct BulkList {
  std::string name;
  BulkSystem system;
  std::vector<std::pair<std::string, std::string>> codes;  // with their terms
  std::string new_slug, description, methodology;          // "" if the table has none
};

// Errors: invalid, naming the row or the column.
base::Result<std::vector<BulkList>> read_bulk_lists(const BulkTable& table,
                                                    const BulkConfig& config);

struct BulkForce {
  bool new_version = false;  // even if the codes are those of the newest version
  bool description = false, methodology = false, name = false, slug = false;  // of known codelists
  bool publish = false;
  bool ignore_unfound_codes = false;
};

// A request to API v1.
struct BulkRequest {
  std::string name;  // of the codelist
  std::string path;  // "" if there is nothing to do
  Json body;
  std::string comment;  // "new", "new version", or why nothing is done
};

// `known`: the answer of GET /api/v1/codelist/ORGANISATION/. A known codelist is found by the
// table's slug, by its name, or by its name with " (obsolete)". Errors: invalid (not such an
// answer).
base::Result<std::vector<BulkRequest>> plan_bulk_import(const BulkConfig& config,
                                                        const std::vector<BulkList>& lists,
                                                        const Json& known, const BulkForce& force);

}  // namespace codelog::tools
