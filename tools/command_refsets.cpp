// Brings the codelists of the NHS refsets up to date with the publisher's newest archive.
#include <filesystem>
#include <memory>

#include "tools/archive_names.h"
#include "tools/bulk_client.h"
#include "tools/latest_archive.h"
#include "tools/refsets.h"
#include "tools/terminal.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

struct RefsetsOptions {
  CommonOptions common;
  std::string archive;
  std::vector<std::string> clusters;
  RefsetColumns columns;
  BulkSite site;
  bool is_drugs = false;
  TrudOptions trud;
};

struct KindOfRefsets {
  RefsetKind kind;
  const char* organisation;
  const char* type;  // of update-refset-version
};
constexpr KindOfRefsets primary_care{RefsetKind::primary_care, "nhsd-primary-care-domain-refsets",
                                     "pcd"};
constexpr KindOfRefsets drugs{RefsetKind::drug, "nhs-drug-refsets", "drug"};

// The archive itself, or the newest one of a folder, which TRUD may bring.
Result<LatestArchive> refsets_archive(const RefsetsOptions& options) {
  const std::filesystem::path path = options.archive;
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) {
    auto named = read_archive_name("refsets", path.filename().string());
    if (named) return LatestArchive{path, std::move(named->release), std::move(named->valid_from)};
    return Error{ErrorCode::invalid,
                 path.filename().string() + " is not named like uk_sct2pc_57.0.0_20250627….zip",
                 {}};
  }
  const auto key = read_trud_key(options.trud.key_file);
  if (!key) return key.error();
  if (key->empty()) return find_latest_archive("refsets", path);
  const auto published = ask_trud({options.trud.url, *key}, "refsets", path);
  if (!published) return published.error();
  ProgressLine progress;
  const auto downloaded = download_archive(*published, [&](auto done, auto total) {
    progress.show("downloading", done, total);
    return true;
  });
  if (!downloaded) return downloaded.error();
  return published->archive;
}

// The alias of the site's newest release of SNOMED CT.
Result<std::string> newest_snomedct(const BulkSite& site) {
  const auto latest = get_json(site, "/coding-systems/latest-releases?type=json");
  if (!latest) return latest.error();
  const auto system = latest->is_object() ? latest->find("snomedct") : latest->end();
  const std::string alias = system != latest->end() && system->is_object()
                                ? system->value("database_alias", "")
                                : std::string();
  if (!alias.empty()) return alias;
  return Error{ErrorCode::unavailable, site.host + " has no release of SNOMED CT", {}};
}

Result<std::vector<BulkRequest>> planned_refsets(const RefsetsOptions& options,
                                                 const KindOfRefsets& kind, const std::string& tag,
                                                 const std::filesystem::path& archive) {
  const auto release = newest_snomedct(options.site);
  if (!release) return release.error();
  BulkConfig config;
  config.organisation = kind.organisation;
  config.coding_systems[""] = {"snomedct", *release};
  config.tag = tag;
  const auto table = read_refset_table(archive);
  if (!table) return table.error();
  const auto bulk = bulk_table_of_refsets(*table, kind.kind, options.columns, options.clusters);
  if (!bulk) return bulk.error();
  const auto rows = read_delimited_table(*bulk, ',');
  if (!rows) return rows.error();
  const auto lists = read_bulk_lists(*rows, config);
  if (!lists) return lists.error();
  const auto known =
      get_json(options.site, "/api/v1/codelist/" + std::string(kind.organisation) + "/");
  if (!known) return known.error();
  return plan_bulk_import(config, *lists, *known,
                          {.new_version = true,
                           .name = true,
                           .slug = true,
                           .publish = true,
                           .ignore_unfound_codes = true});
}

Result<Json> update_refsets(const RefsetsOptions& options) {
  const KindOfRefsets& kind = options.is_drugs ? drugs : primary_care;
  const auto token = read_api_token(options.site);
  if (!token) return token.error();
  const auto archive = refsets_archive(options);
  if (!archive) return archive.error();
  std::string tag = archive->valid_from;
  std::erase(tag, '-');
  const auto requests = planned_refsets(options, kind, tag, archive->file);
  if (!requests) return requests.error();
  Json sent = send_bulk(options.site, *token, *requests);
  sent["tag"] = tag;
  sent["recorded"] = false;
  // A part of the clusters, or some failures, leave the site's refsets at the version before.
  if (!options.site.live_run || sent["failed"] != 0 || !options.clusters.empty()) return sent;
  const auto recorded = post_json(
      options.site, *token, "/coding-systems/update-refset-version/" + std::string(kind.type),
      {{"release", archive->release}, {"tag", tag}, {"release_date", archive->valid_from}});
  if (!recorded) return recorded.error();
  sent["recorded"] = true;
  return sent;
}

int update(const RefsetsOptions& options) {
  const auto outcome = update_refsets(options);
  const int exit_code = finish(outcome, options.common, [](const Json& sent) {
    return bulk_lines(sent) +
           (sent["recorded"].get<bool>()
                ? "The site's refsets are now those of " + sent.value("tag", "") + ".\n"
                : std::string());
  });
  return outcome && (*outcome)["failed"] != 0 ? exit_refused : exit_code;
}

}  // namespace

void add_refsets_commands(Command program) {
  Command group = program.add_group({"refsets", "The NHS refsets as codelists.",
                                     "codelog refsets update folder-of-archives --live-run"});
  Command command = group.add_command(
      {"update",
       "Make published versions of the NHS primary care refsets, or of the drug refsets, from the "
       "publisher's archive, over the API of this or another site, and record there which "
       "archive they come from. Without --live-run, only shows what it would do.",
       "codelog refsets update uk_sct2pc_57.0.0_20250627000001Z.zip\n"
       "TRUD_API_KEY=... API_TOKEN=... codelog refsets update folder-of-archives --drugs "
       "--live-run\n"
       "codelog refsets update folder-of-archives AST_COD COPD_COD"});
  // The parser fills the options; the action reads them.
  auto options = std::make_shared<RefsetsOptions>();
  command
      .add_option("ARCHIVE", options->archive,
                  "The archive, or a folder of archives: its newest, which is downloaded from NHS "
                  "England's TRUD first if there is a key, in the environment as TRUD_API_KEY or "
                  "in a file")
      .required();
  command.add_option("CLUSTER", options->clusters, "Only these clusters; otherwise all");
  command.add_flag("--drugs", options->is_drugs, "The drug refsets");
  command.add_option("--code-column", options->columns.code, "The table's column of codes")
      .type_name("TITLE");
  command.add_option("--name-column", options->columns.name, "The table's column of names")
      .type_name("TITLE");
  add_site_options(command, options->site);
  add_trud_options(command, options->trud);
  add_json_option(command, options->common);
  command.set_action([options] { return update(*options); });
}

}  // namespace codelog::tools
