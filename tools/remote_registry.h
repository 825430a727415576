// The registry of a site that this process imports for, through SiteAccess: the site may be open in
// a server.
#pragma once

#include "server/site/import_registry.h"
#include "tools/site_access.h"

namespace codelog::tools {

// Opens the site for each question and leaves it at once, since a server may want to start, or
// another step of the import may need it. Errors also those of SiteAccess.
class RemoteRegistry final : public site::ImportRegistry {
 public:
  explicit RemoteRegistry(site::DataFolderOptions folder) : folder_(std::move(folder)) {}

  base::Result<std::optional<Known>> find_release(const std::string& alias) override;
  base::Result<base::Position> register_release(const events::ReleaseRegistered& release) override;
  base::Result<std::optional<Known>> find_newest_mapping(
      const events::MappingRegistered& mapping) override;
  base::Result<base::Position> register_mapping(const events::MappingRegistered& mapping) override;

 private:
  base::Result<Json> ask(std::string_view operation, const Json& arguments) const;

  const site::DataFolderOptions folder_;
};

}  // namespace codelog::tools
