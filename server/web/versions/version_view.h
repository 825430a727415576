// The parts of a version's page below its heading. Each fills the page's template.
#pragma once

#include "server/commands/version_names.h"
#include "server/web/visit.h"

namespace codelog::web {

void add_facts(const Visit& visit, pages::Section& page, const commands::NamedVersion& named);
void add_about(const Visit& visit, pages::Section& page,
               const projections::CodelistRecord& codelist);
void add_tree(pages::Section& page, const coding_systems::Release& release,
              const commands::NamedVersion& named,
              const std::vector<events::CodeWithStatus>& codes);
void add_definition(const Visit& visit, pages::Section& page, const commands::NamedVersion& named);
void add_searches(const Visit& visit, pages::Section& page,
                  const projections::VersionRecord& version,
                  const std::vector<events::CodeWithStatus>& codes);
// The versions that the visitor sees in lists, and this one; the newest first.
void add_versions(const Visit& visit, pages::Section& page,
                  const projections::CodelistRecord& codelist,
                  std::optional<base::VersionId> shown);

}  // namespace codelog::web
