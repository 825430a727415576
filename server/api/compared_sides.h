// The sides of a comparison, as requests name them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "projections/store.h"
#include "server/api/endpoints.h"
#include "server/files/comparison.h"

namespace codelog::api {

struct NamedSide {
  projections::CodelistRecord codelist;
  projections::VersionRecord version;
  std::optional<base::Position> as_of;  // a moment of the version
};

struct ComparedSides {
  std::vector<NamedSide> names;
  files::Comparison comparison;
};

// `of` has a version's hash, a hash at a position ("66f08cca@1234"), or a codelist
// ("organisation/SLUG/CODELIST", "user/NAME/CODELIST": its newest version that is no draft, or else
// its newest). Errors: invalid, naming "of/2" (no such form; not there; another coding system than
// the first), and those of opening releases and of the past.
Result<ComparedSides> compare_sides(Application& application, const Views& views,
                                    const std::vector<std::string>& of);

}  // namespace codelog::api
