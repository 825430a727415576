#include "tools/remote_registry.h"

namespace codelog::tools {
namespace {

using base::Position;
using base::Result;
using Known = site::ImportRegistry::Known;

std::optional<Known> known_in(const Json& found) {
  if (!found.is_object()) return std::nullopt;
  return Known{found.value("name", ""), found.value("valid_from", "")};
}

Position position_in(const Json& registered) {
  return Position(registered.value("position", std::uint64_t{0}));
}

Json mapping_to_json(const events::MappingRegistered& mapping) {
  return {{"mapping", mapping.mapping},
          {"name", mapping.name},
          {"valid_from", mapping.valid_from},
          {"import_ref", mapping.import_ref},
          {"file_digest", base::to_hex(mapping.file_digest)},
          {"rows", mapping.rows_count}};
}

}  // namespace

Result<Json> RemoteRegistry::ask(std::string_view operation, const Json& arguments) const {
  auto site = SiteAccess::open(folder_);
  if (!site) return site.error();
  return site->run(operation, arguments);
}

Result<std::optional<Known>> RemoteRegistry::find_release(const std::string& alias) {
  const auto found = ask("release.find", {{"alias", alias}});
  if (!found) return found.error();
  return known_in((*found)["release"]);
}

Result<Position> RemoteRegistry::register_release(const events::ReleaseRegistered& release) {
  const auto registered =
      ask("release.register", {{"alias", release.alias},
                               {"coding_system", release.coding_system},
                               {"name", release.name},
                               {"valid_from", release.valid_from},
                               {"import_ref", release.import_ref},
                               {"file_digest", base::to_hex(release.file_digest)},
                               {"concepts", release.concepts_count}});
  if (!registered) return registered.error();
  return position_in(*registered);
}

Result<std::optional<Known>> RemoteRegistry::find_newest_mapping(
    const events::MappingRegistered& mapping) {
  const auto found = ask("mapping.find", mapping_to_json(mapping));
  if (!found) return found.error();
  return known_in((*found)["newest"]);
}

Result<Position> RemoteRegistry::register_mapping(const events::MappingRegistered& mapping) {
  const auto registered = ask("mapping.register", mapping_to_json(mapping));
  if (!registered) return registered.error();
  return position_in(*registered);
}

}  // namespace codelog::tools
