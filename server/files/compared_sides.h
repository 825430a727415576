// The sides of a comparison, as requests name them, and codelists made from it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/commands/codelist_commands.h"
#include "server/files/comparison.h"

namespace codelog::files {

struct NamedSide {
  projections::CodelistRecord codelist;
  projections::VersionRecord version;
  std::optional<base::Position> as_of;  // a moment of the version
};

struct ComparedSides {
  std::vector<NamedSide> names;
  Comparison comparison;
};

// `of` has a version's hash, a hash at a position ("66f08cca@1234"), or a codelist
// ("organisation/SLUG/CODELIST", "user/NAME/CODELIST": its newest version that is no draft, or else
// its newest). Takes as long as the past of the sides: call with a place for a long read. Errors:
// invalid, naming "of/2" (no such form; not there; another coding system than the first), and those
// of opening releases and of the past.
base::Result<ComparedSides> compare_sides(const commands::Site& site,
                                          const projections::Views& views,
                                          const std::vector<std::string>& of);

// Gives the codelist the codes of the sides combined, and says in its methodology how they were
// made. It is restricted if one of the sides is. Errors: invalid, naming "coding_system" (another
// one than the sides').
base::Result<void> take_combination(const projections::Views& views, const ComparedSides& compared,
                                    SetOperation operation, commands::CreateCodelist& command);

}  // namespace codelog::files
