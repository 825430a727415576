#include "server/commands/upgrade_preview.h"

#include <algorithm>
#include <utility>

#include "server/commands/open_mappings.h"
#include "server/commands/version_contents.h"

namespace codelog::commands {

Result<UpgradePreview> preview_upgrade(const Site& site, const Views& views,
                                       const projections::VersionRecord& version,
                                       const std::optional<std::string>& alias) {
  const auto codelist = views.codelist_of(version);
  const auto newer = choose_release(site, views, codelist.coding_system, alias);
  if (!newer) return newer.error();
  if (!newer->open) {
    return base::field_error(ErrorCode::invalid, "release",
                             newer->record.alias + " has no file: nothing can be compared with it");
  }
  const auto opened = site.open_release(codelist.coding_system, version.release);
  const ReleasePointer older = opened ? *opened : nullptr;
  auto find_more = successors_beside(site.mappings, views, codelist.coding_system);
  if (!find_more) return find_more.error();
  auto content = content_of(views, version, older, newer->open);
  if (!content) return content.error();
  UpgradePreview preview{newer->record,
                         std::make_unique<coding_systems::ReleaseComparison>(older, newer->open),
                         std::move(*find_more),
                         {},
                         std::move(content->not_codes)};
  SearchReruns searches(newer->open, request_searches_work_max);
  preview.upgrade = compare_version(*content, *preview.releases, searches);
  return preview;
}

std::vector<std::size_t> searches_finding(const Upgrade& upgrade, const std::string& code) {
  std::vector<std::size_t> finding;
  for (std::size_t i = 0; i < upgrade.searches.size(); ++i) {
    if (std::ranges::binary_search(upgrade.searches[i].search.codes, code)) finding.push_back(i);
  }
  return finding;
}

std::vector<std::string_view> included_parents(const UpgradePreview& preview,
                                               std::string_view code) {
  auto parents = coding_systems::ReleaseComparison::parents_of(preview.releases->newer(), code);
  const auto& statuses = preview.upgrade.statuses;
  std::erase_if(parents, [&](std::string_view parent) {
    const auto found = std::ranges::lower_bound(statuses, parent, {}, &base::CodeWithStatus::code);
    return found == statuses.end() || found->code != parent || !base::is_included(found->status);
  });
  return parents;
}

}  // namespace codelog::commands
