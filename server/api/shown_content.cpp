#include "server/api/shown_content.h"

#include "server/commands/version_digests.h"

namespace codelog::api {
namespace {

using projections::CodelistRecord;
using projections::VersionRecord;

// Of the same version in the present views, if it has not changed since; it may be cached there.
std::optional<events::VersionContent> present_content(Application& application,
                                                      const VersionRecord& version) {
  const Views present = application.views();
  const auto now = present.version(version.id);
  if (!now || now->changed_at != version.changed_at) return std::nullopt;
  return application.contents().of(present, present.codelist_of(*now), *now);
}

}  // namespace

events::VersionContent shown_content(Application& application, const Views& views,
                                     const CodelistRecord& codelist, const VersionRecord& version) {
  if (version.status == events::VersionStatus::draft) return {};
  if (auto content = present_content(application, version)) return std::move(*content);
  return {version.release, version.release_digest,
          commands::content_digest_of(views, codelist, version), version.download_digest};
}

base::Sha256 newest_digest(Application& application, const Views& views,
                           const CodelistRecord& codelist) {
  const auto newest = commands::newest_finished(views, codelist.id);
  if (!newest) return {};
  if (newest->content_digest != base::Sha256{}) return newest->content_digest;
  const auto content = present_content(application, *newest);
  return content ? content->content_digest : base::Sha256{};
}

}  // namespace codelog::api
