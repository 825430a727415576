// Which version a name means, and which names are free.
//
// A version is known by its hash, and by its tag where it has one. Within a codelist a name belongs
// to whichever had it first: a new tag must not read as the hash of a version that is there, and no
// new version gets a hash that is a tag there.
//
// Pure reads of the views.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/commands/executor.h"

namespace codelog::commands {

// The version of a codelist with this hash, this tag, or this hash in another spelling
// ("66F08CCA"), in that order: logs of before this rule may hold a tag that is another version's
// hash.
std::optional<projections::VersionRecord> find_version(const Views& views, CodelistId codelist,
                                                       std::string_view tag_or_hash);

struct NamedVersion {
  projections::CodelistRecord codelist;
  projections::VersionRecord version;
};

// The version that "owner/slug/name" means, with its codelist: one of the codelist that has or had
// that handle; otherwise the version of any codelist that has the name as its hash, so that
// published links outlive what stands before the hash.
std::optional<NamedVersion> find_version(const Views& views, const Owner& owner,
                                         std::string_view slug, std::string_view tag_or_hash);

// Errors: conflict, naming "tag": another version of the codelist has it as its tag, or has or had
// it as its hash.
Result<void> check_tag_free(const Views& views, CodelistId codelist,
                            const std::optional<std::string>& tag);

// The id for the codelist's next version: the next free one whose hash is no tag of the codelist.
VersionId next_version_id(const Views& views, CodelistId codelist);

// The tag, or the hash where there is none: the last part of a version's URL.
std::string tag_or_hash(const projections::VersionRecord& version);
std::string tag_or_hash(const std::optional<std::string>& tag, VersionId id);

// "/codelist/test-org/statins/": where OpenCodelists has it, escaped as in a URL.
std::string page_of(const projections::Handle& handle);
// "/codelist/test-org/statins/1234abcd/"
std::string page_of(const projections::Handle& handle, std::string_view tag_or_hash);
std::string page_of(const projections::CodelistRecord& codelist,
                    const projections::VersionRecord& version);

}  // namespace codelog::commands
