// Converts BNF codelists to dm+d: the table, and the codelist made from it.
#pragma once

#include <string>
#include <vector>

#include "server/commands/executor.h"
#include "server/commands/version_contents.h"

namespace codelog::commands {

// The dm+d products of a BNF version's codes. Views into the mapping and the release, which this
// struct keeps open.
struct DmdConversion {
  ChosenRelease release;  // the most recent dm+d release
  std::shared_ptr<const mappings::BnfDmdMapping> mapping;
  std::vector<std::string> bnf_codes;
  std::vector<mappings::DmdProduct> products;
};

// Errors: invalid (not a BNF codelist; its table cannot be read), unavailable (no mapping, no dm+d
// release, or one of them fails to open).
Result<DmdConversion> convert_to_dmd(const Site& site, const Views& views,
                                     const projections::CodelistRecord& codelist,
                                     const projections::VersionRecord& version);

// The products as a table for download.
std::string dmd_csv(const DmdConversion& conversion);

class DmdConversionCommands {
 public:
  explicit DmdConversionCommands(Executor& executor) : executor_(executor) {}

  // Makes an old-style dm+d codelist "<name> - dmd" of the same owner from the BNF version; the
  // name is shortened if it would be too long (derived_name.h). If that codelist exists, adds a new
  // version, under review, and replaces description, methodology and references as for a new
  // codelist. Errors: invalid (not a BNF codelist), conflict (a draft; an identical version exists,
  // which the detail names; another codelist has the name; ten codelists of other lists have the
  // shortened name), forbidden, not_found, unavailable (see above).
  Result<Commit> convert(const Write& write, VersionId bnf_version);

 private:
  Executor& executor_;
};

}  // namespace codelog::commands
