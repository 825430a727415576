#include <memory>

#include "mappings/files/mappings.h"
#include "server/site/mapping_import.h"
#include "server/site/release_import.h"
#include "tools/command.h"
#include "tools/remote_registry.h"
#include "tools/terminal.h"

namespace codelog::tools {
namespace {

struct ImportOptions {
  CommonOptions common;
  site::ReleaseImport command;
  std::string archive;
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

int import(const ImportOptions& options) {
  const std::filesystem::path data = options.common.folder().data;
  site::ReleaseImport command = options.command;
  command.archive = options.archive;
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
       "--valid-from 2024-01-01"});
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
  command
      .add_option("--release", options->command.release_name, "The publisher's name of the release")
      .required()
      .type_name("NAME");
  command.add_option("--valid-from", options->command.valid_from, "Its first day of use")
      .required()
      .type_name("YYYY-MM-DD");
  add_data_options(command, options->common);
  add_json_option(command, options->common);
  command.set_action([options] { return import(*options); });
}

}  // namespace codelog::tools
