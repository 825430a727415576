#include "server/site/import_registry.h"

#include "mappings/files/mappings.h"

namespace codelog::site {
namespace {

using base::ErrorCode;
using base::Position;
using base::Result;

commands::Write system_write() { return {commands::Actor::system(), std::nullopt}; }

std::string mapping_stem(const std::string& name) {
  const auto stem = mappings::mapping_file_stem(name);
  return stem ? *stem : "";
}

template <class Opened>
Result<void> error_of(const Result<Opened>& opened) {
  return opened ? Result<void>() : Result<void>(opened.error());
}

}  // namespace

Result<std::optional<ImportRegistry::Known>> OpenSiteRegistry::find_release(
    const std::string& alias) {
  const auto release = folder_.projections().views().release(alias);
  if (!release) return std::optional<Known>();
  return std::optional(Known{release->name, release->valid_from});
}

// Opens the file first, so that the registered file is the one that will be read.
Result<Position> OpenSiteRegistry::register_release(const events::ReleaseRegistered& release) {
  const auto opened =
      folder_.releases().reload(release.coding_system, release.alias, release.file_digest);
  if (!opened) return opened.error();
  const auto commit = releases_.register_release(system_write(), release);
  if (!commit) return commit.error();
  return commit->position;
}

Result<void> OpenSiteRegistry::check_mapping(const events::MappingRegistered& mapping) const {
  if (!mappings::is_mapping(mapping.mapping)) {
    return base::field_error(ErrorCode::invalid, "mapping", "there is no such mapping");
  }
  if (const auto stem = mappings::mapping_file_stem(mapping.name); !stem) return stem.error();
  return commands::check_mapping_name(folder_.projections().views(), mapping, mapping_stem);
}

Result<std::optional<ImportRegistry::Known>> OpenSiteRegistry::find_newest_mapping(
    const events::MappingRegistered& mapping) {
  if (const auto good = check_mapping(mapping); !good) return good.error();
  const auto newest = folder_.projections().views().latest_mapping(mapping.mapping);
  if (!newest) return std::optional<Known>();
  return std::optional(Known{newest->name, newest->valid_from});
}

Result<void> OpenSiteRegistry::open_mapping(const events::MappingRegistered& mapping) {
  const mappings::MappingFile file{mapping.name, mapping.file_digest};
  mappings::Mappings& all = folder_.mappings();
  if (mapping.mapping == mappings::bnfdmd_id) return error_of(all.bnfdmd(file));
  if (mapping.mapping == mappings::ctv3sctmap2_id) return error_of(all.ctv3sctmap2(file));
  return error_of(all.dmdvmpprevmap(file));
}

Result<Position> OpenSiteRegistry::register_mapping(const events::MappingRegistered& mapping) {
  if (const auto good = check_mapping(mapping); !good) return good.error();
  if (const auto opened = open_mapping(mapping); !opened) return opened.error();
  const auto commit = mappings_.register_mapping(system_write(), {mapping});
  if (!commit) return commit.error();
  return commit->position;
}

}  // namespace codelog::site
