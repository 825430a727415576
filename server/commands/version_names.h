// Finds the version of a name, and checks that names are free.
//
// A version is known by its hash, and by its tag if it has one. Within a codelist, a name belongs
// to the version that had it first: a new tag must not equal the hash of an existing version, and
// no new version gets a hash that equals a tag.
//
// Pure reads of the views.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/commands/executor.h"

namespace codelog::commands {

// The version of a codelist with this hash, this tag, or this hash in another spelling
// ("66F08CCA"), tried in this order: older logs may hold a tag that equals another version's hash.
std::optional<projections::VersionRecord> find_version(const Views& views, CodelistId codelist,
                                                       std::string_view tag_or_hash);

struct NamedVersion {
  projections::CodelistRecord codelist;
  projections::VersionRecord version;
};

// The version of "owner/slug/name", with its codelist: a version of the codelist that has or had
// this handle, or else the version of any codelist with this hash, so that published links stay
// valid when owner or slug change.
std::optional<NamedVersion> find_version(const Views& views, const Owner& owner,
                                         std::string_view slug, std::string_view tag_or_hash);

// Errors: conflict, naming "tag": it is another version's tag, or its present or former hash, in
// this codelist.
Result<void> check_tag_free(const Views& views, CodelistId codelist,
                            const std::optional<std::string>& tag);

// The id of the codelist's next version: the next free id whose hash is not a tag of the codelist.
VersionId next_version_id(const Views& views, CodelistId codelist);

// The tag, or the hash if there is none: the last part of a version's URL.
std::string tag_or_hash(const projections::VersionRecord& version);
std::string tag_or_hash(const std::optional<std::string>& tag, VersionId id);

// "/codelist/test-org/statins/": OpenCodelists' path, escaped as in a URL.
std::string page_of(const projections::Handle& handle);
// "/codelist/test-org/statins/1234abcd/"
std::string page_of(const projections::Handle& handle, std::string_view tag_or_hash);
std::string page_of(const projections::CodelistRecord& codelist,
                    const projections::VersionRecord& version);

}  // namespace codelog::commands
