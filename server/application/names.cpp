#include "server/application/names.h"

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

}  // namespace codelog::application
