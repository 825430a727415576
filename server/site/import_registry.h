// The questions that an import asks its site. The process that imports need not be the one
// that has the site open.
#pragma once

#include <optional>
#include <string>

#include "events/base/result.h"
#include "events/base/strong.h"
#include "events/event.h"
#include "server/commands/mapping_commands.h"
#include "server/commands/release_commands.h"
#include "server/site/data_folder.h"

namespace codelog::site {

class ImportRegistry {
 public:
  // A registered release, of a coding system or of a mapping.
  struct Known {
    std::string name;
    std::string valid_from;
  };

  virtual ~ImportRegistry() = default;

  // The release with this alias, if there is one: an import replaces its file.
  virtual base::Result<std::optional<Known>> find_release(const std::string& alias) = 0;
  // Registers a file, which must be in its place. Errors: those of opening the file, and of
  // ReleaseCommands::register_release.
  virtual base::Result<base::Position> register_release(
      const events::ReleaseRegistered& release) = 0;
  // The newest release of the mapping, if there is one. Errors: conflict (another release has the
  // file name of this one), invalid (no such mapping).
  virtual base::Result<std::optional<Known>> find_newest_mapping(
      const events::MappingRegistered& mapping) = 0;
  // As register_release().
  virtual base::Result<base::Position> register_mapping(
      const events::MappingRegistered& mapping) = 0;
};

// The registry of a site that this process has open. All arguments must outlive it.
class OpenSiteRegistry final : public ImportRegistry {
 public:
  OpenSiteRegistry(DataFolder& folder, commands::ReleaseCommands& releases,
                   commands::MappingCommands& mappings)
      : folder_(folder), releases_(releases), mappings_(mappings) {}

  base::Result<std::optional<Known>> find_release(const std::string& alias) override;
  base::Result<base::Position> register_release(const events::ReleaseRegistered& release) override;
  base::Result<std::optional<Known>> find_newest_mapping(
      const events::MappingRegistered& mapping) override;
  base::Result<base::Position> register_mapping(const events::MappingRegistered& mapping) override;

 private:
  base::Result<void> check_mapping(const events::MappingRegistered& mapping) const;
  base::Result<void> open_mapping(const events::MappingRegistered& mapping);

  DataFolder& folder_;
  commands::ReleaseCommands& releases_;
  commands::MappingCommands& mappings_;
};

}  // namespace codelog::site
