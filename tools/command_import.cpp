#include <memory>

#include "coding_systems/versioning/alias.h"
#include "mappings/files/mappings.h"
#include "server/site/mapping_import.h"
#include "server/site/release_import.h"
#include "tools/command.h"
#include "tools/latest_archive.h"
#include "tools/nhsbsa_page.h"
#include "tools/remote_registry.h"
#include "tools/terminal.h"

namespace codelog::tools {
namespace {

struct ImportOptions {
  CommonOptions common;
  site::ReleaseImport command;
  std::string archive;
  bool latest = false;
  bool download = false;
  std::string nhsbsa_url = nhsbsa_page_default;
  TrudOptions trud;
};

Json stages_to_json(const coding_systems::ImportOutcome& outcome) {
  Json stages = Json::object();
  for (const coding_systems::ImportStage& stage : outcome.stages) {
    stages[std::string(stage.name)] = stage.seconds;
  }
  return stages;
}

Json import_to_json(const site::ImportedRelease& release) {
  const coding_systems::ImportOutcome& outcome = release.outcome;
  return {{"alias", release.alias},
          {"position", release.position.value()},
          {"concepts", outcome.concepts_count},
          {"descriptions", outcome.descriptions_count},
          {"relationships", outcome.relationships_count},
          {"historical_associations", outcome.associations_count},
          {"layout", outcome.layout},
          {"source_bytes", outcome.source_bytes},
          {"notices", outcome.notices},
          {"file_digest", base::to_hex(outcome.file_digest)},
          {"seconds", release.seconds},
          {"stages", stages_to_json(outcome)}};
}

Json import_to_json(const site::ImportedMapping& mapping) {
  return {{"name", mapping.name},
          {"file", mapping.file_stem},
          {"position", mapping.position.value()},
          {"rows", mapping.outcome.rows_count},
          {"source_bytes", mapping.outcome.source_bytes},
          {"notices", mapping.outcome.notices},
          {"file_digest", base::to_hex(mapping.outcome.file_digest)},
          {"seconds", mapping.seconds},
          {"stages", stages_to_json(mapping.outcome)}};
}

// Imports with a line of progress, and prints the outcome: its `result_name` alone, or all as JSON.
template <class Import>
int import_with_progress(const ImportOptions& options, const char* result_name, Import import) {
  RemoteRegistry registry(options.common.folder());
  ProgressLine progress;
  const auto imported = import(registry, [&](const site::WorkProgress& work) {
    progress.show(work.stage, work.done, work.total);
    return true;
  });
  progress.clear();
  if (imported && !options.common.json) {
    for (const std::string& notice : imported->outcome.notices) print_notice(notice);
  }
  const auto outcome = imported ? base::Result<Json>(import_to_json(*imported))
                                : base::Result<Json>(imported.error());
  return finish(outcome, options.common,
                [&](const Json& release) { return release.value(result_name, "") + "\n"; });
}

int import_archive(const ImportOptions& options, const site::ReleaseImport& command) {
  const std::filesystem::path data = options.common.folder().data;
  if (mappings::is_mapping(command.system_id)) {
    const site::MappingImport mapping{command.system_id, command.archive, command.release_name,
                                      command.valid_from};
    return import_with_progress(options, "file", [&](auto& registry, const auto& report) {
      return site::import_mapping(data, mapping, registry, report);
    });
  }
  return import_with_progress(options, "alias", [&](auto& registry, const auto& report) {
    return site::import_release(data, command, registry, report);
  });
}

// --- The latest archive

// Errors: conflict, if the release has been imported already.
base::Result<void> check_is_new(const ImportOptions& options, const LatestArchive& archive) {
  RemoteRegistry registry(options.common.folder());
  const std::string& system = options.command.system_id;
  base::Result<std::optional<site::ImportRegistry::Known>> known =
      std::optional<site::ImportRegistry::Known>();
  if (mappings::is_mapping(system)) {
    known = registry.find_newest_mapping({.mapping = system,
                                          .name = archive.release,
                                          .valid_from = archive.valid_from,
                                          .import_ref = "",
                                          .file_digest = {},
                                          .rows_count = 0});
    if (known && *known && (*known)->name != archive.release) known->reset();
  } else {
    const auto alias = coding_systems::make_alias({system, archive.release, archive.valid_from});
    if (!alias) return alias.error();
    known = registry.find_release(*alias);
  }
  if (!known) return known.error();
  if (!*known) return {};
  return base::Error{base::ErrorCode::conflict,
                     "a release of " + system + " already exists for the latest release (" +
                         archive.release + ") and valid from date (" + archive.valid_from + ")",
                     {}};
}

base::Result<PublishedArchive> ask_publisher(const ImportOptions& options, const std::string& key) {
  const std::string& system = options.command.system_id;
  if (system == mappings::bnfdmd_id) return ask_nhsbsa(options.nhsbsa_url, options.archive);
  if (!mappings::is_mapping(system) && !key.empty()) {
    return ask_trud({options.trud.url, key}, system, options.archive);
  }
  const bool needs_key = system == "snomedct" || system == "dmd";
  return base::field_error(
      base::ErrorCode::invalid, "download",
      needs_key ? "needs a key for TRUD: TRUD_API_KEY or --trud-key-file" : by_hand(system));
}

base::Result<LatestArchive> download_latest(const ImportOptions& options, const std::string& key) {
  const auto published = ask_publisher(options, key);
  if (!published) return published.error();
  if (const auto is_new = check_is_new(options, published->archive); !is_new) {
    return is_new.error();
  }
  ProgressLine progress;
  const auto downloaded =
      download_archive(*published, [&](std::uint64_t done, std::uint64_t total) {
        progress.show("downloading", done, total);
        return true;
      });
  if (!downloaded) return downloaded.error();
  return published->archive;
}

// With --download or a key for TRUD, the publisher's latest archive; otherwise the latest in the
// folder.
base::Result<LatestArchive> latest_archive(const ImportOptions& options) {
  const auto key = read_trud_key(options.trud.key_file);
  if (!key) return key.error();
  const bool is_at_trud = !key->empty() && !mappings::is_mapping(options.command.system_id);
  if (options.download || is_at_trud) return download_latest(options, *key);
  auto found = find_latest_archive(options.command.system_id, options.archive);
  if (!found) return found.error();
  if (const auto is_new = check_is_new(options, *found); !is_new) return is_new.error();
  return found;
}

int import(const ImportOptions& options) {
  site::ReleaseImport command = options.command;
  command.archive = options.archive;
  const bool is_named = !command.release_name.empty() && !command.valid_from.empty();
  if (!options.latest && !is_named) {
    print_notice("--release and --valid-from are required, or --latest");
    return exit_usage;
  }
  if (!options.latest && options.download) {
    print_notice("--download is a part of --latest");
    return exit_usage;
  }
  if (!options.latest) return import_archive(options, command);
  const auto archive = latest_archive(options);
  if (!archive) return refuse(archive.error(), options.common);
  command.archive = archive->file;
  command.release_name = archive->release;
  command.valid_from = archive->valid_from;
  if (!options.common.json) {
    print_notice("importing " + archive->file.filename().string() + ": release " +
                 archive->release + ", valid from " + archive->valid_from);
  }
  return import_archive(options, command);
}

std::string check_system(const std::string& system) {
  if (site::find_importer(system) != nullptr || mappings::is_mapping(system)) return "";
  return "'" + system + "' cannot be imported; choose one of " + site::importable_systems() +
         "; and the mappings " + site::importable_mappings();
}

}  // namespace

void add_import_command(Command program) {
  Command command = program.add_command(
      {"import", "Import a release of a coding system, or of a mapping, and print its alias.",
       "codelog import snomedct uk_sct2cl_36.0.0_20230412000001Z.zip --release 36.0.0 --valid-from "
       "2023-04-19\n"
       "codelog import bnf BNF_CODE_CURRENT_202401_VERSION_86.csv --release 2024-01 --valid-from "
       "2024-01-01\n"
       "codelog import dmd nhsbsa_dmd_6.3.0_20240603000001.zip --release '2024 6.3.0' --valid-from "
       "2024-06-03\n"
       "codelog import icd10 folder-of-both-editions --release 2019 --valid-from 2019-01-01\n"
       "codelog import icd10 icd_df_10.5.0_20151102000001.zip --release 5 --valid-from 2016-04-01\n"
       "codelog import ctv3 ctv3/2024-01-01 --release 2024-01-01 --valid-from 2024-01-01\n"
       "codelog import bnfdmd 'BNF Snomed Mapping data 20240115.zip' --release 20240115 "
       "--valid-from 2024-01-01\n"
       "TRUD_API_KEY=... codelog import snomedct folder-of-archives --latest\n"
       "codelog import bnfdmd folder-of-archives --latest --download"});
  // The parser fills the options; the action reads them.
  auto options = std::make_shared<ImportOptions>();
  command
      .add_option("SYSTEM", options->command.system_id,
                  "One of: " + site::importable_systems() +
                      "; or a mapping: " + site::importable_mappings())
      .required()
      .check(check_system);
  command
      .add_option("PATH", options->archive,
                  "The publisher's archive, file or folder, zipped or not")
      .required();
  const Option release = command
                             .add_option("--release", options->command.release_name,
                                         "The publisher's name of the release")
                             .type_name("NAME");
  const Option valid_from =
      command.add_option("--valid-from", options->command.valid_from, "Its first day of use")
          .type_name("YYYY-MM-DD");
  command
      .add_flag("--latest", options->latest,
                "PATH is a folder of archives: import the newest one by its name (" +
                    systems_with_archive_names() +
                    "). If there is a key for NHS England's TRUD, its newest archive of SNOMED CT "
                    "or dm+d is first downloaded to the folder. The key is in the environment, as "
                    "TRUD_API_KEY, or in a file")
      .excludes(release)
      .excludes(valid_from);
  command.add_flag("--download", options->download,
                   "With --latest: first download the publisher's newest archive to the folder, of "
                   "bnfdmd from NHSBSA's web page, of SNOMED CT and dm+d from TRUD");
  command.add_option("--nhsbsa-url", options->nhsbsa_url, "The address of NHSBSA's page")
      .type_name("URL")
      .environment("CODELOG_NHSBSA_URL")
      .show_default();
  add_trud_options(command, options->trud);
  add_data_options(command, options->common);
  add_json_option(command, options->common);
  command.set_action([options] { return import(*options); });
}

}  // namespace codelog::tools
