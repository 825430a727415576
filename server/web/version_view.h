// The parts of a version's page below its heading. Each fills the page's template.
#pragma once

#include "server/commands/version_names.h"
#include "server/web/visit.h"

namespace codelog::web {

inline constexpr std::size_t listed_rows_per_page = 120;

// The version's release, open; null if it has no file, or the file is not there now.
commands::ReleasePointer open_release_of(const Visit& visit, const commands::NamedVersion& named);

void add_facts(const Visit& visit, pages::Section& page, const commands::NamedVersion& named);
void add_about(const Visit& visit, pages::Section& page,
               const projections::CodelistRecord& codelist);
// ?show=, ?sort= and ?page= choose the rows.
void add_full_list(const Visit& visit, pages::Section& page, const commands::NamedVersion& named,
                   const coding_systems::Release* release);
void add_tree(pages::Section& page, const coding_systems::Release& release,
              const std::vector<events::CodeWithStatus>& codes);
void add_definition(const Visit& visit, pages::Section& page, const commands::NamedVersion& named);
void add_searches(const Visit& visit, pages::Section& page,
                  const projections::VersionRecord& version,
                  const std::vector<events::CodeWithStatus>& codes);
// The versions that the visitor sees in lists, and this one; the newest first.
void add_versions(const Visit& visit, pages::Section& page,
                  const projections::CodelistRecord& codelist,
                  std::optional<base::VersionId> shown);
// How to cite it, and the same for search engines.
void add_citation(const Visit& visit, pages::Section& page, const commands::NamedVersion& named);

}  // namespace codelog::web
