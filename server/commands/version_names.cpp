#include "server/commands/version_names.h"

#include "events/base/url_path.h"
#include "events/base/version_hash.h"

namespace codelog::commands {

using projections::CodelistRecord;
using projections::VersionRecord;

std::optional<VersionRecord> find_version(const Views& views, CodelistId codelist,
                                          std::string_view tag_or_hash) {
  std::optional<VersionRecord> by_hash;
  const auto id = base::parse_version_hash(tag_or_hash);
  if (id) by_hash = views.version(*id);
  if (by_hash && by_hash->codelist != codelist) by_hash.reset();
  if (by_hash && base::version_hash(*id) == tag_or_hash) return by_hash;
  if (auto tagged = views.version_tagged(codelist, tag_or_hash)) return tagged;
  return by_hash;
}

std::optional<NamedVersion> find_version(const Views& views, const Owner& owner,
                                         std::string_view slug, std::string_view tag_or_hash) {
  if (auto codelist = views.find_codelist(owner, slug)) {
    auto version = find_version(views, codelist->id, tag_or_hash);
    if (version) return NamedVersion{std::move(*codelist), std::move(*version)};
  }
  const auto id = base::parse_version_hash(tag_or_hash);
  auto version = id ? views.version(*id) : std::nullopt;
  if (!version) return std::nullopt;
  auto codelist = views.codelist_of(*version);
  return NamedVersion{std::move(codelist), std::move(*version)};
}

Result<void> check_tag_free(const Views& views, CodelistId codelist,
                            const std::optional<std::string>& tag) {
  if (!tag) return {};
  if (views.version_tagged(codelist, *tag)) {
    return Error{ErrorCode::conflict,
                 "the codelist has a version tagged " + *tag + " already",
                 {{"tag", "is taken"}}};
  }
  const auto id = base::parse_version_hash(*tag);
  if (!id || views.codelist_of_version(*id) != codelist) return {};
  return Error{ErrorCode::conflict,
               "the tag " + *tag + " is the hash of another version of the codelist",
               {{"tag", "is the hash of another version"}}};
}

VersionId next_version_id(const Views& views, CodelistId codelist) {
  VersionId next = views.next_ids().version;
  while (views.version_tagged(codelist, base::version_hash(next))) next = next.next();
  return next;
}

std::string tag_or_hash(const std::optional<std::string>& tag, VersionId id) {
  return tag && !tag->empty() ? *tag : base::version_hash(id);
}

std::string tag_or_hash(const VersionRecord& version) {
  return tag_or_hash(version.tag, version.id);
}

std::string page_of(const projections::Handle& handle) {
  const bool is_user = handle.owner.kind == events::OwnerKind::user;
  return base::encode_url_path("/codelist/" + std::string(is_user ? "user/" : "") +
                               handle.owner.name + "/" + handle.slug + "/");
}

std::string page_of(const projections::Handle& handle, std::string_view tag_or_hash) {
  return page_of(handle) + base::encode_url_path(tag_or_hash) + "/";
}

std::string page_of(const CodelistRecord& codelist, const VersionRecord& version) {
  return page_of(codelist.handle(), tag_or_hash(version));
}

}  // namespace codelog::commands
