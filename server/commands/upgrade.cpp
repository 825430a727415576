#include "server/commands/upgrade.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "coding_systems/algebra/codeset.h"
#include "server/commands/draft_making.h"
#include "server/commands/texts.h"
#include "server/commands/validation.h"

namespace codelog::commands {
namespace {

using base::CodeStatus;
using base::CodeWithStatus;
using coding_systems::Codeset;
using coding_systems::CodeUniverse;
using coding_systems::ReleaseComparison;
using CodeViews = std::vector<std::string_view>;

void add(const std::vector<std::string>& codes, CodeViews& all) {
  all.insert(all.end(), codes.begin(), codes.end());
}

template <class Codes>
bool contains(const Codes& sorted, const std::string& code) {
  return std::ranges::binary_search(sorted, code);
}

// The codes that a version's searches found when they were added, and find now; sorted. Views of
// the version and of the searches' upgrades.
struct Matches {
  CodeViews before;
  CodeViews now;
};

std::vector<SearchUpgrade> rerun(const VersionContent& version, SearchReruns& searches,
                                 Matches& matches) {
  std::vector<SearchUpgrade> upgrades;
  for (const events::SearchWithResults& search : version.searches) {
    const SearchReruns::Found& found = searches.run(search);
    SearchUpgrade upgrade{search, search.codes.size(), found.too_many, found.problem};
    upgrade.search.codes = found.codes;
    // The codes of a search that is now left out do not count as lost.
    if (!found.too_many) add(search.codes, matches.before);
    upgrades.push_back(std::move(upgrade));
  }
  for (const SearchUpgrade& upgrade : upgrades) add(upgrade.search.codes, matches.now);
  sort_unique(matches.before);
  sort_unique(matches.now);
  return upgrades;
}

// Applies the version's decisions on the newer release. Gives statuses to its codes, to those that
// its searches find, and to all their descendants.
std::vector<CodeWithStatus> decide_anew(const VersionContent& version, const CodeViews& matched,
                                        const ReleasePointer& newer) {
  std::vector<CodeWithStatus> entries;
  for (const std::string_view code : matched) {
    entries.push_back({std::string(code), CodeStatus::unresolved});
  }
  // For a repeated code, the last status counts.
  entries.insert(entries.end(), version.codes.begin(), version.codes.end());
  Codeset codeset = Codeset::make(CodeUniverse(newer), entries);
  const auto below = codeset.missing_descendants();
  codeset.apply(codeset.changes_if_added(below));
  codeset.apply(codeset.changes_if_reapplied());
  return codeset.codes();
}

bool is_touched(const CodeUpgrade& code) {
  return code.newly_matched || code.no_longer_matched || code.new_descendant || code.is_assumed ||
         code.status_changed() || code.fate != coding_systems::CodeFate();
}

void count(const CodeUpgrade& code, events::UpgradeCounts& counts) {
  counts.newly_matched += code.newly_matched;
  counts.no_longer_matched += code.no_longer_matched;
  counts.new_descendants += code.new_descendant;
  counts.inactive += code.fate.inactive;
  counts.removed += code.fate.removed;
  counts.moved += code.fate.moved;
  counts.renamed += code.fate.renamed;
  counts.status_changed += code.status_changed();
}

bool are_found_again(const std::vector<SearchUpgrade>& searches, const VersionContent& version) {
  for (std::size_t i = 0; i < searches.size(); ++i) {
    if (searches[i].left_out_codes || searches[i].search.codes != version.searches[i].codes) {
      return false;
    }
  }
  return true;
}

bool is_surrounded_alike(const VersionContent& version, ReleaseComparison& releases) {
  std::vector<std::string_view> included;
  for (const CodeWithStatus& code : version.codes) {
    if (base::is_included(code.status)) included.push_back(code.code);
  }
  return releases.has_same_surroundings(included);
}

bool is_own_release(const ReleaseComparison& releases) {
  return releases.older() != nullptr &&
         releases.older()->file_digest() == releases.newer().file_digest();
}

}  // namespace

events::UpgradeOutcome Upgrade::outcome() const {
  if (counts != events::UpgradeCounts()) return events::UpgradeOutcome::affected;
  return had_older ? events::UpgradeOutcome::unchanged : events::UpgradeOutcome::cannot_tell;
}

std::vector<std::string> Upgrade::assumed() const {
  std::vector<std::string> assumed;
  for (const CodeUpgrade& code : codes) {
    if (code.is_assumed) assumed.push_back(code.code);
  }
  return assumed;
}

Result<VersionContent> content_of(const Views& views, const projections::VersionRecord& version,
                                  const ReleasePointer& release, const ReleasePointer& newer) {
  VersionContent content;
  if (!version.has_csv_data) {
    content.codes = views.codes(version.id);
    content.assumed = views.assumptions(version.id);
    for (auto& record : views.searches(version.id)) {
      content.searches.push_back(std::move(record.search));
    }
    return content;
  }
  // Also for a table on a release without a file: on the newer release its codes are looked up.
  auto listed = table_codes(views, version);
  if (!listed) return listed.error();
  auto contents = contents_of_table(release != nullptr ? *release : *newer, *listed);
  content.codes = std::move(contents.codes);
  // A listed code that the release does not know was decided on all the same.
  for (std::string& code : contents.unfound) {
    if (is_code(code)) {
      content.codes.push_back({std::move(code), CodeStatus::included});
    } else {
      content.not_codes.push_back(std::move(code));
    }
  }
  std::ranges::sort(content.codes, {}, &CodeWithStatus::code);
  return content;
}

Upgrade compare_version(const VersionContent& version, ReleaseComparison& releases,
                        SearchReruns& searches) {
  Upgrade upgrade;
  upgrade.had_older = releases.older() != nullptr;
  Matches matches;
  upgrade.searches = rerun(version, searches, matches);
  upgrade.statuses = decide_anew(version, matches.now, releases.shared_newer());
  auto known = version.codes.begin();
  for (const CodeWithStatus& now : upgrade.statuses) {
    CodeUpgrade code;
    code.code = now.code;
    code.after = now.status;
    if (known != version.codes.end() && known->code == now.code) {
      code.before = known->status;
      code.fate = releases.fate_of(now.code);
      code.no_longer_matched =
          contains(matches.before, now.code) && !contains(matches.now, now.code);
      ++known;
    } else {
      code.newly_matched = contains(matches.now, now.code);
      code.new_descendant = !code.newly_matched;
    }
    const bool is_inherited = now.status == CodeStatus::included_by_ancestor ||
                              now.status == CodeStatus::excluded_by_ancestor;
    code.is_assumed =
        is_inherited && (code.before != now.status || contains(version.assumed, now.code));
    count(code, upgrade.counts);
    if (is_touched(code)) upgrade.codes.push_back(std::move(code));
  }
  CODELOG_CHECK(known == version.codes.end(), "an upgrade keeps every code of the version");
  for (const SearchUpgrade& search : upgrade.searches) {
    if (search.left_out_codes) ++upgrade.counts.searches_left_out;
  }
  upgrade.is_compatible = is_own_release(releases) || (are_found_again(upgrade.searches, version) &&
                                                       is_surrounded_alike(version, releases));
  return upgrade;
}

bool is_compatible(const VersionContent& version, ReleaseComparison& releases,
                   SearchReruns& searches) {
  if (is_own_release(releases)) return true;
  Matches matches;
  return are_found_again(rerun(version, searches, matches), version) &&
         is_surrounded_alike(version, releases);
}

events::VersionCreated draft_of(const projections::VersionRecord& source, const Upgrade& upgrade) {
  events::VersionCreated draft;
  draft.status = events::VersionStatus::draft;
  draft.origin = events::VersionOrigin::version;
  draft.source = source.id;
  draft.codes = upgrade.statuses;
  draft.assumed = upgrade.assumed();
  for (const SearchUpgrade& upgraded : upgrade.searches) {
    if (upgraded.left_out_codes) {
      draft.searches_left_out.push_back(
          left_out(upgraded.search, *upgraded.left_out_codes, upgraded.problem));
    } else {
      draft.searches.push_back(upgraded.search);
    }
  }
  return draft;
}

}  // namespace codelog::commands
