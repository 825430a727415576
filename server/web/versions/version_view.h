// The parts of a version's page below its heading. Each fills the page's template.
#pragma once

#include <map>

#include "server/commands/version_names.h"
#include "server/web/visit.h"

namespace codelog::web {

void add_facts(const Visit& visit, pages::Section& page, const commands::NamedVersion& named);
// `shown` is the version whose page it is, if any.
void add_about(const Visit& visit, pages::Section& page,
               const projections::CodelistRecord& codelist,
               const projections::VersionRecord* shown = nullptr);
void add_tree(pages::Section& page, const coding_systems::Release& release,
              const commands::NamedVersion& named,
              const std::vector<events::CodeWithStatus>& codes);
void add_definition(const Visit& visit, pages::Section& page, const commands::NamedVersion& named);
void add_searches(const Visit& visit, pages::Section& page,
                  const projections::VersionRecord& version,
                  const std::vector<events::CodeWithStatus>& codes);

// Included codes of a version against those of the one before.
struct CodeChange {
  std::size_t added_count = 0;
  std::size_t removed_count = 0;
};
using CodeChanges = std::map<base::VersionId, CodeChange>;

// The versions that the visitor sees in lists, and this one; the newest first.
void add_versions(const Visit& visit, pages::Section& page,
                  const projections::CodelistRecord& codelist, std::optional<base::VersionId> shown,
                  const CodeChanges& changes = {});

}  // namespace codelog::web
