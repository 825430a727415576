#include "server/application/names.h"

namespace codelog::application {

std::string full_slug(const projections::Handle& handle) {
  const bool of_user = handle.owner.kind == events::OwnerKind::user;
  return (of_user ? "user/" : "") + handle.owner.name + "/" + handle.slug;
}

}  // namespace codelog::application
