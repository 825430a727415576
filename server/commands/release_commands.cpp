#include "server/commands/release_commands.h"

#include <algorithm>
#include <map>

#include "coding_systems/base/coding_system.h"
#include "events/base/client_detail.h"
#include "server/commands/permissions.h"
#include "server/commands/upgrade.h"
#include "server/commands/validation.h"

namespace codelog::commands {
namespace {

using coding_systems::ReleaseComparison;
using projections::ReleaseRecord;
using projections::VersionRecord;

constexpr std::size_t refset_name_characters_max = 255;
constexpr std::size_t refset_tag_characters_max = 20;

bool is_older(const Views& views, const std::string& alias, const ReleaseRecord& than) {
  const auto release = views.release(alias);
  return alias != than.alias && (!release || release->valid_from <= than.valid_from);
}

// The finished versions of a coding system, by their older release, so that each release is
// compared once.
std::map<std::string, std::vector<VersionRecord>> versions_by_release(const Views& views,
                                                                      const ReleaseRecord& newer) {
  std::map<std::string, std::vector<VersionRecord>> versions;
  for (const projections::CodelistRecord& codelist : views.codelists()) {
    if (codelist.coding_system != newer.coding_system) continue;
    for (VersionRecord& version : views.versions_of(codelist.id)) {
      if (version.status == events::VersionStatus::draft) continue;
      if (!is_older(views, version.release, newer)) continue;
      versions[version.release].push_back(std::move(version));
    }
  }
  return versions;
}

events::VersionUpgrade compare(const Views& views, const VersionRecord& version,
                               const ReleasePointer& older, ReleaseComparison& releases,
                               SearchReruns& searches) {
  events::VersionUpgrade row;
  row.version = version.id;
  const auto content = content_of(views, version, older, releases.shared_newer());
  if (!content) {
    row.outcome = events::UpgradeOutcome::cannot_tell;
    row.problem = base::client_detail(content.error());
    return row;
  }
  const Upgrade upgrade = compare_version(*content, releases, searches);
  row.counts = upgrade.counts;
  row.is_compatible = upgrade.is_compatible;
  row.outcome = upgrade.outcome();
  if (older == nullptr) {
    row.problem = "the release " + version.release +
                  " cannot be opened, so moves and new names are not detected";
  }
  return row;
}

Error stopped() { return {ErrorCode::unavailable, "the report was stopped", {}}; }

}  // namespace

std::string_view refset_organisation(events::RefsetKind kind) {
  return kind == events::RefsetKind::pcd ? "nhsd-primary-care-domain-refsets" : "nhs-drug-refsets";
}

std::string unknown_release_alias(std::string_view coding_system) {
  return std::string(coding_system) + "_unknown_19000101";
}

Result<void> ReleaseCommands::check_report(const Actor& actor, const std::string& alias) const {
  if (!actor.is_admin) return forbidden("only an administrator may start a report");
  const Views views = executor_.site().projections.views();
  const auto release = views.release(alias);
  if (!release) return Error{ErrorCode::not_found, "there is no release " + alias, {}};
  if (release->state != events::ReleaseState::ready ||
      !has_release_file(views, release->coding_system, alias)) {
    return base::field_error(ErrorCode::invalid, "release",
                             alias + " has no file: nothing can be compared with it");
  }
  return {};
}

Result<events::UpgradesReported> ReleaseCommands::compare_versions(
    const std::string& alias, const ReportProgress& progress, const std::stop_token& stop) const {
  const Site& site = executor_.site();
  const Views views = site.projections.views();
  const auto record = views.release(alias);
  if (!record) return Error{ErrorCode::not_found, "there is no release " + alias, {}};
  const auto newer = site.open_release(record->coding_system, alias);
  if (!newer) return newer.error();
  events::UpgradesReported report{alias, (*newer)->file_digest(), {}};
  const auto versions = versions_by_release(views, *record);
  std::uint64_t total = 0;
  for (const auto& [release, made_on_it] : versions) total += made_on_it.size();
  SearchReruns searches(*newer);
  for (const auto& [release, made_on_it] : versions) {
    const auto opened = site.open_release(record->coding_system, release);
    const ReleasePointer older = opened ? *opened : nullptr;
    ReleaseComparison releases(older, *newer);
    for (const VersionRecord& version : made_on_it) {
      if (stop.stop_requested()) return stopped();
      report.versions.push_back(compare(views, version, older, releases, searches));
      if (progress) progress(report.versions.size(), total);
    }
  }
  std::ranges::sort(report.versions, {}, &events::VersionUpgrade::version);
  return report;
}

Result<Commit> ReleaseCommands::record_report(const Write& write,
                                              const events::UpgradesReported& report) {
  return executor_.run(write, {}, [&](const Views&) -> Result<Decision> {
    return Decision{"ReportUpgrades", {Stream::of_release(report.release)}, {report}};
  });
}

Result<Commit> ReleaseCommands::register_release(const Write& write,
                                                 const events::ReleaseRegistered& release) {
  if (const auto allowed = check_admin(write.actor); !allowed) return allowed.error();
  if (const auto date = check_date("valid_from", release.valid_from); !date) return date.error();
  return executor_.run(write, {}, [&](const Views& views) -> Result<Decision> {
    const auto known = views.release(release.alias);
    if (known && (known->name != release.name || known->coding_system != release.coding_system ||
                  known->valid_from != release.valid_from)) {
      return Error{ErrorCode::conflict,
                   "the alias " + release.alias + " belongs to the release '" + known->name +
                       "' already; give this one another name",
                   {{"release", "gives an alias that is taken"}}};
    }
    return Decision{"RegisterRelease", {Stream::of_release(release.alias)}, {release}};
  });
}

Result<Commit> ReleaseCommands::register_unknown_releases(const Write& write) {
  return executor_.run(write, {}, [&](const Views& views) -> Result<Decision> {
    Decision decision{"RegisterUnknownReleases", {}, {}};
    for (const auto& system : coding_systems::all_coding_systems()) {
      if (system.release_file == coding_systems::ReleaseFileRule::always) continue;
      const std::string alias = unknown_release_alias(system.id);
      if (views.release(alias)) continue;
      decision.streams.push_back(Stream::of_release(alias));
      decision.events.push_back(events::ReleaseRegistered{.alias = alias,
                                                          .coding_system = std::string(system.id),
                                                          .name = "unknown",
                                                          .valid_from = "1900-01-01",
                                                          .import_ref = ""});
    }
    return decision;
  });
}

Result<Commit> ReleaseCommands::record_refset_version(const Write& write,
                                                      const RecordRefsetVersion& command) {
  const auto release = check_line("release", command.release, refset_name_characters_max);
  if (!release) return release.error();
  const auto tag = check_line("tag", command.tag, refset_tag_characters_max);
  if (!tag) return tag.error();
  const auto date = check_date("release_date", command.release_date);
  if (!date) return date.error();
  const std::string organisation(refset_organisation(command.kind));
  return executor_.run(write, {}, [&](const Views& views) -> Result<Decision> {
    if (!write.actor.is_system && !views.member(organisation, write.actor.username)) {
      return forbidden("only members of " + organisation + " may record its versions");
    }
    return Decision{"RecordRefsetVersion",
                    {Stream::of_refset(command.kind)},
                    {events::RefsetVersionRecorded{command.kind, command.release, command.tag,
                                                   command.release_date}}};
  });
}

}  // namespace codelog::commands
