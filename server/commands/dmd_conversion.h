// BNF codelists as dm+d codelists: the table, and the codelist that is made of it.
#pragma once

#include <string>
#include <vector>

#include "server/commands/executor.h"
#include "server/commands/version_contents.h"

namespace codelog::commands {

// What a BNF version's codes come to in dm+d. Views into the mapping and the release, which it
// keeps open.
struct DmdConversion {
  ChosenRelease release;  // the most recent dm+d release
  std::shared_ptr<const mappings::BnfDmdMapping> mapping;
  std::vector<std::string> bnf_codes;
  std::vector<mappings::DmdProduct> products;
};

// Errors: invalid (not a BNF codelist; its table cannot be read), unavailable (no mapping, no dm+d
// release, or one that cannot be opened).
Result<DmdConversion> convert_to_dmd(const Site& site, const Views& views,
                                     const projections::CodelistRecord& codelist,
                                     const projections::VersionRecord& version);

// The products as a table, as it is downloaded.
std::string dmd_csv(const DmdConversion& conversion);

class DmdConversionCommands {
 public:
  explicit DmdConversionCommands(Executor& executor) : executor_(executor) {}

  // The BNF version as an old-style dm+d codelist "<name> - dmd" of the same owner: a new one, or a
  // new version, under review, of the one that is there, whose description, methodology and
  // references become those of a new one. Errors: invalid (not a BNF codelist), conflict (a draft;
  // an identical version is there, which is named; the name is another codelist's), forbidden,
  // not_found, unavailable (see above).
  Result<Commit> convert(const Write& write, VersionId bnf_version);

 private:
  Executor& executor_;
};

}  // namespace codelog::commands
