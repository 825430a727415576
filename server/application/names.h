// OpenCodelists' names of things, as they stand in URLs and JSON. Pure reads of the views.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "projections/views.h"

namespace codelog::application {

// "test-org/statins" or "user/alice/statins".
std::string full_slug(const projections::Handle& handle);
// "draft", "under review", "published".
std::string_view status_text(events::VersionStatus status);
// The tag, or the hash where there is none: the last part of a version's URL.
std::string tag_or_hash(const projections::VersionRecord& version);
std::string tag_or_hash(const std::optional<std::string>& tag, base::VersionId id);
// The version of a codelist that a URL names by tag or by hash. OpenCodelists fails where one
// version's tag is another's hash; here the tag wins.
std::optional<projections::VersionRecord> find_version(const projections::Views& views,
                                                       base::CodelistId codelist,
                                                       std::string_view tag_or_hash);

}  // namespace codelog::application
