#include "server/application/names.h"

#include "events/base/version_hash.h"

namespace codelog::application {

std::string full_slug(const projections::Handle& handle) {
  const bool of_user = handle.owner.kind == events::OwnerKind::user;
  return (of_user ? "user/" : "") + handle.owner.name + "/" + handle.slug;
}

std::string_view status_text(events::VersionStatus status) {
  switch (status) {
    case events::VersionStatus::draft:
      return "draft";
    case events::VersionStatus::under_review:
      return "under review";
    case events::VersionStatus::published:
      return "published";
  }
  return "";
}

std::string tag_or_hash(const std::optional<std::string>& tag, base::VersionId id) {
  return tag && !tag->empty() ? *tag : base::version_hash(id);
}

std::string tag_or_hash(const projections::VersionRecord& version) {
  return tag_or_hash(version.tag, version.id);
}

std::optional<projections::VersionRecord> find_version(const projections::Views& views,
                                                       base::CodelistId codelist,
                                                       std::string_view tag_or_hash) {
  for (projections::VersionRecord& version : views.versions_of(codelist)) {
    if (version.tag && *version.tag == tag_or_hash) return std::move(version);
  }
  const auto id = base::parse_version_hash(tag_or_hash);
  if (!id) return std::nullopt;
  auto version = views.version(*id);
  if (!version || version->codelist != codelist) return std::nullopt;
  return version;
}

}  // namespace codelog::application
